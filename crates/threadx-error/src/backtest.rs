//! Backtests that cannot be run to their end.

use crate::IndicatorError;

/// A backtest that cannot be run to its end.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BacktestError {
    /// A value that the engine's specification does not accept.
    #[error("{field} must be {expected}, got {got}")]
    Spec {
        /// The field.
        field: &'static str,
        /// What it accepts.
        expected: &'static str,
        /// What came.
        got: String,
    },
    /// No strategy of that name is registered.
    #[error("there is no strategy {name:?}")]
    UnknownStrategy {
        /// The name that was asked for.
        name: String,
    },
    /// A strategy of that name is registered already.
    #[error("a strategy {name:?} is registered already")]
    DuplicateStrategy {
        /// The name.
        name: String,
    },
    /// A strategy publishes a specification that contradicts itself.
    #[error("strategy {strategy:?} publishes a wrong specification: {rule}")]
    StrategySpec {
        /// The strategy.
        strategy: String,
        /// The rule that is broken.
        rule: String,
    },
    /// Parameters that the strategy does not take.
    #[error("strategy {strategy:?} does not take the parameters: {rule}")]
    Params {
        /// The strategy.
        strategy: String,
        /// The rule that is broken and what came.
        rule: String,
    },
    /// A strategy gave an order that cannot be one.
    #[error("strategy {strategy:?} gave a wrong order at bar {index}: {rule}")]
    StrategyOrder {
        /// The strategy.
        strategy: String,
        /// The deciding bar, from 0.
        index: usize,
        /// The rule that is broken and what came.
        rule: String,
    },
    /// A strategy reads a parameter that it did not publish, or as another type.
    #[error("parameter {parameter} is not published as {expected}")]
    Parameter {
        /// The parameter.
        parameter: String,
        /// The type that was asked for.
        expected: &'static str,
    },
    /// A strategy returned masks for another number of bars.
    #[error("strategy {strategy:?} returned signals for {signals} bars, expected {bars}")]
    SignalLength {
        /// The strategy.
        strategy: String,
        /// Bars that its signals cover.
        signals: usize,
        /// Bars of the run.
        bars: usize,
    },
    /// An indicator that the strategy reads could not be computed.
    #[error("an indicator of the strategy could not be computed")]
    Indicator(#[from] IndicatorError),
    /// There are no bars to run on.
    #[error("there are no bars to run on")]
    NoBars,
    /// The run was interrupted before its end.
    #[error("the run was interrupted after {done} of {total} bars")]
    Interrupted {
        /// Bars that were done.
        done: u64,
        /// Bars of the run.
        total: u64,
    },
}

impl BacktestError {
    /// The stable name of the reason.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Spec { .. } => "bad_specification",
            Self::UnknownStrategy { .. } => "unknown_strategy",
            Self::DuplicateStrategy { .. } => "duplicate_strategy",
            Self::StrategySpec { .. } => "bad_strategy_specification",
            Self::Params { .. } => "bad_parameters",
            Self::StrategyOrder { .. } => "bad_order",
            Self::Parameter { .. } => "bad_parameter",
            Self::SignalLength { .. } => "signal_length",
            Self::Indicator(_) => "indicator",
            Self::NoBars => "no_bars",
            Self::Interrupted { .. } => "interrupted",
        }
    }
}
