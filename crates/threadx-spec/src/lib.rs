//! The vocabulary that requests and engine share.
//!
//! A request says *what* to run and the engine says *how*; both need the same words: what a
//! parameter may be ([`ParamSpec`], [`ParamValue`], [`Params`]), what strategies and indicators
//! publish about themselves ([`StrategySpec`], [`IndicatorSpec`]), and the enumerations
//! [`Direction`], [`FillModel`], [`Sizing`], [`WarmUp`], [`ExitReason`], [`Metric`], [`Criterion`]. One source
//! serves validation, defaults, the program's listings and the documentation.
//!
//! ```
//! use threadx_spec::{ParamSpec, ParamValue};
//!
//! let period = ParamSpec::int("period", 20, 2..=500, "bars in the window");
//! assert_eq!(period.accept(&ParamValue::Float(30.0)), Some(ParamValue::Int(30)));
//! assert_eq!(period.accept(&ParamValue::Int(1)), None);
//! assert_eq!(period.kind.bounds().unwrap().to_string(), "between 2 and 500");
//! ```
//!
//! # Invariants
//!
//! - No behaviour beyond saying whether a value fits its specification or a condition.
//! - [`Params`] iterate in the order of their names, so that text made from them is canonical.
//! - A published default lies within its own bounds ([`StrategySpec::fault`] says if not).

mod constraint;
mod criterion;
mod direction;
mod exit_reason;
mod fill_model;
mod indicator_spec;
mod metric;
mod param_spec;
mod param_value;
mod params;
mod sample_method;
mod sizing;
mod strategy_spec;
mod walk_forward;
mod warm_up;

pub use constraint::Constraint;
pub use criterion::Criterion;
pub use direction::Direction;
pub use exit_reason::ExitReason;
pub use fill_model::FillModel;
pub use indicator_spec::IndicatorSpec;
pub use metric::{Metric, Preference};
pub use param_spec::{ParamKind, ParamSpec};
pub use param_value::ParamValue;
pub use params::Params;
pub use sample_method::SampleMethod;
pub use sizing::Sizing;
pub use strategy_spec::{ParamRule, StrategyKind, StrategySpec};
pub use walk_forward::WalkForward;
pub use warm_up::WarmUp;
