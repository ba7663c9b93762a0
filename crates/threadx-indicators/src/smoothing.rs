//! Exponential smoothing: of Wilder, of the EMA, and of all that is made from them.

use crate::{warm::Warm, window::WindowMean};

/// The number of values that are folded into one before they meet the average.
const BLOCK: usize = 4;

/// A smoothed quantity that is not above this is taken to be 0: what is left of movements long ago after
/// thousands of bars without any, where the next digits would be lost to underflow.
pub(crate) const NOTHING_LEFT: f64 = 1e-250;

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

    /// Whether the newest value has all the weight: then it is taken as it is, without rounding.
    fn copies(&self) -> bool {
        self.together[0] == 1.0
    }

    /// The average of the first j + 1 values of a block from that of the first j.
    #[inline(always)]
    fn fold(&self, inner: f64, value: f64, j: usize) -> f64 {
        inner + self.newest[j] * (value - inner)
    }

    /// The smoothed value after the first j + 1 values of a block.
    #[inline(always)]
    fn meet(&self, base: f64, inner: f64, j: usize) -> f64 {
        base + self.together[j] * (inner - base)
    }

    /// The smoothed values of a whole block.
    #[inline(always)]
    fn block(&self, base: f64, values: &[f64; BLOCK]) -> [f64; BLOCK] {
        let mut inner = [values[0]; BLOCK];
        for j in 1..BLOCK {
            inner[j] = self.fold(inner[j - 1], values[j], j);
        }
        let mut smoothed = [0.0; BLOCK];
        for j in 0..BLOCK {
            smoothed[j] = self.meet(base, inner[j], j);
        }
        smoothed
    }
}

/// A smoothed series: value by value, or many values at a time with the same bits.
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

    /// Takes `input`; writes the smoothed values, as many.
    #[inline(always)]
    pub(crate) fn run(&mut self, input: &[f64], out: &mut [f64]) {
        if self.smoothing.copies() {
            out.copy_from_slice(input);
            return;
        }
        let (input, out) = self.align(input, out);
        let (blocks, rest) = input.as_chunks();
        let (out_blocks, out_rest) = out.as_chunks_mut();
        let mut base = self.base;
        for (values, out) in blocks.iter().zip(out_blocks) {
            *out = self.smoothing.block(base, values);
            base = out[BLOCK - 1];
        }
        self.base = base;
        for (value, out) in rest.iter().zip(out_rest) {
            *out = self.push(*value);
        }
    }

    /// As [`run`](Self::run) for two series in the time of one: their chains do not wait for each other.
    #[inline(always)]
    pub(crate) fn run_pair(pair: [&mut Self; 2], inputs: [&[f64]; 2], outs: [&mut [f64]; 2]) {
        let [a, b] = pair;
        let [a_out, b_out] = outs;
        if a.taken != 0 || b.taken != 0 || a.smoothing.copies() || b.smoothing.copies() {
            a.run(inputs[0], a_out);
            b.run(inputs[1], b_out);
            return;
        }
        let (a_blocks, a_rest) = inputs[0].as_chunks();
        let (b_blocks, b_rest) = inputs[1].as_chunks();
        let (a_out, a_out_rest) = a_out.as_chunks_mut();
        let (b_out, b_out_rest) = b_out.as_chunks_mut();
        let (mut a_base, mut b_base) = (a.base, b.base);
        let outs = a_out.iter_mut().zip(b_out);
        for ((a_values, b_values), (a_out, b_out)) in a_blocks.iter().zip(b_blocks).zip(outs) {
            *a_out = a.smoothing.block(a_base, a_values);
            *b_out = b.smoothing.block(b_base, b_values);
            (a_base, b_base) = (a_out[BLOCK - 1], b_out[BLOCK - 1]);
        }
        (a.base, b.base) = (a_base, b_base);
        a.run(a_rest, a_out_rest);
        b.run(b_rest, b_out_rest);
    }

    /// Finishes a block that was begun; returns what is left.
    fn align<'a, 'b>(&mut self, input: &'a [f64], out: &'b mut [f64]) -> (&'a [f64], &'b mut [f64]) {
        let open = (BLOCK - self.taken) % BLOCK;
        let (first, input) = input.split_at(open.min(input.len()));
        let (out_first, out) = out.split_at_mut(first.len());
        for (value, out) in first.iter().zip(out_first) {
            *out = self.push(*value);
        }
        (input, out)
    }
}

/// A series smoothed from the mean of its first values.
#[derive(Debug, Clone)]
pub(crate) struct SeededSmoother {
    smoothing: Smoothing,
    period: usize,
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
            period,
            warm: Warm::after(period - 1),
            state: State::Seeding(WindowMean::new(period)),
        }
    }

    /// Number of values up to the one that seeds it.
    pub(crate) const fn seeded_by(&self) -> usize {
        self.period
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

    /// As [`run`](Self::run) for two series of one period in the time of one.
    #[inline(always)]
    pub(crate) fn run_pair(pair: [&mut Self; 2], inputs: [&[f64]; 2], outs: [&mut [f64]; 2]) -> usize {
        let [a, b] = pair;
        let [a_out, b_out] = outs;
        let (taken, written) = a.seed(inputs[0], a_out);
        b.seed(inputs[1], b_out);
        let (a_rest, b_rest) = (&inputs[0][taken..], &inputs[1][taken..]);
        let range = written..written + a_rest.len();
        if let (State::Running(a), State::Running(b)) = (&mut a.state, &mut b.state) {
            let outs = [&mut a_out[range.clone()], &mut b_out[range.clone()]];
            Smoother::run_pair([a, b], [a_rest, b_rest], outs);
        }
        range.end
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
        fn pieces_and_pairs_give_the_same_bits(
            input in prop::collection::vec(-1e3..1e3, 0..90),
            other in prop::collection::vec(-1e3..1e3, 90),
            cuts in prop::collection::vec(0usize..90, 3),
            period in 1usize..20,
        ) {
            let smoother = || SeededSmoother::new(Smoothing::of_wilder(period), period);
            let other = &other[..input.len()];
            let whole = |input: &[f64]| -> Vec<f64> {
                let mut smoother = smoother();
                input.iter().filter_map(|value| smoother.push(*value)).collect()
            };
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(input.len())).collect();
            cuts.extend([0, input.len()]);
            cuts.sort_unstable();
            let (mut a, mut b, mut alone) = (smoother(), smoother(), smoother());
            let mut outs = [(); 3].map(|()| vec![0.0; input.len()]);
            let mut written = 0;
            for piece in cuts.windows(2) {
                let piece = piece[0]..piece[1];
                let [out_a, out_b, out_alone] = outs.each_mut().map(|out| &mut out[written..]);
                let inputs = [&input[piece.clone()], &other[piece.clone()]];
                let by_pair = SeededSmoother::run_pair([&mut a, &mut b], inputs, [out_a, out_b]);
                prop_assert_eq!(alone.run(&input[piece], out_alone), by_pair);
                written += by_pair;
            }
            prop_assert_eq!(&outs[0][..written], whole(&input));
            prop_assert_eq!(&outs[1][..written], whole(other));
            prop_assert_eq!(&outs[2][..written], whole(&input));
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
