//! Importing as its callers see it.
//!
//! The rows in these tests are real ones, rewritten in each dialect: AAPL daily (QuantConnect/Lean, Apache-2.0),
//! EURUSD hourly 2017 (Dukascopy, by AminHP/gym-anytrading, MIT) and the embedded sample.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test helper that cannot go on fails its test"
)]

#[cfg(feature = "parquet")]
mod catalogue;
#[cfg(feature = "parquet")]
mod columnar;
#[cfg(feature = "parquet")]
mod damage;
mod dialects;
mod hostile;
mod policies;
mod roundtrip;
mod support;
mod vendors;
