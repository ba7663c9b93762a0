//! Sums over windows that slide by one value.
//!
//! A running sum that adds the newest value and takes the oldest away drifts over a long series, and
//! two equal windows get different sums. Here the sum of 2h values is that of the older h plus that
//! of the newer h, all windows at once, and a period is put together from its powers of two: ⌈log₂⌉
//! additions a value, an error that does not depend on how much came before, and equal windows have
//! equal sums to the last bit, wherever they stand.

mod age;
mod aligned;
mod extreme;
mod join;
mod mean;
mod moment;
mod parts;
mod ring;

pub(crate) use age::{WindowAge, map_ages};
use extreme::Extreme;
pub(crate) use extreme::{Highest, Lowest, WindowExtreme, fill_extremes, map_channel};
pub(crate) use mean::{WindowMean, map_means};
pub(crate) use moment::{Deviation, Tilt, WindowMoment, map_moments};
pub(crate) use ring::Ring;

/// Values that are worked on at a time: few enough for the first-level cache with all levels.
const TILE: usize = 256;

/// Windows that are worked on at a time, so that the `period - 1` values that two tiles share cost
/// little beside them.
fn tile_len(period: usize) -> usize {
    TILE.max(4 * period)
}

/// Number of windows of `period` in `len` values.
pub(crate) const fn window_count(len: usize, period: usize) -> usize {
    (len + 1).saturating_sub(period)
}

/// A whole number by which sums are divided, up to 2^26.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Divisor {
    count: f64,
    reciprocal: f64,
}

impl Divisor {
    pub(crate) fn new(count: usize) -> Self {
        let count = count as f64;
        Self {
            count,
            reciprocal: 1.0 / count,
        }
    }

    /// `sum` / count, correctly rounded.
    ///
    /// A first quotient of 26 bits has an exact product with the count, so what remains to divide is
    /// exact; this takes two multiplications where a division takes as long as six.
    #[inline(always)]
    pub(crate) fn divide(self, sum: f64) -> f64 {
        let head = upper_half(sum * self.reciprocal);
        head + (sum - head * self.count) * self.reciprocal
    }
}

/// `value` cut to the upper 26 bits of its significand.
#[inline(always)]
fn upper_half(value: f64) -> f64 {
    f64::from_bits(value.to_bits() & !((1 << 27) - 1))
}

/// The rounded sum and what rounding took from it: a + b exactly (Knuth's two-sum).
#[inline(always)]
pub(crate) fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let b_part = sum - a;
    (sum, (a - (sum - b_part)) + (b - b_part))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn dividing_rounds_as_the_processor_does(sum in -1e14..1e14, count in 1usize..100_000) {
            prop_assert_eq!(Divisor::new(count).divide(sum), sum / count as f64);
        }
    }
}
