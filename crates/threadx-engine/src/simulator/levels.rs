//! Which stop or target a bar meets, and at what price.

use threadx_spec::ExitReason;

use super::position::{Guard, Position};
use crate::{BacktestOptions, Side};

/// The prices of one bar.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bar {
    pub(super) open: f64,
    pub(super) high: f64,
    pub(super) low: f64,
}

/// A level that was met.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Met {
    /// Price of the fill before slippage, within the bar.
    pub(super) price: f64,
    pub(super) reason: ExitReason,
    /// Whether the fill is at the level itself and not at an open beyond it.
    pub(super) at_level: bool,
}

/// The stop nearest to the position, of those that it has: (price, reason). On equal prices the first in
/// the order strategy's, request's, trailing, bankruptcy.
#[inline]
fn nearest_stop(
    position: &Position,
    options: &BacktestOptions,
    bankruptcy: Option<f64>,
) -> Option<(f64, ExitReason)> {
    let stops = [
        (position.strategy_stop, ExitReason::StrategyStop),
        (position.stop_loss(options), ExitReason::StopLoss),
        (position.trailing_stop(options), ExitReason::TrailingStop),
        (bankruptcy, ExitReason::Liquidation),
    ];
    let nearer = |level: f64, than: f64| match position.side {
        Side::Long => level > than,
        Side::Short => level < than,
    };
    stops
        .into_iter()
        .filter_map(|(level, reason)| level.map(|level| (level, reason)))
        .reduce(|best, next| if nearer(next.0, best.0) { next } else { best })
}

/// The prices at which a bar has to be looked at.
pub(super) fn guard(position: &Position, options: &BacktestOptions, bankruptcy: Option<f64>) -> Guard {
    let stop = nearest_stop(position, options, bankruptcy).map(|(level, _)| level);
    let take_profit = position.take_profit(options);
    let (low, high) = match position.side {
        Side::Long => (stop, take_profit),
        Side::Short => (take_profit, stop),
    };
    Guard {
        low: low.unwrap_or(f64::NEG_INFINITY),
        high: high.unwrap_or(f64::INFINITY),
    }
}

/// The level that `bar` meets. The stop is looked at first, so that it wins where both lie inside the bar.
///
/// On the bar of the entry only its high and low trigger, not its open; a level that the open is beyond
/// even so (slippage larger than the stop's distance) fills at that open, inside the bar.
pub(super) fn met(
    position: &Position,
    options: &BacktestOptions,
    bankruptcy: Option<f64>,
    bar: Bar,
    entry_bar: bool,
) -> Option<Met> {
    // In terms of a long position: a stop is met from above, a target from below.
    let at_or_below = |price: f64, level: f64| match position.side {
        Side::Long => price <= level,
        Side::Short => price >= level,
    };
    let (worst, best) = match position.side {
        Side::Long => (bar.low, bar.high),
        Side::Short => (bar.high, bar.low),
    };
    if let Some((level, reason)) = nearest_stop(position, options, bankruptcy)
        && at_or_below(worst, level)
    {
        let beyond = at_or_below(bar.open, level);
        let price = if beyond { bar.open } else { level };
        return Some(Met {
            price,
            reason,
            at_level: !beyond,
        });
    }
    if let Some(level) = position.take_profit(options)
        && at_or_below(level, best)
    {
        let beyond = !entry_bar && at_or_below(level, bar.open);
        let price = if beyond { bar.open } else { level };
        return Some(Met {
            price,
            reason: ExitReason::TakeProfit,
            at_level: !beyond,
        });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(side: Side) -> Position {
        Position {
            side,
            quantity: 1.0,
            entry_index: 0,
            entry_price: 100.0,
            entry_fee: 0.0,
            borrow_cost: 0.0,
            at_open: true,
            strategy_stop: None,
            best: 100.0,
            guard: Guard::NONE,
        }
    }

    fn options(trailing_stop: Option<f64>) -> BacktestOptions {
        BacktestOptions {
            stop_loss: Some(0.02),
            take_profit: Some(0.04),
            trailing_stop,
            ..BacktestOptions::default()
        }
    }

    /// Prices of a bar as seen by a long position; mirrored around 100 for a short one.
    fn check(open: f64, high: f64, low: f64, expect: Option<(f64, ExitReason)>) {
        for side in [Side::Long, Side::Short] {
            let mirror = |price: f64| 100.0 + (price - 100.0) * side.sign();
            let (a, b) = (mirror(high), mirror(low));
            let bar = Bar {
                open: mirror(open),
                high: a.max(b),
                low: a.min(b),
            };
            let got =
                met(&position(side), &options(None), None, bar, false).map(|met| (met.price, met.reason));
            assert_eq!(
                got,
                expect.map(|(price, reason)| (mirror(price), reason)),
                "{side} {open} {high} {low}"
            );
        }
    }

    #[test]
    fn stops_and_targets_fill_at_their_level_or_at_an_open_beyond_it() {
        check(100.0, 103.0, 99.0, None);
        check(100.0, 103.0, 98.0, Some((98.0, ExitReason::StopLoss)));
        check(97.0, 103.0, 96.0, Some((97.0, ExitReason::StopLoss)));
        check(100.0, 104.0, 99.0, Some((104.0, ExitReason::TakeProfit)));
        check(105.0, 106.0, 99.0, Some((105.0, ExitReason::TakeProfit)));
    }

    #[test]
    fn the_stop_is_taken_when_both_lie_inside_the_bar() {
        check(100.0, 105.0, 97.0, Some((98.0, ExitReason::StopLoss)));
        check(105.0, 105.0, 97.0, Some((98.0, ExitReason::StopLoss)));
    }

    #[test]
    fn the_nearest_of_several_stops_is_met_first_and_named() {
        let bar = Bar {
            open: 100.0,
            high: 100.0,
            low: 90.0,
        };
        let mut long = position(Side::Long);
        let reason = |position: &Position, trailing, bankruptcy| {
            met(position, &options(trailing), bankruptcy, bar, false).map(|met| (met.price, met.reason))
        };
        assert_eq!(
            reason(&long, Some(0.01), Some(97.0)),
            Some((99.0, ExitReason::TrailingStop))
        );
        assert_eq!(
            reason(&long, Some(0.05), Some(99.5)),
            Some((99.5, ExitReason::Liquidation))
        );
        long.strategy_stop = Some(98.0);
        assert_eq!(reason(&long, None, None), Some((98.0, ExitReason::StrategyStop)));
    }

    #[test]
    fn on_the_entry_bar_the_fill_stays_inside_the_bar() {
        let mut long = position(Side::Long);
        // Slippage of 5% on an open of 100 puts a 2% stop above the open.
        long.entry_price = 105.0;
        let bar = Bar {
            open: 100.0,
            high: 101.0,
            low: 99.0,
        };
        assert_eq!(
            met(&long, &options(None), None, bar, true).map(|met| met.price),
            Some(100.0)
        );
    }
}
