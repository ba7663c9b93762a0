//! What points of a plan came to, and how ranges of them are put together.

use std::ops::Range;

use threadx_error::SweepError;

use crate::Metrics;

/// A point that was looked at and is none that its strategy's rules leave out.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepPoint {
    /// Where it stands in the plan.
    pub position: u64,
    /// The number of its combination.
    pub combination: u64,
    /// What it came to.
    pub outcome: PointOutcome,
}

/// What a point came to.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "almost every point is of the large variant"
)]
pub enum PointOutcome {
    /// It was run to its end.
    Evaluated(Metrics),
    /// It could not be run, for this reason; it is never ranked.
    Failed(String),
}

/// What some of a plan's points came to.
///
/// [Merging](Self::merge) is associative, commutative and idempotent: the shards of a plan may be run anywhere, come
/// in any order, overlap, and come twice.
///
/// ```
/// use threadx_engine::{PointOutcome, SweepPoint, SweepShard};
///
/// let point = |position| SweepPoint {
///     position,
///     combination: position,
///     outcome: PointOutcome::Failed("no bars".to_owned()),
/// };
/// let first = SweepShard::new(0..2, vec![point(0)]);
/// let second = SweepShard::new(2..4, vec![point(2), point(3)]);
/// let both = second.clone().merge(first.clone())?;
/// assert_eq!(both, first.merge(second)?);
/// assert_eq!((both.failed(), both.skipped()), (3, 1));
/// assert_eq!(both.missing(6), [4..6]);
/// # Ok::<(), threadx_error::SweepError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SweepShard {
    /// Positions that were looked at: ascending, apart from each other, none empty.
    covered: Vec<Range<u64>>,
    /// Ascending by position; a covered position that is not here was left out by a rule.
    points: Vec<SweepPoint>,
}

impl SweepShard {
    /// What the points at `positions` came to. Positions that `points` leaves out are combinations that a rule
    /// leaves out; points outside `positions` are dropped.
    #[must_use]
    pub fn new(positions: Range<u64>, mut points: Vec<SweepPoint>) -> Self {
        points.retain(|point| positions.contains(&point.position));
        points.sort_by_key(|point| point.position);
        points.dedup_by_key(|point| point.position);
        Self {
            covered: if positions.is_empty() {
                Vec::new()
            } else {
                vec![positions]
            },
            points,
        }
    }

    /// The positions that were looked at: ascending ranges with gaps between them.
    #[must_use]
    pub fn covered(&self) -> &[Range<u64>] {
        &self.covered
    }

    /// The points in the order of their positions.
    #[must_use]
    pub fn points(&self) -> &[SweepPoint] {
        &self.points
    }

    /// Number of points that were run to their end.
    #[must_use]
    pub fn evaluated(&self) -> u64 {
        self.points.len() as u64 - self.failed()
    }

    /// Number of points that failed.
    #[must_use]
    pub fn failed(&self) -> u64 {
        let failed = |point: &&SweepPoint| matches!(point.outcome, PointOutcome::Failed(_));
        self.points.iter().filter(failed).count() as u64
    }

    /// Number of combinations that a rule leaves out.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        length(&self.covered) - self.points.len() as u64
    }

    /// The positions below `total` that were not looked at, as ascending ranges.
    #[must_use]
    pub fn missing(&self, total: u64) -> Vec<Range<u64>> {
        let mut missing = Vec::new();
        let mut next = 0;
        for range in &self.covered {
            if range.start >= total {
                break;
            }
            if next < range.start {
                missing.push(next..range.start);
            }
            next = range.end;
        }
        if next < total {
            missing.push(next..total);
        }
        missing
    }

    /// The points of both.
    ///
    /// # Errors
    ///
    /// [`SweepError::Conflict`] if they disagree about a point: they are not of one plan over the same bars.
    pub fn merge(self, other: Self) -> Result<Self, SweepError> {
        let mut points = Vec::with_capacity(self.points.len().max(other.points.len()));
        let (mine, its) = (self.covered, other.covered);
        let mut a = self.points.into_iter().peekable();
        let mut b = other.points.into_iter().peekable();
        loop {
            let (first, second) = match (a.peek(), b.peek()) {
                (Some(x), Some(y)) if x.position == y.position => (a.next(), b.next()),
                (Some(x), Some(y)) if x.position < y.position => (a.next(), None),
                (Some(_), None) => (a.next(), None),
                (_, Some(_)) => (None, b.next()),
                (None, None) => break,
            };
            let position = first
                .as_ref()
                .or(second.as_ref())
                .map_or(0, |point| point.position);
            let agree = match (&first, &second) {
                (Some(x), Some(y)) => x == y,
                // One side has the point: the other must not have left it out.
                (Some(_), None) => !contains(&its, position),
                (None, _) => !contains(&mine, position),
            };
            if !agree {
                return Err(SweepError::Conflict { position });
            }
            points.extend(first.or(second));
        }
        Ok(Self {
            covered: union(mine, its),
            points,
        })
    }
}

fn length(ranges: &[Range<u64>]) -> u64 {
    ranges.iter().map(|range| range.end - range.start).sum()
}

fn contains(ranges: &[Range<u64>], position: u64) -> bool {
    let after = ranges.partition_point(|range| range.start <= position);
    after > 0 && ranges[after - 1].end > position
}

fn union(mut ranges: Vec<Range<u64>>, more: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.extend(more);
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<u64>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last) if last.end >= range.start => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TOTAL: u64 = 24;

    /// What the whole plan comes to: every third combination is left out, every fifth fails.
    fn outcome(position: u64) -> Option<SweepPoint> {
        (position % 3 != 2).then(|| SweepPoint {
            position,
            combination: position * 2,
            outcome: PointOutcome::Failed(format!("reason {}", position % 5)),
        })
    }

    fn run(positions: Range<u64>) -> SweepShard {
        SweepShard::new(positions.clone(), positions.filter_map(outcome).collect())
    }

    prop_compose! {
        fn shard()(ranges in prop::collection::vec((0..TOTAL, 0..8u64), 0..4)) -> SweepShard {
            ranges.into_iter().fold(SweepShard::default(), |all, (start, length)| {
                all.merge(run(start..(start + length).min(TOTAL))).unwrap()
            })
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn merging_is_associative_commutative_and_idempotent(a in shard(), b in shard(), c in shard()) {
            let merge = |x: &SweepShard, y: &SweepShard| x.clone().merge(y.clone()).unwrap();
            prop_assert_eq!(merge(&merge(&a, &b), &c), merge(&a, &merge(&b, &c)));
            prop_assert_eq!(merge(&a, &b), merge(&b, &a));
            prop_assert_eq!(merge(&a, &a), a.clone());
            prop_assert_eq!(merge(&a, &SweepShard::default()), a);
        }

        #[test]
        fn shards_in_any_order_give_the_whole(cuts in prop::collection::btree_set(1..TOTAL, 0..6), turn: usize) {
            let mut ends: Vec<u64> = cuts.into_iter().collect();
            ends.push(TOTAL);
            let mut shards: Vec<SweepShard> = ends
                .iter()
                .scan(0, |start, end| Some(run(std::mem::replace(start, *end)..*end)))
                .collect();
            let turn = turn % shards.len();
            shards.rotate_left(turn);
            let missing_one = shards.iter().skip(1).cloned().try_fold(SweepShard::default(), SweepShard::merge).unwrap();
            prop_assert_eq!(missing_one.missing(TOTAL), shards[0].covered().to_vec());
            let all = shards.into_iter().try_fold(SweepShard::default(), SweepShard::merge).unwrap();
            prop_assert!(all.missing(TOTAL).is_empty());
            prop_assert_eq!(all, run(0..TOTAL));
        }
    }

    #[test]
    fn shards_of_different_plans_are_told_apart() {
        let other = |points| SweepShard::new(0..4, points).merge(run(2..6));
        assert!(matches!(other(vec![]), Err(SweepError::Conflict { position: 3 })));
        let mut wrong = outcome(3).unwrap();
        wrong.combination += 1;
        assert!(matches!(
            other(vec![wrong]),
            Err(SweepError::Conflict { position: 3 })
        ));
    }
}
