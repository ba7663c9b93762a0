//! From decisions to fills where several tokens share the cash.

use threadx_error::BacktestError;
use threadx_market::{Bars, Timestamp};
use threadx_spec::{ExitReason, FillModel, Sizing};

use super::{
    Account, Decide, POLL_BARS, Pending, Simulation, effective,
    funds::{Funds, all_in},
};
use crate::{BacktestSpec, Control, ExitSize, Orders, RejectionReason};

/// By how much orders that share the cash may exceed it through rounding, a fraction of equity.
const ROUNDING: f64 = 1e-9;

/// A token of the portfolio before it runs: its range and who decides on it.
pub(crate) struct Seat<'a> {
    /// The bars of the range.
    pub(crate) bars: &'a Bars,
    /// Warm-up bars before them.
    pub(crate) lead: usize,
    pub(crate) decide: Box<dyn Decide + 'a>,
}

/// What the loop over the stamps yields.
#[derive(Debug)]
pub(crate) struct PortfolioSimulation {
    /// What each token came to; its equity is its share of the starting cash plus its own pnl, at its own bars.
    pub(crate) tokens: Vec<Simulation>,
    /// Position of the token of each closed trade, in the order of the exits.
    pub(crate) exits: Vec<usize>,
    /// The stamps: the sorted union of those of the tokens.
    pub(crate) time: Vec<Timestamp>,
    /// Total equity after each stamp, currency.
    pub(crate) equity: Vec<f64>,
    /// Stamps with a position at the close.
    pub(crate) stamps_in_position: usize,
    pub(crate) ruined: bool,
}

/// A token while the portfolio runs.
struct Running<'a> {
    account: Account<'a>,
    bars: &'a Bars,
    decide: Box<dyn Decide + 'a>,
    /// Bars so far, that of the stamp included.
    seen: usize,
    /// The bar that the stamp has of the token.
    bar: Option<usize>,
    /// Whether a stop or target was filled on it.
    stopped: bool,
    /// The latest price: the open of the stamp's bar, later its close; else the last close.
    price: f64,
    pending: Option<Pending>,
    equity: Vec<f64>,
    bars_in_position: usize,
}

/// All tokens and the cash that they share.
///
/// Each account starts with an equal share of the cash and may draw on that of the others; only their sum is money.
/// Sums are taken in the order of `summing`, not in that of the request, so that the latter decides nothing but who
/// comes first.
struct Portfolio<'a> {
    spec: &'a BacktestSpec,
    tokens: Vec<Running<'a>>,
    summing: Vec<usize>,
    exits: Vec<usize>,
    ruined: bool,
}

/// Runs the decisions of every seat over the union of their stamps.
///
/// At each stamp: exits at the open, then entries at the open; liquidation, stops and targets; decisions at the close;
/// under [`FillModel::Close`] exits, then entries; mark. Each in the order of the seats. `summing` lists the seats in an
/// order that does not depend on theirs.
pub(crate) fn simulate_portfolio<'a>(
    seats: Vec<Seat<'a>>,
    summing: Vec<usize>,
    spec: &'a BacktestSpec,
    sizing: Sizing,
    control: &dyn Control,
) -> Result<PortfolioSimulation, BacktestError> {
    let options = spec.options();
    let bars: usize = seats.iter().map(|seat| seat.bars.len()).sum();
    let stamps = seats.iter().map(|seat| seat.bars.len()).max().unwrap_or(0);
    let share = options.portfolio_value / seats.len() as f64;
    let mut portfolio = Portfolio {
        spec,
        tokens: seats
            .into_iter()
            .map(|seat| Running::new(seat, spec, sizing, share))
            .collect(),
        summing,
        exits: Vec::new(),
        ruined: false,
    };
    let (mut time, mut equity) = (Vec::with_capacity(stamps), Vec::with_capacity(stamps));
    let (mut stamps_in_position, mut done, mut next_poll) = (0, 0, 0);
    while let Some(now) = portfolio.tokens.iter().filter_map(Running::next_time).min() {
        if done >= next_poll {
            next_poll = done + POLL_BARS;
            control.progress(done as u64, bars as u64);
            if control.cancelled() {
                return Err(BacktestError::Interrupted {
                    done: done as u64,
                    total: bars as u64,
                });
            }
        }
        done += portfolio.advance(now);
        portfolio.fill(true);
        portfolio.meet_levels();
        portfolio.decide()?;
        if options.fill == FillModel::Close {
            portfolio.fill(false);
        }
        time.push(now);
        equity.push(portfolio.mark());
        stamps_in_position += usize::from(portfolio.in_position());
    }
    control.progress(bars as u64, bars as u64);
    Ok(PortfolioSimulation {
        tokens: portfolio.tokens.into_iter().map(Running::finish).collect(),
        exits: portfolio.exits,
        time,
        equity,
        stamps_in_position,
        ruined: portfolio.ruined,
    })
}

impl<'a> Running<'a> {
    fn new(seat: Seat<'a>, spec: &'a BacktestSpec, sizing: Sizing, share: f64) -> Self {
        let options = spec.options();
        let periods = options
            .periods_per_year
            .unwrap_or_else(|| seat.bars.timeframe().periods_per_year());
        let borrow_per_bar = options.borrow_rate / periods;
        Self {
            account: Account::new(seat.bars, seat.lead, options, sizing, borrow_per_bar, share),
            bars: seat.bars,
            decide: seat.decide,
            seen: 0,
            bar: None,
            stopped: false,
            price: 0.0,
            pending: None,
            equity: Vec::with_capacity(seat.bars.len()),
            bars_in_position: 0,
        }
    }

    /// The stamp of the token's next bar.
    fn next_time(&self) -> Option<Timestamp> {
        self.bars.time().get(self.seen).copied()
    }

    fn finish(mut self) -> Simulation {
        if let (Some(orders), Some(last)) = (self.pending, self.bars.len().checked_sub(1)) {
            let side = orders.entry.map(|entry| entry.side);
            self.account.reject(last, side, RejectionReason::EndOfData);
        }
        self.account.finish(self.equity, self.bars_in_position)
    }
}

impl Portfolio<'_> {
    /// The sum over all tokens but `except`.
    fn total(&self, except: Option<usize>, of: impl Fn(&Running<'_>) -> f64) -> f64 {
        let counted = self.summing.iter().filter(|index| Some(**index) != except);
        counted.map(|index| of(&self.tokens[*index])).sum()
    }

    /// Total equity with every position at its latest price.
    fn equity(&self) -> f64 {
        self.total(None, |token| token.account.mark(token.price))
    }

    fn in_position(&self) -> bool {
        self.tokens.iter().any(|token| token.account.side().is_some())
    }

    /// Moves to a stamp; returns how many tokens have a bar there.
    fn advance(&mut self, now: Timestamp) -> usize {
        let mut bars = 0;
        for token in &mut self.tokens {
            token.bar = (token.next_time() == Some(now)).then_some(token.seen);
            token.stopped = false;
            if let Some(bar) = token.bar {
                token.price = token.bars.open()[bar];
                token.seen += 1;
                bars += 1;
            }
        }
        bars
    }

    /// Fills what is pending on the tokens with a bar at their latest price: all exits, then all entries. Every entry
    /// is sized by the equity between the two, so that none depends on who comes first.
    fn fill(&mut self, at_open: bool) {
        let mut entries = false;
        for index in 0..self.tokens.len() {
            let token = &self.tokens[index];
            if let (Some(bar), Some(orders)) = (token.bar, token.pending) {
                entries |= orders.entry.is_some();
                if let Some(reason) = orders.exit {
                    self.exit(index, bar, token.price, reason, orders.exit_size);
                }
            }
        }
        let base = if entries { self.equity() } else { 0.0 };
        for index in 0..self.tokens.len() {
            let token = &mut self.tokens[index];
            let Some(bar) = token.bar else {
                continue;
            };
            let Some(orders) = token.pending.take() else {
                continue;
            };
            if let Some(order) = orders.entry_at(bar, token.price, at_open) {
                let funds = self.funds(base);
                let others = self.total(Some(index), |token| token.account.mark(token.price));
                let account = &mut self.tokens[index].account;
                account.set_others(others);
                account.enter(order, funds);
            }
        }
    }

    /// What an entry may draw on: an equal share of `base`, the total equity, as far as it is free.
    fn funds(&self, base: f64) -> Funds {
        let options = self.spec.options();
        let bound = self.total(None, |token| token.account.notional(token.price)) / options.leverage;
        Funds {
            equity: base,
            all_in: all_in(options, base / self.tokens.len() as f64),
            largest: all_in(options, self.equity() - bound),
            rounding: if bound > 0.0 { ROUNDING * base } else { 0.0 },
        }
    }

    /// Closes a position or a part of it. The last one to be closed ends at a total of exactly 0 where its loss is
    /// larger than equity.
    fn exit(&mut self, index: usize, bar: usize, price: f64, reason: ExitReason, size: ExitSize) {
        let account = &mut self.tokens[index].account;
        let trades = account.trades();
        let closed = account.settle(bar, price, reason, size);
        if account.trades() > trades {
            self.exits.push(index);
        }
        if closed && !self.in_position() {
            self.cap(index);
        }
    }

    /// Forgives what is missing to a total of 0, on the last trade of a token, when nothing is open.
    fn cap(&mut self, index: usize) {
        let total = self.equity();
        if total <= 0.0 {
            self.tokens[index].account.forgive(-total);
            self.ruin();
        }
    }

    fn ruin(&mut self) {
        self.ruined = true;
        for token in &mut self.tokens {
            token.account.ruin();
        }
    }

    /// Liquidation, stops and targets of the stamp. A token's bankruptcy price is the one at which the whole portfolio
    /// would be closed at 0, with the tokens before it at their closes and those behind it at their opens.
    fn meet_levels(&mut self) {
        for index in 0..self.tokens.len() {
            let Some(bar) = self.tokens[index].bar else {
                continue;
            };
            if self.tokens[index].account.side().is_some() {
                let others = self.total(Some(index), |token| token.account.liquidation_value(token.price));
                let token = &mut self.tokens[index];
                token.account.set_others(others);
                if let Some(met) = token.account.met(bar) {
                    token.stopped = true;
                    token.price = met.price;
                    if met.reason == ExitReason::Liquidation {
                        self.liquidate(index, met.at_level);
                    } else {
                        self.exit(index, bar, met.price, met.reason, ExitSize::All);
                    }
                } else if token.account.borrow(bar) {
                    token.stopped = true;
                    token.price = token.bars.close()[bar];
                    self.liquidate(index, false);
                }
            }
            let token = &mut self.tokens[index];
            token.price = token.bars.close()[bar];
        }
    }

    /// Closes all positions at their latest prices. With `to_zero` that leaves 0 up to rounding.
    fn liquidate(&mut self, cause: usize, to_zero: bool) {
        for index in 0..self.tokens.len() {
            let token = &mut self.tokens[index];
            // A position was entered on some bar, so that there is a last one.
            let bar = token.seen.saturating_sub(1);
            if token
                .account
                .settle(bar, token.price, ExitReason::Liquidation, ExitSize::All)
            {
                self.exits.push(index);
            }
        }
        if to_zero {
            let rounding = self.equity();
            self.tokens[cause].account.drop_rounding(rounding);
            self.ruin();
        } else {
            self.cap(cause);
        }
    }

    /// The decisions at the close of the stamp's bars.
    fn decide(&mut self) -> Result<(), BacktestError> {
        if self.ruined || self.spec.options().leverage == 0.0 {
            return Ok(());
        }
        for index in 0..self.tokens.len() {
            let token = &self.tokens[index];
            let Some(bar) = token.bar.filter(|_| !token.stopped) else {
                continue;
            };
            if token.decide.next(bar, token.account.side().is_some()) > bar
                && bar < token.account.hold_limit()
            {
                continue;
            }
            let others = self.total(Some(index), |token| token.account.mark(token.price));
            let token = &mut self.tokens[index];
            token.account.set_others(others);
            let mut orders = Orders::default();
            token
                .decide
                .at_close(bar, &token.account.view(bar), &mut orders)?;
            if let Some(level) = orders.stop {
                token.account.tighten_stop(level);
            }
            token.pending = effective(&token.account, &orders, bar, token.price);
        }
        Ok(())
    }

    /// Marks every token at the end of the stamp; returns total equity.
    fn mark(&mut self) -> f64 {
        // Prices of several tokens may leave less than nothing together where none met its level by itself.
        if !self.ruined
            && self.equity() < 0.0
            && let Some(last) = self
                .tokens
                .iter()
                .rposition(|token| token.account.side().is_some())
        {
            self.liquidate(last, false);
        }
        for token in &mut self.tokens {
            if let Some(bar) = token.bar {
                token.equity.push(token.account.mark(token.price));
                token.bars_in_position += usize::from(token.account.side().is_some());
                token.account.end_bar(bar);
            }
        }
        if self.ruined { 0.0 } else { self.equity() }
    }
}
