//! Runs of combinations, piece by piece.

use std::convert::Infallible;

use super::{
    Prepared, Words,
    blocks::Blocks,
    levels::Levels,
    positions::{Deciding, EndedBy, Positions},
    rules::Rules,
    tally::{Held, NeedsFull, Tally},
    trades::Trades,
    turns::{Changes, Edges, Turns},
};
use crate::{BlockReturns, Metrics, Side};

/// Runs combinations by their signals.
#[derive(Debug)]
pub(in crate::sweep) struct Runner<'a> {
    prepared: &'a Prepared,
    /// Those of every run before its first bar, if its returns by blocks are wanted and not its metrics.
    blocks: Option<Box<Blocks>>,
    levels: Option<Levels>,
    rules: Rules,
    edges: Edges,
    trades: Trades,
}

/// A run up to some bar.
#[derive(Debug, Clone)]
pub(in crate::sweep) struct Run {
    tally: Tally,
    /// Instead of the tally.
    blocks: Option<Box<Blocks>>,
    so_far: SoFar,
    needs_full: bool,
}

#[derive(Debug, Clone)]
enum SoFar {
    /// Long positions by signals alone.
    Turns(Turns),
    Positions(Positions),
}

impl Run {
    pub(super) fn takes_turns(&self) -> bool {
        matches!(self.so_far, SoFar::Turns(_))
    }
}

impl<'a> Runner<'a> {
    pub(in crate::sweep) fn new(prepared: &'a Prepared) -> Self {
        Self {
            prepared,
            blocks: None,
            levels: prepared.levels(),
            rules: Rules {
                bars: prepared.rows.bars.len(),
                first: prepared.rows.first,
                fill: prepared.options.fill,
                max_hold: prepared.options.max_hold,
            },
            edges: Edges::default(),
            trades: Trades::default(),
        }
    }

    /// For [`Runner::block_returns`], not for metrics. `None` if they are not known without walking: of short
    /// positions, or with fewer than two bars a block.
    pub(in crate::sweep) fn by_blocks(prepared: &'a Prepared) -> Option<Self> {
        let blocks = Blocks::new(&prepared.rows).map(Box::new);
        (blocks.is_some() && !prepared.options.direction.allows_short()).then(|| {
            let mut runner = Self::new(prepared);
            runner.blocks = blocks;
            runner
        })
    }

    pub(in crate::sweep) fn prepared(&self) -> &'a Prepared {
        self.prepared
    }

    /// Whether signals alone decide, for long positions.
    fn takes_turns(&self) -> bool {
        let options = &self.prepared.options;
        self.levels.is_none() && options.max_hold.is_none() && !options.direction.allows_short()
    }

    pub(super) fn begin(&self) -> Run {
        Run {
            tally: Tally::new(&self.prepared.facts),
            blocks: self.blocks.clone(),
            so_far: if self.takes_turns() {
                SoFar::Turns(Turns::default())
            } else {
                SoFar::Positions(Positions::default())
            },
            needs_full: false,
        }
    }

    /// Goes on with a run that takes turns, by the changes of sides from word `from` on.
    pub(super) fn turn(&mut self, run: &mut Run, from: usize, changes: [Changes<'_>; 2]) {
        if let SoFar::Turns(turns) = &mut run.so_far {
            turns.by_changes(self.rules, from, changes, &mut self.edges);
            self.add_edges(&mut run.tally, run.blocks.as_deref_mut());
        }
    }

    fn add_edges(&mut self, tally: &mut Tally, blocks: Option<&mut Blocks>) {
        let book = self.prepared.book();
        if let Some(blocks) = blocks {
            for held in self.edges.bars().as_chunks::<2>().0 {
                let held = held.map(|bar| bar as usize);
                blocks.add(book.rows, held, book.rows.between_signals(held));
            }
            return;
        }
        self.trades.take_edges(book.rows, self.edges.bars());
        tally.add_longs(book, &mut self.trades);
    }

    /// Goes on with a run by the signals from word `from` on, which are resolved.
    pub(super) fn advance(&mut self, run: &mut Run, from: usize, words: &Words) {
        let prepared = self.prepared;
        let book = prepared.book();
        match &mut run.so_far {
            SoFar::Turns(turns) => {
                let words = [&*words.long_entry, &*words.long_exit];
                turns.by_words(self.rules, from, words, &mut self.edges);
                self.add_edges(&mut run.tally, run.blocks.as_deref_mut());
            }
            SoFar::Positions(positions) => {
                let Run {
                    tally,
                    blocks,
                    needs_full,
                    ..
                } = run;
                let mut deciding = Deciding {
                    rules: self.rules,
                    rows: &prepared.rows,
                    levels: &mut self.levels,
                };
                let to = (from * 64 + words.long_entry.len() * 64).min(self.rules.bars);
                let piece = from * 64..to;
                if prepared.options.direction.allows_short() {
                    let outcome = positions.advance(&mut deciding, piece, words, |deciding, ended| {
                        let price = match ended.by {
                            EndedBy::Signal => Some(book.rows.price(ended.exit)),
                            EndedBy::Level => deciding.price(ended.side, ended.entry),
                        };
                        let exit = price.map(|price| (ended.exit, price));
                        let (side, entry) = (ended.side, ended.entry);
                        tally.add(book, Held { side, entry, exit })
                    });
                    *needs_full |= outcome.is_err();
                } else if let Some(blocks) = blocks {
                    let Ok(()) = positions.advance(&mut deciding, piece, words, |deciding, ended| {
                        let held = [ended.entry, ended.exit];
                        blocks.add(book.rows, held, deciding.sums(ended));
                        Ok::<(), Infallible>(())
                    });
                } else {
                    let trades = &mut self.trades;
                    trades.clear();
                    let Ok(()) = positions.advance(&mut deciding, piece, words, |deciding, ended| {
                        deciding.push(ended, trades);
                        Ok::<(), Infallible>(())
                    });
                    tally.add_longs(book, trades);
                }
            }
        }
    }

    /// Side and entry of the position that is held at the last bar.
    fn open(&self, run: &Run) -> Option<(Side, usize)> {
        match &run.so_far {
            SoFar::Turns(turns) => turns.open.map(|entry| (Side::Long, entry as usize)),
            SoFar::Positions(positions) => positions.open(self.rules.bars),
        }
    }

    /// The returns by blocks of a run that has gone over all bars.
    pub(in crate::sweep) fn block_returns(&self, mut run: Run) -> Result<BlockReturns, NeedsFull> {
        let open = self.open(&run);
        let blocks = run.blocks.as_mut().ok_or(NeedsFull)?;
        let rows = &self.prepared.rows;
        if let Some((_, entry)) = open {
            let last = self.rules.bars - 1;
            blocks.add(rows, [entry, last], rows.held_up_to(entry, last));
        }
        Ok(blocks.returns(rows))
    }

    /// What a run that has gone over all bars came to.
    pub(in crate::sweep) fn metrics(&self, mut run: Run) -> Result<Metrics, NeedsFull> {
        if run.needs_full {
            return Err(NeedsFull);
        }
        let book = self.prepared.book();
        if let Some((side, entry)) = self.open(&run) {
            run.tally.add(
                book,
                Held {
                    side,
                    entry,
                    exit: None,
                },
            )?;
        }
        run.tally.metrics(book)
    }

    /// A run by these signals, which are resolved, over all bars.
    pub(in crate::sweep) fn run(&mut self, words: &Words) -> Run {
        let mut run = self.begin();
        self.advance(&mut run, 0, words);
        run
    }
}

impl Drop for Runner<'_> {
    /// What is known of levels serves the next.
    fn drop(&mut self) {
        self.prepared.keep(self.levels.take());
    }
}
