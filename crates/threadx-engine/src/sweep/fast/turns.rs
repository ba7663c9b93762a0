//! From signals to positions of one side, 64 bars at a time.

use multiversion::multiversion;

use super::rules::Rules;

/// Where entries and exits are filled, in turn.
#[derive(Debug, Default)]
pub(super) struct Edges {
    /// The first `len` are meant.
    bars: Vec<u32>,
    len: usize,
}

/// Edges that are written before a look at how many there are: most words have fewer.
const FEW: usize = 4;

impl Edges {
    /// Begins with the bar of the entry that is open, if there is one, and makes room for those of `words`.
    fn begin(&mut self, open: Option<u32>, words: usize) {
        let room = words * 64 + FEW + 1;
        if self.bars.len() < room {
            self.bars.resize(room, 0);
        }
        self.len = 0;
        if let Some(open) = open {
            self.bars[0] = open;
            self.len = 1;
        }
    }

    /// Adds the bars of the bits, the lowest of which stands for `bar`.
    #[inline(always)]
    fn push(&mut self, bar: u32, mut bits: u64) {
        let count = bits.count_ones() as usize;
        let mut at = self.len;
        self.len += count;
        loop {
            for edge in &mut self.bars[at..at + FEW] {
                *edge = bar.wrapping_add(bits.trailing_zeros());
                bits &= bits.wrapping_sub(1);
            }
            at += FEW;
            if at >= self.len {
                break;
            }
        }
    }

    pub(super) fn bars(&self) -> &[u32] {
        &self.bars[..self.len]
    }
}

/// Writes the bars on which entries and exits are filled, in turn, from the one that is open: those of the bits of
/// `changes`, which begin with word `from`.
#[inline(always)]
fn write_edges(
    rules: Rules,
    from: usize,
    changes: impl ExactSizeIterator<Item = u64>,
    open: &mut Option<u32>,
    edges: &mut Edges,
) {
    edges.begin(*open, changes.len());
    let delay = rules.delay();
    for (position, bits) in (from..).zip(changes) {
        edges.push((position * 64 + delay) as u32, bits);
    }
    // Decided on the last bar, to be filled on the one after it.
    while edges.bars().last().is_some_and(|bar| *bar as usize >= rules.bars) {
        edges.len -= 1;
    }
    *open = edges.bars().as_chunks::<2>().1.first().copied();
}

/// Goes on with a run for one side without levels by its entry and exit signals from word `from` on.
///
/// In a position is: set by an entry, cleared by an exit, else as before. That is the carry of an addition, so one
/// addition does 64 bars and the edges of the result are the fills.
#[inline(always)]
fn follow(
    rules: Rules,
    from: usize,
    words: impl ExactSizeIterator<Item = (u64, u64)>,
    run: &mut Turns,
    edges: &mut Edges,
) {
    let first_word = rules.first / 64;
    let (mut carry, mut position) = (run.carry, from);
    let changes = words.map(|(entry, exit)| {
        // Both at once are neither.
        let (mut entry, exit) = (entry & !exit, exit & !entry);
        position += 1;
        if position <= first_word + 1 {
            if position <= first_word {
                return 0;
            }
            entry &= u64::MAX << (rules.first % 64);
        }
        let stays = !exit | entry;
        let (sum, over) = stays.overflowing_add(entry);
        let (sum, over_by_carry) = sum.overflowing_add(carry);
        let before = sum ^ stays ^ entry;
        carry = u64::from(over | over_by_carry);
        (entry | (stays & before)) ^ before
    });
    write_edges(rules, from, changes, &mut run.open, edges);
    run.carry = carry;
}

/// A run that takes positions of one side by signals alone, up to some bar.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Turns {
    /// Whether there is a position after the words so far.
    carry: u64,
    /// Bar of the open position's entry.
    pub(super) open: Option<u32>,
}

impl Turns {
    /// By the words of entries and exits from word `from` on.
    pub(super) fn by_words(&mut self, rules: Rules, from: usize, words: [&[u64]; 2], edges: &mut Edges) {
        by_words(self, rules, from, words, edges);
    }

    /// By the changes of sides, from word `from` on: those of entries and those of exits.
    pub(super) fn by_changes(
        &mut self,
        rules: Rules,
        from: usize,
        changes: [Changes<'_>; 2],
        edges: &mut Edges,
    ) {
        by_changes(self, rules, from, changes, edges);
    }
}

/// The bars on which a side changes to above, or to below.
#[derive(Debug, Clone, Copy)]
pub(super) struct Changes<'a> {
    pub(super) sides: &'a [u64],
    /// The side before them.
    pub(super) before: u64,
    pub(super) above: bool,
}

impl<'a> Changes<'a> {
    fn flip(self) -> u64 {
        if self.above { 0 } else { u64::MAX }
    }

    #[inline(always)]
    pub(super) fn words(self) -> impl ExactSizeIterator<Item = u64> + 'a {
        let flip = self.flip();
        let mut before = self.before;
        self.sides.iter().map(move |side| {
            let shifted = side << 1 | before;
            before = side >> 63;
            // Now above and not before; or with both complemented, now below and not before.
            (side ^ flip) & !(shifted ^ flip)
        })
    }

    /// Whether the others are the changes back of the same lines.
    fn is_back_of(self, other: Self) -> bool {
        std::ptr::eq(self.sides, other.sides) && self.above != other.above
    }

    pub(super) fn write(self, into: &mut [u64]) {
        for (into, word) in into.iter_mut().zip(self.words()) {
            *into = word;
        }
    }
}

#[multiversion(targets("x86_64+avx2+bmi1+popcnt"))]
fn by_words(run: &mut Turns, rules: Rules, from: usize, words: [&[u64]; 2], edges: &mut Edges) {
    let [entry, exit] = words;
    let words = entry.iter().copied().zip(exit.iter().copied());
    follow(rules, from, words, run, edges);
}

#[multiversion(targets("x86_64+avx2+bmi1+popcnt"))]
fn by_changes(run: &mut Turns, rules: Rules, from: usize, changes: [Changes<'_>; 2], edges: &mut Edges) {
    let [entry, exit] = changes;
    // Where there is a position if the entry's line is on its side, every change is an entry or an exit.
    let flip = entry.flip() & 1;
    if exit.is_back_of(entry) && from > rules.first / 64 && run.carry == entry.before ^ flip {
        let mut before = entry.before;
        let changes = entry.sides.iter().map(|side| {
            let shifted = side << 1 | before;
            before = side >> 63;
            side ^ shifted
        });
        write_edges(rules, from, changes, &mut run.open, edges);
        run.carry = before ^ flip;
        return;
    }
    follow(rules, from, entry.words().zip(exit.words()), run, edges);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use threadx_spec::FillModel;

    use super::*;

    proptest! {
        /// Entries and exits that are the crossings of one pair of lines take a shorter way.
        #[test]
        fn crossings_there_and_back_are_followed_as_any_signals_are(
            sides in proptest::collection::vec(prop_oneof![any::<u64>(), Just(0), Just(u64::MAX)], 1..12),
            before in 0u64..2,
            above: bool,
            next_open: bool,
            first in 0usize..300,
            cut in 0usize..64,
            piece in 1usize..5,
        ) {
            let bars = sides.len() * 64 - cut;
            let fill = if next_open { FillModel::NextOpen } else { FillModel::Close };
            let rules = Rules { bars, first: first.min(bars - 1), fill, max_hold: None };
            let (mut by_changes, mut by_words) = (Turns::default(), Turns::default());
            let mut edges = [Edges::default(), Edges::default()];
            let mut side = before;
            for (position, sides) in sides.chunks(piece).enumerate() {
                let entry = Changes { sides, before: side, above };
                let exit = Changes { above: !above, ..entry };
                let words = [entry, exit].map(|changes| changes.words().collect::<Vec<_>>());
                by_changes.by_changes(rules, position * piece, [entry, exit], &mut edges[0]);
                by_words.by_words(rules, position * piece, [&words[0], &words[1]], &mut edges[1]);
                prop_assert_eq!(edges[0].bars(), edges[1].bars());
                prop_assert_eq!((by_changes.carry, by_changes.open), (by_words.carry, by_words.open));
                side = sides.last().map_or(side, |word| word >> 63);
            }
        }
    }
}
