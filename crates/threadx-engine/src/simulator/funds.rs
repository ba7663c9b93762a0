//! What an entry may draw on, and how large it is.

use threadx_spec::Sizing;

use super::account::EntryOrder;
use crate::{BacktestOptions, EntryStop, RejectionReason, Side};

/// What an entry may draw on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Funds {
    /// Equity immediately before the entry, by which risk is sized.
    pub(super) equity: f64,
    /// Notional of an all-in entry.
    pub(super) all_in: f64,
    /// Largest notional that can be paid for, its fee included.
    pub(super) largest: f64,
    /// By how much a notional may exceed the largest through rounding; it is cut to it then.
    pub(super) rounding: f64,
}

/// The notional that `equity` carries under the leverage, the fee paid out of equity:
/// N = L·E / (1 + L·f).
pub(super) fn all_in(options: &BacktestOptions, equity: f64) -> f64 {
    options.leverage * equity / (1.0 + options.leverage * options.fee_rate)
}

impl Funds {
    /// All of `equity`, as in a run of one token, which is flat before an entry.
    pub(super) fn whole(options: &BacktestOptions, equity: f64) -> Self {
        let all_in = all_in(options, equity);
        Self {
            equity,
            all_in,
            largest: all_in,
            rounding: 0.0,
        }
    }

    /// Units to enter at the fill price `price`, or why none.
    pub(super) fn quantity(
        &self,
        options: &BacktestOptions,
        sizing: Sizing,
        order: &EntryOrder,
        price: f64,
    ) -> Result<f64, RejectionReason> {
        let affordable = |notional: f64| {
            if notional > self.largest + self.rounding {
                Err(RejectionReason::InsufficientEquity)
            } else {
                Ok(notional.min(self.largest))
            }
        };
        let quantity = match sizing {
            Sizing::Fraction(fraction) => affordable(fraction * self.all_in)? / price,
            Sizing::Cash(notional) => affordable(notional)? / price,
            Sizing::Quantity(quantity) => {
                affordable(quantity * price)?;
                quantity
            }
            Sizing::Risk(risk) => {
                let stop = stop_at_decision(options, order).ok_or(RejectionReason::NoStop)?;
                let distance = (order.decision_close - stop).abs();
                // A distance of 0 gives infinity, which the cap cuts.
                let quantity = (risk * self.equity / distance).min(self.all_in / price);
                if self.largest < self.all_in {
                    (affordable(quantity * price)? / price).min(quantity)
                } else {
                    quantity
                }
            }
            // BacktestSpec lets no other sizing through.
            _ => affordable(self.all_in)? / price,
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
}

/// The nearest stop that an entry at the deciding close would have.
fn stop_at_decision(options: &BacktestOptions, order: &EntryOrder) -> Option<f64> {
    let (side, close) = (order.entry.side, order.decision_close);
    let at = |fraction: f64| close * (1.0 - side.sign() * fraction);
    let stops = [
        order.entry.stop.map(|stop: EntryStop| stop.level(side, close)),
        options.stop_loss.map(at),
        options.trailing_stop.map(at),
    ];
    stops.into_iter().flatten().reduce(|a, b| match side {
        Side::Long => a.max(b),
        Side::Short => a.min(b),
    })
}
