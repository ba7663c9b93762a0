//! What a whole sweep came to.

use std::collections::BTreeSet;

use threadx_error::SweepError;
use threadx_spec::Criterion;

use super::{
    plan::SweepPlan,
    points::{PointOutcome, SweepPoint, SweepShard},
    ranking::{Ranked, Ranking},
};

/// Most failed points that a summary lists; the rest are counted.
pub const FAILED_MAX: usize = 1000;

/// A point that could not be run; it is never ranked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FailedPoint {
    /// The number of its combination.
    pub combination: u64,
    /// Why.
    pub error: String,
}

/// Counts, the best points and the first failures of a sweep: of bounded size, whatever the number of points.
///
/// Points may be added in any order.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepSummary {
    evaluated: u64,
    skipped: u64,
    failed_count: u64,
    failed: BTreeSet<FailedPoint>,
    ranking: Ranking,
}

impl SweepSummary {
    /// No points yet; the best `top` are kept.
    #[must_use]
    pub fn new(criteria: &[Criterion], top: usize) -> Self {
        Self {
            evaluated: 0,
            skipped: 0,
            failed_count: 0,
            failed: BTreeSet::new(),
            ranking: Ranking::new(criteria.to_vec(), top),
        }
    }

    /// Adds a shard, none of whose points may be added twice.
    pub fn add(&mut self, shard: &SweepShard) {
        self.skipped += shard.skipped();
        for point in shard.points() {
            self.add_point(point);
        }
    }

    fn add_point(&mut self, point: &SweepPoint) {
        let combination = point.combination;
        match &point.outcome {
            PointOutcome::Evaluated(metrics) => {
                self.evaluated += 1;
                self.ranking.add(Ranked {
                    combination,
                    metrics: metrics.clone(),
                });
            }
            PointOutcome::Failed(error) => {
                self.failed_count += 1;
                self.failed.insert(FailedPoint {
                    combination,
                    error: error.clone(),
                });
                if self.failed.len() > FAILED_MAX {
                    self.failed.pop_last();
                }
            }
        }
    }

    /// Points that were run to their end.
    #[must_use]
    pub fn evaluated(&self) -> u64 {
        self.evaluated
    }

    /// Combinations that a rule leaves out.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Points that failed, all of them counted.
    #[must_use]
    pub fn failed_count(&self) -> u64 {
        self.failed_count
    }

    /// The first [`FAILED_MAX`] of them by combination.
    pub fn failed(&self) -> impl ExactSizeIterator<Item = &FailedPoint> {
        self.failed.iter()
    }

    /// The best points, best first.
    #[must_use]
    pub fn best(&self) -> Vec<Ranked> {
        self.ranking.clone().into_best()
    }
}

/// What the whole plan came to, from its merged shards.
///
/// # Errors
///
/// [`SweepError::MissingPoints`] if not all points of the plan were looked at, naming those;
/// [`SweepError::NoCombinations`] if rules leave out every one.
pub fn finish(
    plan: &SweepPlan,
    shard: &SweepShard,
    criteria: &[Criterion],
    top: usize,
) -> Result<SweepSummary, SweepError> {
    let missing = shard.missing(plan.len());
    if !missing.is_empty() {
        return Err(SweepError::MissingPoints {
            missing,
            total: plan.len(),
        });
    }
    let mut summary = SweepSummary::new(criteria, top);
    summary.add(shard);
    if shard.points().is_empty() {
        return Err(SweepError::NoCombinations {
            combinations: plan.len(),
        });
    }
    Ok(summary)
}
