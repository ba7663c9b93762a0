//! Every public error of ThreadX: one top-level [`Error`] over one enum per layer.
//!
//! An error says what was being done ([`Context`]), what went wrong (its text, a stable
//! [`code`](Error::code) and a [`kind`](Error::kind)), and why (its
//! [`source`](std::error::Error::source) chain). A cause is never repeated in the text of what it
//! caused, so printing the chain prints each fact once.
//!
//! ```
//! use threadx_error::{DataError, Error, ErrorKind};
//!
//! let error = Error::from(DataError::UnknownToken {
//!     token: "BTCUSD".to_owned(),
//!     nearest: vec!["BTCUSDT".to_owned()],
//! })
//! .with_operation("backtest")
//! .with_token("BTCUSD");
//!
//! assert_eq!(error.kind(), ErrorKind::Data);
//! assert_eq!(error.code(), "unknown_token");
//! assert_eq!(error.context().token(), Some("BTCUSD"));
//! assert_eq!(
//!     error.to_string(),
//!     "no bars are known for token BTCUSD; the nearest names are BTCUSDT"
//! );
//! ```
//!
//! # Invariants
//!
//! - [`Error`] is one pointer wide and cheap to clone.
//! - There is no `Other(String)`: each variant is a reason that a caller can match on.
//! - No variant carries a type of another crate than `std`; a foreign cause is kept as a boxed
//!   source.
//! - [`log_failure`] is the only function that logs an error; it is called once, where a failure
//!   leaves the system.
//! - Codes are stable: a code that was published is never given another meaning.

mod backtest;
mod configuration;
mod context;
mod coordinator;
mod data;
mod error;
mod indicator;
mod kind;
mod log;
mod nearest;
mod sweep;
mod validation;
mod violation;

pub use backtest::BacktestError;
pub use configuration::ConfigurationError;
pub use context::Context;
pub use coordinator::CoordinatorError;
pub use data::{DataError, RowProblem};
pub use error::{Error, Result};
pub use indicator::IndicatorError;
pub use kind::ErrorKind;
pub use log::log_failure;
pub use nearest::nearest;
pub use sweep::SweepError;
pub use validation::ValidationError;
pub use violation::{Bounds, Violation, ViolationCode};

/// A cause from outside, kept as the source of one of our errors.
pub type Cause = Box<dyn std::error::Error + Send + Sync + 'static>;
