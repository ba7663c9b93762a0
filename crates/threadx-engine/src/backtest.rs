//! One run: a strategy over bars.

mod decider;

use std::borrow::Cow;

use serde::Serialize;
use threadx_error::BacktestError;
use threadx_indicators::IndicatorSource;
use threadx_market::{Bars, Symbol};
use threadx_spec::{FillModel, Params, Sizing};

use crate::{
    Activity, Annualisation, BacktestOptions, BacktestSpec, Control, EquityCurve, Metrics, MetricsInput,
    RejectedOrder, Strategy, StrategyInput, Trade, Warning, WarningCode, buy_and_hold_return,
    metrics::RunningCurve,
    simulator::{AtEnd, Curve, Run, Simulation, simulate},
};

pub(crate) use decider::Decider;

/// What one run works on.
#[derive(Clone, Copy)]
pub struct BacktestInput<'a> {
    /// The bars and indicators over them; the bars before `first` are warm-up, which only indicators see.
    pub indicators: &'a dyn IndicatorSource,
    /// First bar of the range.
    pub first: usize,
    /// The strategy.
    pub strategy: &'a Strategy,
    /// Its parameters; those that are absent take their defaults.
    pub params: &'a Params,
    /// How to trade.
    pub spec: &'a BacktestSpec,
}

impl std::fmt::Debug for BacktestInput<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BacktestInput")
            .field("bars", &self.indicators.bars().len())
            .field("first", &self.first)
            .field("strategy", self.strategy)
            .field("params", self.params)
            .field("spec", self.spec)
            .finish_non_exhaustive()
    }
}

/// What one run yields. Positions of bars count from 0 at the start of the range.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Backtest {
    /// The measures.
    pub metrics: Metrics,
    /// Closed trades in the order of their exits, then the open one, if any.
    pub trades: Vec<Trade>,
    /// Orders that could not be executed, in order.
    pub rejected_orders: Vec<RejectedOrder>,
    /// What a reader of the result should know.
    pub warnings: Vec<Warning>,
    /// Bars before the range that fed indicators.
    pub warm_up_bars: usize,
    /// Equity at the close of each bar of the range, currency.
    pub equity: Vec<f64>,
}

impl Backtest {
    /// The fall of equity from its peak so far at each bar's close, a fraction ≤ 0; `start` is the value
    /// before the first bar and counts as a peak.
    #[must_use]
    pub fn drawdown(&self, start: f64) -> Vec<f64> {
        drawdown(&self.equity, start)
    }
}

/// The fall of equity from its peak so far at each bar's close, a fraction ≤ 0; `start` is the value before the first
/// bar and counts as a peak.
///
/// ```
/// assert_eq!(threadx_engine::drawdown(&[110.0, 55.0, 220.0], 100.0), [0.0, -0.5, 0.0]);
/// ```
#[must_use]
pub fn drawdown(equity: &[f64], start: f64) -> Vec<f64> {
    let mut peak = start;
    equity
        .iter()
        .map(|&equity| {
            peak = peak.max(equity);
            equity / peak - 1.0
        })
        .collect()
}

/// Runs a strategy over bars: signals, fills, equity, metrics.
///
/// The same input gives the same bits, on any number of threads.
///
/// ```
/// use threadx_engine::{
///     BacktestInput, BacktestOptions, BacktestSpec, StrategyRegistry, Uninterrupted, backtest,
/// };
/// use threadx_indicators::Direct;
/// use threadx_market::{Bars, Columns, Timeframe, Timestamp};
/// use threadx_spec::Params;
///
/// let day = |n: i64| Timestamp::from_nanoseconds(n * 86_400_000_000_000);
/// let bars = Bars::new(
///     Timeframe::D1,
///     Columns {
///         time: (0..3).map(day).collect(),
///         open: vec![100.0, 100.0, 110.0],
///         high: vec![101.0, 112.0, 121.0],
///         low: vec![99.0, 99.0, 109.0],
///         close: vec![100.0, 110.0, 120.0],
///         volume: vec![1.0; 3],
///     },
/// )?;
/// let registry = StrategyRegistry::built_in();
/// let spec = BacktestSpec::new(BacktestOptions { fee_rate: 0.0, ..BacktestOptions::default() })?;
/// let result = backtest(
///     &BacktestInput {
///         indicators: &Direct::new(&bars),
///         first: 0,
///         strategy: registry.get("buy_and_hold")?,
///         params: &Params::new(),
///         spec: &spec,
///     },
///     &Uninterrupted,
/// )?;
/// // Decided at the close of the first bar, bought at the open of the second.
/// assert_eq!(result.equity, [10_000.0, 11_000.0, 12_000.0]);
/// assert!(result.trades[0].is_open());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`BacktestError::NoBars`] if the range is empty; [`BacktestError::Params`] if the strategy does not take
/// the parameters; [`BacktestError::Interrupted`] if `control` says so; and what the strategy refuses.
pub fn backtest(input: &BacktestInput<'_>, control: &dyn Control) -> Result<Backtest, BacktestError> {
    let kept = |range: &Bars| Vec::with_capacity(range.len());
    let simulated = simulated(input, AtEnd::Keep, kept, control)?;
    Ok(finish(
        simulated.simulation,
        &simulated.range,
        input.first,
        input.spec,
        simulated.warm_up,
    ))
}

/// What the bar loop made of a run, before anything is measured.
pub(crate) struct Simulated<C = Vec<f64>> {
    pub(crate) simulation: Simulation<C>,
    /// The bars of the range.
    range: Bars,
    /// Bars that the strategy needs before it can decide.
    warm_up: usize,
}

/// Runs a strategy over bars and measures nothing but what the curve that `curve` makes for the range does.
pub(crate) fn simulated<C: Curve>(
    input: &BacktestInput<'_>,
    at_end: AtEnd,
    curve: impl FnOnce(&Bars) -> C,
    control: &dyn Control,
) -> Result<Simulated<C>, BacktestError> {
    let BacktestInput {
        indicators,
        first,
        strategy,
        spec,
        ..
    } = *input;
    let bars = indicators.bars();
    let range = bars.slice(first..bars.len());
    if range.is_empty() {
        return Err(BacktestError::NoBars);
    }
    let params = resolve(strategy, input.params)?;
    let spec = &*with_own_limit(spec, strategy, &params)?;
    let options = spec.options();
    let sizing = sizing(options, strategy, &params);
    let strategy_input = StrategyInput {
        indicators,
        first,
        params: &params,
        direction: options.direction,
    };
    let run = Run {
        bars: &range,
        lead: first,
        spec,
        sizing,
        at_end,
    };
    let simulation = match Decider::start(strategy, &strategy_input, options)? {
        Decider::Signals(mut decide) => simulate(run, &mut decide, curve(&range), control)?,
        Decider::Bar(mut decide) => simulate(run, &mut decide, curve(&range), control)?,
    };
    Ok(Simulated {
        simulation,
        range,
        warm_up: strategy.warm_up(&params)?,
    })
}

/// The metrics of a run alone, the same bits as those of [`backtest`]: nothing else is kept. Without the tail
/// `value_at_risk_95` and `cvar_95` are `None`, which saves looking at every return again.
pub(crate) fn measured(
    input: &BacktestInput<'_>,
    with_tail: bool,
    control: &dyn Control,
) -> Result<Metrics, BacktestError> {
    let options = input.spec.options();
    let bars = input.indicators.bars();
    let range = bars.slice(input.first..bars.len());
    let annualisation = Annualisation {
        periods_per_year: options.periods_per_year,
        risk_free_rate: options.risk_free_rate,
    };
    let curve = |_: &Bars| RunningCurve::new(options.portfolio_value, &range, annualisation, with_tail);
    let simulation = simulated(input, AtEnd::Keep, curve, control)?.simulation;
    let activity = Activity {
        bars_in_position: simulation.bars_in_position,
        fill_notional: simulation.fill_notional,
        fees_paid: simulation.fees_paid,
        buy_and_hold_return: buy_and_hold_return(&range),
    };
    Ok(Metrics::of_run(simulation.equity, &simulation.trades, &activity))
}

fn finish(
    simulation: Simulation,
    range: &Bars,
    first: usize,
    spec: &BacktestSpec,
    warm_up: usize,
) -> Backtest {
    let options = spec.options();
    let metrics = Metrics::compute(&MetricsInput {
        curve: EquityCurve::new(options.portfolio_value, range, &simulation.equity),
        trades: &simulation.trades,
        activity: Activity {
            bars_in_position: simulation.bars_in_position,
            fill_notional: simulation.fill_notional,
            fees_paid: simulation.fees_paid,
            buy_and_hold_return: buy_and_hold_return(range),
        },
        annualisation: Annualisation {
            periods_per_year: options.periods_per_year,
            risk_free_rate: options.risk_free_rate,
        },
    });
    let bars = [(None, first + range.len())];
    Backtest {
        metrics,
        trades: simulation.trades,
        rejected_orders: simulation.rejected_orders,
        warnings: warnings(options, warm_up, simulation.ruined, bars),
        warm_up_bars: first,
        equity: simulation.equity,
    }
}

/// What a reader of a result should know; `bars` are each token's with the warm-up, with its name if there are several.
pub(crate) fn warnings<'a>(
    options: &BacktestOptions,
    warm_up: usize,
    ruined: bool,
    bars: impl IntoIterator<Item = (Option<&'a Symbol>, usize)>,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if options.leverage == 0.0 {
        warnings.push(Warning::new(
            WarningCode::ZeroLeverage,
            "leverage is 0, so nothing is traded",
        ));
    }
    if options.fill == FillModel::Close {
        let message = "decisions are filled at the close of the bar on which they are taken";
        warnings.push(Warning::new(WarningCode::SameBarFill, message));
    }
    for (token, bars) in bars {
        if bars <= warm_up {
            let of_token = token.map_or_else(String::new, |token| format!(" of {token}"));
            let message = format!(
                "the strategy needs {warm_up} bars{of_token} before it can decide, and there are {bars}"
            );
            warnings.push(Warning::new(WarningCode::ShortHistory, message));
        }
    }
    if ruined {
        let message = "equity was used up; nothing is traded afterwards";
        warnings.push(Warning::new(WarningCode::Liquidated, message));
    }
    warnings
}

/// All parameters of the strategy, typed.
pub(crate) fn resolve(strategy: &Strategy, given: &Params) -> Result<Params, BacktestError> {
    strategy
        .spec()
        .resolve(given)
        .map_err(|rule| BacktestError::Params {
            strategy: strategy.spec().name.clone().into_owned(),
            rule,
        })
}

/// How large an entry is: as the options say, else as the strategy proposes, else all in.
pub(crate) fn sizing(options: &BacktestOptions, strategy: &Strategy, params: &Params) -> Sizing {
    options
        .sizing
        .or_else(|| strategy.proposed_sizing(params))
        .unwrap_or_default()
}

/// The specification with the strategy's own longest hold, which the engine keeps like the request's.
pub(crate) fn with_own_limit<'a>(
    spec: &'a BacktestSpec,
    strategy: &Strategy,
    params: &Params,
) -> Result<Cow<'a, BacktestSpec>, BacktestError> {
    let options = spec.options();
    let held = [options.max_hold, strategy.max_hold(params)];
    match held.into_iter().flatten().min() {
        max_hold if max_hold == options.max_hold => Ok(Cow::Borrowed(spec)),
        max_hold => BacktestSpec::new(BacktestOptions {
            max_hold,
            ..options.clone()
        })
        .map(Cow::Owned),
    }
}
