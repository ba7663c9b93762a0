//! The open position.

use multiversion::multiversion;
use threadx_market::Bars;

use crate::{BacktestOptions, Side};

/// The open position. Its stop loss and target follow from the entry price: whatever is kept here is copied with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Position {
    pub(super) side: Side,
    /// Units, above 0.
    pub(super) quantity: f64,
    /// Bar of the fill.
    pub(super) entry_index: usize,
    /// Fill price, slippage included.
    pub(super) entry_price: f64,
    pub(super) entry_fee: f64,
    pub(super) borrow_cost: f64,
    /// Whether the fill was at the open of its bar, so that the rest of that bar counts.
    pub(super) at_open: bool,
    pub(super) strategy_stop: Option<f64>,
    /// Best price so far that the trailing stop derives from.
    pub(super) best: f64,
    /// The prices that the nearest stop and the target are met at, infinitely far where there is none; kept
    /// current by [`Account::guard`](super::account::Account), so that a bar costs two comparisons.
    pub(super) guard: Guard,
}

impl Position {
    /// The request's stop.
    pub(super) fn stop_loss(&self, options: &BacktestOptions) -> Option<f64> {
        let below = |x: f64| self.entry_price * (1.0 - self.side.sign() * x);
        options.stop_loss.map(below)
    }

    /// The target.
    pub(super) fn take_profit(&self, options: &BacktestOptions) -> Option<f64> {
        let above = |x: f64| self.entry_price * (1.0 + self.side.sign() * x);
        options.take_profit.map(above)
    }

    /// The stop that trails the best price.
    pub(super) fn trailing_stop(&self, options: &BacktestOptions) -> Option<f64> {
        let behind = |x: f64| self.best * (1.0 - self.side.sign() * x);
        options.trailing_stop.map(behind)
    }

    /// `quantity` units of the position and the rest of it, entry fee and borrow cost pro rata.
    pub(super) fn split(self, quantity: f64) -> (Self, Self) {
        let share = quantity / self.quantity;
        let part = Self {
            quantity,
            entry_fee: self.entry_fee * share,
            borrow_cost: self.borrow_cost * share,
            ..self
        };
        let rest = Self {
            quantity: self.quantity - quantity,
            entry_fee: self.entry_fee - part.entry_fee,
            borrow_cost: self.borrow_cost - part.borrow_cost,
            ..self
        };
        (part, rest)
    }
}

/// Bars that are looked at without a jump for each.
const PIECE: usize = 32;

/// The prices at which a look at the levels is due.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Guard {
    /// A low at or below it is due.
    pub(super) low: f64,
    /// A high at or above it is due.
    pub(super) high: f64,
}

impl Guard {
    /// No level on either side.
    pub(super) const NONE: Self = Self {
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
    };

    /// Whether bar `t` reaches one of the prices. A column in which there is no level is not looked at.
    pub(super) fn reached(self, bars: &Bars, t: usize) -> bool {
        (self.low != f64::NEG_INFINITY && bars.low()[t] <= self.low)
            || (self.high != f64::INFINITY && bars.high()[t] >= self.high)
    }

    /// The first bar, of columns of one length, whose high or low reaches a level. A column in which there is no level
    /// is not looked at.
    pub(super) fn first_reached(self, high: &[f64], low: &[f64]) -> Option<usize> {
        match (self.low == f64::NEG_INFINITY, self.high == f64::INFINITY) {
            (true, true) => None,
            (false, true) => first_at_or_below(low, self.low),
            (true, false) => first_at_or_above(high, self.high),
            (false, false) => {
                let found = first_at_or_below(low, self.low);
                first_at_or_above(&high[..found.unwrap_or(high.len())], self.high).or(found)
            }
        }
    }
}

#[multiversion(targets("x86_64+avx2"))]
fn first_at_or_below(prices: &[f64], level: f64) -> Option<usize> {
    first(prices, |price| price <= level)
}

#[multiversion(targets("x86_64+avx2"))]
fn first_at_or_above(prices: &[f64], level: f64) -> Option<usize> {
    first(prices, |price| price >= level)
}

/// The first bar whose price is one that is looked for.
#[inline(always)]
fn first(prices: &[f64], found: impl Fn(f64) -> bool) -> Option<usize> {
    // Whole pieces first, without a jump for each bar: nearly always there is nothing in them.
    let (pieces, _) = prices.as_chunks::<PIECE>();
    let mut skipped = 0;
    for piece in pieces {
        if piece.iter().fold(false, |any, price| any | found(*price)) {
            break;
        }
        skipped += PIECE;
    }
    let mut rest = prices[skipped..].iter();
    rest.position(|price| found(*price)).map(|found| skipped + found)
}

/// What a bar-by-bar strategy sees of the account at the close of a bar. Positions count from the first of
/// the strategy's bars, warm-up included.
#[derive(Debug, Clone, Copy)]
pub struct AccountView<'a> {
    pub(super) position: Option<&'a Position>,
    pub(super) last_entry: Option<usize>,
    pub(super) cash: f64,
    pub(super) close: f64,
    pub(super) index: usize,
    /// Warm-up bars before the range, by which the strategy's positions are ahead of the account's.
    pub(super) lead: usize,
}

impl AccountView<'_> {
    /// The side of the open position; `None` while flat.
    #[must_use]
    pub fn side(&self) -> Option<Side> {
        self.position.map(|position| position.side)
    }

    /// Bar of the open position's fill.
    #[must_use]
    pub fn entry_index(&self) -> Option<usize> {
        self.position.map(|position| self.lead + position.entry_index)
    }

    /// Fill price of the open position, slippage included.
    #[must_use]
    pub fn entry_price(&self) -> Option<f64> {
        self.position.map(|position| position.entry_price)
    }

    /// Units of the open position, above 0.
    #[must_use]
    pub fn quantity(&self) -> Option<f64> {
        self.position.map(|position| position.quantity)
    }

    /// The strategy's own stop of the open position.
    #[must_use]
    pub fn strategy_stop(&self) -> Option<f64> {
        self.position.and_then(|position| position.strategy_stop)
    }

    /// Bar of the last filled entry, the open position's or an earlier one's.
    #[must_use]
    pub fn last_entry_index(&self) -> Option<usize> {
        self.last_entry.map(|index| self.lead + index)
    }

    /// Equity at this bar's close, currency, before any fill at it; that of the whole portfolio.
    #[must_use]
    pub fn equity(&self) -> f64 {
        let value = self.position.map_or(0.0, |position| {
            position.side.sign() * position.quantity * self.close
        });
        self.cash + value
    }

    /// This bar.
    #[must_use]
    pub fn index(&self) -> usize {
        self.lead + self.index
    }
}
