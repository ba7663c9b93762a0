//! Running a range of a plan's points.

use std::{
    any::Any,
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
};

use threadx_error::{BacktestError, SweepError};
use threadx_indicators::IndicatorSource;
use threadx_spec::{Criterion, Params};

use super::{
    fast::{self, Decided, Prepared, Runner, SweepRows},
    fast_points::{Came, run_fast},
    plan::SweepPlan,
    points::{PointOutcome, SweepPoint, SweepShard},
    ranking::{Ranked, Ranking},
};
use crate::{
    Backtest, BacktestInput, BacktestSpec, Control, Metrics, SignalStrategy, Strategy, StrategyInput,
    backtest, backtest::measured, strategy::signals_of,
};

/// What a shard works on.
#[derive(Clone, Copy)]
pub struct SweepInput<'a> {
    /// The points.
    pub plan: &'a SweepPlan,
    /// The bars and indicators over them.
    pub indicators: &'a dyn IndicatorSource,
    /// First bar of the range; those before it are warm-up.
    pub first: usize,
    /// The strategy.
    pub strategy: &'a Strategy,
    /// How to trade.
    pub spec: &'a BacktestSpec,
    /// Made of these bars, `first` and `spec`: the metrics that are wanted, and the fast path if it serves.
    /// Without it every point has all metrics of [`backtest`](crate::backtest()).
    pub rows: Option<&'a SweepRows>,
}

impl std::fmt::Debug for SweepInput<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SweepInput")
            .field("plan", self.plan)
            .field("strategy", self.strategy)
            .finish_non_exhaustive()
    }
}

/// Keeps a point's run from reporting its own progress.
struct Quiet<'a>(&'a dyn Control);

impl Control for Quiet<'_> {
    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }

    fn progress(&self, _done: u64, _total: u64) {}
}

/// Runs the points at `positions` of the plan. A point that fails, a panic of its strategy included, is recorded
/// and stops no other.
///
/// Pure: the same input gives a point the same bits, on any thread, in whatever range it is run.
///
/// Where [`SweepInput::rows`] let signals take the fast path, the metrics that it does not measure are `None` and
/// those that it does agree with [`backtest`](crate::backtest()): counts and shares exactly, the others to 1e-9. Elsewhere
/// a point has the metrics of [`backtest`](crate::backtest()) bit by bit, `value_at_risk_95` and `cvar_95` only if one of
/// them is wanted. [`complete`] gives the points that are kept all of them.
///
/// # Errors
///
/// [`SweepError::Interrupted`] if `control` says so.
pub fn run_shard(
    input: &SweepInput<'_>,
    positions: Range<u64>,
    control: &dyn Control,
) -> Result<SweepShard, SweepError> {
    let positions = positions.start..positions.end.min(input.plan.len());
    let total = positions.end.saturating_sub(positions.start);
    let mut run = Run {
        input,
        control,
        total,
        done: 0,
        points: Vec::new(),
    };
    let outcome = match input.fast() {
        Some((signal, prepared)) => run.fast(positions.clone(), signal, prepared),
        None => run.stream(positions.clone()),
    };
    if outcome.is_none() {
        return Err(SweepError::Interrupted {
            done: run.done,
            total,
        });
    }
    control.progress(total, total);
    Ok(SweepShard::new(positions, run.points))
}

/// Gives points that were run all metrics of [`backtest`](crate::backtest()) and puts them in the order of these by `criteria`.
///
/// # Errors
///
/// [`SweepError::Interrupted`] if `control` says so.
pub fn complete(
    input: &SweepInput<'_>,
    points: Vec<Ranked>,
    criteria: &[Criterion],
    control: &dyn Control,
) -> Result<Vec<Ranked>, SweepError> {
    let total = points.len() as u64;
    let mut ranking = Ranking::new(criteria.to_vec(), points.len());
    for (done, mut point) in (0..).zip(points) {
        let metrics = input
            .plan
            .params(point.combination)
            .map(|params| input.walked(&params, true, control));
        match metrics {
            Some(Ok(metrics)) => point.metrics = metrics,
            Some(Err(PointError::Interrupted)) => return Err(SweepError::Interrupted { done, total }),
            // It ran before: what it was ranked by stands.
            Some(Err(PointError::Failed(_))) | None => {}
        }
        ranking.add(point);
    }
    Ok(ranking.into_best())
}

/// Why a point has no metrics.
pub(super) enum PointError {
    Failed(String),
    Interrupted,
}

/// What `run` yields, or why it does not; a panic is the strategy's.
fn caught<T>(run: impl FnOnce() -> Result<T, BacktestError>) -> Result<T, PointError> {
    // The strategy is the user's: nothing that the point touched is looked at again after a panic.
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(BacktestError::Interrupted { .. })) => Err(PointError::Interrupted),
        Ok(Err(error)) => Err(PointError::Failed(error.to_string())),
        Err(panic) => Err(PointError::Failed(format!(
            "the strategy panicked: {}",
            text_of(&*panic)
        ))),
    }
}

impl<'a> SweepInput<'a> {
    /// The strategy and what the fast path knows, if it serves this sweep.
    pub(super) fn fast(&self) -> Option<(&'a dyn SignalStrategy, &'a Prepared)> {
        let Strategy::Signal(signal) = self.strategy else {
            return None;
        };
        let prepared = self.rows?.fast()?;
        prepared
            .is_of(self.indicators.bars(), self.first, self.spec)
            .then_some((&**signal, prepared))
    }

    /// The parameters of the point at a position; `None` if a rule leaves it out.
    pub(super) fn params(&self, position: u64) -> Option<Params> {
        self.plan.params(self.plan.combination(position)?)
    }

    /// The whole run of a point.
    pub(super) fn backtest(&self, params: &Params, control: &dyn Control) -> Result<Backtest, PointError> {
        caught(|| backtest(&self.of(params), &Quiet(control)))
    }

    /// The metrics of a point by the bar loop; all of them with the tail.
    fn walked(&self, params: &Params, with_tail: bool, control: &dyn Control) -> Result<Metrics, PointError> {
        caught(|| measured(&self.of(params), with_tail, &Quiet(control)))
    }

    /// Whether a point is measured in the tail of its returns too.
    fn with_tail(&self) -> bool {
        self.rows.is_none_or(SweepRows::wants_tail)
    }

    /// What a point is run on.
    fn of<'p>(&self, params: &'p Params) -> BacktestInput<'p>
    where
        'a: 'p,
    {
        BacktestInput {
            indicators: self.indicators,
            first: self.first,
            strategy: self.strategy,
            params,
            spec: self.spec,
        }
    }

    /// The signals of a point.
    pub(super) fn decided(
        &self,
        signal: &dyn SignalStrategy,
        params: &Params,
    ) -> Result<Decided, PointError> {
        caught(|| {
            let params = signal
                .spec()
                .resolve(params)
                .map_err(|rule| BacktestError::Params {
                    strategy: signal.spec().name.clone().into_owned(),
                    rule,
                })?;
            let input = StrategyInput {
                indicators: self.indicators,
                first: self.first,
                params: &params,
                direction: self.spec.options().direction,
            };
            if let Some(lines) = signal.line_signals(&input)? {
                return Ok(Decided::ByLines(lines));
            }
            signals_of(signal, &input).map(Decided::ByMasks)
        })
    }
}

/// A shard under way. What returns an option returns `None` when it is interrupted.
struct Run<'a, 'b> {
    input: &'a SweepInput<'b>,
    control: &'a dyn Control,
    total: u64,
    done: u64,
    points: Vec<SweepPoint>,
}

impl<'b> Run<'_, 'b> {
    /// Runs the points one after the other by the bar loop.
    fn stream(&mut self, positions: Range<u64>) -> Option<()> {
        for position in positions {
            if let Some(params) = self.params(position)? {
                let outcome = self.input.walked(&params, self.input.with_tail(), self.control);
                self.settle(position, outcome)?;
            }
        }
        Some(())
    }

    fn fast(
        &mut self,
        positions: Range<u64>,
        signal: &dyn SignalStrategy,
        prepared: &'b Prepared,
    ) -> Option<()> {
        let (input, control) = (self.input, self.control);
        let points = positions.map(|position| (position, input.params(position)));
        let finish = |runner: &Runner<'_>, run| runner.metrics(run);
        run_fast(
            input,
            signal,
            Runner::new(prepared),
            points,
            control,
            finish,
            |position, came| match came {
                Came::Skipped => {
                    self.count();
                    Some(())
                }
                Came::Failed(error) => self.settle(position, Err(error)),
                Came::Ran(metrics) => self.looked_up(position, metrics),
            },
        )
    }

    /// Takes what the fast path made of a point; what it cannot do is left to the full simulator.
    fn looked_up(&mut self, position: u64, metrics: Result<Metrics, fast::NeedsFull>) -> Option<()> {
        let outcome = metrics.map_or_else(
            |fast::NeedsFull| {
                let params = self.input.params(position).unwrap_or_default();
                self.input.walked(&params, self.input.with_tail(), self.control)
            },
            Ok,
        );
        self.settle(position, outcome)
    }

    /// The parameters of the point at a position; none if a rule leaves it out.
    fn params(&mut self, position: u64) -> Option<Option<Params>> {
        if self.control.cancelled() {
            return None;
        }
        let params = self.input.params(position);
        if params.is_none() {
            self.count();
        }
        Some(params)
    }

    fn settle(&mut self, position: u64, outcome: Result<Metrics, PointError>) -> Option<()> {
        let outcome = match outcome {
            Ok(metrics) => PointOutcome::Evaluated(metrics),
            Err(PointError::Failed(error)) => PointOutcome::Failed(error),
            Err(PointError::Interrupted) => return None,
        };
        self.points.push(SweepPoint {
            position,
            combination: self.input.plan.combination(position)?,
            outcome,
        });
        self.count();
        Some(())
    }

    fn count(&mut self) {
        self.done += 1;
        self.control.progress(self.done, self.total);
    }
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("its message is not text")
}
