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
    /// The strategy `signals` was asked for, and no signals were given.
    #[error("the strategy \"signals\" trades signals that are given to it, and none were")]
    NoSignals,
    /// Signals that were given contradict themselves.
    #[error("the signals are not a table: {rule}")]
    SignalTable {
        /// What was expected and what came.
        rule: String,
    },
    /// A signal stands at a time at which no bar opens.
    #[error("no bar opens at {time}, where a signal stands; the last one before it opens at {before}")]
    UnmatchedSignal {
        /// The signal's time.
        time: String,
        /// Open time of the bar before.
        before: String,
    },
    /// None of the signals lies within the bars.
    #[error("none of the {rows} signals lies within the bars: they are {signals}, the bars {bars}")]
    SignalsElsewhere {
        /// Rows of the signals.
        rows: usize,
        /// Where the signals are.
        signals: String,
        /// Where the bars are.
        bars: String,
    },
    /// A past decision changed with its future.
    #[error("strategy {strategy:?} looks ahead: {leak}")]
    LookAhead {
        /// The strategy.
        strategy: String,
        /// The bar, what was decided, and what instead.
        leak: String,
    },
    /// Bars of which no other future can be made, prices being at the end of their range.
    #[error("no other future can be made of the bars: {rule}")]
    Future {
        /// The rule of bars that it would break.
        rule: String,
    },
    /// A result that was repeated came out differently.
    #[error("the repeated run differs: {difference}")]
    NotReproduced {
        /// The first difference.
        difference: String,
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
            Self::NoSignals => "no_signals",
            Self::SignalTable { .. } => "bad_signal_table",
            Self::UnmatchedSignal { .. } => "unmatched_signal",
            Self::SignalsElsewhere { .. } => "signals_elsewhere",
            Self::LookAhead { .. } => "look_ahead",
            Self::Future { .. } => "no_other_future",
            Self::NotReproduced { .. } => "not_reproduced",
            Self::Indicator(_) => "indicator",
            Self::NoBars => "no_bars",
            Self::Interrupted { .. } => "interrupted",
        }
    }
}
