//! What a signal strategy decides, bar by bar.

use threadx_spec::Direction;

use crate::Mask;

/// What a signal strategy decides at the close of each bar, as four masks of one length.
///
/// A strategy fills in all four; which of them count is the run's [`Direction`], applied by
/// [`resolved`](Self::resolved).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signals {
    /// Bars that enter long.
    pub long_entry: Mask,
    /// Bars that leave a long position.
    pub long_exit: Mask,
    /// Bars that enter short.
    pub short_entry: Mask,
    /// Bars that leave a short position.
    pub short_exit: Mask,
}

impl Signals {
    /// No signal on any of `bars` bars.
    #[must_use]
    pub fn none(bars: usize) -> Self {
        let mask = Mask::new(bars);
        Self {
            long_entry: mask.clone(),
            long_exit: mask.clone(),
            short_entry: mask.clone(),
            short_exit: mask,
        }
    }

    /// Number of bars, that of the shortest mask.
    #[must_use]
    pub fn len(&self) -> usize {
        let masks = [
            &self.long_entry,
            &self.long_exit,
            &self.short_entry,
            &self.short_exit,
        ];
        masks.iter().map(|mask| mask.len()).min().unwrap_or(0)
    }

    /// Whether there are no bars.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The signals that count, in this order: those of a side that `direction` does not have are
    /// dropped; exits are dropped unless `exit_on_signal`; entry and exit of one side on one bar cancel
    /// each other; long and short entries left on one bar both drop.
    #[must_use]
    pub fn resolved(&self, direction: Direction, exit_on_signal: bool) -> Self {
        let none = || Mask::new(self.len());
        let side = |enabled: bool, entry: &Mask, exit: &Mask| match (enabled, exit_on_signal) {
            (false, _) => (none(), none()),
            (true, false) => (entry.clone(), none()),
            (true, true) => (entry.and_not(exit), exit.and_not(entry)),
        };
        let (long_entry, long_exit) = side(direction.allows_long(), &self.long_entry, &self.long_exit);
        let (short_entry, short_exit) = side(direction.allows_short(), &self.short_entry, &self.short_exit);
        Self {
            long_entry: long_entry.and_not(&short_entry),
            short_entry: short_entry.and_not(&long_entry),
            long_exit,
            short_exit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Signals of one bar as letters: `E` long entry, `X` long exit, `e` short entry, `x` short exit.
    fn bar(letters: &str) -> Signals {
        let mask = |letter: char| Mask::from_fn(1, |_| letters.contains(letter));
        Signals {
            long_entry: mask('E'),
            long_exit: mask('X'),
            short_entry: mask('e'),
            short_exit: mask('x'),
        }
    }

    #[test]
    fn one_bar_s_signals_are_resolved_in_the_order_of_the_rule() {
        let check = |given: &str, direction, exit_on_signal, expect: &str| {
            assert_eq!(
                bar(given).resolved(direction, exit_on_signal),
                bar(expect),
                "{given} {direction:?}"
            );
        };
        check("EXex", Direction::Long, true, "");
        check("Ee", Direction::Long, true, "E");
        check("Ee", Direction::Short, true, "e");
        check("Ee", Direction::Both, true, "");
        check("Ex", Direction::Both, true, "Ex");
        check("Xe", Direction::Both, true, "Xe");
        check("EX", Direction::Both, true, "");
        // Long entry and exit cancel first, so the short entry is left alone.
        check("EXe", Direction::Both, true, "e");
        // Exits that are ignored do not cancel entries.
        check("EX", Direction::Long, false, "E");
        check("Xx", Direction::Both, false, "");
    }
}
