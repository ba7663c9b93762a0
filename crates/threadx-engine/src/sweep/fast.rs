//! Runs of a sweep at a constant amount of work a trade.
//!
//! A run that is fully invested or flat has the returns of the price or none, so that a trade's part of every sum is
//! looked up and not walked. What is left a bar is to find the signals, as bits: lines of many combinations are
//! compared tile by tile while the tile is in the nearest cache, 64 bars a word.

mod blocks;
mod decide;
mod levels;
mod price_range;
mod rows;
mod tally;
#[cfg(test)]
mod tests;
mod trades;
mod wave;
mod words;

use std::{
    convert::Infallible,
    sync::{Mutex, PoisonError},
};

use threadx_market::Bars;
use threadx_spec::{Metric, Sizing};

use crate::{
    Annualisation, BacktestOptions, BacktestSpec, BlockReturns, EquityStats, LineSignals, Metrics, Side,
    Signals, TradeStats, buy_and_hold_return,
};
use blocks::Blocks;
use decide::{Changes, Deciding, Edges, EndedBy, Positions, Rules, Turns};
use levels::Levels;
use rows::Rows;
use tally::{Book, Held, Tally};
use trades::Trades;

pub(super) use tally::NeedsFull;
pub(super) use wave::Wave;
pub(super) use words::Words;

/// Largest slippage and fee with which an entry cannot use up equity, nor a stop loss lie beyond the price at which
/// a short position is bankrupt.
const SLIPPAGE_MAX: f64 = 0.1;
const FEE_MAX: f64 = 0.1;
const SHORT_STOP_MAX: f64 = 0.5;

/// What the parts of one sweep look up by bar: made once a sweep and shared by them. Where the options allow the fast
/// path about 210 bytes a bar, and with stops or targets about 60 more a thread; otherwise nothing.
///
/// The fast path serves every [`SignalStrategy`](crate::SignalStrategy) that goes all in without leverage, whatever
/// the sides, costs, fill model, stop loss, take profit and holding time; not trailing stops, whole units, other
/// sizings, and shorts that pay for borrowing. What it does not serve is streamed.
#[derive(Debug)]
pub struct SweepRows {
    fast: Option<Prepared>,
}

/// How a point's signals are known.
#[derive(Debug)]
pub(super) enum Decided {
    ByLines(LineSignals),
    ByMasks(Signals),
}

/// All that the fast path needs to know before the first combination.
#[derive(Debug)]
pub(super) struct Prepared {
    rows: Rows,
    /// Levels that no runner uses at the moment, with what was found of them.
    levels: Mutex<Vec<Levels>>,
    /// Bytes of indicators that a wave may hold.
    series_bytes_max: usize,
    options: BacktestOptions,
    facts: PointFacts,
}

/// What the runs of a sweep have in common.
#[derive(Debug)]
pub(super) struct PointFacts {
    portfolio_value: f64,
    fee: f64,
    slippage: f64,
    /// Entry fee over the equity before it.
    fee_in: f64,
    /// Exit fee of a long position over the equity after it.
    fee_out: f64,
    /// Equity before the entry over the entry's notional.
    over_notional: f64,
    /// From this multiple of its entry price on a short position may be bankrupt.
    short_ruin: f64,
    /// Bars of the range.
    bars: usize,
    /// From the first bar's start to the last one's end.
    seconds: f64,
    periods_per_year: f64,
    /// Risk-free return of one bar.
    risk_free: f64,
    /// What does not depend on the run; the rest absent.
    blank: Metrics,
}

/// Whether the fast path measures it.
fn measures(metric: Metric) -> bool {
    matches!(
        metric,
        Metric::TotalReturn
            | Metric::Cagr
            | Metric::Volatility
            | Metric::SharpeRatio
            | Metric::MaxDrawdown
            | Metric::CalmarRatio
            | Metric::TradeCount
            | Metric::WinRate
            | Metric::ProfitFactor
            | Metric::Expectancy
            | Metric::AvgWin
            | Metric::AvgLoss
            | Metric::BestTrade
            | Metric::WorstTrade
            | Metric::AvgTradeDuration
            | Metric::Exposure
            | Metric::FeesPaid
            | Metric::BuyAndHoldReturn
    )
}

/// Bytes of indicators that a wave may hold unless told otherwise.
const SERIES_BYTES_MAX: usize = 192 << 20;

fn serves(bars: &Bars, first: usize, options: &BacktestOptions) -> bool {
    let shorts = options.direction.allows_short();
    options.leverage == 1.0
        && matches!(options.sizing, None | Some(Sizing::AllIn))
        && !options.whole_units
        && options.trailing_stop.is_none()
        && options.slippage_rate <= SLIPPAGE_MAX
        && options.fee_rate <= FEE_MAX
        && (!shorts || options.borrow_rate == 0.0)
        && (!shorts || options.stop_loss.is_none_or(|stop| stop <= SHORT_STOP_MAX))
        && first < bars.len()
        && u32::try_from(bars.len()).is_ok_and(|bars| bars < u32::MAX)
}

impl SweepRows {
    /// For runs over `bars` from bar `first` on that trade by `spec`, of which the metrics `wanted` count (what they
    /// are ranked by, say).
    ///
    /// The fast path measures all but `sortino_ratio`, `omega_ratio`, `value_at_risk_95`, `cvar_95`, `skew`,
    /// `kurtosis`, `max_drawdown_duration`, `sqn` and `turnover`; if one of these is wanted it does not serve.
    #[must_use]
    pub fn new(bars: &Bars, first: usize, spec: &BacktestSpec, wanted: &[Metric]) -> Self {
        let options = spec.options();
        let serves = wanted.iter().copied().all(measures) && serves(bars, first, options);
        Self {
            fast: serves.then(|| Prepared::new(bars, first, options)).flatten(),
        }
    }

    /// Bounds what the fast path holds of indicators at a time, on each thread, to about so many bytes, and of their
    /// signals to half of that; more is faster where combinations share indicators. 192 MiB unless told otherwise.
    #[must_use]
    pub fn holding(mut self, bytes: usize) -> Self {
        if let Some(prepared) = &mut self.fast {
            prepared.series_bytes_max = bytes;
        }
        self
    }

    /// Whether signal strategies take the fast path.
    #[must_use]
    pub fn is_fast(&self) -> bool {
        self.fast.is_some()
    }

    pub(super) fn fast(&self) -> Option<&Prepared> {
        self.fast.as_ref()
    }
}

impl Prepared {
    /// `None` where prices move too far for it.
    fn new(bars: &Bars, first: usize, options: &BacktestOptions) -> Option<Self> {
        let annualisation = Annualisation {
            periods_per_year: options.periods_per_year,
            risk_free_rate: options.risk_free_rate,
        };
        let range = bars.slice(first..bars.len());
        let (fee, slippage, timeframe) = (options.fee_rate, options.slippage_rate, bars.timeframe());
        let stats = EquityStats::new(options.portfolio_value, timeframe, annualisation);
        let mut blank = Metrics::from_stats(&stats, &TradeStats::default(), &crate::Activity::default());
        blank.buy_and_hold_return = buy_and_hold_return(&range);
        let seconds = range
            .end()
            .zip(range.first())
            .map_or(0.0, |(end, first)| end.seconds_since(first));
        Some(Self {
            facts: PointFacts {
                portfolio_value: options.portfolio_value,
                fee,
                slippage,
                fee_in: fee / (1.0 + fee),
                fee_out: fee / (1.0 - fee),
                over_notional: 1.0 + fee,
                short_ruin: 2.0 / ((1.0 + slippage) * (1.0 + fee)) * (1.0 - 1e-9),
                bars: range.len(),
                seconds,
                periods_per_year: annualisation.periods_per_year(timeframe),
                risk_free: annualisation.risk_free_return(timeframe),
                blank,
            },
            rows: Rows::new(bars, first, options)?,
            levels: Mutex::default(),
            series_bytes_max: SERIES_BYTES_MAX,
            options: options.clone(),
        })
    }

    fn options(&self) -> &BacktestOptions {
        &self.options
    }

    /// Whether it was made for these.
    pub(super) fn is_of(&self, bars: &Bars, first: usize, spec: &BacktestSpec) -> bool {
        std::ptr::eq(self.rows.bars.close(), bars.close())
            && self.rows.first == first
            && self.options == *spec.options()
    }

    /// The signals that count.
    pub(super) fn resolved(&self, signals: &Signals) -> Words {
        let mut words = Words::new(self.rows.bars.len().div_ceil(64));
        words.copy(signals);
        words.resolve(self.options.direction, self.options.exit_on_signal);
        words
    }

    /// Levels for a runner; none if the runs have neither stop nor target.
    fn levels(&self) -> Option<Levels> {
        let kept = self.levels.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.or_else(|| Levels::new(&self.rows, &self.options))
    }

    fn keep(&self, levels: Option<Levels>) {
        let mut kept = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(levels);
    }

    fn book(&self) -> Book<'_> {
        Book {
            rows: &self.rows,
            facts: &self.facts,
        }
    }
}

/// Runs combinations by their signals.
#[derive(Debug)]
pub(super) struct Runner<'a> {
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
pub(super) struct Run {
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
    fn takes_turns(&self) -> bool {
        matches!(self.so_far, SoFar::Turns(_))
    }
}

impl<'a> Runner<'a> {
    pub(super) fn new(prepared: &'a Prepared) -> Self {
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
    pub(super) fn by_blocks(prepared: &'a Prepared) -> Option<Self> {
        let blocks = Blocks::new(&prepared.rows).map(Box::new);
        (blocks.is_some() && !prepared.options.direction.allows_short()).then(|| {
            let mut runner = Self::new(prepared);
            runner.blocks = blocks;
            runner
        })
    }

    pub(super) fn prepared(&self) -> &'a Prepared {
        self.prepared
    }

    /// Whether signals alone decide, for long positions.
    fn takes_turns(&self) -> bool {
        let options = &self.prepared.options;
        self.levels.is_none() && options.max_hold.is_none() && !options.direction.allows_short()
    }

    fn begin(&self) -> Run {
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
    fn turn(&mut self, run: &mut Run, from: usize, changes: [Changes<'_>; 2]) {
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
    fn advance(&mut self, run: &mut Run, from: usize, words: &Words) {
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
    pub(super) fn block_returns(&self, mut run: Run) -> Result<BlockReturns, NeedsFull> {
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
    pub(super) fn metrics(&self, mut run: Run) -> Result<Metrics, NeedsFull> {
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
    pub(super) fn run(&mut self, words: &Words) -> Run {
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
