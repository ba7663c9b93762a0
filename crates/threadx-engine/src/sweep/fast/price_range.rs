//! Extremes and inner drawdown of ranges of closes.

use multiversion::multiversion;

/// Bars in a block and in a block of blocks.
const STEPS: [usize; 2] = [16, 256];

/// Extremes and inner drawdown of a range of prices. Two that are next to each other give that of both, so the range
/// is read by blocks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Summary {
    pub(super) low: f64,
    pub(super) high: f64,
    /// Deepest fall from a price to a later one, a fraction ≤ 0.
    pub(super) fall: f64,
}

impl Summary {
    fn of(price: f64) -> Self {
        Self {
            low: price,
            high: price,
            fall: 0.0,
        }
    }

    fn then(self, later: Self) -> Self {
        Self {
            low: lesser(self.low, later.low),
            high: greater(self.high, later.high),
            fall: lesser(lesser(self.fall, later.fall), later.low / self.high - 1.0),
        }
    }
}

/// Ranges of up to two windows of this power of two of bars are looked up at once, longer ones window by window.
const WINDOW_LOG_MAX: usize = 6;

/// Lowest and highest price.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Extremes {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Extremes {
    /// Those of no price at all.
    pub(super) const NONE: Self = Self {
        low: f64::INFINITY,
        high: f64::NEG_INFINITY,
    };

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self {
            low: lesser(self.low, other.low),
            high: greater(self.high, other.high),
        }
    }
}

/// Writes what is at each place and `apart` places later, as long as there is such a place.
#[multiversion(targets("x86_64+avx2"))]
fn join(from: &[Extremes], apart: usize, into: &mut [Extremes]) {
    for (into, (one, other)) in into.iter_mut().zip(from.iter().zip(&from[apart..])) {
        *into = one.and(*other);
    }
}

#[inline(always)]
pub(super) fn lesser(a: f64, b: f64) -> f64 {
    if b < a { b } else { a }
}

#[inline(always)]
pub(super) fn greater(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// Blocks and windows of closes.
#[derive(Debug)]
pub(super) struct PriceRange {
    /// Of [`STEPS`], the summaries of the blocks.
    levels: [Vec<Summary>; 2],
    /// For each power of two of bars up to [`WINDOW_LOG_MAX`], the extremes of the window that begins on each bar.
    windows: Vec<Extremes>,
    len: usize,
}

impl PriceRange {
    pub(super) fn new(prices: &[f64]) -> Self {
        let level = |step| {
            let summary = |block: &[f64]| {
                let (first, rest) = block.split_first()?;
                let all = rest
                    .iter()
                    .fold(Summary::of(*first), |all, price| all.then(Summary::of(*price)));
                Some(all)
            };
            prices.chunks(step).filter_map(summary).collect()
        };
        let len = prices.len();
        let mut windows = vec![Extremes::NONE; len * (WINDOW_LOG_MAX + 1)];
        for (window, price) in windows.iter_mut().zip(prices) {
            (window.low, window.high) = (*price, *price);
        }
        for log in 0..WINDOW_LOG_MAX.min(len.checked_ilog2().unwrap_or(0) as usize) {
            let (from, into) = windows[log * len..].split_at_mut(len);
            join(from, 1 << log, into);
        }
        Self {
            levels: STEPS.map(level),
            windows,
            len,
        }
    }

    /// Extremes of the prices from `from` on and before `end`; there must be one.
    #[inline(always)]
    pub(super) fn extremes(&self, from: usize, end: usize) -> Extremes {
        let log = ((end - from).ilog2() as usize).min(WINDOW_LOG_MAX);
        let windows = &self.windows[log * self.len..];
        let last = end - (1 << log);
        let mut all = windows[from].and(windows[last]);
        // All but the longest positions are done.
        let mut at = from + (1 << log);
        while at < last {
            all = all.and(windows[at]);
            at += 1 << log;
        }
        all
    }

    /// Hands the summaries of consecutive pieces of `from..end` to `visit`, in order.
    pub(super) fn visit(&self, prices: &[f64], from: usize, end: usize, mut visit: impl FnMut(Summary)) {
        let mut at = from;
        while at < end {
            let block = |level: usize| at.is_multiple_of(STEPS[level]) && at + STEPS[level] <= end;
            if block(1) {
                visit(self.levels[1][at / STEPS[1]]);
                at += STEPS[1];
            } else if block(0) {
                visit(self.levels[0][at / STEPS[0]]);
                at += STEPS[0];
            } else {
                visit(Summary::of(prices[at]));
                at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_range_by_blocks_is_that_of_its_prices(
            prices in proptest::collection::vec(1u16..2000, 1..1200),
            ends in (0.0f64..1.0, 0.0f64..1.0),
        ) {
            let prices: Vec<f64> = prices.into_iter().map(f64::from).collect();
            let at = |share: f64| (share * prices.len() as f64) as usize;
            let (from, to) = (at(ends.0).min(at(ends.1)), at(ends.0).max(at(ends.1)));
            let blocks = PriceRange::new(&prices);
            let mut found: Option<Summary> = None;
            blocks.visit(&prices, from, to + 1, |piece| {
                found = Some(found.map_or(piece, |found| found.then(piece)));
            });
            let found = found.unwrap();
            let range = &prices[from..=to];
            let (mut peak, mut fall) = (range[0], 0.0f64);
            for price in range {
                peak = peak.max(*price);
                fall = fall.min(price / peak - 1.0);
            }
            prop_assert_eq!(found.low, range.iter().copied().fold(f64::INFINITY, f64::min));
            prop_assert_eq!(found.high, range.iter().copied().fold(0.0, f64::max));
            prop_assert_eq!(found.fall, fall);
            prop_assert_eq!(blocks.extremes(from, to + 1), Extremes { low: found.low, high: found.high });
        }
    }
}
