//! The mean of a window from that of its parts.

use super::{Divisor, parts::Parts};

/// Where two sums differ by less than this beside their size, they differ by rounding only.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

/// Makes the mean of a window of the two halves of its highest part and the sum of the parts below.
///
/// n·x/n is not always x, but a flat market is common enough (no trade, a peg, a halt) and its average
/// is compared with its price: where all parts have one mean, that is the mean.
#[derive(Debug, Clone, Copy)]
pub(super) struct MeanOf {
    divisor: Divisor,
    half_reciprocal: f64,
    /// Number of values below the highest part over half of that part.
    lower_per_half: f64,
}

impl MeanOf {
    /// For a period of at least 2.
    pub(super) fn new(parts: Parts) -> Self {
        let half = (parts.top() / 2) as f64;
        Self {
            divisor: Divisor::new(parts.period()),
            half_reciprocal: 1.0 / half,
            lower_per_half: parts.below(parts.highest()) as f64 / half,
        }
    }

    /// The mean, of a period that is a power of two.
    #[inline(always)]
    pub(super) fn halves(&self, older: f64, newer: f64) -> f64 {
        self.divisor.divide(older + newer)
    }

    /// The mean, of another period, whose lower parts have the sum `lower`.
    #[inline(always)]
    pub(super) fn parts(&self, older: f64, newer: f64, lower: f64) -> f64 {
        let mean = self.divisor.divide((older + newer) + lower);
        let lower_differs = (lower - older * self.lower_per_half).abs();
        if (older == newer) & (lower_differs <= ROUNDING * lower.abs()) {
            older * self.half_reciprocal
        } else {
            mean
        }
    }
}

/// The difference of two sums, 0 where it is no more than they are rounded by; `sum` is one of them.
#[inline(always)]
pub(super) fn beyond_rounding(difference: f64, sum: f64) -> f64 {
    if difference.abs() <= ROUNDING * sum.abs() {
        0.0
    } else {
        difference
    }
}
