//! From trades to metrics, a constant amount of work a trade.

use crate::{
    Metrics, Side,
    metrics::{PNL_NOISE, SECONDS_PER_YEAR, finite, ratio, without_rounding},
};

use super::{
    PointFacts,
    price_range::Summary,
    rows::{Leaving, Rows, two_sum},
};

/// A position of a run, as bars of its fills.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Held {
    pub(super) side: Side,
    pub(super) entry: usize,
    pub(super) exit: HeldExit,
}

/// How a position ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum HeldExit {
    /// Still open at the last bar.
    Open,
    /// At the price of the fill model on this bar.
    Signal(usize),
    /// At a stop or target: bar, and price before slippage.
    Level(usize, f64),
}

/// The full simulator has to do this one: equity used up, or figures that would lose digits here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sweep) struct NeedsFull;

/// Below this equity over the starting value the arithmetic of the account counts.
const EQUITY_MIN: f64 = 1e-200;
/// A variance below this share of the mean square has lost digits to the subtraction.
const VARIANCE_SHARE_MIN: f64 = 1e-5;
/// Returns that are smaller than this on average are the rounding of equity.
const RETURN_MIN: f64 = 1e-11;

/// Accumulates one run.
#[derive(Debug, Clone)]
pub(super) struct Tally<'a> {
    rows: &'a Rows,
    facts: &'a PointFacts,
    equity: f64,
    /// Highest equity at a mark so far, and the equity below which a mark is the deepest drawdown so far.
    peak: f64,
    floor: f64,
    /// Deepest drawdown so far, a fraction ≤ 0.
    deepest: f64,
    /// Σ r and Σ r².
    returns: f64,
    squares: f64,
    count: usize,
    wins: usize,
    losses: usize,
    won: f64,
    lost: f64,
    pnl: f64,
    best: f64,
    worst: f64,
    fees: f64,
    bars_held: usize,
    nanoseconds: i64,
    /// The exit whose bar is not marked yet, since another entry may follow on it: bar and return.
    exited: Option<(usize, f64)>,
}

impl<'a> Tally<'a> {
    pub(super) fn new(rows: &'a Rows, facts: &'a PointFacts) -> Self {
        let start = facts.portfolio_value;
        Self {
            rows,
            facts,
            equity: start,
            peak: start,
            floor: start,
            deepest: 0.0,
            returns: 0.0,
            squares: 0.0,
            count: 0,
            wins: 0,
            losses: 0,
            won: 0.0,
            lost: 0.0,
            pnl: 0.0,
            best: f64::NEG_INFINITY,
            worst: f64::INFINITY,
            fees: 0.0,
            bars_held: 0,
            nanoseconds: 0,
            exited: None,
        }
    }

    /// Adds closed long positions that neither begin on the bar on which another ends nor end on their own first
    /// bar: the bars of entries and exits in turn. This is where a sweep spends its time.
    pub(super) fn add_longs(&mut self, edges: &[u32]) {
        self.settle_mark();
        for pair in edges.as_chunks::<2>().0 {
            let [entry, exit] = pair.map(|bar| bar as usize);
            self.add_long(entry, exit, self.rows.leaving[exit]);
            self.mark(self.equity);
        }
    }

    /// Adds a position; in order of time.
    pub(super) fn add(&mut self, held: Held) -> Result<(), NeedsFull> {
        let joined = self
            .exited
            .filter(|(bar, _)| *bar == held.entry)
            .map(|(_, value)| value);
        if joined.is_none() {
            self.settle_mark();
        }
        self.exited = None;
        match held.side {
            Side::Long => self.add_any_long(held, joined),
            Side::Short => self.add_short(held, joined),
        }
    }

    fn add_any_long(&mut self, held: Held, joined: Option<f64>) -> Result<(), NeedsFull> {
        let (rows, entry) = (self.rows, held.entry);
        let mut value_in = rows.return_in(entry);
        match held.exit {
            HeldExit::Open => {
                let leaving = rows.staying();
                let scale = self.equity * rows.kept_in / rows.entering[entry].price;
                self.sum(
                    rows.entering[entry].returns,
                    rows.entering[entry].squares,
                    leaving,
                );
                self.marks(scale, entry, rows.bars.len() - 1);
                self.fees += self.equity * self.facts.fee_in;
                self.bars_held += rows.bars.len() - entry;
                self.equity = scale * leaving.price;
            }
            HeldExit::Signal(exit) | HeldExit::Level(exit, _) => {
                let leaving = match held.exit {
                    HeldExit::Level(_, price) if exit > entry => rows.leaving_at(exit, price),
                    HeldExit::Level(_, price) => Leaving {
                        price,
                        ..Leaving::default()
                    },
                    _ => rows.leaving[exit],
                };
                if exit > entry {
                    self.add_long(entry, exit, leaving);
                    self.exited = Some((exit, rows.return_out(exit, leaving.price)));
                } else {
                    let growth = rows.kept * (leaving.price / rows.entering[entry].price);
                    value_in = growth - 1.0;
                    self.returns += value_in;
                    self.squares += value_in * value_in;
                    self.close(growth, entry, exit, self.equity * growth * self.facts.fee_out);
                    self.exited = Some((exit, value_in));
                }
            }
        }
        self.join(joined, value_in);
        self.check()
    }

    /// Adds a closed long position that ends on a later bar than it begins.
    #[inline(always)]
    fn add_long(&mut self, entry: usize, exit: usize, leaving: Leaving) {
        let entering = self.rows.entering[entry];
        let growth = self.rows.kept * (leaving.price / entering.price);
        let scale = self.equity * self.rows.kept_in / entering.price;
        self.sum(entering.returns, entering.squares, leaving);
        self.marks(scale, entry, exit - 1);
        let fee_out = self.equity * growth * self.facts.fee_out;
        self.close(growth, entry, exit, fee_out);
    }

    /// Adds the sums of returns and of their squares over a long position.
    #[inline(always)]
    fn sum(&mut self, returns: f64, squares: [f64; 2], leaving: Leaving) {
        self.returns += returns + leaving.returns;
        let (sum, error) = two_sum(squares[0], leaving.squares[0]);
        self.squares += sum + (error + (squares[1] + leaving.squares[1]));
    }

    /// Books the closing of a position whose equity grew by the factor `growth`.
    #[inline(always)]
    fn close(&mut self, growth: f64, entry: usize, exit: usize, fee_out: f64) {
        let before = self.equity;
        self.equity = before * growth;
        let gain = growth - 1.0;
        let pnl = before * gain;
        let fraction = gain * self.facts.over_notional;
        self.fees += before * self.facts.fee_in + fee_out;
        self.count += 1;
        self.pnl += pnl;
        // Within rounding of nothing: neither won nor lost, as the trade statistics have it.
        let (won, lost) = (fraction > PNL_NOISE, fraction < -PNL_NOISE);
        self.wins += usize::from(won);
        self.losses += usize::from(lost);
        self.won += if won { pnl } else { 0.0 };
        self.lost += if lost { pnl } else { 0.0 };
        self.best = if fraction > self.best { fraction } else { self.best };
        self.worst = if fraction < self.worst {
            fraction
        } else {
            self.worst
        };
        self.bars_held += exit - entry;
        let time = self.rows.bars.time();
        let held = time[exit].nanoseconds().wrapping_sub(time[entry].nanoseconds());
        // Positions do not overlap, so that the sum fits; on the way it may wrap.
        self.nanoseconds = self.nanoseconds.wrapping_add(held);
    }

    /// A short position's equity is not that of the price in proportion: it is walked.
    fn add_short(&mut self, held: Held, joined: Option<f64>) -> Result<(), NeedsFull> {
        let rows = self.rows;
        let (entry, close) = (held.entry, rows.bars.close());
        // Equity for each unit: proceeds of p and equity of p, less the price.
        let price = rows.entering[entry].price * (1.0 - self.facts.slippage);
        let units = self.equity / (price * (1.0 + self.facts.fee));
        let last = rows.bars.len() - 1;
        let (marked_to, raw_exit) = match held.exit {
            HeldExit::Open => (last, None),
            HeldExit::Signal(exit) => (exit - 1, Some((exit, rows.entering[exit].price))),
            HeldExit::Level(exit, price) => (exit.saturating_sub(1), Some((exit, price))),
        };
        let exposed = raw_exit.map_or(last, |(exit, _)| exit);
        let ruin = self.facts.short_ruin * price;
        if rows.highs.bounds(entry, exposed).1 >= ruin
            && rows.bars.high()[entry..=exposed].iter().any(|high| *high >= ruin)
        {
            return Err(NeedsFull);
        }
        let before = self.equity;
        let mut value_before = price * (1.0 + self.facts.fee);
        let (mut returns, mut squares) = (0.0, 0.0);
        let mut value_in = None;
        if raw_exit.is_none_or(|(exit, _)| exit > entry) {
            for close in &close[entry..=marked_to] {
                let value = 2.0 * price - close;
                let change = value / value_before - 1.0;
                value_in.get_or_insert(change);
                returns += change;
                squares += change * change;
                value_before = value;
                self.mark(units * value);
            }
        }
        let value_out = raw_exit.map(|(exit, raw)| {
            let paid = raw * (1.0 + self.facts.slippage);
            (exit, paid, 2.0 * price - paid * (1.0 + self.facts.fee))
        });
        match value_out {
            None => {
                self.fees += before * self.facts.fee_in;
                self.bars_held += rows.bars.len() - entry;
                self.equity = units * value_before;
            }
            Some((exit, paid, value)) => {
                if value <= 0.0 {
                    return Err(NeedsFull);
                }
                let change = value / value_before - 1.0;
                returns += change;
                squares += change * change;
                value_in.get_or_insert(change);
                let growth = value / (price * (1.0 + self.facts.fee));
                self.close(growth, entry, exit, units * paid * self.facts.fee);
                self.exited = Some((exit, change));
            }
        }
        self.returns += returns;
        self.squares += squares;
        self.join(joined, value_in.unwrap_or(0.0));
        self.check()
    }

    /// A bar on which one position ended and this one began has one return, not two.
    fn join(&mut self, joined: Option<f64>, value_in: f64) {
        let Some(value_out) = joined else {
            return;
        };
        let both = (1.0 + value_out) * (1.0 + value_in) - 1.0;
        self.returns += both - value_out - value_in;
        self.squares += both * both - value_out * value_out - value_in * value_in;
    }

    fn check(&self) -> Result<(), NeedsFull> {
        if self.equity > EQUITY_MIN * self.facts.portfolio_value {
            Ok(())
        } else {
            Err(NeedsFull)
        }
    }

    /// Marks the bar of the last exit, on which nothing followed.
    fn settle_mark(&mut self) {
        if self.exited.take().is_some() {
            self.mark(self.equity);
        }
    }

    /// Equity at one close.
    #[inline(always)]
    fn mark(&mut self, equity: f64) {
        if equity > self.peak {
            self.peak = equity;
            self.floor = equity * (1.0 + self.deepest);
        } else if equity < self.floor {
            self.deepen(equity / self.peak - 1.0);
        }
    }

    fn deepen(&mut self, drawdown: f64) {
        if drawdown < self.deepest {
            self.deepest = drawdown;
            self.floor = self.peak * (1.0 + drawdown);
        }
    }

    /// Equity of `scale` × close at the closes of the bars from `from` to `to`.
    #[inline(always)]
    fn marks(&mut self, scale: f64, from: usize, to: usize) {
        let (low, high) = self.rows.closes.bounds(from, to);
        // Most positions make neither a new peak nor a new depth.
        if scale * high > self.peak || scale * low < self.floor {
            self.look(scale, from, to);
        }
    }

    #[inline(never)]
    fn look(&mut self, scale: f64, from: usize, to: usize) {
        let rows = self.rows;
        rows.closes
            .visit(rows.bars.close(), from, to, |Summary { low, high, fall }| {
                self.deepen(scale * low / self.peak - 1.0);
                if scale * high > self.peak {
                    self.deepen(fall);
                    self.peak = scale * high;
                    self.floor = self.peak * (1.0 + self.deepest);
                }
            });
    }

    /// The metrics; those of the tail, the shape and the time of returns are `None`.
    pub(super) fn metrics(mut self) -> Result<Metrics, NeedsFull> {
        self.settle_mark();
        self.check()?;
        let facts = self.facts;
        let bars = facts.bars as f64;
        let count = self.count as f64;
        let growth = self.equity / facts.portfolio_value;
        let cagr = (facts.seconds > 0.0)
            .then(|| finite(libm::pow(growth, SECONDS_PER_YEAR / facts.seconds) - 1.0))
            .flatten();
        let depth = without_rounding(self.deepest);
        let mut metrics = Metrics {
            total_return: finite(growth - 1.0),
            cagr,
            max_drawdown: finite(depth),
            calmar_ratio: cagr.and_then(|cagr| ratio(cagr, -depth)),
            trade_count: self.count,
            win_rate: ratio(self.wins as f64, count),
            profit_factor: ratio(self.won, -self.lost),
            expectancy: ratio(self.pnl, count),
            avg_win: ratio(self.won, self.wins as f64),
            avg_loss: ratio(self.lost, self.losses as f64),
            best_trade: (self.count > 0).then_some(self.best),
            worst_trade: (self.count > 0).then_some(self.worst),
            avg_trade_duration: ratio(self.nanoseconds as f64 / 1e9, count),
            exposure: ratio(self.bars_held as f64, bars),
            fees_paid: finite(self.fees),
            ..facts.blank.clone()
        };
        if facts.bars < 2 {
            return Ok(metrics);
        }
        let mean = self.returns / bars;
        let spread = self.squares - self.returns * mean;
        let lost =
            spread < VARIANCE_SHARE_MIN * self.squares || self.squares < RETURN_MIN * RETURN_MIN * bars;
        if self.squares > 0.0 && lost {
            return Err(NeedsFull);
        }
        let deviation = (spread / (bars - 1.0)).sqrt();
        let annual = facts.periods_per_year.sqrt();
        metrics.volatility = finite(deviation * annual);
        metrics.sharpe_ratio =
            ratio(mean - facts.risk_free, deviation).and_then(|ratio| finite(ratio * annual));
        Ok(metrics)
    }
}
