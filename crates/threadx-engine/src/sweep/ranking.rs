//! Which points are best.

use std::cmp::Ordering;

use threadx_spec::Criterion;

use crate::Metrics;

/// A point that was run.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// The number of its combination.
    pub combination: u64,
    /// Its measures.
    pub metrics: Metrics,
}

impl Ranked {
    /// Whether this point ranks before the other (`Less`) or behind it: by the first criterion that tells them
    /// apart, an undefined metric behind every value; ties by the number of the combination.
    #[must_use]
    pub fn rank(&self, other: &Self, criteria: &[Criterion]) -> Ordering {
        compare(criteria, self, other)
    }
}

/// The best points by criteria: lexicographic in their order, an undefined metric after every
/// value, ties by the number of the combination. Keeps `limit` of them.
///
/// Merging is associative, commutative and idempotent, so shards may come in any order, and twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    criteria: Vec<Criterion>,
    limit: usize,
    /// Sorted and without repetition up to `sorted`; what was added since stands behind it.
    points: Vec<Ranked>,
    sorted: usize,
}

impl Ranking {
    /// No points yet.
    #[must_use]
    pub fn new(criteria: Vec<Criterion>, limit: usize) -> Self {
        Self {
            criteria,
            limit,
            points: Vec::new(),
            sorted: 0,
        }
    }

    /// Adds a point.
    pub fn add(&mut self, point: Ranked) {
        self.points.push(point);
        // Cutting at twice the limit costs a logarithm a point and keeps memory bounded.
        if self.points.len() > self.limit.saturating_mul(2).max(64) {
            self.cut();
        }
    }

    /// Adds the points of another ranking by the same criteria.
    pub fn merge(&mut self, other: Self) {
        for point in other.points {
            self.add(point);
        }
    }

    /// The points, best first, at most the limit.
    #[must_use]
    pub fn into_best(mut self) -> Vec<Ranked> {
        self.cut();
        self.points
    }

    fn cut(&mut self) {
        if self.sorted == self.points.len() {
            return;
        }
        let criteria = std::mem::take(&mut self.criteria);
        self.points.sort_by(|a, b| compare(&criteria, a, b));
        self.points.dedup_by_key(|point| point.combination);
        self.points.truncate(self.limit);
        self.sorted = self.points.len();
        self.criteria = criteria;
    }
}

/// Less is better.
fn compare(criteria: &[Criterion], a: &Ranked, b: &Ranked) -> Ordering {
    criteria
        .iter()
        .map(
            |criterion| match [a, b].map(|point| point.metrics.get(criterion.metric)) {
                [Some(a), Some(b)] => criterion.compare(a, b),
                [Some(_), None] => Ordering::Less,
                [None, Some(_)] => Ordering::Greater,
                [None, None] => Ordering::Equal,
            },
        )
        .find(|order| order.is_ne())
        .unwrap_or_else(|| a.combination.cmp(&b.combination))
}
