//! The quality report as its callers see it.
//!
//! Prices of AAPL are real ones (QuantConnect/Lean, Apache-2.0).

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test helper that cannot go on fails its test"
)]

mod calendars;
mod outliers;
mod quality;
mod support;
