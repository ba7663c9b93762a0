//! The last few values of a series.

/// The last values of a series, as many as its capacity, a power of two; zeros before the first.
#[derive(Debug, Clone)]
pub(crate) struct Ring {
    values: Vec<f64>,
    /// Number of values pushed, modulo 2^64: only its low bits are used.
    next: usize,
}

impl Ring {
    /// A ring that reaches back at least `reach` values.
    pub(crate) fn new(reach: usize) -> Self {
        Self {
            values: vec![0.0; reach.max(1).next_power_of_two()],
            next: 0,
        }
    }

    /// Adds the next value and returns the one that it displaces.
    #[inline]
    pub(crate) fn push(&mut self, value: f64) -> f64 {
        let slot = self.next & (self.values.len() - 1);
        self.next = self.next.wrapping_add(1);
        std::mem::replace(&mut self.values[slot], value)
    }

    /// The value pushed `back` values before the newest (0: the newest itself); `back` is less than
    /// the reach.
    #[inline]
    pub(crate) fn back(&self, back: usize) -> f64 {
        let slot = self.next.wrapping_sub(back + 1) & (self.values.len() - 1);
        self.values[slot]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_the_last_values() {
        let mut ring = Ring::new(3);
        let displaced: Vec<f64> = (1..=6).map(|value| ring.push(f64::from(value))).collect();
        assert_eq!(displaced, [0.0, 0.0, 0.0, 0.0, 1.0, 2.0]);
        assert_eq!([ring.back(0), ring.back(1), ring.back(3)], [6.0, 5.0, 3.0]);
    }
}
