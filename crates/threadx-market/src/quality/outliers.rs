//! Prices that are implausibly far from their neighbours.

use super::{Check, Finding, FindingCode, Severity, finding::Tally, view::View};

/// How many times the usual movement of a bar is implausible.
const FACTOR: f64 = 12.0;

/// At the ends of the bars, where there are neighbours on one side only, so many times more.
const ONE_SIDED: f64 = 2.0;

/// The usual movement is taken to be at least this (0.05%): bars that hardly move say nothing about jumps.
const LEAST_SCALE: f64 = 0.0005;

/// Bars on each side whose median close a price is compared with.
const NEIGHBOURS: usize = 5;

/// The usual movement is found anew for every so many bars …
const BLOCK: usize = 32;

/// … from so many bars before them and after.
const REACH: usize = 64;

/// Ratios of splits and reverse splits.
const SPLIT_RATIOS: [f64; 18] = [
    1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 100.0,
];

/// A step with the ratio of a split is suspected from so many times the usual movement on.
const SPLIT_FACTOR: f64 = 6.0;

/// How far from a ratio, as a logarithm, a step is still taken for that split, for the market moved overnight
/// too: less for small ratios, by which prices crash as well.
const TOLERANCE_SMALL: f64 = 0.045;
const TOLERANCE_LARGE: f64 = 0.08;
const LARGE_RATIO: f64 = 3.0;

/// A price is a spike if it is farther than [`FACTOR`] times the usual movement from the median close both
/// before and after, on the same side: what moved and stayed is none. The usual movement is the rolling median
/// of the bars' true range as a logarithm, which up to half of the bars can not disturb.
pub(crate) fn check(view: &View<'_>, findings: &mut Vec<Finding>) {
    let bars = Prices::of(view);
    let scales = bars.scales();
    let (mut spikes, mut splits, mut jumps) = (Tally::default(), Tally::default(), Tally::default());
    for at in 0..bars.close.len() {
        let scale = scales[at / BLOCK];
        let time = || view.columns().time[view.row(at)];
        if let Some((name, price, usual)) = bars.spike(at, scale) {
            spikes.add(time(), || {
                format!("{name} {price} beside closes of about {usual}")
            });
        } else if let Some(jump) = bars.step(at, SPLIT_FACTOR * scale) {
            let (from, to) = (bars.close[at - 1], bars.open[at]);
            if let Some(ratio) = split_ratio(jump) {
                splits.add(time(), || format!("{from} to {to}, about {ratio}"));
            } else if jump.abs() > FACTOR * scale {
                jumps.add(time(), || {
                    format!("{from} to {to}, {:+.1}%", (to / from - 1.0) * 100.0)
                });
            }
        }
    }
    let mut add = |tally: Tally, code, severity, message: &str| {
        findings.extend(tally.into_finding(Check::Outliers, code, severity, message));
    };
    add(
        spikes,
        FindingCode::Spikes,
        Severity::Warning,
        "prices are far from those before and after them",
    );
    add(
        splits,
        FindingCode::SuspectedSplits,
        Severity::Warning,
        "prices moved in one step by a ratio that splits have, and stayed there",
    );
    add(
        jumps,
        FindingCode::Jumps,
        Severity::Info,
        "prices moved far in one step, and stayed there",
    );
}

/// Prices in order of time.
struct Prices {
    open: Vec<f64>,
    high: Vec<f64>,
    low: Vec<f64>,
    close: Vec<f64>,
}

impl Prices {
    fn of(view: &View<'_>) -> Self {
        let columns = view.columns();
        let in_order = |column: &[f64]| {
            (0..view.len())
                .map(|position| column[view.row(position)])
                .collect()
        };
        Self {
            open: in_order(columns.open),
            high: in_order(columns.high),
            low: in_order(columns.low),
            close: in_order(columns.close),
        }
    }

    /// The usual movement around each block of bars.
    fn scales(&self) -> Vec<f64> {
        let ranges: Vec<f64> = (0..self.close.len())
            .map(|at| {
                let before = if at == 0 { self.open[0] } else { self.close[at - 1] };
                (self.high[at].max(before) / self.low[at].min(before)).ln()
            })
            .collect();
        let mut window = Vec::new();
        (0..ranges.len())
            .step_by(BLOCK)
            .map(|block| {
                let around = block.saturating_sub(REACH)..(block + BLOCK + REACH).min(ranges.len());
                window.clear();
                window.extend(ranges[around].iter().copied().filter(|range| range.is_finite()));
                median(&mut window).unwrap_or(LEAST_SCALE).max(LEAST_SCALE)
            })
            .collect()
    }

    /// The price of the bar at a position that is a spike, with its name and what is usual around it.
    fn spike(&self, at: usize, scale: f64) -> Option<(&'static str, f64, f64)> {
        let prices = [
            ("open", self.open[at]),
            ("high", self.high[at]),
            ("low", self.low[at]),
            ("close", self.close[at]),
        ];
        let least = (FACTOR * scale).exp();
        let is_near = |price: f64, other: f64| price < other * least && other < price * least;
        // Nearly every bar is near to its neighbours.
        let neighbours =
            [at.checked_sub(1), at.checked_add(1)].map(|next| next.and_then(|next| self.close.get(next)));
        if let [Some(before), Some(after)] = neighbours
            && prices
                .iter()
                .all(|(_, price)| is_near(*price, *before) && is_near(*price, *after))
        {
            return None;
        }
        let before = self.median_close(at.saturating_sub(NEIGHBOURS)..at);
        let after = self.median_close(at + 1..(at + 1 + NEIGHBOURS).min(self.close.len()));
        prices.into_iter().find_map(|(name, price)| {
            let far = |usual: Option<f64>| usual.map(|usual| (price / usual).ln());
            let (distance, usual) = match (far(before), far(after), before, after) {
                (Some(one), Some(other), Some(before), Some(after)) if one * other > 0.0 => {
                    // The nearer side counts.
                    if one.abs() < other.abs() {
                        (one.abs(), before)
                    } else {
                        (other.abs(), after)
                    }
                }
                (Some(one), None, Some(usual), None) | (None, Some(one), None, Some(usual)) => {
                    (one.abs() / ONE_SIDED, usual)
                }
                _ => return None,
            };
            (distance > FACTOR * scale).then_some((name, price, usual))
        })
    }

    /// The logarithm of the step from the close before to the open at a position, if it is more than `least` and
    /// the price stayed there.
    fn step(&self, at: usize, least: f64) -> Option<f64> {
        let before = self.close[at.checked_sub(1)?];
        let jump = (self.open[at] / before).ln();
        if !(jump.is_finite() && jump.abs() > least) {
            return None;
        }
        let earlier = self.median_close(at.saturating_sub(NEIGHBOURS)..at)?;
        let later = self.median_close(at..(at + NEIGHBOURS).min(self.close.len()))?;
        let stayed = (later / earlier).ln();
        (stayed * jump > 0.0 && stayed.abs() > 0.6 * jump.abs()).then_some(jump)
    }

    /// The median of at least three closes.
    fn median_close(&self, positions: std::ops::Range<usize>) -> Option<f64> {
        let mut closes: Vec<f64> = self.close[positions]
            .iter()
            .copied()
            .filter(|close| close.is_finite())
            .collect();
        if closes.len() < 3 {
            None
        } else {
            median(&mut closes)
        }
    }
}

/// The upper median.
fn median(values: &mut [f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let middle = values.len() / 2;
    Some(*values.select_nth_unstable_by(middle, f64::total_cmp).1)
}

/// The split whose ratio a step has, as "2:1" (more shares, lower price) or "1:8".
fn split_ratio(jump: f64) -> Option<String> {
    let distance = |ratio: &f64| (jump.abs() - ratio.ln()).abs();
    let ratio = SPLIT_RATIOS
        .into_iter()
        .min_by(|one, other| distance(one).total_cmp(&distance(other)))?;
    let tolerance = if ratio < LARGE_RATIO {
        TOLERANCE_SMALL
    } else {
        TOLERANCE_LARGE
    };
    if distance(&ratio) >= tolerance {
        return None;
    }
    Some(match (jump < 0.0, ratio.fract() == 0.0) {
        (true, true) => format!("{ratio}:1"),
        (false, true) => format!("1:{ratio}"),
        (true, false) => format!("{}:2", ratio * 2.0),
        (false, false) => format!("2:{}", ratio * 2.0),
    })
}
