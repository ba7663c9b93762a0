//! ThreadX runs trading research as requests: a caller hands it a backtest, it validates it, runs it on a
//! bounded pool of workers over real OHLCV bars, and hands back a typed result.
//!
//! This crate is the facade: it re-exports the layers and has no content of its own. A crate that needs
//! one layer only depends on that layer: each is useful alone.
//!
//! | module | layer |
//! | --- | --- |
//! | [`error`] | every error, its kind, code and context |
//! | [`market`] | symbols, timeframes, timestamps, bars |
//! | [`spec`] | the vocabulary of requests and engine |
//! | [`request`] | request models, validation |
//! | [`data`] | reading bars, the embedded sample |
//! | [`indicators`] | technical indicators |
//! | [`engine`] | strategies, simulation, metrics |
//! | [`report`] | results as pictures |
//! | [`coordinator`] | the pool of workers |
//! | [`controllers`] | the services behind the pool |
//!
//! # Invariants
//!
//! - Re-exports and documentation, nothing else.

#[doc(inline)]
pub use threadx_controllers as controllers;
#[doc(inline)]
pub use threadx_coordinator as coordinator;
#[doc(inline)]
pub use threadx_data as data;
#[doc(inline)]
pub use threadx_engine as engine;
#[doc(inline)]
pub use threadx_error as error;
#[doc(inline)]
pub use threadx_indicators as indicators;
#[doc(inline)]
pub use threadx_market as market;
#[doc(inline)]
pub use threadx_report as report;
#[doc(inline)]
pub use threadx_request as request;
#[doc(inline)]
pub use threadx_spec as spec;

pub use threadx_error::{Error, Result};
