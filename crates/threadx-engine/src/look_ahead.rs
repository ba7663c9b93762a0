//! Whether a strategy looks into the future.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use threadx_error::BacktestError;
use threadx_indicators::Direct;
use threadx_market::{Bars, Timestamp};
use threadx_spec::{Params, Sizing, StrategySpec};

use crate::{
    AccountView, BacktestInput, BacktestSpec, BarRun, BarStrategy, Control, Orders, Signals, Strategy,
    StrategyInput, Uninterrupted, backtest, strategy::signals_of,
};

mod decision;
mod futures;

pub use decision::Decision;
pub use futures::Future;

/// What a check for look-ahead works on.
#[derive(Debug, Clone, Copy)]
pub struct LookAheadInput<'a> {
    /// The bars.
    pub bars: &'a Bars,
    /// The strategy, of either kind.
    pub strategy: &'a Strategy,
    /// Its parameters; those that are absent take their defaults.
    pub params: &'a Params,
    /// How to trade; a bar-by-bar strategy's decisions depend on it.
    pub spec: &'a BacktestSpec,
    /// Most places at which the future is cut off or changed; half of them lie right behind a decision.
    pub cuts: usize,
    /// Seed of the shuffling.
    pub seed: u64,
}

/// What a check for look-ahead found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LookAheadCheck {
    /// Bars of the data.
    pub bars: usize,
    /// Bars on which the strategy decided something; with none the check proves nothing.
    pub decisions: usize,
    /// Places at which the future was cut off or changed.
    pub cuts: usize,
    /// Futures that were compared, over all cuts.
    pub futures: usize,
    /// The first bar at which a past decision changed, if any did.
    pub leak: Option<Leak>,
}

/// A decision that changed with its future.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Leak {
    /// Bar of the decision, from 0.
    pub index: usize,
    /// Open time of that bar.
    pub time: Timestamp,
    /// First bar that was cut off or changed; after `index`.
    pub cut: usize,
    /// What became of the bars from `cut` on.
    pub future: Future,
    /// What was decided on all bars.
    pub decided: Decision,
    /// What was decided with the other future.
    pub instead: Decision,
}

impl std::fmt::Display for Leak {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "at bar {} ({}) it decided {}, but {}",
            self.index, self.time, self.decided, self.instead
        )?;
        match self.future {
            Future::Same => f.write_str(" when asked again on the same bars"),
            future => write!(f, " with the bars from {} on {future}", self.cut),
        }
    }
}

/// Runs a strategy on truncated data and on data whose future is shuffled or moved, and compares what it decided
/// before: the prefix rule says that nothing changes.
///
/// Half of the cuts lie right behind bars on which something was decided, so that a strategy that looks one bar
/// ahead is caught even if it seldom decides; the others are spread evenly. Of a bar-by-bar strategy the orders
/// are compared, of a signal strategy all four masks. Repeated runs on the same bars are compared too, so
/// that a strategy that draws lots or reads a clock is caught.
///
/// ```
/// use threadx_engine::{
///     BacktestOptions, BacktestSpec, LookAheadInput, StrategyRegistry, Uninterrupted, check_look_ahead,
/// };
/// use threadx_market::{Bars, Columns, Timeframe, Timestamp};
/// use threadx_spec::Params;
///
/// let price = |n: i64| 100.0 + (n as f64 / 7.0).sin() * 10.0;
/// let close: Vec<f64> = (0..300).map(price).collect();
/// let bars = Bars::new(Timeframe::D1, Columns {
///     time: (0..300).map(|n| Timestamp::from_nanoseconds(n * 86_400_000_000_000)).collect(),
///     open: close.clone(), high: close.clone(), low: close.clone(), close,
///     volume: vec![1.0; 300],
/// })?;
/// let registry = StrategyRegistry::built_in();
/// let check = check_look_ahead(
///     &LookAheadInput {
///         bars: &bars,
///         strategy: registry.get("ma_crossover")?,
///         params: &Params::new(),
///         spec: &BacktestSpec::new(BacktestOptions::default())?,
///         cuts: 16,
///         seed: 0,
///     },
///     &Uninterrupted,
/// )?;
/// assert!(check.decisions > 0);
/// assert_eq!(check.leak, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`BacktestError::NoBars`] without bars; [`BacktestError::Interrupted`] if `control` says so; and what the
/// strategy refuses.
pub fn check_look_ahead(
    input: &LookAheadInput<'_>,
    control: &dyn Control,
) -> Result<LookAheadCheck, BacktestError> {
    let bars = input.bars;
    if bars.is_empty() {
        return Err(BacktestError::NoBars);
    }
    let decided = decisions(input, bars)?;
    let some = |decision: &Decision| !decision.is_none();
    let deciding: Vec<usize> = (0..bars.len()).filter(|bar| some(&decided[*bar])).collect();
    let cuts = cuts(bars.len(), &deciding, input.cuts);
    let mut check = LookAheadCheck {
        bars: bars.len(),
        decisions: deciding.len(),
        cuts: cuts.len(),
        futures: 0,
        leak: None,
    };
    let total = (1 + cuts.len() * Future::OTHER.len()) as u64;
    let others = cuts
        .iter()
        .flat_map(|cut| Future::OTHER.into_iter().map(|future| (*cut, future)));
    for (cut, future) in std::iter::once((bars.len(), Future::Same)).chain(others) {
        if control.cancelled() {
            return Err(BacktestError::Interrupted {
                done: check.futures as u64,
                total,
            });
        }
        let instead = decisions(input, &future.of(bars, cut, input.seed)?)?;
        check.futures += 1;
        control.progress(check.futures as u64, total);
        // An earlier leak only.
        let known = check.leak.as_ref().map_or(cut, |leak| leak.index.min(cut));
        let differs = (0..known).find(|bar| decided[*bar] != instead[*bar]);
        if let Some(index) = differs {
            check.leak = Some(Leak {
                index,
                time: bars.time()[index],
                cut,
                future,
                decided: decided[index],
                instead: instead[index],
            });
        }
    }
    Ok(check)
}

/// Places to cut: half right behind decisions, the others spread evenly.
fn cuts(bars: usize, deciding: &[usize], most: usize) -> Vec<usize> {
    let behind = most.div_ceil(2).min(deciding.len());
    let mut cuts: Vec<usize> = (0..behind)
        .map(|n| deciding[n * deciding.len() / behind] + 1)
        .collect();
    let even = most - behind;
    cuts.extend((1..=even).map(|n| n * bars / (even + 1)));
    cuts.retain(|cut| (1..bars).contains(cut));
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

/// What the strategy decides at each bar's close.
fn decisions(input: &LookAheadInput<'_>, bars: &Bars) -> Result<Vec<Decision>, BacktestError> {
    match input.strategy {
        Strategy::Signal(strategy) => {
            let params = strategy
                .spec()
                .resolve(input.params)
                .map_err(|rule| BacktestError::Params {
                    strategy: strategy.spec().name.clone().into_owned(),
                    rule,
                })?;
            let input = StrategyInput {
                indicators: &Direct::new(bars),
                first: 0,
                params: &params,
                direction: input.spec.options().direction,
            };
            let signals = signals_of(&**strategy, &input)?;
            Ok((0..bars.len()).map(|bar| decision_of(&signals, bar)).collect())
        }
        Strategy::Bar(strategy) => {
            let record: Record = Arc::new(Mutex::new(vec![Decision::default(); bars.len()]));
            let recorded = Strategy::Bar(Arc::new(Recorded {
                strategy: Arc::clone(strategy),
                record: Arc::clone(&record),
            }));
            backtest(
                &BacktestInput {
                    indicators: &Direct::new(bars),
                    first: 0,
                    strategy: &recorded,
                    params: input.params,
                    spec: input.spec,
                },
                &Uninterrupted,
            )?;
            let mut decisions = record.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(std::mem::take(&mut *decisions))
        }
    }
}

fn decision_of(signals: &Signals, bar: usize) -> Decision {
    Decision::Signals {
        long_entry: signals.long_entry.get(bar),
        long_exit: signals.long_exit.get(bar),
        short_entry: signals.short_entry.get(bar),
        short_exit: signals.short_exit.get(bar),
    }
}

type Record = Arc<Mutex<Vec<Decision>>>;

/// A bar-by-bar strategy whose orders are written down.
struct Recorded {
    strategy: Arc<dyn BarStrategy>,
    record: Record,
}

impl BarStrategy for Recorded {
    fn spec(&self) -> &StrategySpec {
        self.strategy.spec()
    }

    fn warm_up(&self, params: &Params) -> Result<usize, BacktestError> {
        self.strategy.warm_up(params)
    }

    fn proposed_sizing(&self, params: &Params) -> Option<Sizing> {
        self.strategy.proposed_sizing(params)
    }

    fn max_hold(&self, params: &Params) -> Option<usize> {
        self.strategy.max_hold(params)
    }

    fn start<'a>(&self, input: &StrategyInput<'a>) -> Result<Box<dyn BarRun + 'a>, BacktestError> {
        Ok(Box::new(RecordedRun {
            run: self.strategy.start(input)?,
            record: Arc::clone(&self.record),
        }))
    }
}

struct RecordedRun<'a> {
    run: Box<dyn BarRun + 'a>,
    record: Record,
}

impl BarRun for RecordedRun<'_> {
    fn on_bar(&mut self, account: &AccountView<'_>) -> Orders {
        let orders = self.run.on_bar(account);
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(decision) = record.get_mut(account.index()) {
            *decision = Decision::Orders(orders);
        }
        orders
    }

    fn next_while_flat(&self, bar: usize) -> Option<usize> {
        self.run.next_while_flat(bar)
    }
}
