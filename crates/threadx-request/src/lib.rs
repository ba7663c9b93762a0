//! Requests that cannot be wrong: models, their rules, and [`Valid`], the only way in.
//!
//! A request is JSON, TOML, flags or a builder's calls. It is validated as a whole, and every rule that it breaks is
//! told at once, with its field, its value, what would be accepted, and where it stands:
//!
//! ```
//! use threadx_request::{BacktestRequest, RequestContext, Valid};
//!
//! let text = r#"{
//!     "token": "BTCUSDT", "timeframe": "1h", "strategy": "ma_crossover",
//!     "start_date": "2019-01-01", "end_date": "2018-01-01", "fee_rat": 0.1, "leverage": 11
//! }"#;
//! let error = Valid::<BacktestRequest>::from_json(text, &RequestContext::open()).unwrap_err();
//! let told: Vec<String> = error.violations().iter().map(ToString::to_string).collect();
//! assert_eq!(
//!     told,
//!     [
//!         "end_date must be after start_date (2019-01-01T00:00:00Z), got 2018-01-01T00:00:00Z",
//!         "fee_rat is not a field of a backtest request; the nearest are fee_rate, risk_free_rate",
//!         "leverage must be between 0 and 10, got 11",
//!     ]
//! );
//! assert_eq!((error.violations()[2].line, error.violations()[2].column), (Some(3), Some(87)));
//! ```
//!
//! The crate is useful alone: a front end that knows neither strategies nor data validates with
//! [`RequestContext::open`] before it sends, and everything but what it cannot know is checked.
//!
//! Three steps lead to a [`Valid`] request:
//!
//! 1. [`Document`]: JSON or TOML as an ordered tree with positions; size, depth and encoding are limited here.
//! 2. A raw model in which every field may be absent: unknown and missing fields and wrong types are collected, and the rules
//!    that are local to a field run (garde).
//! 3. The resolved model ([`BacktestRequest`], [`IndicatorRequest`], [`SweepRequest`], [`DataRequest`]): the rules that need knowledge
//!    take it from the [`RequestContext`], defaults are filled in, parameters get their types.
//!
//! One table of fields is the source of names, rules, defaults, violations, the JSON Schema ([`json_schema`]) and the
//! page of the documentation ([`requests_page`]). [`Settings`] are read by the same means.
//!
//! # Invariants
//!
//! - There is no way to a [`Valid`] value but through all rules, and no way to change one.
//! - Every broken rule is reported, with the path of its field, sorted by field; the number that is listed is limited, and what is
//!   left out is said.
//! - No number in a valid request is NaN or infinite, none is -0.0, and every token is upper case: equal requests have one wire form, and it
//!   reads back to an equal request.
//! - What the rules accept the JSON Schema accepts.
//! - Nothing is read from a clock, the environment or a file: what is not passed in is not known. (How many threads the machine
//!   runs in parallel is the one exception, a default of the settings.)
//! - No input panics, and the time and memory that one takes are bounded by its length.

mod backtest;
mod builder;
mod context;
mod data;
mod document;
mod example;
mod field;
mod fields;
mod indicators;
mod limits;
mod log_format;
mod log_level;
mod param_grid;
mod raw;
mod read;
mod reference;
mod request_kind;
mod resolve;
mod schema;
mod settings;
mod sweep;
mod tokens;
mod valid;
mod value;
mod violations;

pub use backtest::BacktestRequest;
pub use builder::{BacktestBuilder, DataBuilder, IndicatorBuilder, SweepBuilder};
pub use context::RequestContext;
pub use data::DataRequest;
pub use document::Document;
pub use indicators::{IndicatorCall, IndicatorRequest};
pub use limits::Limits;
pub use log_format::LogFormat;
pub use log_level::LogLevel;
pub use param_grid::{Axis, ParamGrid};
pub use reference::requests_page;
pub use request_kind::RequestKind;
pub use schema::{json_schema, settings_schema};
pub use settings::Settings;
pub use sweep::{EarlyStop, Narrow, Sample, SweepRequest};
pub use threadx_error::{Bounds, ValidationError, Violation, ViolationCode};
pub use threadx_market::{Check, DeclaredCalendar};
pub use tokens::Tokens;
pub use valid::{Request, Valid};
pub use value::Value;

/// The example of the README runs with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
