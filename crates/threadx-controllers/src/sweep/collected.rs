//! What the points of a sweep came to, as far as it is kept.

use std::collections::BTreeMap;

use threadx_engine::{EarlyStop, PointOutcome, Ranked, Surface, SweepPlan, SweepShard, SweepSummary};
use threadx_spec::Criterion;

use super::part::{Checksum, Part};

/// What is kept of a point that was run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Brief {
    pub(super) position: u64,
    /// NaN if it is not defined.
    sharpe: f64,
}

/// Bytes that are kept of a point.
pub(super) const POINT_BYTES: u64 = size_of::<Brief>() as u64;

impl Brief {
    pub(super) fn sharpe(&self) -> Option<f64> {
        Some(self.sharpe).filter(|value| !value.is_nan())
    }
}

#[derive(Debug)]
struct Kept {
    checksum: Checksum,
    points: Box<[Brief]>,
}

/// What the points of a sweep came to, as far as it is kept: the best, counts, a number of each point.
///
/// Parts may be added in any order and give the same. Where an early stop is asked for, those behind a gap wait.
#[derive(Debug)]
pub(super) struct Collected {
    plan: String,
    criteria: Vec<Criterion>,
    pub(super) summary: SweepSummary,
    best: Option<Ranked>,
    parts: BTreeMap<u64, Kept>,
    /// All parts below were added.
    next: u64,
    stop: Option<EarlyStop>,
    waiting: BTreeMap<u64, Part>,
    /// The first position that was left out.
    cut: Option<u64>,
    /// The first criterion over two parameters of the plan.
    surface: Option<(Surface, SweepPlan)>,
}

impl Collected {
    pub(super) fn new(plan: &str, criteria: &[Criterion], top: usize, patience: Option<u64>) -> Self {
        Self {
            plan: plan.to_owned(),
            criteria: criteria.to_vec(),
            summary: SweepSummary::new(criteria, top),
            best: None,
            parts: BTreeMap::new(),
            next: 0,
            stop: patience
                .zip(criteria.first())
                .map(|(patience, criterion)| EarlyStop::new(patience, *criterion)),
            waiting: BTreeMap::new(),
            cut: None,
            surface: None,
        }
    }

    /// Collects a surface over the plan's axes too.
    pub(super) fn showing(mut self, surface: Option<(Surface, SweepPlan)>) -> Self {
        self.surface = surface;
        self
    }

    /// The surface so far.
    pub(super) fn surface(&self) -> Option<Surface> {
        self.surface.as_ref().map(|(surface, _)| surface.clone())
    }

    /// Adds a part, none twice; the best point if it is a new one.
    pub(super) fn add(&mut self, part: Part) -> Option<Ranked> {
        if self.cut.is_some() {
            return None;
        }
        if self.stop.is_none() {
            let best = self.keep(&part);
            while self.parts.contains_key(&self.next) {
                self.next += 1;
            }
            return best;
        }
        self.waiting.insert(part.index, part);
        let mut best = None;
        while self.cut.is_none()
            && let Some(part) = self.waiting.remove(&self.next)
        {
            let part = self.until_stop(part);
            best = self.keep(&part).or(best);
            self.next += 1;
        }
        if self.cut.is_some() {
            self.waiting.clear();
        }
        best
    }

    /// The part as far as the early stop takes it.
    fn until_stop(&mut self, part: Part) -> Part {
        let (Some(stop), Some(criterion)) = (&mut self.stop, self.criteria.first()) else {
            return part;
        };
        for point in part.shard.points() {
            let value = match &point.outcome {
                PointOutcome::Evaluated(metrics) => metrics.get(criterion.metric),
                PointOutcome::Failed(_) => None,
            };
            if !stop.take(value) {
                self.cut = Some(point.position);
                return Part::new(&self.plan, part.index, before(&part.shard, point.position));
            }
        }
        part
    }

    fn keep(&mut self, part: &Part) -> Option<Ranked> {
        self.summary.add(&part.shard);
        let mut points = Vec::with_capacity(part.shard.points().len());
        let mut best: Option<Ranked> = None;
        for point in part.shard.points() {
            let PointOutcome::Evaluated(metrics) = &point.outcome else {
                continue;
            };
            points.push(Brief {
                position: point.position,
                sharpe: metrics.sharpe_ratio.unwrap_or(f64::NAN),
            });
            if let Some((surface, plan)) = &mut self.surface {
                surface.add(plan, point.combination, metrics.get(surface.criterion().metric));
            }
            let ranked = Ranked {
                combination: point.combination,
                metrics: metrics.clone(),
            };
            let against = best.as_ref().or(self.best.as_ref());
            if against.is_none_or(|against| ranked.rank(against, &self.criteria).is_lt()) {
                best = Some(ranked);
            }
        }
        self.parts.insert(
            part.index,
            Kept {
                checksum: part.checksum,
                points: points.into(),
            },
        );
        if best.is_some() {
            self.best.clone_from(&best);
        }
        best
    }

    /// All parts below were added and count.
    pub(super) fn in_order(&self) -> u64 {
        self.next
    }

    /// The first position that an early stop has left out.
    pub(super) fn cut(&self) -> Option<u64> {
        self.cut
    }

    /// The points that were run, in the order of their positions.
    pub(super) fn points(&self) -> impl Iterator<Item = &Brief> {
        self.parts.values().flat_map(|part| part.points.iter())
    }

    /// The identity of all results: of every point's numbers, not of who computed them and when.
    pub(super) fn results_hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.plan.as_bytes());
        for (index, part) in &self.parts {
            hasher.update(&index.to_le_bytes());
            hasher.update(&part.checksum);
        }
        format!("blake3:{}", hasher.finalize().to_hex())
    }
}

/// The points of a shard below a position.
pub(super) fn before(shard: &SweepShard, position: u64) -> SweepShard {
    let first = shard.covered().first().map_or(position, |range| range.start);
    let points = shard.points().iter().filter(|point| point.position < position);
    SweepShard::new(first..position, points.cloned().collect())
}
