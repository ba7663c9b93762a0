//! Returns of a run by blocks of time.

use crate::{BlockReturns, CSCV_BLOCKS};

use super::{
    rows::Rows,
    tally::{Book, Exit, Held, NeedsFull, Tally},
};

/// What a run's returns added up to before each block of time, as far as it has come.
///
/// A position that lies in two blocks is cut where one begins by adding it to a copy of the tally as if the bars ended
/// there: as much work as another position.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    /// The first bar of each block.
    borders: [usize; CSCV_BLOCKS],
    /// Σ returns and Σ squares before each border that was passed.
    totals: Vec<[f64; 2]>,
}

impl Blocks {
    /// `None` if there are fewer than two bars a block.
    pub(super) fn new(rows: &Rows) -> Option<Self> {
        let bars = rows.bars.len();
        let length = BlockReturns::length(bars - rows.first)?;
        Some(Self {
            borders: std::array::from_fn(|block| bars - length * (CSCV_BLOCKS - block)),
            totals: Vec::with_capacity(CSCV_BLOCKS),
        })
    }

    /// Passes the borders up to the end of a position that is not in the tally yet.
    pub(super) fn pass(&mut self, tally: &Tally, book: Book<'_>, held: Held) -> Result<(), NeedsFull> {
        let last = match held.exit {
            Exit::Filled { bar, .. } => bar,
            Exit::Open { end } => end - 1,
        };
        while let Some(&border) = self
            .borders
            .get(self.totals.len())
            .filter(|border| **border <= last)
        {
            let mut so_far = tally.clone();
            if held.entry < border {
                let exit = Exit::Open { end: border };
                so_far.add(book, Held { exit, ..held })?;
            }
            self.totals.push(so_far.totals(book.rows));
        }
        Ok(())
    }

    /// The returns by blocks, given the tally of the whole run.
    pub(super) fn returns(&self, tally: &Tally, rows: &Rows) -> BlockReturns {
        let all = tally.totals(rows);
        let total = |block: usize| self.totals.get(block).copied().unwrap_or(all);
        let of = |kind: usize| std::array::from_fn(|block| total(block + 1)[kind] - total(block)[kind]);
        BlockReturns {
            sum: of(0),
            squares: of(1),
        }
    }
}
