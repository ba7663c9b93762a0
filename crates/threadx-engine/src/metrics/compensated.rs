//! Sums that do not drift.

/// A sum that carries its own rounding error: as if added in twice the precision of an `f64`.
///
/// Knuth's two-sum (The Art of Computer Programming, volume 2, 4.2.2, theorem B) on every addition.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct CompensatedSum {
    /// The sum as an `f64`.
    high: f64,
    /// What roundings have cut off `high`.
    low: f64,
}

impl CompensatedSum {
    pub(crate) fn add(&mut self, value: f64) {
        let sum = self.high + value;
        let seen = sum - self.high;
        self.low += (self.high - (sum - seen)) + (value - seen);
        self.high = sum;
    }

    /// The sum, rounded once; not finite once it or an addend overflowed.
    pub(crate) fn value(self) -> f64 {
        self.high + self.low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_a_plain_sum_loses() {
        let mut sum = CompensatedSum::default();
        for value in [1e16, 1.0, 1.0, -1e16, 0.5] {
            sum.add(value);
        }
        assert_eq!(sum.value(), 2.5);

        let (mut sum, mut plain) = (CompensatedSum::default(), 0.0);
        for _ in 0..1_000_000 {
            sum.add(0.1);
            plain += 0.1;
        }
        // 0.1 as an f64 is 0.1 + 5.55e-18: a million of it, rounded once, is 100000 exactly.
        assert_eq!(sum.value(), 100_000.0);
        assert_ne!(plain, 100_000.0);
    }
}
