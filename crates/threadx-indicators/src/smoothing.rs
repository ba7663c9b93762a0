//! Exponential smoothing: of Wilder, of the EMA, and of all that is made from them.

use std::array;

use crate::{tiles::TILE, warm::Warm, window::WindowMean};

/// The number of neighbours that do not wait for each other, in two groups of four.
const APART: usize = 8;

/// A smoothed quantity that is not above this is taken to be 0: what is left of movements long ago after
/// thousands of bars without any, where the next digits would be lost to underflow.
pub(crate) const NOTHING_LEFT: f64 = 1e-250;

/// The weights of exponential smoothing, y += α·(x − y).
///
/// Taken literally, each value waits for the one before: a chain of three operations a value. Here a value
/// is made from the smoothed one eight values before, y += (1 − (1 − α)^8)·(m − y), m the average of the
/// eight values since, each with the weight that it would get; and m from averages of two and of four. So
/// eight neighbours do not wait for each other. Equal to the literal form but for rounding; a constant input
/// stays itself to the last bit, as there.
#[derive(Debug, Clone, Copy)]
struct Weights {
    /// Of the newer of two values.
    one: f64,
    /// Of the newer two of four values.
    two: f64,
    /// Of the newer four of eight values.
    four: f64,
    /// Of the newest eight values, beside all before.
    eight: f64,
}

/// Exponential smoothing with a weight α of the newest value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Smoothing {
    weights: Weights,
    /// Whether the newest value has all the weight: then it is taken as it is, without rounding.
    copies: bool,
}

impl Smoothing {
    /// Smoothing with the weight `alpha` of the newest value, 0 < `alpha` ≤ 1.
    pub(crate) fn new(alpha: f64) -> Self {
        let rest = 1.0 - alpha;
        let (rest_two, two) = (rest * rest, alpha + alpha * rest);
        let (rest_four, four) = (rest_two * rest_two, two + two * rest_two);
        Self {
            weights: Weights {
                one: 1.0 / (1.0 + rest),
                two: 1.0 / (1.0 + rest_two),
                four: 1.0 / (1.0 + rest_four),
                eight: four + four * rest_four,
            },
            copies: alpha == 1.0,
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
}

/// The average of two values in which the newer one has the weight `weight`.
#[inline(always)]
fn between(older: f64, newer: f64, weight: f64) -> f64 {
    older + weight * (newer - older)
}

/// Four neighbours.
type Four = [f64; APART / 2];

/// As [`between`], of four pairs.
#[inline(always)]
fn between_all(older: &Four, newer: &Four, weight: f64) -> Four {
    array::from_fn(|j| between(older[j], newer[j], weight))
}

/// A smoothed series: value by value, or many values at a time with the same bits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Smoother {
    smoothing: Smoothing,
    /// The last value.
    value: f64,
    /// The last averages of two values, the oldest first.
    twos: [f64; 2],
    /// The last averages of four.
    fours: Four,
    /// The last smoothed values.
    smoothed: [Four; 2],
}

impl Smoother {
    /// Begins as after many values that were all `seed`.
    pub(crate) fn new(smoothing: Smoothing, seed: f64) -> Self {
        Self {
            smoothing,
            value: seed,
            twos: [seed; 2],
            fours: [seed; 4],
            smoothed: [[seed; 4]; 2],
        }
    }

    /// Takes the next value; returns the smoothed one.
    pub(crate) fn push(&mut self, value: f64) -> f64 {
        if self.smoothing.copies {
            return value;
        }
        let weights = self.smoothing.weights;
        let two = between(self.value, value, weights.one);
        let four = between(self.twos[0], two, weights.two);
        let eight = between(self.fours[0], four, weights.four);
        let [[oldest, a, b, c], [d, e, f, g]] = self.smoothed;
        let smoothed = between(oldest, eight, weights.eight);
        self.value = value;
        self.twos = [self.twos[1], two];
        self.fours = [self.fours[1], self.fours[2], self.fours[3], four];
        self.smoothed = [[a, b, c, d], [e, f, g, smoothed]];
        smoothed
    }

    /// Takes `input`; writes the smoothed values, as many.
    #[inline(always)]
    pub(crate) fn run(&mut self, input: &[f64], out: &mut [f64]) {
        if self.smoothing.copies {
            out.copy_from_slice(input);
            return;
        }
        let mut twos = [0.0; 2 + TILE];
        let whole = input.len() - input.len() % APART;
        let (input, input_rest) = input.split_at(whole);
        let (out, out_rest) = out.split_at_mut(whole);
        for (input, out) in input.chunks(TILE).zip(out.chunks_mut(TILE)) {
            self.run_tile(input, out, &mut twos);
        }
        for (value, out) in input_rest.iter().zip(out_rest) {
            *out = self.push(*value);
        }
    }

    /// As [`run`](Self::run), of a multiple of [`APART`] values, at least one and at most [`TILE`].
    #[inline(always)]
    fn run_tile(&mut self, input: &[f64], out: &mut [f64], twos: &mut [f64; 2 + TILE]) {
        let (len, weights) = (input.len(), self.smoothing.weights);
        twos[..2].copy_from_slice(&self.twos);
        twos[2] = between(self.value, input[0], weights.one);
        for (two, (older, newer)) in twos[3..].iter_mut().zip(input.iter().zip(&input[1..])) {
            *two = between(*older, *newer, weights.one);
        }
        let (mut fours, [mut first, mut second]) = (self.fours, self.smoothed);
        let eights = in_eights(&twos[..len]).iter().zip(in_eights(&twos[2..2 + len]));
        let outs = out.as_chunks_mut().0.as_chunks_mut().0;
        for (out, (older, newer)) in outs.iter_mut().zip(eights) {
            let next = [
                between_all(&older[0], &newer[0], weights.two),
                between_all(&older[1], &newer[1], weights.two),
            ];
            let first_eight = between_all(&fours, &next[0], weights.four);
            let second_eight = between_all(&next[0], &next[1], weights.four);
            first = between_all(&first, &first_eight, weights.eight);
            second = between_all(&second, &second_eight, weights.eight);
            fours = next[1];
            *out = [first, second];
        }
        self.value = input[len - 1];
        self.twos = [twos[len], twos[len + 1]];
        self.fours = fours;
        self.smoothed = [first, second];
    }
}

/// Neighbours in groups of four and those in pairs.
#[inline(always)]
fn in_eights(values: &[f64]) -> &[[Four; 2]] {
    values.as_chunks().0.as_chunks().0
}

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

    fn smoothed(smoothing: Smoothing, seed: f64, input: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; input.len()];
        Smoother::new(smoothing, seed).run(input, &mut out);
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
