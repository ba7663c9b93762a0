//! What the closed trades tell.

use super::{
    compensated::CompensatedSum,
    curve::{finite, ratio},
    moments::Moments,
};
use crate::Trade;

/// Trades whose pnl is worked on at a time.
const BLOCK: usize = 32;

/// A return of a trade within this of 0 is rounding: prices and fees that cancel exactly leave either sign.
pub(crate) const PNL_NOISE: f64 = 1e-12;

/// Statistics of trades that arrive one by one.
///
/// Trade by trade or all at once ([`Metrics::compute`](crate::Metrics::compute)) gives the same bits.
/// Holds about 500 bytes whatever the number of trades.
///
/// ```
/// use threadx_engine::{Activity, Annualisation, EquityStats, Metrics, Side, Trade, TradeExit, TradeStats};
/// use threadx_market::{Timeframe, Timestamp};
/// use threadx_spec::ExitReason;
///
/// let mut trades = TradeStats::default();
/// trades.push(&Trade {
///     side: Side::Long,
///     entry_index: 0,
///     entry_time: Timestamp::parse("2019-01-01")?,
///     entry_price: 100.0,
///     exit: Some(TradeExit {
///         index: 2,
///         time: Timestamp::parse("2019-01-03")?,
///         price: 104.0,
///         reason: ExitReason::TakeProfit,
///     }),
///     quantity: 10.0,
///     pnl: 40.0,
///     return_fraction: 0.04,
///     fees: 0.0,
///     borrow_cost: 0.0,
///     shortfall: 0.0,
/// });
/// let equity = EquityStats::new(1000.0, Timeframe::D1, Annualisation::default());
/// let metrics = Metrics::from_stats(&equity, &trades, &Activity::default());
/// assert_eq!((metrics.trade_count, metrics.win_rate), (1, Some(1.0)));
/// assert_eq!(metrics.avg_trade_duration, Some(2.0 * 86_400.0));
/// assert_eq!(metrics.profit_factor, None);
/// # Ok::<(), threadx_error::DataError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct TradeStats {
    count: usize,
    wins: Group,
    losses: Group,
    /// Nanoseconds from entry to exit stamp, all trades together.
    nanoseconds: i128,
    best: Option<f64>,
    worst: Option<f64>,
    /// Pnl of all full blocks.
    pnl: Moments,
    /// Pnl since, in the first `count % BLOCK` places.
    waiting: [f64; BLOCK],
}

/// The winning or the losing trades.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    count: usize,
    pnl: CompensatedSum,
}

impl Group {
    fn add(&mut self, pnl: f64) {
        self.count += 1;
        self.pnl.add(pnl);
    }

    fn mean(&self) -> Option<f64> {
        ratio(self.pnl.value(), self.count as f64)
    }
}

/// The figures, as defined at the fields of [`Metrics`](crate::Metrics).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TradeFigures {
    pub(super) trade_count: usize,
    pub(super) win_rate: Option<f64>,
    pub(super) profit_factor: Option<f64>,
    pub(super) expectancy: Option<f64>,
    pub(super) avg_win: Option<f64>,
    pub(super) avg_loss: Option<f64>,
    pub(super) best_trade: Option<f64>,
    pub(super) worst_trade: Option<f64>,
    pub(super) avg_trade_duration: Option<f64>,
    pub(super) sqn: Option<f64>,
}

impl TradeStats {
    /// Adds a trade; one that is still open is passed over.
    pub fn push(&mut self, trade: &Trade) {
        let Some(exit) = trade.exit else {
            return;
        };
        if trade.return_fraction > PNL_NOISE {
            self.wins.add(trade.pnl);
        } else if trade.return_fraction < -PNL_NOISE {
            self.losses.add(trade.pnl);
        }
        self.nanoseconds += i128::from(exit.time.nanoseconds()) - i128::from(trade.entry_time.nanoseconds());
        let fraction = trade.return_fraction;
        self.best = Some(self.best.map_or(fraction, |best| best.max(fraction)));
        self.worst = Some(self.worst.map_or(fraction, |worst| worst.min(fraction)));

        self.waiting[self.count % BLOCK] = trade.pnl;
        self.count += 1;
        if self.count.is_multiple_of(BLOCK) {
            self.pnl.absorb(&self.waiting);
        }
    }

    pub(super) fn figures(&self) -> TradeFigures {
        let mut pnl = self.pnl;
        pnl.absorb(&self.waiting[..self.count % BLOCK]);
        let count = self.count as f64;
        let expectancy = pnl.mean().and_then(finite);
        TradeFigures {
            trade_count: self.count,
            win_rate: ratio(self.wins.count as f64, count),
            profit_factor: ratio(self.wins.pnl.value(), -self.losses.pnl.value()),
            expectancy,
            avg_win: self.wins.mean(),
            avg_loss: self.losses.mean(),
            best_trade: self.best.and_then(finite),
            worst_trade: self.worst.and_then(finite),
            avg_trade_duration: ratio(self.nanoseconds as f64 / 1e9, count),
            sqn: expectancy
                .zip(pnl.deviation())
                .and_then(|(mean, deviation)| ratio(mean, deviation))
                .and_then(|ratio| finite(ratio * count.sqrt())),
        }
    }
}
