//! Runs of combinations, piece by piece.

use std::convert::Infallible;

use super::{
    Prepared, Words,
    blocks::Blocks,
    levels::Levels,
    positions::{Deciding, Positions},
    rules::Rules,
    tally::{Book, Exit, Held, NeedsFull, Tally},
    trades::Trades,
    turns::{Changes, Edges, Turns},
};
use crate::{BlockReturns, Metrics, Side};

/// Runs combinations by their signals.
#[derive(Debug)]
pub(in crate::sweep) struct Runner<'a> {
    prepared: &'a Prepared,
    /// Those of every run before its first bar, if its returns by blocks are wanted.
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
    /// Beside the tally.
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

    /// For [`Runner::block_returns`]. `None` if there are fewer than two bars a block.
    pub(in crate::sweep) fn by_blocks(prepared: &'a Prepared) -> Option<Self> {
        let blocks = Blocks::new(&prepared.rows).map(Box::new)?;
        let mut runner = Self::new(prepared);
        runner.blocks = Some(blocks);
        Some(runner)
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
            self.add_edges(run);
        }
    }

    fn add_edges(&mut self, run: &mut Run) {
        let book = self.prepared.book();
        let edges = self.edges.bars();
        if run.blocks.is_none() {
            self.trades.take_edges(book.rows, edges);
            run.tally.add_longs(book, &mut self.trades);
            return;
        }
        for [entry, bar] in edges
            .as_chunks::<2>()
            .0
            .iter()
            .map(|held| held.map(|bar| bar as usize))
        {
            let price = book.rows.price(bar);
            let exit = Exit::Filled { bar, price };
            let held = Held {
                side: Side::Long,
                entry,
                exit,
            };
            run.needs_full |= add(&mut run.tally, run.blocks.as_deref_mut(), book, held).is_err();
        }
    }

    /// Goes on with a run by the signals from word `from` on, which are resolved.
    pub(super) fn advance(&mut self, run: &mut Run, from: usize, words: &Words) {
        let prepared = self.prepared;
        let book = prepared.book();
        match &mut run.so_far {
            SoFar::Turns(turns) => {
                let words = [&*words.long_entry, &*words.long_exit];
                turns.by_words(self.rules, from, words, &mut self.edges);
                self.add_edges(run);
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
                if prepared.options.direction.allows_short() || blocks.is_some() {
                    let outcome = positions.advance(&mut deciding, piece, words, |deciding, ended| {
                        add(tally, blocks.as_deref_mut(), book, deciding.held(ended))
                    });
                    *needs_full |= outcome.is_err();
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

    /// Adds the position that is held at the last bar.
    fn end(&self, run: &mut Run) -> Result<(), NeedsFull> {
        if run.needs_full {
            return Err(NeedsFull);
        }
        let open = match &run.so_far {
            SoFar::Turns(turns) => turns.open.map(|entry| (Side::Long, entry as usize)),
            SoFar::Positions(positions) => positions.open(self.rules.bars),
        };
        let Some((side, entry)) = open else {
            return Ok(());
        };
        let exit = Exit::Open { end: self.rules.bars };
        add(
            &mut run.tally,
            run.blocks.as_deref_mut(),
            self.prepared.book(),
            Held { side, entry, exit },
        )
    }

    /// The returns by blocks of a run that has gone over all bars.
    pub(in crate::sweep) fn block_returns(&self, mut run: Run) -> Result<BlockReturns, NeedsFull> {
        self.end(&mut run)?;
        let blocks = run.blocks.as_ref().ok_or(NeedsFull)?;
        Ok(blocks.returns(&run.tally, &self.prepared.rows))
    }

    /// What a run that has gone over all bars came to.
    pub(in crate::sweep) fn metrics(&self, mut run: Run) -> Result<Metrics, NeedsFull> {
        self.end(&mut run)?;
        run.tally.metrics(self.prepared.book())
    }

    /// A run by these signals, which are resolved, over all bars.
    pub(in crate::sweep) fn run(&mut self, words: &Words) -> Run {
        let mut run = self.begin();
        self.advance(&mut run, 0, words);
        run
    }
}

/// Adds a position, in order of time.
fn add(tally: &mut Tally, blocks: Option<&mut Blocks>, book: Book<'_>, held: Held) -> Result<(), NeedsFull> {
    if let Some(blocks) = blocks {
        blocks.pass(tally, book, held)?;
    }
    tally.add(book, held)
}

impl Drop for Runner<'_> {
    /// What is known of levels serves the next.
    fn drop(&mut self) {
        self.prepared.keep(self.levels.take());
    }
}
