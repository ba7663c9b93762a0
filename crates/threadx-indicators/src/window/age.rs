//! How long ago the highest or lowest value of each window was.

use std::marker::PhantomData;

use super::{Extreme, ring::Ring, tile_len, window_count};
use crate::outs::Out;

/// An extreme and how many values ago it was; of equal ones the newest.
type Aged = (f64, f64);

/// The extreme of two neighbouring windows of which the newer begins `step` values after the older.
#[inline(always)]
fn pick<E: Extreme>(older: Aged, newer: Aged, step: f64) -> Aged {
    if E::pick(older.0, newer.0) == newer.0 {
        newer
    } else {
        (older.0, older.1 + step)
    }
}

/// Writes `map(age)` of each window of `period` values, the age how many values ago its extreme was, 0 for the
/// newest; `out` has one value per window.
#[inline(always)]
pub(crate) fn map_ages<E: Extreme>(
    input: &[f64],
    period: usize,
    out: &mut Out<'_>,
    map: impl Fn(f64) -> f64,
) {
    let windows = window_count(input.len(), period).min(out.len());
    let top = 1 << period.ilog2();
    let tile = tile_len(period).min(windows);
    let width = tile + period - 1;
    let [mut now, mut now_ages, mut next, mut next_ages] = [(); 4].map(|()| vec![0.0; width]);
    for start in (0..windows).step_by(tile.max(1)) {
        let count = tile.min(windows - start);
        let values = &input[start..start + count + period - 1];
        now[..values.len()].copy_from_slice(values);
        now_ages[..values.len()].fill(0.0);
        let mut half = 1;
        while half < top {
            let len = values.len() + 1 - 2 * half;
            let out = (&mut next[..len], &mut next_ages[..len]);
            pick_all::<E>((&now, &now_ages), half, half, out);
            std::mem::swap(&mut now, &mut next);
            std::mem::swap(&mut now_ages, &mut next_ages);
            half *= 2;
        }
        let ages = out.part(start..start + count);
        pick_all::<E>(
            (&now, &now_ages),
            period - top,
            period - top,
            (&mut next[..count], ages),
        );
        for age in ages {
            *age = map(*age);
        }
    }
}

#[inline(always)]
fn pick_all<E: Extreme>(below: (&[f64], &[f64]), shift: usize, step: usize, out: (&mut [f64], &mut [f64])) {
    let step = step as f64;
    let older = below.0.iter().zip(below.1);
    let newer = below.0[shift..].iter().zip(&below.1[shift..]);
    for (((value, age), older), newer) in out.0.iter_mut().zip(out.1).zip(older).zip(newer) {
        (*value, *age) = pick::<E>((*older.0, *older.1), (*newer.0, *newer.1), step);
    }
}

/// How many values ago the extreme of the last `period` values was, value by value, as [`map_ages`].
#[derive(Debug, Clone)]
pub(crate) struct WindowAge<E> {
    /// For each power of two below the highest in the period, extremes and ages.
    levels: Vec<[Ring; 2]>,
    top: [Ring; 2],
    /// The period less its highest power of two.
    shift: usize,
    extreme: PhantomData<E>,
}

impl<E: Extreme> WindowAge<E> {
    pub(crate) fn new(period: usize) -> Self {
        let highest = period.ilog2();
        let rings = |exponent: u32| [(); 2].map(|()| Ring::new(1 << exponent));
        Self {
            levels: (0..highest).map(rings).collect(),
            top: rings(highest),
            shift: period - (1 << highest),
            extreme: PhantomData,
        }
    }

    /// Takes the next value; returns the age, meaningful once `period` values were taken.
    pub(crate) fn push(&mut self, value: f64) -> f64 {
        let mut newest = (value, 0.0);
        for (exponent, [values, ages]) in self.levels.iter_mut().enumerate() {
            let older = (values.push(newest.0), ages.push(newest.1));
            newest = pick::<E>(older, newest, (1u64 << exponent) as f64);
        }
        let [values, ages] = &mut self.top;
        values.push(newest.0);
        ages.push(newest.1);
        let older = (values.back(self.shift), ages.back(self.shift));
        pick::<E>(older, newest, self.shift as f64).1
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::window::{Highest, Lowest};

    proptest! {
        #[test]
        fn are_those_of_the_newest_extreme(
            input in prop::collection::vec(0i32..20, 0..900),
            period in 1usize..100,
        ) {
            let values: Vec<f64> = input.iter().map(|value| f64::from(*value)).collect();
            let windows = window_count(input.len(), period);
            let (mut highest, mut lowest) = (vec![0.0; windows], vec![0.0; windows]);
            map_ages::<Highest>(&values, period, &mut Out::Given(&mut highest), |age| age);
            map_ages::<Lowest>(&values, period, &mut Out::Given(&mut lowest), |age| age);
            let (mut high, mut low) = (WindowAge::<Highest>::new(period), WindowAge::<Lowest>::new(period));
            for (at, value) in values.iter().enumerate() {
                let pushed = (high.push(*value), low.push(*value));
                let Some(window) = (at + 1).checked_sub(period) else { continue };
                let ages = || input[window..=at].iter().rev().enumerate();
                let newest_max = ages().max_by_key(|(age, value)| (**value, std::cmp::Reverse(*age)));
                let newest_min = ages().min_by_key(|(age, value)| (**value, *age));
                let expect = (newest_max.unwrap().0 as f64, newest_min.unwrap().0 as f64);
                prop_assert_eq!(pushed, expect);
                prop_assert_eq!((highest[window], lowest[window]), expect);
            }
        }
    }
}
