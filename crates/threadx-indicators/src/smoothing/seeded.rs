//! Smoothing that begins with the mean of the first values.

use super::{Smoother, Smoothing};
use crate::{warm::Warm, window::WindowMean};

/// A series smoothed from the mean of its first values.
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
    /// Seeded with the mean of the first `period` values.
    pub(crate) fn new(smoothing: Smoothing, period: usize) -> Self {
        Self {
            smoothing,
            warm: Warm::after(period - 1),
            state: State::Seeding(WindowMean::new(period)),
        }
    }

    /// An EMA, seeded with the mean of the first `period` values.
    pub(crate) fn of_ema(period: usize) -> Self {
        Self::new(Smoothing::of_ema(period), period)
    }

    /// Wilder's average, seeded with the mean of the first `period` values.
    pub(crate) fn of_wilder(period: usize) -> Self {
        Self::new(Smoothing::of_wilder(period), period)
    }

    /// Takes the next value; returns the smoothed one, `None` before the seed.
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

    /// Takes `input`; writes the smoothed values from the seed on, and returns how many.
    #[inline(always)]
    pub(crate) fn run(&mut self, input: &[f64], out: &mut [f64]) -> usize {
        let (taken, written) = self.seed(input, out);
        let rest = &input[taken..];
        if let State::Running(smoother) = &mut self.state {
            smoother.run(rest, &mut out[written..written + rest.len()]);
        }
        written + rest.len()
    }

    /// Takes values up to the seed, which it writes; returns how many it took and wrote.
    fn seed(&mut self, input: &[f64], out: &mut [f64]) -> (usize, usize) {
        if matches!(self.state, State::Running(_)) {
            return (0, 0);
        }
        for (at, value) in input.iter().enumerate() {
            if let Some(seed) = self.push(*value) {
                out[0] = seed;
                return (at + 1, 1);
            }
        }
        (input.len(), 0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pieces_give_the_same_bits(
            input in prop::collection::vec(-1e3..1e3, 0..90),
            cuts in prop::collection::vec(0usize..90, 3),
            period in 1usize..20,
        ) {
            let smoother = || SeededSmoother::of_wilder(period);
            let mut whole = smoother();
            let whole: Vec<f64> = input.iter().filter_map(|value| whole.push(*value)).collect();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(input.len())).collect();
            cuts.extend([0, input.len()]);
            cuts.sort_unstable();
            let mut pieces = smoother();
            let mut out = vec![0.0; input.len()];
            let mut written = 0;
            for piece in cuts.windows(2) {
                written += pieces.run(&input[piece[0]..piece[1]], &mut out[written..]);
            }
            prop_assert_eq!(&out[..written], whole);
        }
    }
}
