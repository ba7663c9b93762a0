//! Second moments of each window, beside its sum.

mod stream;

use std::{fmt::Debug, marker::PhantomData};

use super::{
    aligned::{Aligned, Column},
    join::{MeanOf, beyond_rounding},
    parts::Parts,
    tile_len, window_count,
};
use crate::outs::{Out, Outs};
pub(crate) use stream::WindowMoment;

/// A moment about the centre of a window that two neighbouring windows make together: the sum of
/// their own and a term that depends on the difference of their means.
///
/// No large numbers cancel, so a small moment of large values is as precise as they are.
pub(crate) trait Moment: Debug + Clone + Copy + Send + Sync + 'static {
    /// What the moments of the older `older` and the newer `newer` values lack of that of all, given
    /// `difference` = mean of the newer − mean of the older; `factor` is [`factor`](Self::factor).
    fn between(difference: f64, factor: f64) -> f64;

    /// The part of [`between`](Self::between) that depends on the lengths only.
    fn factor(older: f64, newer: f64) -> f64;
}

/// Σ (x − mean)², the sum of squared deviations (Chan, Golub and `LeVeque` 1979).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deviation;

impl Moment for Deviation {
    #[inline(always)]
    fn between(difference: f64, factor: f64) -> f64 {
        difference * difference * factor
    }

    fn factor(older: f64, newer: f64) -> f64 {
        older * newer / (older + newer)
    }
}

/// Σ (i − mean of i)·x over positions i, the numerator of the regression on time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tilt;

impl Moment for Tilt {
    #[inline(always)]
    fn between(difference: f64, factor: f64) -> f64 {
        difference * factor
    }

    fn factor(older: f64, newer: f64) -> f64 {
        older * newer / 2.0
    }
}

/// Writes `map(mean, moment)` of each window of `period` values, with the moment `M`. The mean is that
/// of [`map_means`](super::map_means).
#[inline(always)]
pub(crate) fn map_moments<'a, M: Moment, const K: usize>(
    input: &[f64],
    period: usize,
    mut outs: [Out<'a>; K],
    map: impl Fn(f64, f64) -> [f64; K],
) where
    [Out<'a>; K]: Outs<K>,
{
    let windows = window_count(input.len(), period);
    if period == 1 {
        outs.write(0..windows, input.iter().map(|value| map(*value, 0.0)));
        return;
    }
    let tile = tile_len(period).min(windows);
    let mut levels = Levels::<M>::new(period, tile);
    let mean_of = MeanOf::new(levels.parts);
    let half = levels.parts.top() / 2;
    let factor = double_factor::<M>(half);
    for start in (0..windows).step_by(tile.max(1)) {
        let count = tile.min(windows - start);
        let values = &input[start..start + count + period - 1];
        levels.fill(values);
        let range = start..start + count;
        let (sums, moments) = levels.level(values, half.ilog2() as usize);
        let older = sums[..count].iter().zip(&moments[..count]);
        let newer = sums[half..half + count].iter().zip(&moments[half..half + count]);
        let top = older.zip(newer).map(|((a, a_moment), (b, b_moment))| {
            let (_, moment) = double::<M>((*a, *a_moment), (*b, *b_moment), factor);
            (*a, *b, moment)
        });
        match (levels.lower(values), &levels.top_join) {
            (Some((sums, moments)), Some(join)) => {
                let from = 2 * half..2 * half + count;
                let lower = sums[from.clone()].iter().zip(&moments[from]);
                outs.write(
                    range,
                    top.zip(lower).map(|((a, b, moment), lower)| {
                        let (_, moment) = join.one((a + b, moment), (*lower.0, *lower.1));
                        map(mean_of.parts(a, b, *lower.0), moment)
                    }),
                );
            }
            _ => outs.write(range, top.map(|(a, b, moment)| map(mean_of.halves(a, b), moment))),
        }
    }
}

/// Sums and moments of a tile's windows of lengths that are powers of two, and of the period's lower
/// parts.
struct Levels<M> {
    parts: Parts,
    /// At index e > 0 sums and moments of 2^e values.
    pairs: Vec<(Aligned, Aligned)>,
    joins: Vec<Join<M>>,
    top_join: Option<Join<M>>,
    /// Sums and moments of all parts but the highest, if they are two or more.
    lower: (Column, Column),
    zeros: Aligned,
}

impl<M: Moment> Levels<M> {
    fn new(period: usize, tile: usize) -> Self {
        let parts = Parts::of(period);
        let width = tile + period - 1;
        let join = |exponent: usize| Join::new(1 << exponent, parts.below(exponent));
        Self {
            parts,
            pairs: (0..parts.highest())
                .map(|_| (Aligned::new(width), Aligned::new(width)))
                .collect(),
            joins: parts.between().map(join).collect(),
            top_join: parts.lowest().map(|_| join(parts.highest())),
            lower: (Column::new(width), Column::new(width)),
            zeros: Aligned::new(width),
        }
    }

    fn level<'a>(&'a self, values: &'a [f64], exponent: usize) -> (&'a [f64], &'a [f64]) {
        if exponent == 0 {
            (values, &self.zeros)
        } else {
            (&self.pairs[exponent].0, &self.pairs[exponent].1)
        }
    }

    /// Sums and moments of the windows of all parts but the highest.
    fn lower<'a>(&'a self, values: &'a [f64]) -> Option<(&'a [f64], &'a [f64])> {
        let lowest = self.parts.lowest()?;
        Some(if self.joins.is_empty() {
            self.level(values, lowest)
        } else {
            (&self.lower.0.now, &self.lower.1.now)
        })
    }

    #[inline(always)]
    fn fill(&mut self, values: &[f64]) {
        self.fill_levels(values);
        let Some(lowest) = self.parts.lowest() else {
            return;
        };
        let mut first = true;
        for join in &self.joins {
            let len = values.len() + 1 - join.half - join.joined;
            let level = |exponent: usize| match exponent {
                0 => (values, &*self.zeros),
                _ => (&*self.pairs[exponent].0, &*self.pairs[exponent].1),
            };
            let newer = if first {
                level(lowest)
            } else {
                (&*self.lower.0.now, &*self.lower.1.now)
            };
            let out = (&mut self.lower.0.next[..len], &mut self.lower.1.next[..len]);
            join.all(level(join.half.ilog2() as usize), newer, out);
            self.lower.0.swap();
            self.lower.1.swap();
            first = false;
        }
    }

    /// From values to windows of four at once where those of two are no part, to touch memory less.
    #[inline(always)]
    fn fill_levels(&mut self, values: &[f64]) {
        let highest = self.parts.highest();
        let mut exponent = 0;
        while exponent + 1 < highest {
            let half = 1 << exponent;
            let twice = exponent == 0 && highest > 2 && !self.parts.has(1);
            let (lower, upper) = self.pairs.split_at_mut(exponent + 1);
            let out = &mut upper[usize::from(twice)];
            let len = values.len() + 1 - if twice { 4 } else { 2 * half };
            let out = (&mut out.0[..len], &mut out.1[..len]);
            if twice {
                double_values_twice::<M>(values, out);
                exponent += 1;
            } else if exponent == 0 {
                double_values::<M>(values, out);
            } else {
                double_all::<M>((&lower[exponent].0, &lower[exponent].1), half, out);
            }
            exponent += 1;
        }
    }
}

/// From single values, which have no moment, to windows of two.
#[inline(always)]
fn double_values<M: Moment>(values: &[f64], out: (&mut [f64], &mut [f64])) {
    let factor = double_factor::<M>(1);
    for ((sum, moment), (older, newer)) in out.0.iter_mut().zip(out.1).zip(values.iter().zip(&values[1..])) {
        *sum = older + newer;
        *moment = M::between(newer - older, factor);
    }
}

/// From single values to windows of four.
#[inline(always)]
fn double_values_twice<M: Moment>(values: &[f64], out: (&mut [f64], &mut [f64])) {
    let factors = [1, 2].map(double_factor::<M>);
    let pair = |older: f64, newer: f64| (older + newer, M::between(newer - older, factors[0]));
    let older = values.iter().zip(&values[1..]);
    let newer = values[2..].iter().zip(&values[3..]);
    for (((sum, moment), older), newer) in out.0.iter_mut().zip(out.1).zip(older).zip(newer) {
        (*sum, *moment) = double::<M>(pair(*older.0, *older.1), pair(*newer.0, *newer.1), factors[1]);
    }
}

/// From windows of `half` values, (sums, moments), to windows of twice that, as many as `out` takes.
#[inline(always)]
fn double_all<M: Moment>(below: (&[f64], &[f64]), half: usize, out: (&mut [f64], &mut [f64])) {
    let factor = double_factor::<M>(half);
    let older = below.0.iter().zip(below.1);
    let newer = below.0[half..].iter().zip(&below.1[half..]);
    for (((sum, moment), older), newer) in out.0.iter_mut().zip(out.1).zip(older).zip(newer) {
        (*sum, *moment) = double::<M>((*older.0, *older.1), (*newer.0, *newer.1), factor);
    }
}

/// The factor for the difference of two sums of `half` values, a power of two, so exact.
fn double_factor<M: Moment>(half: usize) -> f64 {
    let half = half as f64;
    M::between(1.0 / half, M::factor(half, half))
}

/// Two windows of equal length, each (sum, moment).
#[inline(always)]
fn double<M: Moment>(older: (f64, f64), newer: (f64, f64), factor: f64) -> (f64, f64) {
    let between = M::between(newer.0 - older.0, factor);
    (older.0 + newer.0, (older.1 + newer.1) + between)
}

/// How an older window of a power of two joins a newer, shorter one.
#[derive(Debug, Clone, Copy)]
struct Join<M> {
    half: usize,
    joined: usize,
    joined_per_half: f64,
    joined_reciprocal: f64,
    factor: f64,
    moment: PhantomData<M>,
}

impl<M: Moment> Join<M> {
    fn new(half: usize, joined: usize) -> Self {
        Self {
            half,
            joined,
            joined_per_half: joined as f64 / half as f64,
            joined_reciprocal: 1.0 / joined as f64,
            factor: M::factor(half as f64, joined as f64),
            moment: PhantomData,
        }
    }

    /// Both windows and the result are (sum, moment).
    #[inline(always)]
    fn one(&self, older: (f64, f64), newer: (f64, f64)) -> (f64, f64) {
        let difference = beyond_rounding(newer.0 - older.0 * self.joined_per_half, newer.0);
        let between = M::between(difference * self.joined_reciprocal, self.factor);
        (older.0 + newer.0, (older.1 + newer.1) + between)
    }

    /// All windows that `out` takes, as (sums, moments).
    #[inline(always)]
    fn all(&self, older: (&[f64], &[f64]), newer: (&[f64], &[f64]), out: (&mut [f64], &mut [f64])) {
        let older = older.0.iter().zip(older.1);
        let newer = newer.0[self.half..].iter().zip(&newer.1[self.half..]);
        for (((sum, moment), older), newer) in out.0.iter_mut().zip(out.1).zip(older).zip(newer) {
            (*sum, *moment) = self.one((*older.0, *older.1), (*newer.0, *newer.1));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all<M: Moment>(input: &[f64], period: usize) -> Vec<(f64, f64)> {
        let [mut means, mut moments] = [(); 2].map(|()| vec![f64::NAN; window_count(input.len(), period)]);
        let outs = [&mut means, &mut moments].map(|column| Out::Given(column));
        map_moments::<M, 2>(input, period, outs, |mean, moment| [mean, moment]);
        means.into_iter().zip(moments).collect()
    }

    fn pushed<M: Moment>(input: &[f64], period: usize) -> Vec<(f64, f64)> {
        let mut window = WindowMoment::<M>::new(period);
        let pushed: Vec<_> = input.iter().map(|value| window.push(*value)).collect();
        pushed.get(period - 1..).unwrap_or_default().to_vec()
    }

    proptest! {
        #[test]
        fn moments_are_those_of_their_definition(
            input in prop::collection::vec(-100i32..100, 0..1500),
            shift in prop::sample::select(vec![0.0, 1e6, 1e9]),
            period in 1usize..300,
        ) {
            let values: Vec<f64> = input.iter().map(|value| f64::from(*value) + shift).collect();
            let deviations = all::<Deviation>(&values, period);
            let tilts = all::<Tilt>(&values, period);
            prop_assert_eq!(deviations.len(), (input.len() + 1).saturating_sub(period));
            for (at, window) in input.windows(period).enumerate() {
                // Exact in whole numbers: n·Σ(x − mean)² and 2·Σ(i − mean of i)·x.
                let n = period as i64;
                let sum: i64 = window.iter().map(|x| i64::from(*x)).sum();
                let squares: i64 = window.iter().map(|x| i64::from(*x).pow(2)).sum();
                let tilt: i64 = (0..n).zip(window).map(|(i, x)| (2 * i - n + 1) * i64::from(*x)).sum();
                let deviation = (n * squares - sum * sum) as f64 / n as f64;
                let scale = 100.0 * 100.0 * n as f64;
                // The means of values near 1e9 have an error of 1e-7.
                let slack = if shift > 1e8 { 1e-8 } else { 1e-11 };
                prop_assert!((deviations[at].1 - deviation).abs() <= slack * scale);
                prop_assert!((tilts[at].1 - tilt as f64 / 2.0).abs() <= slack * scale * n as f64);
            }
        }

        #[test]
        fn value_by_value_gives_the_same_bits(
            input in prop::collection::vec(prop_oneof![-1e6..1e6, Just(0.7)], 0..2000),
            period in 1usize..300,
        ) {
            prop_assert_eq!(all::<Deviation>(&input, period), pushed::<Deviation>(&input, period));
            prop_assert_eq!(all::<Tilt>(&input, period), pushed::<Tilt>(&input, period));
        }

        #[test]
        fn equal_values_have_no_moment(value in 1e-8..1e12, period in 1usize..500) {
            let values = vec![value; 600];
            prop_assert!(all::<Deviation>(&values, period).iter().all(|window| *window == (value, 0.0)));
            prop_assert!(all::<Tilt>(&values, period).iter().all(|window| *window == (value, 0.0)));
        }
    }
}
