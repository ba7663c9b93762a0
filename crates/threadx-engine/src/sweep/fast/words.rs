//! The signals of one run that count, 64 bars a word.

use threadx_spec::Direction;

use crate::Signals;

/// The signals of one run, 64 bars a word, lowest bit first; all four have a word for every 64 bars.
#[derive(Debug, Default)]
pub(in crate::sweep) struct Words {
    pub(super) long_entry: Vec<u64>,
    pub(super) long_exit: Vec<u64>,
    pub(super) short_entry: Vec<u64>,
    pub(super) short_exit: Vec<u64>,
}

impl Words {
    /// No signals, room for `len` words.
    pub(super) fn new(len: usize) -> Self {
        let none = || vec![0; len];
        Self {
            long_entry: none(),
            long_exit: none(),
            short_entry: none(),
            short_exit: none(),
        }
    }

    /// Drops the words from `len` on.
    pub(super) fn shorten(&mut self, len: usize) {
        for words in [
            &mut self.long_entry,
            &mut self.long_exit,
            &mut self.short_entry,
            &mut self.short_exit,
        ] {
            words.truncate(len);
        }
    }

    /// Long entry and exit, short entry and exit.
    pub(super) fn all_mut(&mut self) -> [&mut [u64]; 4] {
        [
            &mut self.long_entry,
            &mut self.long_exit,
            &mut self.short_entry,
            &mut self.short_exit,
        ]
    }

    /// Takes over the signals of a strategy.
    pub(super) fn copy(&mut self, signals: &Signals) {
        self.long_entry.copy_from_slice(signals.long_entry.words());
        self.long_exit.copy_from_slice(signals.long_exit.words());
        self.short_entry.copy_from_slice(signals.short_entry.words());
        self.short_exit.copy_from_slice(signals.short_exit.words());
    }

    /// Leaves what [`Signals::resolved`] leaves, word by word.
    pub(super) fn resolve(&mut self, direction: Direction, exit_on_signal: bool) {
        let side = |allowed: bool, entry: &mut [u64], exit: &mut [u64]| {
            if !allowed {
                entry.fill(0);
            }
            if !allowed || !exit_on_signal {
                exit.fill(0);
            }
            for (entry, exit) in entry.iter_mut().zip(exit) {
                (*entry, *exit) = (*entry & !*exit, *exit & !*entry);
            }
        };
        side(direction.allows_long(), &mut self.long_entry, &mut self.long_exit);
        side(
            direction.allows_short(),
            &mut self.short_entry,
            &mut self.short_exit,
        );
        if direction.allows_long() && direction.allows_short() {
            for (long, short) in self.long_entry.iter_mut().zip(&mut self.short_entry) {
                (*long, *short) = (*long & !*short, *short & !*long);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Mask;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_are_resolved_as_signals_are(bits in proptest::collection::vec(0u8..16, 0..300), side in 0u8..3, exits: bool) {
            let mask = |bit: u8| Mask::from_fn(bits.len(), |index| bits[index] >> bit & 1 == 1);
            let signals = Signals { long_entry: mask(0), long_exit: mask(1), short_entry: mask(2), short_exit: mask(3) };
            let direction = [Direction::Long, Direction::Short, Direction::Both][usize::from(side)];
            let expect = signals.resolved(direction, exits);
            let mut words = Words::new(bits.len().div_ceil(64));
            words.copy(&signals);
            words.resolve(direction, exits);
            prop_assert_eq!(&words.long_entry, expect.long_entry.words());
            prop_assert_eq!(&words.long_exit, expect.long_exit.words());
            prop_assert_eq!(&words.short_entry, expect.short_entry.words());
            prop_assert_eq!(&words.short_exit, expect.short_exit.words());
        }
    }
}
