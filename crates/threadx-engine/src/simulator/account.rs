//! Cash, the open position and the ledger of trades.

use threadx_market::Bars;
use threadx_spec::{ExitReason, Sizing};

use super::{
    Simulation,
    funds::Funds,
    levels::{self, Bar, Met},
    position::{AccountView, Guard, Position},
};
use crate::{BacktestOptions, Entry, ExitSize, RejectedOrder, RejectionReason, Side, Trade, TradeExit};

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
    /// Equity without the position's value; below 0 while a long position is leveraged. In a portfolio the token's
    /// share of the cash: below 0 too while it has drawn on that of others.
    cash: f64,
    /// What the other tokens of a portfolio are worth: added to `cash` it is what this token's position has behind it.
    /// 0 in a run of one token.
    others: f64,
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
        cash: f64,
    ) -> Self {
        Self {
            bars,
            lead,
            options,
            sizing,
            borrow_per_bar,
            cash,
            others: 0.0,
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

    /// Nothing is left: no more entries.
    pub(super) fn ruin(&mut self) {
        self.ruined = true;
    }

    /// Takes out what rounding left at a bankruptcy price.
    pub(super) fn drop_rounding(&mut self, rounding: f64) {
        self.cash -= rounding;
    }

    /// Closed trades so far.
    pub(super) fn trades(&self) -> usize {
        self.trades.len()
    }

    /// Equity with the position valued at `price`.
    pub(super) fn mark(&self, price: f64) -> f64 {
        match &self.position {
            Some(position) => self.cash + position.side.sign() * position.quantity * price,
            None => self.cash,
        }
    }

    /// What the token is worth once its position is closed at `price`, slippage and fee paid.
    pub(super) fn liquidation_value(&self, price: f64) -> f64 {
        match &self.position {
            Some(position) => {
                let units = position.side.sign() * position.quantity;
                self.cash + units * price * self.exit_factor(position.side)
            }
            None => self.cash,
        }
    }

    /// Value of the position at `price`, above 0 on either side; 0 without one.
    pub(super) fn notional(&self, price: f64) -> f64 {
        self.position
            .as_ref()
            .map_or(0.0, |position| position.quantity * price)
    }

    /// Tells what the other tokens of the portfolio are worth.
    pub(super) fn set_others(&mut self, others: f64) {
        self.others = others;
        self.guard();
    }

    pub(super) fn view(&self, index: usize) -> AccountView<'_> {
        AccountView {
            position: self.position.as_ref(),
            last_entry: self.last_entry,
            cash: self.cash + self.others,
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

    /// What an entry may draw on in a run of one token: flat here, so cash is equity.
    pub(super) fn funds(&self) -> Funds {
        Funds::whole(self.options, self.cash)
    }

    /// Opens a position, or lists the order as rejected.
    pub(super) fn enter(&mut self, order: EntryOrder, funds: Funds) {
        let side = order.entry.side;
        if self.ruined {
            return self.reject(order.index, Some(side), RejectionReason::InsufficientEquity);
        }
        let price = self.slipped(order.price, side == Side::Long);
        let quantity = match funds.quantity(self.options, self.sizing, &order, price) {
            Ok(quantity) => quantity,
            Err(reason) => return self.reject(order.index, Some(side), reason),
        };
        let notional = quantity * price;
        let fee = self.options.fee_rate * notional;
        let cash = self.cash - side.sign() * notional - fee;
        // Only extreme slippage under leverage gets here: the fill itself would use up all equity.
        if cash + self.others + side.sign() * quantity * order.price <= 0.0 {
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
        let bars = position.guard.first_reached(high, low).unwrap_or(until - from);
        let units = position.side.sign() * position.quantity;
        equity.extend(
            self.bars.close()[from..from + bars]
                .iter()
                .map(|close| self.cash + units * close),
        );
        bars
    }

    /// Closes the position, or the part of it that `size` says, at a raw price. A loss beyond equity is not charged:
    /// equity ends at exactly 0.
    pub(super) fn close(&mut self, index: usize, price: f64, reason: ExitReason, size: ExitSize) {
        if self.settle(index, price, reason, size) && self.cash <= 0.0 {
            self.forgive(-self.cash);
            self.cash = 0.0;
            self.ruined = true;
        }
    }

    /// As [`close`](Self::close), whatever is left of equity; whether no position is left of one that there was.
    pub(super) fn settle(&mut self, index: usize, price: f64, reason: ExitReason, size: ExitSize) -> bool {
        let Some(position) = self.position else {
            return false;
        };
        let quantity = size.units(position.quantity, self.options.whole_units);
        if quantity <= 0.0 {
            self.reject(index, None, RejectionReason::ZeroQuantity);
            return false;
        }
        if quantity >= position.quantity {
            self.position = None;
            self.book(&position, index, price, reason);
            return true;
        }
        let (part, rest) = position.split(quantity);
        self.book(&part, index, price, reason);
        self.position = Some(rest);
        self.guard();
        false
    }

    /// Books the closing leg of a position or of a part of it.
    fn book(&mut self, position: &Position, index: usize, price: f64, reason: ExitReason) {
        let sign = position.side.sign();
        let price = self.slipped(price, position.side == Side::Short);
        let notional = position.quantity * price;
        let fee = self.options.fee_rate * notional;
        self.cash += sign * notional - fee;
        self.fees_paid += fee;
        self.fill_notional += notional;
        let fees = position.entry_fee + fee;
        let gross = sign * position.quantity * (price - position.entry_price);
        let pnl = gross - fees - position.borrow_cost;
        self.trades.push(Trade {
            exit: Some(TradeExit {
                index,
                time: self.bars.time()[index],
                price,
                reason,
            }),
            ..self.row(position, pnl, fees)
        });
    }

    /// Takes `shortfall` off the loss of the last closed trade, and gives it as the trade's shortfall.
    pub(super) fn forgive(&mut self, shortfall: f64) {
        self.cash += shortfall;
        if let Some(trade) = self.trades.last_mut() {
            trade.shortfall += shortfall;
            trade.pnl += shortfall;
            trade.return_fraction = trade.pnl / (trade.quantity * trade.entry_price);
        }
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
        let behind = self.cash + self.others;
        let price = match position.side {
            Side::Long if behind < 0.0 => -behind / (position.quantity * self.exit_factor(Side::Long)),
            Side::Short if behind > 0.0 => behind / (position.quantity * self.exit_factor(Side::Short)),
            // Nothing is left already: any price is.
            Side::Short => 0.0,
            Side::Long => return None,
        };
        Some(price)
    }

    /// What closing a unit of `side` at a price yields or costs after slippage and fee, over that price.
    fn exit_factor(&self, side: Side) -> f64 {
        let (fee, slippage) = (self.options.fee_rate, self.options.slippage_rate);
        match side {
            Side::Long => (1.0 - slippage) * (1.0 - fee),
            Side::Short => (1.0 + slippage) * (1.0 + fee),
        }
    }

    /// Fills the stop or target that bar `t` meets; whether one was.
    pub(super) fn fill_levels(&mut self, t: usize) -> bool {
        let Some(met) = self.met(t) else {
            return false;
        };
        if met.at_level && met.reason == ExitReason::Liquidation {
            // The bankruptcy price, where equity is 0 up to rounding, and is made 0.
            self.settle(t, met.price, met.reason, ExitSize::All);
            self.cash = 0.0;
            self.ruined = true;
        } else {
            self.close(t, met.price, met.reason, ExitSize::All);
        }
        true
    }

    /// The level that bar `t` meets.
    pub(super) fn met(&self, t: usize) -> Option<Met> {
        let position = self.position.as_ref()?;
        let entry_bar = t == position.entry_index;
        let live = !entry_bar || position.at_open;
        if !live || !position.guard.reached(self.bars.high()[t], self.bars.low()[t]) {
            return None;
        }
        let bar = Bar {
            open: self.bars.open()[t],
            high: self.bars.high()[t],
            low: self.bars.low()[t],
        };
        let bankruptcy = self.bankruptcy_price(position);
        levels::met(position, self.options.trailing_stop, bankruptcy, bar, entry_bar)
    }

    /// Charges a bar's borrow cost on the notional of a short position at the close of bar `t`; whether that
    /// used up all equity, so that the position was liquidated at that close.
    pub(super) fn charge_borrow(&mut self, t: usize) -> bool {
        let ruined = self.borrow(t);
        if ruined {
            let close = self.bars.close()[t];
            self.close(t, close, ExitReason::Liquidation, ExitSize::All);
        }
        ruined
    }

    /// As [`charge_borrow`](Self::charge_borrow), which liquidates what this leaves without equity.
    pub(super) fn borrow(&mut self, t: usize) -> bool {
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
        cost > 0.0 && self.mark(close) + self.others <= 0.0
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
