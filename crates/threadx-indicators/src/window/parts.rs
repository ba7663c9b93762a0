//! The powers of two that make up a period.

/// The powers of two that make up a period.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts {
    period: usize,
}

impl Parts {
    pub(super) const fn of(period: usize) -> Self {
        Self { period }
    }

    pub(super) const fn period(self) -> usize {
        self.period
    }

    /// The exponent of the highest part.
    pub(super) const fn highest(self) -> usize {
        self.period.ilog2() as usize
    }

    /// The highest part.
    pub(super) const fn top(self) -> usize {
        1 << self.highest()
    }

    /// Whether 2^`exponent` is a part.
    pub(super) const fn has(self, exponent: usize) -> bool {
        self.period >> exponent & 1 == 1
    }

    /// The exponent of the lowest part, if it is not the highest too.
    pub(super) const fn lowest(self) -> Option<usize> {
        if self.period.is_power_of_two() {
            None
        } else {
            Some(self.period.trailing_zeros() as usize)
        }
    }

    /// The exponents of the parts between the lowest and the highest, from low to high.
    pub(super) fn between(self) -> impl DoubleEndedIterator<Item = usize> {
        let from = self.lowest().map_or(self.highest(), |lowest| lowest + 1);
        (from..self.highest()).filter(move |exponent| self.has(*exponent))
    }

    /// The sum of the parts below 2^`exponent`.
    pub(super) const fn below(self, exponent: usize) -> usize {
        self.period & ((1 << exponent) - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_to_the_period() {
        for period in 1..300 {
            let parts = Parts::of(period);
            let lowest = parts.lowest().map_or(0, |exponent| 1 << exponent);
            let between: usize = parts.between().map(|exponent| 1 << exponent).sum();
            assert_eq!(lowest + between + parts.top(), period);
            assert_eq!(parts.below(parts.highest()), lowest + between);
        }
    }
}
