//! Cash, the open position and the ledger of trades.

mod watch;

use threadx_market::{Bars, Timestamp};
use threadx_spec::{ExitReason, Sizing};

use super::{
    Simulation,
    funds::Funds,
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
    /// Their stamps are looked up when the run is over: then the look-ups, each far from the one before, wait for
    /// memory side by side.
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
            best: price,
            guard: Guard::NONE,
        });
        self.guard();
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
                time: Timestamp::MIN,
                price,
                reason,
            }),
            ..row(position, pnl, fees)
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

    /// What closing a unit of `side` at a price yields or costs after slippage and fee, over that price.
    fn exit_factor(&self, side: Side) -> f64 {
        let (fee, slippage) = (self.options.fee_rate, self.options.slippage_rate);
        match side {
            Side::Long => (1.0 - slippage) * (1.0 - fee),
            Side::Short => (1.0 + slippage) * (1.0 + fee),
        }
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

    pub(super) fn reject(&mut self, index: usize, side: Option<Side>, reason: RejectionReason) {
        self.rejected.push(RejectedOrder {
            index,
            time: self.bars.time()[index],
            side,
            reason,
        });
    }

    /// The run's results; a position still open is listed last, marked at the last close.
    pub(super) fn finish<C>(mut self, equity: C, bars_in_position: usize) -> Simulation<C> {
        if let (Some(position), Some(close)) = (self.position, self.bars.close().last()) {
            let gross = position.side.sign() * position.quantity * (close - position.entry_price);
            let pnl = gross - position.entry_fee - position.borrow_cost;
            self.trades.push(row(&position, pnl, position.entry_fee));
        }
        let time = self.bars.time();
        for trade in &mut self.trades {
            trade.entry_time = time[trade.entry_index];
            if let Some(exit) = &mut trade.exit {
                exit.time = time[exit.index];
            }
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

/// What a position came to, without its stamps.
fn row(position: &Position, pnl: f64, fees: f64) -> Trade {
    Trade {
        side: position.side,
        entry_index: position.entry_index,
        entry_time: Timestamp::MIN,
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
