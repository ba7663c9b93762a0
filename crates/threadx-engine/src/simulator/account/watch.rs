//! What an open position has to look out for, bar by bar.

use threadx_spec::ExitReason;

use super::Account;
use crate::{
    ExitSize, Side,
    simulator::{
        curve::Curve,
        levels::{self, Bar, Met},
        position::{Guard, Position},
    },
};

/// A debt that falls due at less than this share of the entry price is the rounding of an entry without leverage.
const DEBT_NOISE: f64 = 1e-12;

impl Account<'_> {
    /// Whether the position has been held for as many bars as allowed at the close of bar `t`.
    pub(in crate::simulator) fn held_too_long(&self, t: usize) -> bool {
        match (&self.position, self.options.max_hold) {
            (Some(position), Some(max_hold)) => t - position.entry_index >= max_hold,
            _ => false,
        }
    }

    /// The bar at whose close the open position will have been held for as many bars as allowed.
    pub(in crate::simulator) fn hold_limit(&self) -> usize {
        match (&self.position, self.options.max_hold) {
            (Some(position), Some(max_hold)) => position.entry_index.saturating_add(max_hold),
            _ => usize::MAX,
        }
    }

    /// Renews the prices at which a look at the levels is due; called after whatever moves one of them.
    pub(super) fn guard(&mut self) {
        if let Some(position) = &self.position {
            let bankruptcy = self.bankruptcy_price(position);
            let guard = levels::guard(position, self.options, bankruptcy);
            if let Some(position) = &mut self.position {
                position.guard = guard;
            }
        }
    }

    /// Passes over the bars from `from` to `until`, at whose closes nothing is decided, as far as no level is
    /// met; marks them, and returns how many there were.
    ///
    /// Does nothing while borrow cost eats equity with every bar.
    pub(in crate::simulator) fn glide(&mut self, from: usize, until: usize, curve: &mut impl Curve) -> usize {
        let Some(position) = &self.position else {
            curve.repeat(self.cash, until.saturating_sub(from));
            return until.saturating_sub(from);
        };
        let borrows = position.side == Side::Short && self.borrow_per_bar > 0.0;
        // The bar of the entry counts for a trailing stop only if filled at its open.
        let at_entry = from <= position.entry_index;
        if borrows || until <= from || (at_entry && self.options.trailing_stop.is_some()) {
            return 0;
        }
        let (high, low) = (&self.bars.high()[from..until], &self.bars.low()[from..until]);
        let units = position.side.sign() * position.quantity;
        let bars = match self.options.trailing_stop {
            None => position.guard.first_reached(high, low).unwrap_or(until - from),
            Some(trailing) => self.trail(trailing, high, low),
        };
        curve.hold(self.cash, units, &self.bars.close()[from..from + bars]);
        bars
    }

    /// Lets the trailing stop follow bars until one meets a level; returns how many there were.
    fn trail(&mut self, trailing: f64, high: &[f64], low: &[f64]) -> usize {
        let Some(position) = &mut self.position else {
            return 0;
        };
        let Guard {
            low: mut below,
            high: mut above,
        } = position.guard;
        let mut best = position.best;
        let bars = match position.side {
            Side::Long => {
                let follow = |(high, low): (&f64, &f64)| {
                    let met = *low <= below || *high >= above;
                    if !met && *high > best {
                        best = *high;
                        below = below.max(best * (1.0 - trailing));
                    }
                    met
                };
                high.iter().zip(low).map(follow).position(|met| met)
            }
            Side::Short => {
                let follow = |(high, low): (&f64, &f64)| {
                    let met = *low <= below || *high >= above;
                    if !met && *low < best {
                        best = *low;
                        above = above.min(best * (1.0 + trailing));
                    }
                    met
                };
                high.iter().zip(low).map(follow).position(|met| met)
            }
        };
        position.best = best;
        position.guard = Guard {
            low: below,
            high: above,
        };
        bars.unwrap_or(high.len())
    }

    /// The price at which equity after the exit's fee and slippage is 0; none if no price is.
    fn bankruptcy_price(&self, position: &Position) -> Option<f64> {
        let behind = self.cash + self.others;
        let price = match position.side {
            Side::Long if behind < 0.0 => {
                let price = -behind / (position.quantity * self.exit_factor(Side::Long));
                // A debt that is the rounding of an entry without leverage is none.
                if price < DEBT_NOISE * position.entry_price {
                    return None;
                }
                price
            }
            Side::Short if behind > 0.0 => behind / (position.quantity * self.exit_factor(Side::Short)),
            // Nothing is left already: any price is.
            Side::Short => 0.0,
            Side::Long => return None,
        };
        Some(price)
    }

    /// Fills the stop or target that bar `t` meets; whether one was.
    pub(in crate::simulator) fn fill_levels(&mut self, t: usize) -> bool {
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
    pub(in crate::simulator) fn met(&self, t: usize) -> Option<Met> {
        let position = self.position.as_ref()?;
        let entry_bar = t == position.entry_index;
        let live = !entry_bar || position.at_open;
        if !live || !position.guard.reached(self.bars, t) {
            return None;
        }
        let bar = Bar {
            open: self.bars.open()[t],
            high: self.bars.high()[t],
            low: self.bars.low()[t],
        };
        let bankruptcy = self.bankruptcy_price(position);
        levels::met(position, self.options, bankruptcy, bar, entry_bar)
    }

    /// Moves the strategy's stop towards the price, never away from it.
    pub(in crate::simulator) fn tighten_stop(&mut self, level: f64) {
        if let Some(position) = &mut self.position {
            let tighter = match (position.strategy_stop, position.side) {
                (None, _) => true,
                (Some(stop), Side::Long) => level > stop,
                (Some(stop), Side::Short) => level < stop,
            };
            if tighter {
                position.strategy_stop = Some(level);
                let guard = &mut position.guard;
                match position.side {
                    Side::Long => guard.low = guard.low.max(level),
                    Side::Short => guard.high = guard.high.min(level),
                }
            }
        }
    }

    /// The bar is complete: its best price counts for the trailing stop from the next bar on.
    pub(in crate::simulator) fn end_bar(&mut self, t: usize) {
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
}
