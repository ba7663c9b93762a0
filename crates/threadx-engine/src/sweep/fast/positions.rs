//! From signals, levels and longest holds to positions.

use std::ops::Range;

use super::{
    Words,
    levels::Levels,
    rows::Rows,
    rules::Rules,
    tally::{Exit, Held},
    trades::Trades,
};
use crate::Side;

/// A position that has ended, as bars of its fills.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ended {
    pub(super) side: Side,
    pub(super) entry: usize,
    pub(super) exit: usize,
    pub(super) by: EndedBy,
}

/// How a position ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum EndedBy {
    /// At the price of the fill model.
    Signal,
    /// At its stop or target.
    Level,
}

/// What a run decides by.
#[derive(Debug)]
pub(super) struct Deciding<'a> {
    pub(super) rules: Rules,
    pub(super) rows: &'a Rows,
    pub(super) levels: &'a mut Option<Levels>,
}

impl Deciding<'_> {
    fn open(&mut self, side: Side, decided: usize) -> Open {
        let entry = decided + self.rules.delay();
        let levels = self.levels.as_mut().filter(|_| entry < self.rules.bars);
        Open {
            side,
            decided,
            entry,
            level: levels.and_then(|levels| levels.bar(self.rows, side, entry)),
        }
    }

    /// The position that has ended, with the price of its exit.
    pub(super) fn held(&mut self, ended: Ended) -> Held {
        let Ended {
            side,
            entry,
            exit: bar,
            by,
        } = ended;
        let met = match (by, self.levels.as_mut()) {
            (EndedBy::Level, Some(levels)) => levels.exit(self.rows, side, entry),
            _ => None,
        };
        let price = met.map_or_else(|| self.rows.price(bar), |met| met.price);
        Held {
            side,
            entry,
            exit: Exit::Filled { bar, price },
        }
    }

    /// Adds a long position, where runs take no other.
    pub(super) fn push(&mut self, ended: Ended, trades: &mut Trades) {
        let held = [ended.entry as u32, ended.exit as u32];
        match (ended.by, self.levels.as_mut()) {
            (EndedBy::Level, Some(levels)) => {
                let level = levels.long(self.rows, ended.entry);
                trades.push(held, level.growth, level.extremes, level.sums);
            }
            _ => trades.push_signal(self.rows, held),
        }
    }
}

/// The positions of a run, up to some bar.
#[derive(Debug, Clone, Default)]
pub(super) struct Positions {
    /// First bar that may decide an entry.
    from: usize,
    open: Option<Open>,
}

/// A position that is held.
#[derive(Debug, Clone, Copy)]
struct Open {
    side: Side,
    decided: usize,
    entry: usize,
    /// The bar on which it meets its stop or target.
    level: Option<usize>,
}

impl Positions {
    /// Goes on over the bars of `piece`, a multiple of 64 to begin with, whose signals these are; hands the positions
    /// that end there to `take`, in order.
    pub(super) fn advance<E>(
        &mut self,
        deciding: &mut Deciding<'_>,
        piece: Range<usize>,
        words: &Words,
        mut take: impl FnMut(&mut Deciding<'_>, Ended) -> Result<(), E>,
    ) -> Result<(), E> {
        let rules = deciding.rules;
        let next_set = |one: &[u64], other: &[u64], from: usize, until: usize| {
            next_set(
                one,
                other,
                from.saturating_sub(piece.start),
                until.saturating_sub(piece.start),
            )
            .map(|bar| bar + piece.start)
        };
        let is_set = |mask: &[u64], bar: usize| mask[(bar - piece.start) / 64] >> (bar % 64) & 1 == 1;
        loop {
            let open = match self.open {
                Some(open) => open,
                None => {
                    let from = self.from.max(rules.first);
                    let (long, short) = (&words.long_entry, &words.short_entry);
                    let Some(decided) = next_set(long, short, from, piece.end) else {
                        return Ok(());
                    };
                    let is_long = is_set(long, decided);
                    deciding.open(if is_long { Side::Long } else { Side::Short }, decided)
                }
            };
            self.open = Some(open);
            let Open {
                side,
                decided,
                entry,
                level,
            } = open;
            let (exits, opposite) = match side {
                Side::Long => (&words.long_exit, &words.short_entry),
                Side::Short => (&words.short_exit, &words.long_entry),
            };
            let too_long = rules.too_long(entry);
            // A level is met before its bar's decision, but after the fill of the decision before.
            let until = rules.bars.min(too_long).min(level.unwrap_or(usize::MAX));
            let leaves = next_set(exits, opposite, decided + 1, until.min(piece.end))
                .or_else(|| (until == too_long && too_long < piece.end).then_some(too_long));
            let (exit, by) = match (level, leaves) {
                (Some(level), leaves) if level < piece.end && leaves.is_none_or(|leaves| level <= leaves) => {
                    (level, EndedBy::Level)
                }
                (_, Some(leaves)) if leaves + rules.delay() < rules.bars => {
                    (leaves + rules.delay(), EndedBy::Signal)
                }
                // Not yet, or on the last bar, after which there is none to be filled on.
                _ => return Ok(()),
            };
            take(
                deciding,
                Ended {
                    side,
                    entry,
                    exit,
                    by,
                },
            )?;
            self.open = None;
            self.from = exit + 1;
            if let (EndedBy::Signal, Some(leaves)) = (by, leaves) {
                self.from = leaves + 1;
                // Reversals follow one another without a search.
                if is_set(opposite, leaves) {
                    self.open = Some(deciding.open(side.opposite(), leaves));
                }
            }
        }
    }

    /// Side and entry of the position that is held at the last bar.
    pub(super) fn open(&self, bars: usize) -> Option<(Side, usize)> {
        self.open
            .filter(|open| open.entry < bars)
            .map(|open| (open.side, open.entry))
    }
}

/// The first bar from `from` on and before `until` that is set in either mask.
fn next_set(one: &[u64], other: &[u64], from: usize, until: usize) -> Option<usize> {
    let mut position = from / 64;
    let mut word = (one.get(position)? | other.get(position)?) & (u64::MAX << (from % 64));
    while word == 0 {
        position += 1;
        if position * 64 >= until {
            return None;
        }
        word = one.get(position)? | other.get(position)?;
    }
    Some(position * 64 + word.trailing_zeros() as usize).filter(|bar| *bar < until)
}
