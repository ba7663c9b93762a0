//! The metrics against a naive reference, other people's numbers and arithmetic by hand.

use threadx_market::{Timeframe, Timestamp};
use threadx_spec::ExitReason;

use super::{Activity, Annualisation, EquityCurve, Metrics, MetricsInput};
use crate::{Side, Trade, TradeExit};

mod by_hand;
mod drift;
mod frozen;
mod properties;
mod reference;

/// Open stamps of `count` bars without gaps, from 2019-01-20.
fn stamps(timeframe: Timeframe, count: usize) -> Vec<Timestamp> {
    let first = Timestamp::parse("2019-01-20").unwrap();
    std::iter::successors(Some(first), |open| Some(timeframe.next(*open)))
        .take(count)
        .collect()
}

/// A closed trade of 2 units from 10.
fn closed(entry_time: Timestamp, exit_time: Timestamp, pnl: f64) -> Trade {
    Trade {
        side: Side::Long,
        entry_index: 0,
        entry_time,
        entry_price: 10.0,
        exit: Some(TradeExit {
            index: 1,
            time: exit_time,
            price: 10.0 + pnl / 2.0,
            reason: ExitReason::Signal,
        }),
        quantity: 2.0,
        pnl,
        return_fraction: pnl / 20.0,
        fees: 0.0,
        borrow_cost: 0.0,
        shortfall: 0.0,
    }
}

/// Metrics of a curve that starts from 1000, without trades.
fn of_curve(timeframe: Timeframe, equity: &[f64]) -> Metrics {
    Metrics::compute(&MetricsInput {
        curve: EquityCurve {
            starting_value: 1000.0,
            timeframe,
            time: &stamps(timeframe, equity.len()),
            equity,
        },
        trades: &[],
        activity: Activity::default(),
        annualisation: Annualisation::default(),
    })
}

/// Whether both are absent, or differ by at most 1e-9 of the larger or of `scale`.
fn agree(a: Option<f64>, b: Option<f64>, scale: f64) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(scale),
        _ => false,
    }
}
