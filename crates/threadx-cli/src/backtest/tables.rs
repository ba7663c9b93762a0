//! The result's tables as CSV.

use std::io::Write;

use threadx::{controllers::BacktestReport, market::Timestamp};

/// Text of an optional value; absent is an empty cell.
fn cell<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// One row per trade; the exit's cells are empty while the position is open. In a portfolio its token comes first.
pub(super) fn write_trades(report: &BacktestReport, to: &mut (impl Write + ?Sized)) -> std::io::Result<()> {
    let mut csv = csv::Writer::from_writer(to);
    if !report.per_token.is_empty() {
        csv.write_field("token")?;
    }
    csv.write_record([
        "side",
        "entry_index",
        "entry_time",
        "entry_price",
        "exit_index",
        "exit_time",
        "exit_price",
        "quantity",
        "pnl",
        "return",
        "fees",
        "borrow_cost",
        "shortfall",
        "exit_reason",
    ])?;
    for trade in &report.trades {
        if let Some(token) = &trade.token {
            csv.write_field(token.as_str())?;
        }
        csv.write_record([
            trade.side.to_string(),
            trade.entry_index.to_string(),
            trade.entry_time.to_string(),
            trade.entry_price.to_string(),
            cell(trade.exit.map(|exit| exit.index)),
            cell(trade.exit.map(|exit| exit.time)),
            cell(trade.exit.map(|exit| exit.price)),
            trade.quantity.to_string(),
            trade.pnl.to_string(),
            trade.return_fraction.to_string(),
            trade.fees.to_string(),
            trade.borrow_cost.to_string(),
            trade.shortfall.to_string(),
            cell(trade.exit.map(|exit| exit.reason)),
        ])?;
    }
    csv.flush()
}

/// One row per bar: its open time, equity at its close and the fall from the peak.
pub(crate) fn write_equity(
    time: &[Timestamp],
    equity: &[f64],
    drawdown: &[f64],
    to: &mut (impl Write + ?Sized),
) -> std::io::Result<()> {
    let mut csv = csv::Writer::from_writer(to);
    csv.write_record(["timestamp", "equity", "drawdown"])?;
    for ((time, equity), drawdown) in time.iter().zip(equity).zip(drawdown) {
        csv.write_record([time.to_string(), equity.to_string(), drawdown.to_string()])?;
    }
    csv.flush()
}
