//! What a strategy is.

use std::sync::Arc;

use threadx_error::BacktestError;
use threadx_indicators::{IndicatorSource, Series};
use threadx_market::Bars;
use threadx_spec::{Direction, Params, Sizing, StrategySpec};

use crate::{AccountView, IndicatorLine, LineSignals, Orders, Signals};

/// What a strategy works on.
#[derive(Clone, Copy)]
pub struct StrategyInput<'a> {
    /// The bars, warm-up bars before the range included, and indicators over them.
    pub indicators: &'a dyn IndicatorSource,
    /// First bar of the range; the ones before it are warm-up, on which nothing is decided.
    pub first: usize,
    /// The strategy's parameters, typed, defaults filled in.
    pub params: &'a Params,
    /// Which sides the run may take.
    pub direction: Direction,
}

impl<'a> StrategyInput<'a> {
    /// The bars, warm-up bars before the range included.
    #[must_use]
    pub fn bars(&self) -> &'a Bars {
        self.indicators.bars()
    }

    /// The whole number `name`.
    ///
    /// # Errors
    ///
    /// [`BacktestError::Parameter`] if the strategy did not publish it as one.
    pub fn int(&self, name: &str) -> Result<i64, BacktestError> {
        self.params
            .int(name)
            .ok_or_else(|| unpublished(name, "a whole number"))
    }

    /// The number `name`.
    ///
    /// # Errors
    ///
    /// [`BacktestError::Parameter`] if the strategy did not publish it as one.
    pub fn float(&self, name: &str) -> Result<f64, BacktestError> {
        self.params
            .float(name)
            .ok_or_else(|| unpublished(name, "a number"))
    }

    /// The name `name`.
    ///
    /// # Errors
    ///
    /// [`BacktestError::Parameter`] if the strategy did not publish it as one.
    pub fn name(&self, name: &str) -> Result<&'a str, BacktestError> {
        self.params.name(name).ok_or_else(|| unpublished(name, "a name"))
    }

    /// The boolean `name`.
    ///
    /// # Errors
    ///
    /// [`BacktestError::Parameter`] if the strategy did not publish it as one.
    pub fn boolean(&self, name: &str) -> Result<bool, BacktestError> {
        self.params
            .boolean(name)
            .ok_or_else(|| unpublished(name, "true or false"))
    }

    /// One output of an indicator over the bars; see the indicator's specification for the names.
    ///
    /// # Errors
    ///
    /// [`BacktestError::Indicator`] if there is no such indicator or output, or it does not take the
    /// parameters.
    pub fn series(&self, name: &str, params: &Params, output: &str) -> Result<Arc<Series>, BacktestError> {
        Ok(self.indicators.series(name, params, output)?)
    }
}

/// The whole number `name` as a number of bars.
pub(crate) fn bars_of(params: &Params, name: &str) -> Result<usize, BacktestError> {
    let value = params.int(name).and_then(|value| usize::try_from(value).ok());
    value.ok_or_else(|| unpublished(name, "a whole number of bars"))
}

fn unpublished(name: &str, expected: &'static str) -> BacktestError {
    BacktestError::Parameter {
        parameter: name.to_owned(),
        expected,
    }
}

impl std::fmt::Debug for StrategyInput<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StrategyInput")
            .field("bars", &self.bars().len())
            .field("first", &self.first)
            .field("params", self.params)
            .field("direction", &self.direction)
            .finish_non_exhaustive()
    }
}

/// A strategy that decides by masks from indicators and does not see its own position.
///
/// The prefix rule: a decision at the close of bar *t* depends on bars up to *t* only, so that cutting off
/// the future changes nothing in the past.
pub trait SignalStrategy: Send + Sync {
    /// Name, parameters, rules and description.
    fn spec(&self) -> &StrategySpec;

    /// Bars before the first on which it can decide.
    ///
    /// # Errors
    ///
    /// [`BacktestError::Parameter`] if a parameter is not published.
    fn warm_up(&self, params: &Params) -> Result<usize, BacktestError>;

    /// What a chart draws beside its trades, with these parameters, which are resolved; nothing by default.
    fn lines(&self, _params: &Params) -> Vec<IndicatorLine> {
        Vec::new()
    }

    /// The signals of every bar of `input.bars()`, for both sides.
    ///
    /// # Errors
    ///
    /// Whatever its parameters and indicators refuse.
    fn signals(&self, input: &StrategyInput<'_>) -> Result<Signals, BacktestError>;

    /// The same signals as crossings of lines, if they are nothing else: sweeps then compare the lines of many
    /// parameter sets at once. `None` by default, which costs a sweep time and nothing else.
    ///
    /// # Errors
    ///
    /// As [`signals`](Self::signals).
    fn line_signals(&self, _input: &StrategyInput<'_>) -> Result<Option<LineSignals>, BacktestError> {
        Ok(None)
    }
}

/// The signals of every bar.
///
/// # Errors
///
/// What the strategy says; [`BacktestError::SignalLength`] if they are not of every bar.
pub(crate) fn signals_of(
    strategy: &dyn SignalStrategy,
    input: &StrategyInput<'_>,
) -> Result<Signals, BacktestError> {
    let signals = strategy.signals(input)?;
    let bars = input.bars().len();
    if signals.len() == bars {
        Ok(signals)
    } else {
        Err(BacktestError::SignalLength {
            strategy: strategy.spec().name.clone().into_owned(),
            signals: signals.len(),
            bars,
        })
    }
}

/// A strategy that decides bar by bar and sees its own position.
pub trait BarStrategy: Send + Sync {
    /// Name, parameters, rules and description.
    fn spec(&self) -> &StrategySpec;

    /// Bars before the first on which it can decide.
    ///
    /// # Errors
    ///
    /// [`BacktestError::Parameter`] if a parameter is not published.
    fn warm_up(&self, params: &Params) -> Result<usize, BacktestError>;

    /// The sizing that it proposes where the request leaves it open.
    fn proposed_sizing(&self, _params: &Params) -> Option<Sizing> {
        None
    }

    /// Most bars that it holds a position, at least 1; the exit is decided by the engine as for the request's
    /// `max_hold`, of which the smaller counts.
    fn max_hold(&self, _params: &Params) -> Option<usize> {
        None
    }

    /// What a chart draws beside its trades, with these parameters, which are resolved; nothing by default.
    fn lines(&self, _params: &Params) -> Vec<IndicatorLine> {
        Vec::new()
    }

    /// The state of one run over `input.bars()`.
    ///
    /// # Errors
    ///
    /// Whatever its parameters and indicators refuse.
    fn start<'a>(&self, input: &StrategyInput<'a>) -> Result<Box<dyn BarRun + 'a>, BacktestError>;
}

/// One run of a [`BarStrategy`].
pub trait BarRun {
    /// The orders at the close of bar `account.index()`, from bars up to that one only. Not called on a bar
    /// on which a stop or target was filled, nor on warm-up bars.
    fn on_bar(&mut self, account: &AccountView<'_>) -> Orders;

    /// The first bar from `bar` on on which it may order anything as long as there is no position and none is ordered;
    /// `None` if there is none to the end. The bars before it are not asked about. It depends on bars up to the one
    /// that it names only. By default every bar is asked about.
    fn next_while_flat(&self, bar: usize) -> Option<usize> {
        Some(bar)
    }
}

/// A strategy of either kind, shared.
#[derive(Clone)]
#[non_exhaustive]
pub enum Strategy {
    /// Masks from indicators.
    Signal(Arc<dyn SignalStrategy>),
    /// Bar by bar.
    Bar(Arc<dyn BarStrategy>),
}

impl Strategy {
    /// Name, parameters, rules and description.
    #[must_use]
    pub fn spec(&self) -> &StrategySpec {
        match self {
            Self::Signal(strategy) => strategy.spec(),
            Self::Bar(strategy) => strategy.spec(),
        }
    }

    /// Bars before the first on which it can decide, with these parameters.
    ///
    /// # Errors
    ///
    /// [`BacktestError::Parameter`] if a parameter is not published.
    pub fn warm_up(&self, params: &Params) -> Result<usize, BacktestError> {
        match self {
            Self::Signal(strategy) => strategy.warm_up(params),
            Self::Bar(strategy) => strategy.warm_up(params),
        }
    }

    /// What a chart draws beside its trades, with these parameters, which are resolved.
    #[must_use]
    pub fn lines(&self, params: &Params) -> Vec<IndicatorLine> {
        match self {
            Self::Signal(strategy) => strategy.lines(params),
            Self::Bar(strategy) => strategy.lines(params),
        }
    }

    /// The sizing that it proposes where the request leaves it open.
    #[must_use]
    pub fn proposed_sizing(&self, params: &Params) -> Option<Sizing> {
        match self {
            Self::Signal(_) => None,
            Self::Bar(strategy) => strategy.proposed_sizing(params),
        }
    }

    /// Most bars that it holds a position, at least 1.
    #[must_use]
    pub fn max_hold(&self, params: &Params) -> Option<usize> {
        match self {
            Self::Signal(_) => None,
            Self::Bar(strategy) => strategy.max_hold(params),
        }
    }
}

impl std::fmt::Debug for Strategy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self {
            Self::Signal(_) => "Signal",
            Self::Bar(_) => "Bar",
        };
        f.debug_tuple(kind).field(&self.spec().name).finish()
    }
}
