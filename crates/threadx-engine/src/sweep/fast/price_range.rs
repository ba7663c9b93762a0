//! Extremes and inner drawdown of ranges of closes.

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

fn lesser(a: f64, b: f64) -> f64 {
    if b < a { b } else { a }
}

fn greater(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// Blocks of closes.
#[derive(Debug)]
pub(super) struct PriceRange {
    /// Of [`STEPS`], the summaries of the blocks.
    levels: [Vec<Summary>; 2],
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
        Self {
            levels: STEPS.map(level),
        }
    }

    /// Bounds of the prices from `from` to `to`, both included: not above the lowest and not below the highest.
    #[inline]
    pub(super) fn bounds(&self, from: usize, to: usize) -> (f64, f64) {
        let [fine, coarse] = &self.levels;
        let level = if to - from < 8 * STEPS[0] {
            (fine, STEPS[0])
        } else {
            (coarse, STEPS[1])
        };
        let blocks = &level.0[from / level.1..=to / level.1];
        blocks
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), block| {
                (lesser(low, block.low), greater(high, block.high))
            })
    }

    /// Hands the summaries of consecutive pieces of `from..=to` to `visit`, in order.
    pub(super) fn visit(&self, prices: &[f64], from: usize, to: usize, mut visit: impl FnMut(Summary)) {
        let end = to + 1;
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
            blocks.visit(&prices, from, to, |piece| {
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
            let (low, high) = blocks.bounds(from, to);
            prop_assert!(low <= found.low && high >= found.high);
        }
    }
}
