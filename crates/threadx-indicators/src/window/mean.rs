//! The mean of each window.

use super::{
    aligned::{Aligned, Column},
    join::MeanOf,
    parts::Parts,
    ring::Ring,
    tile_len, window_count,
};
use crate::outs::{Out, Outs};

/// Writes `map(mean)` of each window of `period` values. Window w holds the values w..w + period.
#[inline(always)]
pub(crate) fn map_means<'a, const K: usize>(
    input: &[f64],
    period: usize,
    mut outs: [Out<'a>; K],
    map: impl Fn(f64) -> [f64; K],
) where
    [Out<'a>; K]: Outs<K>,
{
    let windows = window_count(input.len(), period);
    if period == 1 {
        outs.write(0..windows, input.iter().map(|value| map(*value)));
        return;
    }
    let tile = tile_len(period).min(windows);
    let mut levels = Levels::new(period, tile);
    let mean_of = MeanOf::new(levels.parts);
    let half = levels.parts.top() / 2;
    for start in (0..windows).step_by(tile.max(1)) {
        let count = tile.min(windows - start);
        let values = &input[start..start + count + period - 1];
        levels.fill(values);
        let range = start..start + count;
        let below = levels.level(values, half.ilog2() as usize);
        let older = below[..count].iter().zip(&below[half..half + count]);
        let lower = 2 * half..2 * half + count;
        match levels.lower(values) {
            Lower::None => outs.write(range, older.map(|(a, b)| map(mean_of.halves(*a, *b)))),
            Lower::One(sums) => outs.write(
                range,
                older
                    .zip(&sums[lower])
                    .map(|((a, b), lower)| map(mean_of.parts(*a, *b, *lower))),
            ),
            Lower::Two { older: upper, newer } => {
                let lower = upper[lower.clone()].iter().zip(&newer[lower]);
                outs.write(
                    range,
                    older
                        .zip(lower)
                        .map(|((a, b), (c, d))| map(mean_of.parts(*a, *b, c + d))),
                );
            }
        }
    }
}

/// The sums of the windows of all parts but the highest.
enum Lower<'a> {
    None,
    One(&'a [f64]),
    /// The sums of the highest of them, and of the others for the values behind it.
    Two {
        older: &'a [f64],
        newer: &'a [f64],
    },
}

/// The sums of a tile's windows of lengths that are powers of two, and of the period's lower parts.
struct Levels {
    parts: Parts,
    /// At index e > 0 the sums of 2^e values, if they are needed; below the top.
    sums: Vec<Aligned>,
    /// The sums of all parts but the two highest, if they are two or more.
    lower: Column,
}

impl Levels {
    fn new(period: usize, tile: usize) -> Self {
        let parts = Parts::of(period);
        let width = tile + period - 1;
        let is_joined = parts.between().nth(1).is_some();
        Self {
            parts,
            sums: (0..parts.highest()).map(|_| Aligned::new(width)).collect(),
            lower: Column::new(if is_joined { width } else { 0 }),
        }
    }

    fn level<'a>(&'a self, values: &'a [f64], exponent: usize) -> &'a [f64] {
        if exponent == 0 {
            values
        } else {
            &self.sums[exponent]
        }
    }

    fn lower<'a>(&'a self, values: &'a [f64]) -> Lower<'a> {
        let Some(lowest) = self.parts.lowest() else {
            return Lower::None;
        };
        let lowest = self.level(values, lowest);
        let mut between = self.parts.between();
        match (between.next_back(), between.next_back()) {
            (None, _) => Lower::One(lowest),
            (Some(older), joined) => Lower::Two {
                older: self.level(values, older),
                newer: &joined.map_or(lowest, |_| &self.lower.now)[1 << older..],
            },
        }
    }

    #[inline(always)]
    fn fill(&mut self, values: &[f64]) {
        self.fill_levels(values);
        let mut between = self.parts.between();
        between.next_back();
        let mut newer = self.parts.lowest();
        for exponent in between {
            // The power of two is the older part, what is joined so far the newer.
            let (half, joined) = (1 << exponent, self.parts.below(exponent));
            let len = values.len() + 1 - half - joined;
            let level = |exponent: usize| {
                if exponent == 0 {
                    values
                } else {
                    &self.sums[exponent]
                }
            };
            let newer = newer.take().map_or(&*self.lower.now, level);
            add(level(exponent), &newer[half..], &mut self.lower.next[..len]);
            self.lower.swap();
        }
    }

    /// Two levels at a time where the one between is no part, to touch memory less.
    #[inline(always)]
    fn fill_levels(&mut self, values: &[f64]) {
        let mut exponent = 0;
        while exponent + 1 < self.parts.highest() {
            let half = 1 << exponent;
            let (lower, upper) = self.sums.split_at_mut(exponent + 1);
            let below = if exponent == 0 { values } else { &lower[exponent] };
            if exponent + 2 < self.parts.highest() && !self.parts.has(exponent + 1) {
                let len = values.len() + 1 - 4 * half;
                add_four(below, half, &mut upper[1][..len]);
                exponent += 2;
            } else {
                let len = values.len() + 1 - 2 * half;
                add(below, &below[half..], &mut upper[0][..len]);
                exponent += 1;
            }
        }
    }
}

#[inline(always)]
fn add(older: &[f64], newer: &[f64], out: &mut [f64]) {
    for ((out, older), newer) in out.iter_mut().zip(older).zip(newer) {
        *out = older + newer;
    }
}

/// Sums of four neighbouring windows of `half` values.
#[inline(always)]
fn add_four(below: &[f64], half: usize, out: &mut [f64]) {
    let older = below.iter().zip(&below[half..]);
    let newer = below[2 * half..].iter().zip(&below[3 * half..]);
    for ((out, older), newer) in out.iter_mut().zip(older).zip(newer) {
        *out = (older.0 + older.1) + (newer.0 + newer.1);
    }
}

/// The mean of the last `period` values, value by value; the same bits as [`map_means`].
#[derive(Debug, Clone)]
pub(crate) struct WindowMean {
    parts: Parts,
    /// For each power of two below the highest part, the sums of so many values.
    levels: Vec<Ring>,
    /// The older and newer halves of the highest part.
    halves: [Ring; 2],
    mean_of: MeanOf,
}

impl WindowMean {
    pub(crate) fn new(period: usize) -> Self {
        let parts = Parts::of(period);
        Self {
            parts,
            levels: (0..parts.highest())
                .map(|exponent| Ring::new(1 << exponent))
                .collect(),
            halves: [(); 2].map(|()| Ring::new(parts.top())),
            mean_of: MeanOf::new(parts),
        }
    }

    /// Takes the next value; returns the mean, meaningful once `period` values were taken.
    pub(crate) fn push(&mut self, value: f64) -> f64 {
        let (mut sum, mut newest) = (0.0, value);
        let mut halves = [0.0; 2];
        for (exponent, ring) in self.levels.iter_mut().enumerate() {
            halves = [ring.push(newest), newest];
            if self.parts.has(exponent) {
                sum = match self.parts.below(exponent) {
                    0 => newest,
                    below => ring.back(below) + sum,
                };
            }
            newest = halves[0] + halves[1];
        }
        let [older, newer] = &mut self.halves;
        older.push(halves[0]);
        newer.push(halves[1]);
        match self.parts.below(self.parts.highest()) {
            _ if self.parts.period() == 1 => value,
            0 => self.mean_of.halves(halves[0], halves[1]),
            below => self.mean_of.parts(older.back(below), newer.back(below), sum),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(input: &[f64], period: usize) -> Vec<f64> {
        let mut means = vec![f64::NAN; window_count(input.len(), period)];
        map_means(input, period, [Out::Given(&mut means)], |mean| [mean]);
        means
    }

    proptest! {
        #[test]
        fn the_mean_of_whole_numbers_is_rounded_once(
            input in prop::collection::vec(-1_000_000i64..1_000_000, 0..3000),
            period in 1usize..600,
        ) {
            let values: Vec<f64> = input.iter().map(|value| *value as f64).collect();
            let mean = |window: &[i64]| window.iter().sum::<i64>() as f64 / period as f64;
            let expect: Vec<f64> = input.windows(period).map(mean).collect();
            prop_assert_eq!(all(&values, period), expect);
        }

        #[test]
        fn value_by_value_gives_the_same_bits(
            input in prop::collection::vec(prop_oneof![-1e6..1e6, Just(0.7)], 0..3000),
            period in 1usize..300,
        ) {
            let mut window = WindowMean::new(period);
            let pushed: Vec<f64> = input.iter().map(|value| window.push(*value)).collect();
            let expect = pushed.get(period - 1..).unwrap_or_default();
            prop_assert_eq!(all(&input, period), expect);
        }

        #[test]
        fn equal_values_have_themselves_as_their_mean(value in 1e-8..1e12, period in 1usize..500) {
            prop_assert!(all(&vec![value; 700], period).into_iter().all(|mean| mean == value));
        }
    }
}
