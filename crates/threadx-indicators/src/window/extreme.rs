//! The highest or lowest value of each window.

use std::{fmt::Debug, marker::PhantomData};

use super::{ring::Ring, tile_len, window_count};
use crate::{
    Hlc,
    outs::{Out, Outs},
    tiles::tiles,
};

/// Which of two values is the extreme one.
pub(crate) trait Extreme: Debug + Clone + Copy + Send + Sync + 'static {
    fn pick(older: f64, newer: f64) -> f64;
}

/// The highest value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Highest;

impl Extreme for Highest {
    #[inline(always)]
    fn pick(older: f64, newer: f64) -> f64 {
        if older > newer { older } else { newer }
    }
}

/// The lowest value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lowest;

impl Extreme for Lowest {
    #[inline(always)]
    fn pick(older: f64, newer: f64) -> f64 {
        if older < newer { older } else { newer }
    }
}

/// Writes the extreme value of each window of `period` values; `out` has one value per window.
#[inline(always)]
pub(crate) fn fill_extremes<E: Extreme>(input: &[f64], period: usize, out: &mut Out<'_>) {
    let windows = window_count(input.len(), period).min(out.len());
    let mut halves = Halves::new(period, windows);
    for range in tiles(windows, halves.tile) {
        let [older, newer] = halves.of::<E>(&input[range.start..range.end + period - 1]);
        pick::<E>(older, newer, out.part(range));
    }
}

/// Writes `map(close, highest, lowest)` of each window of `period` bars, the close being its last; the outputs
/// have one value per window.
#[inline(always)]
pub(crate) fn map_channel<'a, const K: usize>(
    prices: Hlc<'_>,
    period: usize,
    mut outs: [Out<'a>; K],
    map: impl Fn(f64, f64, f64) -> [f64; K],
) where
    [Out<'a>; K]: Outs<K>,
{
    let windows = window_count(prices.len(), period);
    let [mut highs, mut lows] = [(); 2].map(|()| Halves::new(period, windows));
    for range in tiles(windows, highs.tile) {
        let prices = prices.part(range.start..range.end + period - 1);
        let [older_highs, newer_highs] = highs.of::<Highest>(prices.high());
        let [older_lows, newer_lows] = lows.of::<Lowest>(prices.low());
        let highs = older_highs.iter().zip(newer_highs);
        let lows = older_lows.iter().zip(newer_lows);
        let bars = prices.close()[period - 1..].iter().zip(highs.zip(lows));
        outs.write(
            range,
            bars.map(|(close, (highs, lows))| {
                let highest = Highest::pick(*highs.0, *highs.1);
                map(*close, highest, Lowest::pick(*lows.0, *lows.1))
            }),
        );
    }
}

/// The extremes of the two windows of a power of two that cover a window of any length.
///
/// From window to window of twice the length: ⌈log₂⌉ comparisons a value, whatever the data.
struct Halves {
    period: usize,
    /// Windows that are worked on at a time.
    tile: usize,
    now: Vec<f64>,
    next: Vec<f64>,
}

impl Halves {
    fn new(period: usize, windows: usize) -> Self {
        let tile = tile_len(period).min(windows).max(1);
        let column = || vec![0.0; tile + period - 1];
        Self {
            period,
            tile,
            now: column(),
            next: column(),
        }
    }

    /// The extremes of the older and of the newer half of each window of `values`.
    #[inline(always)]
    fn of<'a, E: Extreme>(&'a mut self, values: &'a [f64]) -> [&'a [f64]; 2] {
        let top = 1 << self.period.ilog2();
        let (mut half, mut at_values) = (1, true);
        // Two levels at a time, to touch memory half as often.
        while 4 * half <= top {
            let len = values.len() + 1 - 4 * half;
            let below = if at_values { values } else { &self.now };
            pick_four::<E>(below, half, &mut self.next[..len]);
            std::mem::swap(&mut self.now, &mut self.next);
            (half, at_values) = (4 * half, false);
        }
        if half < top {
            let len = values.len() + 1 - 2 * half;
            let below = if at_values { values } else { &self.now };
            pick::<E>(below, &below[half..], &mut self.next[..len]);
            std::mem::swap(&mut self.now, &mut self.next);
            at_values = false;
        }
        let below = if at_values { values } else { &self.now };
        let count = values.len() + 1 - self.period;
        let shift = self.period - top;
        [&below[..count], &below[shift..shift + count]]
    }
}

#[inline(always)]
fn pick<E: Extreme>(older: &[f64], newer: &[f64], out: &mut [f64]) {
    for ((out, older), newer) in out.iter_mut().zip(older).zip(newer) {
        *out = E::pick(*older, *newer);
    }
}

#[inline(always)]
fn pick_four<E: Extreme>(below: &[f64], half: usize, out: &mut [f64]) {
    let older = below.iter().zip(&below[half..]);
    let newer = below[2 * half..].iter().zip(&below[3 * half..]);
    for ((out, older), newer) in out.iter_mut().zip(older).zip(newer) {
        *out = E::pick(E::pick(*older.0, *older.1), E::pick(*newer.0, *newer.1));
    }
}

/// The extreme of the last `period` values, value by value; the same bits as [`fill_extremes`].
#[derive(Debug, Clone)]
pub(crate) struct WindowExtreme<E> {
    /// For each power of two below the highest in the period, the extremes of so many values.
    levels: Vec<Ring>,
    /// The extremes of the highest power of two.
    top: Ring,
    /// The period less its highest power of two.
    shift: usize,
    extreme: PhantomData<E>,
}

impl<E: Extreme> WindowExtreme<E> {
    pub(crate) fn new(period: usize) -> Self {
        let highest = period.ilog2();
        let top = 1usize << highest;
        Self {
            levels: (0..highest).map(|exponent| Ring::new(1 << exponent)).collect(),
            top: Ring::new(top),
            shift: period - top,
            extreme: PhantomData,
        }
    }

    /// Takes the next value; returns the extreme, meaningful once `period` values were taken.
    pub(crate) fn push(&mut self, value: f64) -> f64 {
        let mut newest = value;
        for ring in &mut self.levels {
            let older = ring.push(newest);
            newest = E::pick(older, newest);
        }
        self.top.push(newest);
        E::pick(self.top.back(self.shift), newest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn are_the_extremes_of_the_window(
            input in prop::collection::vec(-1e3..1e3, 0..1500),
            period in 1usize..200,
        ) {
            let windows = window_count(input.len(), period);
            let (mut highest, mut lowest) = (vec![0.0; windows], vec![0.0; windows]);
            fill_extremes::<Highest>(&input, period, &mut Out::Given(&mut highest));
            fill_extremes::<Lowest>(&input, period, &mut Out::Given(&mut lowest));
            let (mut high, mut low) = (WindowExtreme::<Highest>::new(period), WindowExtreme::<Lowest>::new(period));
            for (at, value) in input.iter().enumerate() {
                let pushed = (high.push(*value), low.push(*value));
                let Some(window) = (at + 1).checked_sub(period) else { continue };
                let values = &input[window..=at];
                let expect = (
                    values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                    values.iter().copied().fold(f64::INFINITY, f64::min),
                );
                prop_assert_eq!(pushed, expect);
                prop_assert_eq!((highest[window], lowest[window]), expect);
            }
        }
    }
}
