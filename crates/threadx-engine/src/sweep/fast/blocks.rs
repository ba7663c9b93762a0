//! Returns of a run by blocks of time.

use crate::{BlockReturns, CSCV_BLOCKS};

use super::rows::{Rows, Sums};

/// Sums of a run's returns over each block of time, up to some bar. A long position adds what its bars are to the
/// blocks that it lies in, by differences of prefix sums: a constant amount of work a trade and block.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    /// The first bar of each block.
    borders: [usize; CSCV_BLOCKS],
    /// Over the bars before the first block, which count for none, then over each block.
    sums: [Sums; CSCV_BLOCKS + 1],
    /// The place in `sums` to which the last bar went.
    at: usize,
}

impl Blocks {
    /// `None` if there are fewer than two bars a block.
    pub(super) fn new(rows: &Rows) -> Option<Self> {
        let bars = rows.bars.len();
        let length = BlockReturns::length(bars - rows.first)?;
        Some(Self {
            borders: std::array::from_fn(|block| bars - length * (CSCV_BLOCKS - block)),
            sums: [Sums::default(); CSCV_BLOCKS + 1],
            at: 0,
        })
    }

    /// Adds a long position whose returns add up to `total`, in order of time; `exit` is the last bar that has one.
    pub(super) fn add(&mut self, rows: &Rows, [entry, exit]: [usize; 2], total: Sums) {
        while self.borders.get(self.at).is_some_and(|border| *border <= entry) {
            self.at += 1;
        }
        let mut counted = Sums::default();
        while let Some(border) = self.borders.get(self.at).filter(|border| **border <= exit) {
            let before = rows.held_up_to(entry, border - 1);
            self.sums[self.at].add(before.and(counted.negative()));
            counted = before;
            self.at += 1;
        }
        self.sums[self.at].add(total.and(counted.negative()));
    }

    pub(super) fn returns(&self, rows: &Rows) -> BlockReturns {
        let [_, sums @ ..] = &self.sums;
        BlockReturns {
            sum: sums.map(|sums| sums.returns as f64 / rows.units.returns),
            squares: sums.map(|sums| sums.squares as f64 / rows.units.squares),
        }
    }
}
