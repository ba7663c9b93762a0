//! Exponential smoothing: of Wilder, of the EMA, and of all that is made from them.

mod seeded;

use std::array;

use crate::tiles::TILE;
pub(crate) use seeded::SeededSmoother;

/// The number of neighbours that do not wait for each other.
const APART: usize = 8;

/// Averages of two values that are at hand while a tile is smoothed.
pub(crate) const TWOS: usize = 2 + TILE;

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

/// Eight neighbours.
type Eight = [f64; APART];

/// As [`between`], of eight pairs.
#[inline(always)]
fn between_all(older: &Eight, newer: &Eight, weight: f64) -> Eight {
    array::from_fn(|j| between(older[j], newer[j], weight))
}

/// Moves all values on by one.
fn push(values: &mut Eight, newest: f64) {
    values.rotate_left(1);
    values[APART - 1] = newest;
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
    fours: Eight,
    /// The last smoothed values.
    smoothed: Eight,
}

impl Smoother {
    /// Begins as after many values that were all `seed`.
    pub(crate) fn new(smoothing: Smoothing, seed: f64) -> Self {
        Self {
            smoothing,
            value: seed,
            twos: [seed; 2],
            fours: [seed; APART],
            smoothed: [seed; APART],
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
        let eight = between(self.fours[4], four, weights.four);
        let smoothed = between(self.smoothed[0], eight, weights.eight);
        self.value = value;
        self.twos = [self.twos[1], two];
        push(&mut self.fours, four);
        push(&mut self.smoothed, smoothed);
        smoothed
    }

    /// Takes `input`; writes the smoothed values, as many.
    #[inline(always)]
    pub(crate) fn run(&mut self, input: &[f64], out: &mut [f64]) {
        if self.smoothing.copies {
            out.copy_from_slice(input);
            return;
        }
        let mut twos = [0.0; TWOS];
        let (whole, rest) = input.split_at(input.len() - input.len() % APART);
        let (out, out_rest) = out.split_at_mut(whole.len());
        for (input, out) in whole.chunks(TILE).zip(out.chunks_mut(TILE)) {
            let mut tile = self.begin(input, &mut twos);
            for (out, (older, newer)) in in_eights_mut(out).iter_mut().zip(pairs(&twos, input.len())) {
                *out = tile.step(older, newer);
            }
            self.end(&tile, input, &twos);
        }
        for (value, out) in rest.iter().zip(out_rest) {
            *out = self.push(*value);
        }
    }

    /// Takes `input` and gives it to `other`, too; writes what this one's smoothed values are more than the
    /// other's. Side by side neither waits for the other.
    #[inline(always)]
    pub(crate) fn run_beside(
        &mut self,
        other: &mut Self,
        input: &[f64],
        out: &mut [f64],
        [twos, other_twos]: &mut [[f64; TWOS]; 2],
    ) {
        let copies = self.smoothing.copies | other.smoothing.copies;
        let whole = if copies {
            0
        } else {
            input.len() - input.len() % APART
        };
        let (whole, rest) = input.split_at(whole);
        let (out, out_rest) = out.split_at_mut(whole.len());
        for (input, out) in whole.chunks(TILE).zip(out.chunks_mut(TILE)) {
            let mut tile = self.begin(input, twos);
            let mut other_tile = other.begin(input, other_twos);
            let pairs = pairs(twos, input.len()).zip(pairs(other_twos, input.len()));
            for (out, (pair, other_pair)) in in_eights_mut(out).iter_mut().zip(pairs) {
                let smoothed = tile.step(pair.0, pair.1);
                let other = other_tile.step(other_pair.0, other_pair.1);
                *out = array::from_fn(|j| smoothed[j] - other[j]);
            }
            self.end(&tile, input, twos);
            other.end(&other_tile, input, other_twos);
        }
        for (value, out) in rest.iter().zip(out_rest) {
            *out = self.push(*value) - other.push(*value);
        }
    }

    /// Begins a tile: a multiple of [`APART`] values, at least one and at most [`TILE`], of which this makes the
    /// averages of two.
    #[inline(always)]
    fn begin(&self, input: &[f64], twos: &mut [f64]) -> Tile {
        let weights = self.smoothing.weights;
        twos[..2].copy_from_slice(&self.twos);
        twos[2] = between(self.value, input[0], weights.one);
        for (two, (older, newer)) in twos[3..2 + input.len()]
            .iter_mut()
            .zip(input.iter().zip(&input[1..]))
        {
            *two = between(*older, *newer, weights.one);
        }
        Tile {
            weights,
            fours: self.fours,
            smoothed: self.smoothed,
        }
    }

    /// Goes on from the end of a tile.
    #[inline(always)]
    fn end(&mut self, tile: &Tile, input: &[f64], twos: &[f64]) {
        let len = input.len();
        self.value = input[len - 1];
        self.twos = [twos[len], twos[len + 1]];
        self.fours = tile.fours;
        self.smoothed = tile.smoothed;
    }
}

/// A tile that is being smoothed.
struct Tile {
    weights: Weights,
    /// The last averages of four.
    fours: Eight,
    smoothed: Eight,
}

impl Tile {
    /// Takes eight averages of two and those two values later; returns the smoothed values.
    #[inline(always)]
    fn step(&mut self, older: &Eight, newer: &Eight) -> Eight {
        let fours = between_all(older, newer, self.weights.two);
        let eights = between_all(&before(&self.fours, &fours), &fours, self.weights.four);
        self.fours = fours;
        self.smoothed = between_all(&self.smoothed, &eights, self.weights.eight);
        self.smoothed
    }
}

/// The averages of two of `len` values in eights, each with those two values later.
#[inline(always)]
fn pairs(twos: &[f64], len: usize) -> impl Iterator<Item = (&Eight, &Eight)> {
    let eights = |from: usize| twos[from..from + len].as_chunks().0.iter();
    eights(0).zip(eights(2))
}

#[inline(always)]
fn in_eights_mut(values: &mut [f64]) -> &mut [Eight] {
    values.as_chunks_mut().0
}

/// The eight values that end four before the end of `newer`, which follow `older`.
#[inline(always)]
fn before(older: &Eight, newer: &Eight) -> Eight {
    array::from_fn(|j| if j < 4 { older[j + 4] } else { newer[j - 4] })
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
        fn side_by_side_gives_the_difference(
            input in prop::collection::vec(-1e3..1e3, 0..600),
            cut in 0usize..600,
            seed in -1e3..1e3,
            periods in prop::array::uniform2(1usize..40),
        ) {
            let [mut first, mut second] = periods.map(|period| Smoother::new(Smoothing::of_ema(period), seed));
            let (mut out, mut twos) = (vec![0.0; input.len()], [[0.0; TWOS]; 2]);
            let cut = cut.min(input.len());
            for part in [0..cut, cut..input.len()] {
                first.run_beside(&mut second, &input[part.clone()], &mut out[part], &mut twos);
            }
            let [first, second] = periods.map(|period| smoothed(Smoothing::of_ema(period), seed, &input));
            let expect: Vec<f64> = first.iter().zip(second).map(|(first, second)| first - second).collect();
            prop_assert_eq!(out, expect);
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
