//! From trades to metrics, a constant amount of work a trade.

use crate::{
    Metrics, Side,
    metrics::{PNL_NOISE, SECONDS_PER_YEAR, finite, ratio, without_rounding},
};

use super::{
    PointFacts,
    price_range::{Extremes, Summary, greater, lesser},
    rows::{Rows, Sums},
    trades::Trades,
};

/// A position of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Held {
    pub(super) side: Side,
    /// Bar of the entry.
    pub(super) entry: usize,
    pub(super) exit: Exit,
}

/// How far a position goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Exit {
    /// Left at a price, before slippage.
    Filled { bar: usize, price: f64 },
    /// Still open at the bar before `end`.
    Open { end: usize },
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

/// The bars' sums are whole multiples of a unit, of which each bar cuts off less than one: this share of the run's
/// squares may be lost that way.
const CUT_OFF_MAX: f64 = 1e-10;

/// Accumulates one run.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    equity: f64,
    /// Highest equity at a mark so far, and the lowest since.
    peak: f64,
    low: f64,
    /// Deepest drawdown before that peak, a fraction ≤ 0.
    deepest: f64,
    sums: Sums,
    /// Returns and their squares that are not in `sums`.
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
    /// The exit whose bar is not marked yet, since another entry may follow on it: bar and return.
    exited: Option<(usize, f64)>,
}

/// What runs look up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Book<'a> {
    pub(super) rows: &'a Rows,
    pub(super) facts: &'a PointFacts,
}

impl Tally {
    pub(super) fn new(facts: &PointFacts) -> Self {
        let start = facts.portfolio_value;
        Self {
            equity: start,
            peak: start,
            low: start,
            deepest: 0.0,
            sums: Sums::default(),
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
            exited: None,
        }
    }

    /// Adds closed long positions, none of which begins on the bar on which another ends.
    pub(super) fn add_longs(&mut self, book: Book<'_>, trades: &mut Trades) {
        let Book { rows, facts } = book;
        if trades.held.is_empty() {
            return;
        }
        let found = trades.figures(self.equity, facts.over_notional);
        // Most runs of trades make no new peak.
        if found.extremes.high > self.peak {
            for ([entry, exit], before, growth) in trades.each() {
                if exit > entry {
                    let scale = before * rows.entering[entry as usize].over_price;
                    self.marks(rows, scale, entry as usize, exit as usize);
                }
                self.mark(before * growth);
            }
        } else {
            self.low = lesser(self.low, found.extremes.low);
        }
        self.sums.add(trades.sums);
        self.bars_held += trades.bars_held;
        self.count += trades.held.len();
        self.wins += found.wins;
        self.losses += found.losses;
        self.won += found.won;
        self.lost += found.lost;
        self.pnl += found.equity - self.equity;
        self.best = greater(self.best, (found.best - 1.0) * facts.over_notional);
        self.worst = lesser(self.worst, (found.worst - 1.0) * facts.over_notional);
        // Equity after one is equity before the next.
        let after = found.before - self.equity + found.equity;
        self.fees += found.before * facts.fee_in + after * facts.fee_out;
        self.equity = found.equity;
    }

    /// Adds a position; in order of time.
    pub(super) fn add(&mut self, book: Book<'_>, held: Held) -> Result<(), NeedsFull> {
        let joined = self
            .exited
            .filter(|(bar, _)| *bar == held.entry)
            .map(|(_, value)| value);
        if joined.is_none() {
            self.settle_mark();
        }
        self.exited = None;
        match held.side {
            Side::Long => self.add_any_long(book, held, joined),
            Side::Short => self.add_short(book, held, joined),
        }
    }

    /// Adds a long position; one that is left at a signal or a level, or one that is still open.
    fn add_any_long(
        &mut self,
        Book { rows, facts }: Book<'_>,
        held: Held,
        joined: Option<f64>,
    ) -> Result<(), NeedsFull> {
        let (entry, entering) = (held.entry, rows.entering[held.entry]);
        let mut value_in = rows.return_in(entry);
        let scale = self.equity * entering.over_price;
        let (exit, raw) = match held.exit {
            Exit::Filled { bar, price } => (bar, price),
            Exit::Open { end } => {
                // No time of a trade: it is still open.
                let time = self.sums.time;
                self.sums.add(rows.held_before(entry, end));
                self.sums.time = time;
                self.marks(rows, scale, entry, end);
                self.fees += self.equity * facts.fee_in;
                self.bars_held += end - entry;
                self.equity = scale * rows.bars.close()[end - 1];
                self.join(joined, value_in);
                return self.check(facts);
            }
        };
        let (growth, sums, value_out) = rows.trade(entry, exit, raw);
        if exit > entry {
            self.marks(rows, scale, entry, exit);
        } else {
            value_in = value_out;
        }
        self.sums.add(sums);
        self.close(facts, growth, self.equity * growth * facts.fee_out);
        self.bars_held += exit - entry;
        self.exited = Some((exit, value_out));
        self.join(joined, value_in);
        self.check(facts)
    }

    /// Books the closing of a position whose equity grew by the factor `growth`.
    fn close(&mut self, facts: &PointFacts, growth: f64, fee_out: f64) {
        let before = self.equity;
        self.equity = before * growth;
        let gain = growth - 1.0;
        let (pnl, fraction) = (before * gain, gain * facts.over_notional);
        self.fees += before * facts.fee_in + fee_out;
        self.count += 1;
        self.pnl += pnl;
        // Within rounding of nothing: neither won nor lost, as the trade statistics have it.
        if fraction > PNL_NOISE {
            self.wins += 1;
            self.won += pnl;
        } else if fraction < -PNL_NOISE {
            self.losses += 1;
            self.lost += pnl;
        }
        self.best = greater(self.best, fraction);
        self.worst = lesser(self.worst, fraction);
    }

    /// A short position's equity is not that of the price in proportion: it is walked.
    fn add_short(
        &mut self,
        Book { rows, facts }: Book<'_>,
        held: Held,
        joined: Option<f64>,
    ) -> Result<(), NeedsFull> {
        let (entry, close) = (held.entry, rows.bars.close());
        // Equity for each unit: proceeds of p and equity of p, less the price.
        let price = rows.price(entry) * (1.0 - facts.slippage);
        let units = self.equity / (price * (1.0 + facts.fee));
        // The bar after the last at whose close it is held, and the last on which it is.
        let (end, exposed) = match held.exit {
            Exit::Filled { bar, .. } => (bar, bar),
            Exit::Open { end } => (end, end - 1),
        };
        let ruin = facts.short_ruin * price;
        if rows.bars.high()[entry..=exposed].iter().any(|high| *high >= ruin) {
            return Err(NeedsFull);
        }
        let before = self.equity;
        let mut value_before = price * (1.0 + facts.fee);
        let (mut returns, mut squares) = (0.0, 0.0);
        let mut value_in = None;
        for close in &close[entry..end] {
            let value = 2.0 * price - close;
            let change = value / value_before - 1.0;
            value_in.get_or_insert(change);
            returns += change;
            squares += change * change;
            value_before = value;
            self.mark(units * value);
        }
        match held.exit {
            Exit::Open { .. } => {
                self.fees += before * facts.fee_in;
                self.bars_held += end - entry;
                self.equity = units * value_before;
            }
            Exit::Filled { bar, price: raw } => {
                let paid = raw * (1.0 + facts.slippage);
                let value = 2.0 * price - paid * (1.0 + facts.fee);
                if value <= 0.0 {
                    return Err(NeedsFull);
                }
                let change = value / value_before - 1.0;
                returns += change;
                squares += change * change;
                value_in.get_or_insert(change);
                let growth = value / (price * (1.0 + facts.fee));
                self.close(facts, growth, units * paid * facts.fee);
                self.bars_held += bar - entry;
                self.sums.time = self.sums.time.wrapping_add(rows.time_between(entry, bar));
                self.exited = Some((bar, change));
            }
        }
        self.returns += returns;
        self.squares += squares;
        self.join(joined, value_in.unwrap_or(0.0));
        self.check(facts)
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

    fn check(&self, facts: &PointFacts) -> Result<(), NeedsFull> {
        if self.equity > EQUITY_MIN * facts.portfolio_value {
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
            self.climb(equity);
        } else {
            self.low = lesser(self.low, equity);
        }
    }

    /// A new peak.
    fn climb(&mut self, peak: f64) {
        self.deepest = lesser(self.deepest, self.low / self.peak - 1.0);
        (self.peak, self.low) = (peak, peak);
    }

    /// Equity of `scale` × close at the closes of the bars from `from` on and before `end`.
    #[inline(always)]
    fn marks(&mut self, rows: &Rows, scale: f64, from: usize, end: usize) {
        let Extremes { low, high } = rows.closes.extremes(from, end);
        if scale * high > self.peak {
            self.look(rows, scale, from, end);
        } else {
            self.low = lesser(self.low, scale * low);
        }
    }

    #[inline(never)]
    fn look(&mut self, rows: &Rows, scale: f64, from: usize, end: usize) {
        rows.closes
            .visit(rows.bars.close(), from, end, |Summary { low, high, fall }| {
                if scale * high > self.peak {
                    // The lowest may stand before the highest or after it, of which `fall` knows.
                    self.deepest = lesser(self.deepest, lesser(scale * low / self.peak - 1.0, fall));
                    self.climb(scale * high);
                } else {
                    self.low = lesser(self.low, scale * low);
                }
            });
    }

    /// Σ returns and Σ squares of returns.
    pub(super) fn totals(&self, rows: &Rows) -> [f64; 2] {
        [
            self.returns + self.sums.returns as f64 / rows.units.returns,
            self.squares + self.sums.squares as f64 / rows.units.squares,
        ]
    }

    /// The metrics; those of the tail, the shape and the time of returns are `None`.
    pub(super) fn metrics(mut self, Book { rows, facts }: Book<'_>) -> Result<Metrics, NeedsFull> {
        self.settle_mark();
        self.check(facts)?;
        let bars = facts.bars as f64;
        let count = self.count as f64;
        let growth = self.equity / facts.portfolio_value;
        let cagr = (facts.seconds > 0.0)
            .then(|| finite(libm::pow(growth, SECONDS_PER_YEAR / facts.seconds) - 1.0))
            .flatten();
        self.climb(self.peak);
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
            avg_trade_duration: ratio(self.sums.time as f64 / 1e9, count),
            exposure: ratio(self.bars_held as f64, bars),
            fees_paid: finite(self.fees),
            ..facts.blank.clone()
        };
        if facts.bars < 2 {
            return Ok(metrics);
        }
        let [returns, squares] = self.totals(rows);
        let cut_off = (self.bars_held + 2 * self.count) as f64 / rows.units.squares;
        let mean = returns / bars;
        let spread = squares - returns * mean;
        let lost = spread < VARIANCE_SHARE_MIN * squares
            || squares < RETURN_MIN * RETURN_MIN * bars
            || cut_off > CUT_OFF_MAX * squares;
        if (squares > 0.0 || self.bars_held > 0) && lost {
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
