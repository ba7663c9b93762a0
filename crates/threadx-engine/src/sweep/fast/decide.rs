//! From masks to positions.

use std::cmp::Ordering;

use threadx_spec::FillModel;

use super::{
    Words,
    levels::Levels,
    tally::{Held, HeldExit, NeedsFull},
};
use crate::Side;

/// How decisions become fills.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) bars: usize,
    pub(super) first: usize,
    pub(super) fill: FillModel,
    pub(super) max_hold: Option<usize>,
}

impl Rules {
    /// Bars from a decision to its fill.
    fn delay(self) -> usize {
        match self.fill {
            FillModel::Close => 0,
            FillModel::NextOpen => 1,
        }
    }
}

/// Adds the bars of the fills of entries and exits in turn, for one side without levels. `words` give entry and exit
/// signals from word `from` on, `carry` whether there is a position before them; it is left as it is after them.
///
/// In a position is: set by an entry, cleared by an exit, else as before. That is the carry of an addition, so one
/// addition does 64 bars and the edges of the result are the fills.
pub(super) fn edges(
    rules: Rules,
    from: usize,
    words: impl Iterator<Item = (u64, u64)>,
    carry: &mut u64,
    edges: &mut Vec<u32>,
) {
    let (delay, first_word) = (rules.delay(), rules.first / 64);
    for (position, (entry, exit)) in (from..).zip(words) {
        let entry = match position.cmp(&first_word) {
            Ordering::Less => continue,
            Ordering::Equal => entry & (u64::MAX << (rules.first % 64)),
            Ordering::Greater => entry,
        };
        let stays = !exit | entry;
        let (sum, over) = stays.overflowing_add(entry);
        let (sum, over_by_carry) = sum.overflowing_add(*carry);
        let before = sum ^ stays ^ entry;
        *carry = u64::from(over | over_by_carry);
        let held = entry | (stays & before);
        let mut changes = held ^ before;
        let bar = (position * 64 + delay) as u32;
        while changes != 0 {
            edges.push(bar + changes.trailing_zeros());
            changes &= changes - 1;
        }
    }
    // Decided on the last bar, to be filled on the one after it.
    while edges.last().is_some_and(|bar| *bar as usize >= rules.bars) {
        edges.pop();
    }
}

/// Hands the positions of a run to `take`, in order.
pub(super) fn positions(
    rules: Rules,
    words: &Words,
    mut levels: Option<&mut Levels<'_>>,
    mut take: impl FnMut(Held) -> Result<(), NeedsFull>,
) -> Result<(), NeedsFull> {
    let delay = rules.delay();
    let is_set =
        |mask: &[u64], bar: usize| mask.get(bar / 64).is_some_and(|word| word >> (bar % 64) & 1 == 1);
    let mut from = rules.first;
    while let Some(mut decided) = next_set(&words.long_entry, &words.short_entry, from, rules.bars) {
        let mut side = if is_set(&words.long_entry, decided) {
            Side::Long
        } else {
            Side::Short
        };
        // Reversals follow one another without a search.
        loop {
            let entry = decided + delay;
            if entry >= rules.bars {
                return Ok(());
            }
            let (exits, opposite) = match side {
                Side::Long => (&words.long_exit, &words.short_entry),
                Side::Short => (&words.short_exit, &words.long_entry),
            };
            let level = levels.as_mut().and_then(|levels| levels.exit(side, entry));
            let too_long = rules
                .max_hold
                .map_or(usize::MAX, |hold| entry.saturating_add(hold));
            // A level is met before its bar's decision, but after the fill of the decision before.
            let until = rules
                .bars
                .min(too_long)
                .min(level.map_or(usize::MAX, |level| level.bar));
            let leaves = next_set(exits, opposite, decided + 1, until)
                .or_else(|| (until == too_long && too_long < rules.bars).then_some(too_long));
            if let Some(level) = level
                && leaves.is_none_or(|leaves| level.bar <= leaves)
            {
                take(Held {
                    side,
                    entry,
                    exit: HeldExit::Level(level.bar, level.price),
                })?;
                from = level.bar + 1;
                break;
            }
            let Some(leaves) = leaves.filter(|leaves| leaves + delay < rules.bars) else {
                return take(Held {
                    side,
                    entry,
                    exit: HeldExit::Open,
                });
            };
            take(Held {
                side,
                entry,
                exit: HeldExit::Signal(leaves + delay),
            })?;
            if is_set(opposite, leaves) {
                (side, decided) = (side.opposite(), leaves);
            } else {
                from = leaves + 1;
                break;
            }
        }
    }
    Ok(())
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
