//! Exponential smoothing: of Wilder, of the EMA, and of all that is made from them.

use crate::{
    warm::Warm,
    window::{WindowMean, map_means},
};

/// The number of values that are folded into one before they meet the average.
const BLOCK: usize = 4;

/// Exponential smoothing with a weight α of the newest value: y += α·(x − y).
///
/// Taken literally, each value waits for the one before: a chain of three operations a value. Here
/// blocks of four values are averaged first, each with the weight that it would get, and only that
/// average meets y. Equal to the literal form but for rounding; a constant input stays itself to the
/// last bit, as there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Smoothing {
    /// Weight of the first 1, 2, 3, 4 values of a block together: 1 − (1 − α)^j.
    together: [f64; BLOCK],
    /// Weight of the j-th value among the first j of a block: α / `together[j]`.
    newest: [f64; BLOCK],
}

impl Smoothing {
    /// Smoothing with the weight `alpha` of the newest value, 0 < `alpha` ≤ 1.
    pub(crate) fn new(alpha: f64) -> Self {
        let mut together = [alpha; BLOCK];
        for j in 1..BLOCK {
            together[j] = together[j - 1] + alpha * (1.0 - together[j - 1]);
        }
        Self {
            together,
            newest: together.map(|weight| alpha / weight),
        }
    }

    /// An EMA's smoothing, α = 2 / (period + 1).
    pub(crate) fn of_ema(period: usize) -> Self {
        Self::new(2.0 / (period as f64 + 1.0))
    }

    /// Wilder's smoothing, α = 1 / period.
    pub(crate) fn of_wilder(period: usize) -> Self {
        Self::new(1.0 / period as f64)
    }

    /// Smooths `input` from the value `seed` that stood before it.
    pub(crate) fn smooth(&self, seed: f64, input: &[f64], out: &mut [f64]) {
        if self.copies() {
            out.copy_from_slice(input);
            return;
        }
        let (mut blocks, mut out_blocks) = (input.chunks_exact(BLOCK), out.chunks_exact_mut(BLOCK));
        let mut base = seed;
        for (values, out) in blocks.by_ref().zip(out_blocks.by_ref()) {
            let mut inner = values[0];
            out[0] = self.meet(base, inner, 0);
            for j in 1..BLOCK {
                inner = self.fold(inner, values[j], j);
                out[j] = self.meet(base, inner, j);
            }
            base = out[BLOCK - 1];
        }
        let mut rest = Smoother::new(*self, base);
        for (out, value) in out_blocks.into_remainder().iter_mut().zip(blocks.remainder()) {
            *out = rest.push(*value);
        }
    }

    /// Smooths `input` from the mean of its first `period` values, which stands at `out[0]`; `out` has
    /// a value for each of `input` from there on.
    pub(crate) fn smooth_seeded(&self, period: usize, input: &[f64], out: &mut [f64]) {
        let Some((first, rest)) = out.split_first_mut() else {
            return;
        };
        let seed = [std::slice::from_mut(first)];
        map_means(&input[..period], period, seed, |mean| [mean]);
        self.smooth(*first, &input[period..], rest);
    }

    /// Whether the newest value has all the weight: then it is taken as it is, without rounding.
    fn copies(&self) -> bool {
        self.together[0] == 1.0
    }

    /// The average of the first j + 1 values of a block from that of the first j.
    #[inline]
    fn fold(&self, inner: f64, value: f64, j: usize) -> f64 {
        inner + self.newest[j] * (value - inner)
    }

    /// The smoothed value after the first j + 1 values of a block.
    #[inline]
    fn meet(&self, base: f64, inner: f64, j: usize) -> f64 {
        base + self.together[j] * (inner - base)
    }
}

/// [`Smoothing`] value by value, with the same bits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Smoother {
    smoothing: Smoothing,
    /// The smoothed value before the block.
    base: f64,
    /// The average of the block's values so far.
    inner: f64,
    /// Number of the block's values so far, less than [`BLOCK`].
    taken: usize,
}

impl Smoother {
    pub(crate) fn new(smoothing: Smoothing, seed: f64) -> Self {
        Self {
            smoothing,
            base: seed,
            inner: seed,
            taken: 0,
        }
    }

    /// Takes the next value; returns the smoothed one.
    pub(crate) fn push(&mut self, value: f64) -> f64 {
        if self.smoothing.copies() {
            return value;
        }
        self.inner = match self.taken {
            0 => value,
            j => self.smoothing.fold(self.inner, value, j),
        };
        let smoothed = self.smoothing.meet(self.base, self.inner, self.taken);
        self.taken += 1;
        if self.taken == BLOCK {
            self.base = smoothed;
            self.taken = 0;
        }
        smoothed
    }
}

/// [`Smoothing`] from the mean of the first values, value by value; the same bits as
/// [`Smoothing::smooth_seeded`].
#[derive(Debug, Clone)]
pub(crate) struct SeededSmoother {
    smoothing: Smoothing,
    warm: Warm,
    state: State,
}

#[derive(Debug, Clone)]
enum State {
    Seeding(WindowMean),
    Running(Smoother),
}

impl SeededSmoother {
    pub(crate) fn new(smoothing: Smoothing, period: usize) -> Self {
        Self {
            smoothing,
            warm: Warm::after(period - 1),
            state: State::Seeding(WindowMean::new(period)),
        }
    }

    /// Takes the next value; returns the smoothed one, `None` during the warm-up.
    pub(crate) fn push(&mut self, value: f64) -> Option<f64> {
        match &mut self.state {
            State::Running(smoother) => Some(smoother.push(value)),
            State::Seeding(window) => {
                let mean = window.push(value);
                let seed = self.warm.then(|| mean)?;
                self.state = State::Running(Smoother::new(self.smoothing, seed));
                Some(seed)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn smoothed(smoothing: Smoothing, seed: f64, input: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; input.len()];
        smoothing.smooth(seed, input, &mut out);
        out
    }

    proptest! {
        #[test]
        fn is_the_literal_form_but_for_rounding(
            input in prop::collection::vec(0.0..1e3, 0..300),
            seed in 0.0..1e3,
            period in 1usize..400,
        ) {
            let alpha = 2.0 / (period as f64 + 1.0);
            let mut literal = seed;
            for (value, got) in input.iter().zip(smoothed(Smoothing::of_ema(period), seed, &input)) {
                literal += alpha * (value - literal);
                prop_assert!((literal - got).abs() <= 1e-11, "{literal} {got}");
            }
        }

        #[test]
        fn value_by_value_gives_the_same_bits(
            input in prop::collection::vec(-1e3..1e3, 0..60),
            seed in -1e3..1e3,
            alpha in 1e-5..=1.0,
        ) {
            let smoothing = Smoothing::new(alpha);
            let mut smoother = Smoother::new(smoothing, seed);
            let pushed: Vec<f64> = input.iter().map(|value| smoother.push(*value)).collect();
            prop_assert_eq!(smoothed(smoothing, seed, &input), pushed);
        }

        #[test]
        fn a_constant_stays_itself(value in 1e-8..1e12, alpha in 1e-5..=1.0, len in 0usize..30) {
            let input = vec![value; len];
            prop_assert_eq!(smoothed(Smoothing::new(alpha), value, &input), input);
        }
    }

    #[test]
    fn a_weight_of_one_copies() {
        let input = [1.0, 1e-20, 3.3, -4.0, 5.0];
        assert_eq!(smoothed(Smoothing::of_wilder(1), 7.0, &input), input);
    }
}
