//! On which side of another a line is, 64 bars a word.

use std::ops::Range;

use multiversion::multiversion;
use threadx_indicators::Series;
use threadx_market::Bars;

use crate::SharedLine;

/// Bars that are compared before the next pair of lines is looked at: tiles of a hundred lines fit the second cache.
pub(crate) const TILE: usize = 512;

/// Which of two lines was last above the other, bar by bar: bit t is set if on the last bar up to t on which they
/// differ the first one is above. Before they first differ it is as when they first do, so that a change of the bit
/// is a crossing and nothing else is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sides {
    /// First bar on which both lines have a value.
    start: usize,
    /// The bar after the last such one.
    end: usize,
    /// The side before and on the bars up to the first on which they differ.
    initial: u64,
}

impl Sides {
    pub(crate) fn new(a: &SharedLine, b: &SharedLine, bars: &Bars) -> Self {
        let end = a.end(bars).min(b.end(bars));
        let start = a.first().max(b.first()).min(end);
        let differ = (start..end)
            .map(|bar| (a.at(bars, bar), b.at(bars, bar)))
            .find(|(a, b)| a != b);
        Self {
            start,
            end,
            initial: u64::from(differ.is_some_and(|(a, b)| a > b)),
        }
    }

    /// The side on the bar before the first.
    pub(crate) fn initial(self) -> u64 {
        self.initial
    }

    /// Writes all words.
    pub(crate) fn write(self, a: &SharedLine, b: &SharedLine, bars: &Bars, words: &mut [u64]) {
        let levels = [a, b].map(SharedLine::level);
        let lines = |range: Range<usize>| {
            [
                a.values(bars, range.clone(), &levels[0]),
                b.values(bars, range, &levels[1]),
            ]
        };
        let mut carry = self.initial;
        for (tile, words) in words.chunks_mut(TILE / 64).enumerate() {
            carry = self.write_tile(lines, tile * TILE, carry, words);
        }
    }

    /// Writes the words of the tile that begins at bar `from`, a multiple of 64, given the side before it and what tells
    /// both lines' values on a range of its bars on which they have some; returns the side at its end.
    pub(crate) fn write_tile<'a>(
        self,
        lines: impl Fn(Range<usize>) -> [LineTile<'a>; 2],
        from: usize,
        carry: u64,
        words: &mut [u64],
    ) -> u64 {
        let start = self.start.max(from);
        let to = (from + words.len() * 64).min(self.end);
        if to <= start {
            words.fill(carry.wrapping_neg());
            return carry;
        }
        let [a, b] = lines(start..to);
        match a {
            LineTile::Values(a) => write_words(a, b, start - from, carry, words),
            LineTile::Band {
                middle,
                deviation,
                times,
            } => {
                let mut a = [0.0; TILE];
                let a = &mut a[..middle.len()];
                write_band(middle, deviation, times, a);
                write_words(a, b, start - from, carry, words)
            }
        }
    }
}

/// Writes words of which the first value stands for bit `start`; on the bits before it and after the last the side
/// stays. Returns the side at the end.
fn write_words(a: &[f64], b: LineTile<'_>, start: usize, carry: u64, words: &mut [u64]) -> u64 {
    // Words before the first common value, then the one that it stands in.
    let (before, words) = words.split_at_mut(start / 64);
    before.fill(carry.wrapping_neg());
    let head = (start.next_multiple_of(64) - start).min(a.len());
    let (words, carry) = match words.split_first_mut() {
        Some((word, words)) if head > 0 => {
            let carry = part(&a[..head], b.part(0..head), start % 64, carry, word);
            (words, carry)
        }
        _ => (words, carry),
    };
    let (whole, end) = ((a.len() - head) / 64, a.len());
    let (whole_part, words) = words.split_at_mut(whole);
    let tail = head + whole * 64;
    let mut carry = whole_words(&a[head..tail], b.part(head..tail), carry, whole_part);
    if let Some((word, after)) = words.split_first_mut() {
        carry = part(&a[tail..], b.part(tail..end), 0, carry, word);
        after.fill(carry.wrapping_neg());
    }
    carry
}

/// A line's values on some bars of a tile.
#[derive(Debug, Clone, Copy)]
pub(crate) enum LineTile<'a> {
    Values(&'a [f64]),
    /// [`SharedLine::Band`].
    Band {
        middle: &'a [f64],
        deviation: &'a [f64],
        times: f64,
    },
}

impl<'a> LineTile<'a> {
    fn part(self, range: Range<usize>) -> Self {
        match self {
            Self::Values(values) => Self::Values(&values[range]),
            Self::Band {
                middle,
                deviation,
                times,
            } => Self::Band {
                middle: &middle[range.clone()],
                deviation: &deviation[range],
                times,
            },
        }
    }

    fn at(self, index: usize) -> f64 {
        match self {
            Self::Values(values) => values[index],
            Self::Band {
                middle,
                deviation,
                times,
            } => band(middle[index], deviation[index], times),
        }
    }
}

/// One word from fewer than 64 pairs, the first at bit `offset`; on the other bits the side stays.
fn part(a: &[f64], b: LineTile<'_>, offset: usize, carry: u64, word: &mut u64) -> u64 {
    let (mut above, mut not_below) = (0, u64::MAX);
    for (index, a) in a.iter().enumerate() {
        let (bit, b) = (offset + index, b.at(index));
        above |= u64::from(*a > b) << bit;
        not_below ^= u64::from(*a < b) << bit;
    }
    let (side, carry) = follow(above, not_below, carry);
    *word = side;
    carry
}

/// The side on each of 64 bars, and on the last: it is set where `above`, stays where only `not_below`, else is
/// cleared. That is the carry of an addition, so one addition does 64 bars.
#[inline(always)]
fn follow(above: u64, not_below: u64, carry: u64) -> (u64, u64) {
    let (sum, over) = not_below.overflowing_add(above);
    let (sum, over_by_carry) = sum.overflowing_add(carry);
    let before = sum ^ not_below ^ above;
    (above | (not_below & before), u64::from(over | over_by_carry))
}

/// The words of as many pairs as `words` has bits.
fn whole_words(a: &[f64], b: LineTile<'_>, carry: u64, words: &mut [u64]) -> u64 {
    let a = a.as_chunks().0;
    match b {
        LineTile::Values(b) => beside_values(a, b.as_chunks().0, carry, words),
        LineTile::Band {
            middle,
            deviation,
            times,
        } => beside_band(
            a,
            [middle, deviation].map(|line| line.as_chunks().0),
            times,
            carry,
            words,
        ),
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx2"))]
fn beside_values(a: &[[f64; 64]], b: &[[f64; 64]], carry: u64, words: &mut [u64]) -> u64 {
    compare(a, b.iter().map(|b| move |bit: usize| b[bit]), carry, words)
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx2"))]
fn beside_band(
    a: &[[f64; 64]],
    [middle, deviation]: [&[[f64; 64]]; 2],
    times: f64,
    carry: u64,
    words: &mut [u64],
) -> u64 {
    let values = middle.iter().zip(deviation);
    let values = values.map(|(middle, deviation)| move |bit: usize| band(middle[bit], deviation[bit], times));
    compare(a, values, carry, words)
}

#[inline(always)]
fn compare(
    a: &[[f64; 64]],
    b: impl Iterator<Item = impl Fn(usize) -> f64>,
    mut carry: u64,
    words: &mut [u64],
) -> u64 {
    for ((a, b), word) in a.iter().zip(b).zip(words) {
        let (mut above, mut not_below) = (0, 0);
        for (bit, a) in a.iter().enumerate() {
            let b = b(bit);
            above |= u64::from(*a > b) << bit;
            not_below |= u64::from(*a >= b) << bit;
        }
        let (side, after) = follow(above, not_below, carry);
        *word = side;
        carry = after;
    }
    carry
}

/// Writes middle + times · deviation.
#[multiversion(targets("x86_64+avx2"))]
fn write_band(middle: &[f64], deviation: &[f64], times: f64, out: &mut [f64]) {
    for ((out, middle), deviation) in out.iter_mut().zip(middle).zip(deviation) {
        *out = band(*middle, *deviation, times);
    }
}

#[inline(always)]
fn band(middle: f64, deviation: f64, times: f64) -> f64 {
    middle + deviation * times
}

impl SharedLine {
    /// First bar with a value.
    fn first(&self) -> usize {
        match self {
            Self::Close | Self::Level(_) => 0,
            Self::Series(series) => series.first_valid(),
            Self::Band {
                middle, deviation, ..
            } => middle.first_valid().max(deviation.first_valid()),
        }
    }

    /// The bar after the last with a value.
    fn end(&self, bars: &Bars) -> usize {
        match self {
            Self::Close | Self::Level(_) => bars.len(),
            Self::Series(series) => series.len().min(bars.len()),
            Self::Band {
                middle, deviation, ..
            } => middle.len().min(deviation.len()).min(bars.len()),
        }
    }

    /// The value of a bar from `first` to `end`.
    fn at(&self, bars: &Bars, bar: usize) -> f64 {
        let value = |series| values(series, bar..bar + 1)[0];
        match self {
            Self::Close => bars.close()[bar],
            Self::Level(level) => *level,
            Self::Series(series) => value(series),
            Self::Band {
                middle,
                deviation,
                times,
            } => band(value(middle), value(deviation), *times),
        }
    }

    /// What [`SharedLine::values`] of a level are taken from.
    fn level(&self) -> [f64; TILE] {
        [if let Self::Level(level) = self {
            *level
        } else {
            0.0
        }; TILE]
    }

    /// The values of bars of one tile, on which the line has some.
    fn values<'a>(&'a self, bars: &'a Bars, range: Range<usize>, level: &'a [f64; TILE]) -> LineTile<'a> {
        match self {
            Self::Close => LineTile::Values(&bars.close()[range]),
            Self::Series(series) => LineTile::Values(values(series, range)),
            Self::Level(_) => LineTile::Values(&level[..range.len()]),
            Self::Band {
                middle,
                deviation,
                times,
            } => LineTile::Band {
                middle: values(middle, range.clone()),
                deviation: values(deviation, range),
                times: *times,
            },
        }
    }
}

/// The values of bars on which a series has some.
fn values(series: &Series, range: Range<usize>) -> &[f64] {
    let first = series.first_valid();
    &series.valid()[range.start - first..range.end - first]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use threadx_market::{Columns, Timeframe, Timestamp};

    use super::*;
    use crate::{LineCrossing, crossings};

    fn bars(closes: &[f64]) -> Bars {
        let prices = || closes.to_vec();
        Bars::new(
            Timeframe::M1,
            Columns {
                time: (0..closes.len() as i64)
                    .map(|minute| Timestamp::from_nanoseconds(minute * 60_000_000_000))
                    .collect(),
                open: prices(),
                high: prices(),
                low: prices(),
                close: prices(),
                volume: prices(),
            },
        )
        .unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn crossings_of_lines_are_those_of_their_values(
            values in proptest::collection::vec((1u8..4, 0u8..4, 0u8..3), 0..2500),
            lead in 0usize..200,
            // Makes ties and their runs frequent, also where the lines begin.
            quiet in 0usize..200,
        ) {
            let column = |pick: fn(&(u8, u8, u8)) -> u8| -> Vec<f64> {
                let same = |index| index >= lead && index < lead + quiet;
                values.iter().enumerate().map(|(index, value)| f64::from(if same(index) { 2 } else { pick(value) })).collect()
            };
            let (close, other, width) = (column(|value| value.0), column(|value| value.1), column(|value| value.2));
            let bars = bars(&close);
            let from = lead.min(values.len());
            let series = |values: &[f64], from: usize| Arc::new(Series::new(from, values[from..].to_vec()));
            let (middle, deviation) = (series(&other, from), series(&width, from));
            let lower = || SharedLine::Band {
                middle: Arc::clone(&middle),
                deviation: Arc::clone(&deviation),
                times: -1.5,
            };
            let lower_values: Vec<f64> = middle.valid().iter().zip(deviation.valid()).map(|(m, d)| m - d * 1.5).collect();
            let lower_series = Series::new(from, lower_values);

            let plain = crossings(&close[..], &*middle);
            let found = LineCrossing::above(SharedLine::Close, Arc::clone(&middle));
            prop_assert_eq!(found.mask(&bars), plain.above);
            prop_assert_eq!(LineCrossing { above: false, ..found }.mask(&bars), plain.below);
            let plain = crossings(&close[..], &lower_series);
            prop_assert_eq!(LineCrossing::below(SharedLine::Close, lower()).mask(&bars), plain.below);
            let plain = crossings(&lower_series, &close[..]);
            prop_assert_eq!(LineCrossing::above(lower(), SharedLine::Close).mask(&bars), plain.above);
            let plain = crossings(&*middle, &Series::new(0, vec![2.0; close.len()]));
            prop_assert_eq!(LineCrossing::above(Arc::clone(&middle), SharedLine::Level(2.0)).mask(&bars), plain.above);
        }

        #[test]
        fn every_vector_width_gives_the_same_bits(
            pairs in proptest::collection::vec((0u8..3, 0u8..3), 0..400),
            carry in 0u64..2,
        ) {
            let a: Vec<f64> = pairs.iter().map(|pair| f64::from(pair.0)).collect();
            let b: Vec<f64> = pairs.iter().map(|pair| f64::from(pair.1)).collect();
            let (mut words, mut portable) = (vec![0; a.len() / 64], vec![0; a.len() / 64]);
            let after = whole_words(&a, LineTile::Values(&b), carry, &mut words);
            let mut expect = carry;
            for (position, word) in portable.iter_mut().enumerate() {
                let range = position * 64..position * 64 + 64;
                expect = part(&a[range.clone()], LineTile::Values(&b[range]), 0, expect, word);
            }
            prop_assert_eq!((&words, after), (&portable, expect));
            let (mut wide, mut plain) = (vec![0.0; a.len()], vec![0.0; a.len()]);
            write_band(&a, &b, -0.3, &mut wide);
            for (out, (a, b)) in plain.iter_mut().zip(a.iter().zip(&b)) {
                *out = a - b * 0.3;
            }
            prop_assert_eq!(&wide, &plain);
            let band = LineTile::Band { middle: &a, deviation: &b, times: -0.3 };
            let mut beside_band = vec![0; words.len()];
            let after = whole_words(&b, band, carry, &mut beside_band);
            let expect = whole_words(&b, LineTile::Values(&plain), carry, &mut words);
            prop_assert_eq!((beside_band, after), (words, expect));
        }
    }
}
