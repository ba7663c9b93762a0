//! Cash, the open position and the ledger of trades.

use threadx_market::Bars;
use threadx_spec::{ExitReason, Sizing};

use super::{
    Simulation,
    levels::{self, Bar},
    position::{AccountView, Guard, Position},
};
use crate::{BacktestOptions, Entry, EntryStop, RejectedOrder, RejectionReason, Side, Trade, TradeExit};

/// An entry at a raw price.
#[derive(Debug, Clone, Copy)]
pub(super) struct EntryOrder {
    pub(super) entry: Entry,
    pub(super) index: usize,
    /// Price before slippage.
    pub(super) price: f64,
    pub(super) at_open: bool,
    /// Close of the deciding bar.
    pub(super) decision_close: f64,
}

/// Cash, the open position and the ledger of trades of one run.
#[derive(Debug)]
pub(super) struct Account<'a> {
    bars: &'a Bars,
    /// Warm-up bars before the range, which only the strategy sees.
    lead: usize,
    options: &'a BacktestOptions,
    sizing: Sizing,
    /// Borrow cost of a short position's notional for one bar, a fraction.
    borrow_per_bar: f64,
    /// Equity without the position's value; below 0 while a long position is leveraged.
    cash: f64,
    position: Option<Position>,
    last_entry: Option<usize>,
    trades: Vec<Trade>,
    rejected: Vec<RejectedOrder>,
    fees_paid: f64,
    fill_notional: f64,
    ruined: bool,
}

impl<'a> Account<'a> {
    pub(super) fn new(
        bars: &'a Bars,
        lead: usize,
        options: &'a BacktestOptions,
        sizing: Sizing,
        borrow_per_bar: f64,
    ) -> Self {
        Self {
            bars,
            lead,
            options,
            sizing,
            borrow_per_bar,
            cash: options.portfolio_value,
            position: None,
            last_entry: None,
            trades: Vec::new(),
            rejected: Vec::new(),
            fees_paid: 0.0,
            fill_notional: 0.0,
            ruined: false,
        }
    }

    pub(super) fn options(&self) -> &BacktestOptions {
        self.options
    }

    pub(super) fn side(&self) -> Option<Side> {
        self.position.as_ref().map(|position| position.side)
    }

    pub(super) fn ruined(&self) -> bool {
        self.ruined
    }

    /// Equity with the position valued at `price`.
    pub(super) fn mark(&self, price: f64) -> f64 {
        match &self.position {
            Some(position) => self.cash + position.side.sign() * position.quantity * price,
            None => self.cash,
        }
    }

    pub(super) fn view(&self, index: usize) -> AccountView<'_> {
        AccountView {
            position: self.position.as_ref(),
            last_entry: self.last_entry,
            cash: self.cash,
            close: self.bars.close()[index],
            index,
            lead: self.lead,
        }
    }

    /// Whether the position has been held for as many bars as allowed at the close of bar `t`.
    pub(super) fn held_too_long(&self, t: usize) -> bool {
        match (&self.position, self.options.max_hold) {
            (Some(position), Some(max_hold)) => t - position.entry_index >= max_hold,
            _ => false,
        }
    }

    /// A fill price: the raw one, moved against the trader.
    fn slipped(&self, price: f64, buys: bool) -> f64 {
        if buys {
            price * (1.0 + self.options.slippage_rate)
        } else {
            price * (1.0 - self.options.slippage_rate)
        }
    }

    /// Opens a position, or lists the order as rejected.
    pub(super) fn enter(&mut self, order: EntryOrder) {
        if self.ruined {
            return;
        }
        let side = order.entry.side;
        let price = self.slipped(order.price, side == Side::Long);
        let quantity = match self.quantity(&order, price) {
            Ok(quantity) => quantity,
            Err(reason) => return self.reject(order.index, Some(side), reason),
        };
        let notional = quantity * price;
        let fee = self.options.fee_rate * notional;
        let cash = self.cash - side.sign() * notional - fee;
        // Only extreme slippage under leverage gets here: the fill itself would use up all equity.
        if cash + side.sign() * quantity * order.price <= 0.0 {
            return self.reject(order.index, Some(side), RejectionReason::InsufficientEquity);
        }
        self.cash = cash;
        self.fees_paid += fee;
        self.fill_notional += notional;
        self.last_entry = Some(order.index);
        self.position = Some(Position {
            side,
            quantity,
            entry_index: order.index,
            entry_price: price,
            entry_fee: fee,
            borrow_cost: 0.0,
            at_open: order.at_open,
            strategy_stop: order.entry.stop.map(|stop| stop.level(side, price)),
            stop_loss: self.options.stop_loss.map(|x| price * (1.0 - side.sign() * x)),
            take_profit: self.options.take_profit.map(|x| price * (1.0 + side.sign() * x)),
            best: price,
            guard: Guard {
                low: f64::NEG_INFINITY,
                high: f64::INFINITY,
            },
        });
        self.guard();
    }

    /// Renews the prices at which a look at the levels is due; called after whatever moves one of them.
    fn guard(&mut self) {
        if let Some(position) = &self.position {
            let bankruptcy = self.bankruptcy_price(position);
            let guard = levels::guard(position, self.options.trailing_stop, bankruptcy);
            if let Some(position) = &mut self.position {
                position.guard = guard;
            }
        }
    }

    /// The bar at whose close the open position will have been held for as many bars as allowed.
    pub(super) fn hold_limit(&self) -> usize {
        match (&self.position, self.options.max_hold) {
            (Some(position), Some(max_hold)) => position.entry_index.saturating_add(max_hold),
            _ => usize::MAX,
        }
    }

    /// Passes over the bars from `from` to `until`, at whose closes nothing is decided, as far as no level is
    /// met; marks them, and returns how many there were.
    ///
    /// Does nothing while a level moves with every bar: a trailing stop, or borrow cost that eats equity.
    pub(super) fn glide(&mut self, from: usize, until: usize, equity: &mut Vec<f64>) -> usize {
        let Some(position) = &self.position else {
            equity.resize(equity.len() + until.saturating_sub(from), self.cash);
            return until.saturating_sub(from);
        };
        let borrows = position.side == Side::Short && self.borrow_per_bar > 0.0;
        if borrows || self.options.trailing_stop.is_some() || until <= from {
            return 0;
        }
        let (high, low) = (&self.bars.high()[from..until], &self.bars.low()[from..until]);
        let reached = |(high, low): (&f64, &f64)| position.guard.reached(*high, *low);
        let bars = high.iter().zip(low).position(reached).unwrap_or(until - from);
        let units = position.side.sign() * position.quantity;
        equity.extend(
            self.bars.close()[from..from + bars]
                .iter()
                .map(|close| self.cash + units * close),
        );
        bars
    }

    /// Units to enter at the fill price `price`, or why none.
    fn quantity(&self, order: &EntryOrder, price: f64) -> Result<f64, RejectionReason> {
        let options = self.options;
        // Flat here, so cash is equity. N = L·E / (1 + L·f) leaves room for the fee.
        let equity = self.cash;
        let all_in = options.leverage * equity / (1.0 + options.leverage * options.fee_rate);
        let quantity = match self.sizing {
            Sizing::Fraction(fraction) => fraction * all_in / price,
            Sizing::Cash(notional) if notional > all_in => return Err(RejectionReason::InsufficientEquity),
            Sizing::Cash(notional) => notional / price,
            Sizing::Quantity(quantity) if quantity * price > all_in => {
                return Err(RejectionReason::InsufficientEquity);
            }
            Sizing::Quantity(quantity) => quantity,
            Sizing::Risk(risk) => {
                let stop = self.stop_at_decision(order).ok_or(RejectionReason::NoStop)?;
                let distance = (order.decision_close - stop).abs();
                // A distance of 0 gives infinity, which the cap cuts.
                (risk * equity / distance).min(all_in / price)
            }
            // BacktestSpec lets no other sizing through.
            _ => all_in / price,
        };
        let quantity = if options.whole_units {
            quantity.floor()
        } else {
            quantity
        };
        if quantity > 0.0 {
            Ok(quantity)
        } else {
            Err(RejectionReason::ZeroQuantity)
        }
    }

    /// The nearest stop that an entry at the deciding close would have.
    fn stop_at_decision(&self, order: &EntryOrder) -> Option<f64> {
        let (side, close) = (order.entry.side, order.decision_close);
        let at = |fraction: f64| close * (1.0 - side.sign() * fraction);
        let stops = [
            order.entry.stop.map(|stop: EntryStop| stop.level(side, close)),
            self.options.stop_loss.map(at),
            self.options.trailing_stop.map(at),
        ];
        stops.into_iter().flatten().reduce(|a, b| match side {
            Side::Long => a.max(b),
            Side::Short => a.min(b),
        })
    }

    /// Closes the position at a raw price.
    pub(super) fn close(&mut self, index: usize, price: f64, reason: ExitReason) {
        if let Some(position) = self.position.take() {
            self.settle(position, index, price, reason, false);
        }
    }

    /// Books the closing leg. A loss beyond equity is not charged: equity ends at exactly 0. With `to_zero`
    /// the fill is at the bankruptcy price, where equity is 0 up to rounding, and is made 0.
    fn settle(&mut self, position: Position, index: usize, price: f64, reason: ExitReason, to_zero: bool) {
        let sign = position.side.sign();
        let price = self.slipped(price, position.side == Side::Short);
        let notional = position.quantity * price;
        let fee = self.options.fee_rate * notional;
        let cash = self.cash + sign * notional - fee;
        let shortfall = if to_zero { 0.0 } else { (-cash).max(0.0) };
        self.cash = if to_zero { 0.0 } else { cash.max(0.0) };
        self.ruined = self.cash <= 0.0;
        self.fees_paid += fee;
        self.fill_notional += notional;
        let fees = position.entry_fee + fee;
        let gross = sign * position.quantity * (price - position.entry_price);
        let pnl = gross - fees - position.borrow_cost + shortfall;
        self.trades.push(Trade {
            exit: Some(TradeExit {
                index,
                time: self.bars.time()[index],
                price,
                reason,
            }),
            shortfall,
            ..self.row(&position, pnl, fees)
        });
    }

    fn row(&self, position: &Position, pnl: f64, fees: f64) -> Trade {
        Trade {
            side: position.side,
            entry_index: position.entry_index,
            entry_time: self.bars.time()[position.entry_index],
            entry_price: position.entry_price,
            exit: None,
            quantity: position.quantity,
            pnl,
            return_fraction: pnl / (position.quantity * position.entry_price),
            fees,
            borrow_cost: position.borrow_cost,
            shortfall: 0.0,
        }
    }

    /// The price at which equity after the exit's fee and slippage is 0; none if no price is.
    fn bankruptcy_price(&self, position: &Position) -> Option<f64> {
        let (fee, slippage) = (self.options.fee_rate, self.options.slippage_rate);
        let price = match position.side {
            Side::Long if self.cash < 0.0 => {
                -self.cash / (position.quantity * (1.0 - slippage) * (1.0 - fee))
            }
            Side::Long => return None,
            Side::Short => self.cash / (position.quantity * (1.0 + slippage) * (1.0 + fee)),
        };
        Some(price)
    }

    /// Fills the stop or target that bar `t` meets; whether one was.
    pub(super) fn fill_levels(&mut self, t: usize) -> bool {
        let Some(position) = &self.position else {
            return false;
        };
        let entry_bar = t == position.entry_index;
        if entry_bar && !position.at_open {
            return false;
        }
        if !position.guard.reached(self.bars.high()[t], self.bars.low()[t]) {
            return false;
        }
        let bar = Bar {
            open: self.bars.open()[t],
            high: self.bars.high()[t],
            low: self.bars.low()[t],
        };
        let bankruptcy = self.bankruptcy_price(position);
        let Some(met) = levels::met(position, self.options.trailing_stop, bankruptcy, bar, entry_bar) else {
            return false;
        };
        let position = *position;
        self.position = None;
        let to_zero = met.at_level && met.reason == ExitReason::Liquidation;
        self.settle(position, t, met.price, met.reason, to_zero);
        true
    }

    /// Charges a bar's borrow cost on the notional of a short position at the close of bar `t`; whether that
    /// used up all equity, so that the position was liquidated at that close.
    pub(super) fn charge_borrow(&mut self, t: usize) -> bool {
        let close = self.bars.close()[t];
        let Some(position) = self
            .position
            .as_mut()
            .filter(|position| position.side == Side::Short)
        else {
            return false;
        };
        if self.borrow_per_bar <= 0.0 {
            return false;
        }
        let cost = self.borrow_per_bar * position.quantity * close;
        position.borrow_cost += cost;
        self.cash -= cost;
        self.guard();
        let ruined = cost > 0.0 && self.mark(close) <= 0.0;
        if ruined {
            self.close(t, close, ExitReason::Liquidation);
        }
        ruined
    }

    /// Moves the strategy's stop towards the price, never away from it.
    pub(super) fn tighten_stop(&mut self, level: f64) {
        if let Some(position) = &mut self.position {
            let tighter = match (position.strategy_stop, position.side) {
                (None, _) => true,
                (Some(stop), Side::Long) => level > stop,
                (Some(stop), Side::Short) => level < stop,
            };
            if tighter {
                position.strategy_stop = Some(level);
                self.guard();
            }
        }
    }

    /// The bar is complete: its best price counts for the trailing stop from the next bar on.
    pub(super) fn end_bar(&mut self, t: usize) {
        if self.options.trailing_stop.is_some()
            && let Some(position) = &mut self.position
            && (t > position.entry_index || position.at_open)
        {
            position.best = match position.side {
                Side::Long => position.best.max(self.bars.high()[t]),
                Side::Short => position.best.min(self.bars.low()[t]),
            };
            self.guard();
        }
    }

    pub(super) fn reject(&mut self, index: usize, side: Option<Side>, reason: RejectionReason) {
        self.rejected.push(RejectedOrder {
            index,
            time: self.bars.time()[index],
            side,
            reason,
        });
    }

    /// The run's results; a position still open is listed last, marked at the last close.
    pub(super) fn finish(mut self, equity: Vec<f64>, bars_in_position: usize) -> Simulation {
        if let (Some(position), Some(close)) = (self.position, self.bars.close().last()) {
            let gross = position.side.sign() * position.quantity * (close - position.entry_price);
            let pnl = gross - position.entry_fee - position.borrow_cost;
            let row = self.row(&position, pnl, position.entry_fee);
            self.trades.push(row);
        }
        Simulation {
            trades: self.trades,
            equity,
            rejected_orders: self.rejected,
            bars_in_position,
            fees_paid: self.fees_paid,
            fill_notional: self.fill_notional,
            ruined: self.ruined,
        }
    }
}
