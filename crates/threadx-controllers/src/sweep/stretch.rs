//! Bars that points are run over.

use std::ops::Range;

use threadx_engine::{BacktestSpec, SweepRows};
use threadx_market::{Bars, Fingerprint};
use threadx_spec::{Criterion, Metric};

/// Bars that points are run over, behind their warm-up, and what all points share of them.
#[derive(Debug)]
pub(super) struct Stretch {
    /// The warm-up and the bars.
    pub(super) bars: Bars,
    /// First bar behind the warm-up.
    pub(super) first: usize,
    /// Of `bars`, which are a part of the stored ones.
    pub(super) fingerprint: Fingerprint,
    pub(super) rows: SweepRows,
}

impl Stretch {
    /// The bars at `range` of `stored`, with up to `warm_up` that are stored before it; each thread may hold
    /// about `held_bytes` of indicators at a time.
    pub(super) fn new(
        stored: &Bars,
        range: Range<usize>,
        warm_up: usize,
        spec: &BacktestSpec,
        criteria: &[Criterion],
        held_bytes: usize,
    ) -> Self {
        let first = warm_up.min(range.start);
        let wanted: Vec<Metric> = criteria.iter().map(|criterion| criterion.metric).collect();
        let bars = stored.slice(range.start - first..range.end);
        Self {
            rows: SweepRows::new(&bars, first, spec, &wanted).holding(held_bytes),
            fingerprint: bars.fingerprint(),
            first,
            bars,
        }
    }
}
