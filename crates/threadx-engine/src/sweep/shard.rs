//! Running a range of a plan's points.

use std::{
    any::Any,
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
};

use threadx_error::{BacktestError, SweepError};
use threadx_indicators::IndicatorSource;
use threadx_spec::Metric;

use super::{
    plan::SweepPlan,
    ranking::{Ranked, Ranking},
};
use crate::{BacktestInput, BacktestSpec, Control, Strategy, backtest};

/// Most failed points that a shard or a merge of shards lists; the rest are counted.
pub const FAILED_MAX: usize = 1000;

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
    /// By what the points are ranked.
    pub criteria: &'a [Metric],
    /// How many of the best are kept.
    pub top: usize,
}

impl std::fmt::Debug for SweepInput<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SweepInput")
            .field("plan", self.plan)
            .field("strategy", self.strategy)
            .finish_non_exhaustive()
    }
}

/// A point that could not be run; it is never ranked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FailedPoint {
    /// The number of its combination.
    pub combination: u64,
    /// Why.
    pub error: String,
}

/// What a range of the plan's points came to.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepShard {
    /// Points that were run to their end.
    pub evaluated: u64,
    /// Combinations that break a rule of the strategy.
    pub skipped: u64,
    /// Points that failed, all of them counted.
    pub failed_count: u64,
    /// The first [`FAILED_MAX`] of them by combination.
    pub failed: Vec<FailedPoint>,
    /// The best points.
    pub ranking: Ranking,
}

impl SweepShard {
    /// No points yet.
    #[must_use]
    pub fn new(criteria: &[Metric], top: usize) -> Self {
        Self {
            evaluated: 0,
            skipped: 0,
            failed_count: 0,
            failed: Vec::new(),
            ranking: Ranking::new(criteria.to_vec(), top),
        }
    }

    /// Adds another range's points.
    pub fn merge(&mut self, other: Self) {
        self.evaluated += other.evaluated;
        self.skipped += other.skipped;
        self.failed_count += other.failed_count;
        self.failed.extend(other.failed);
        self.failed.sort();
        self.failed.truncate(FAILED_MAX);
        self.ranking.merge(other.ranking);
    }

    fn fail(&mut self, combination: u64, error: String) {
        self.failed_count += 1;
        if self.failed.len() < FAILED_MAX {
            self.failed.push(FailedPoint { combination, error });
        }
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
/// # Errors
///
/// [`SweepError::Interrupted`] if `control` says so.
pub fn run_shard(
    input: &SweepInput<'_>,
    positions: Range<u64>,
    control: &dyn Control,
) -> Result<SweepShard, SweepError> {
    let mut shard = SweepShard::new(input.criteria, input.top);
    let total = positions.end.saturating_sub(positions.start);
    for (done, position) in (0u64..).zip(positions) {
        let interrupted = || SweepError::Interrupted { done, total };
        if control.cancelled() {
            return Err(interrupted());
        }
        let Some(combination) = input.plan.combination(position) else {
            break;
        };
        control.progress(done, total);
        let Some(params) = input.plan.params(combination) else {
            shard.skipped += 1;
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
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok(Ok(metrics)) => {
                shard.evaluated += 1;
                shard.ranking.add(Ranked { combination, metrics });
            }
            Ok(Err(BacktestError::Interrupted { .. })) => return Err(interrupted()),
            Ok(Err(error)) => shard.fail(combination, error.to_string()),
            Err(panic) => shard.fail(
                combination,
                format!("the strategy panicked: {}", text_of(&*panic)),
            ),
        }
    }
    control.progress(total, total);
    Ok(shard)
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("its message is not text")
}
