//! Running a range of a plan's points.

use std::{
    any::Any,
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
};

use threadx_error::{BacktestError, SweepError};
use threadx_indicators::IndicatorSource;

use super::{
    plan::SweepPlan,
    points::{PointOutcome, SweepPoint, SweepShard},
};
use crate::{BacktestInput, BacktestSpec, Control, Strategy, backtest};

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
/// Pure: the same input and positions give the same bits, on any thread.
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
    let mut points = Vec::new();
    for (done, position) in (0u64..).zip(positions.clone()) {
        let interrupted = || SweepError::Interrupted { done, total };
        if control.cancelled() {
            return Err(interrupted());
        }
        control.progress(done, total);
        let Some(combination) = input.plan.combination(position) else {
            break;
        };
        let Some(params) = input.plan.params(combination) else {
            continue;
        };
        let run = || {
            let input = BacktestInput {
                indicators: input.indicators,
                first: input.first,
                strategy: input.strategy,
                params: &params,
                spec: input.spec,
            };
            backtest(&input, &Quiet(control)).map(|result| result.metrics)
        };
        // The strategy is the user's: nothing that the point touched is looked at again after a panic.
        let outcome = match catch_unwind(AssertUnwindSafe(run)) {
            Ok(Ok(metrics)) => PointOutcome::Evaluated(metrics),
            Ok(Err(BacktestError::Interrupted { .. })) => return Err(interrupted()),
            Ok(Err(error)) => PointOutcome::Failed(error.to_string()),
            Err(panic) => PointOutcome::Failed(format!("the strategy panicked: {}", text_of(&*panic))),
        };
        points.push(SweepPoint {
            position,
            combination,
            outcome,
        });
    }
    control.progress(total, total);
    Ok(SweepShard::new(positions, points))
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("its message is not text")
}
