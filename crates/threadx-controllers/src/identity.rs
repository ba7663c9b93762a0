//! What a result was made by, besides its request and bars.

use serde::Serialize;
use threadx_engine::{Mask, SignalTable, Signals, Strategy};
use threadx_error::Result;
use threadx_market::{Bars, Fingerprint};

/// Which strategy a result was made by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StrategyIdentity {
    /// Its name.
    pub name: String,
    /// Its version, which counts up whenever the same parameters may give other decisions.
    pub version: u32,
}

impl StrategyIdentity {
    pub(crate) fn of(strategy: &Strategy) -> Self {
        let spec = strategy.spec();
        Self {
            name: spec.name.clone().into_owned(),
            version: spec.version,
        }
    }
}

/// Which signals the strategy `signals` traded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SignalsSummary {
    /// Rows of the table.
    pub rows: usize,
    /// Those whose time is that of a bar of the run.
    pub rows_on_bars: usize,
    /// Identity of the table by content.
    pub fingerprint: Fingerprint,
}

impl SignalsSummary {
    pub(crate) fn of(table: &SignalTable, bars: &Bars) -> Self {
        Self {
            rows: table.len(),
            rows_on_bars: table.rows_on(bars.time()),
            fingerprint: table.fingerprint(),
        }
    }
}

/// Reads the table of signals that a file holds; its form is that of [`threadx_data::read_signals`].
///
/// # Errors
///
/// A data error with the place in the file if it is no table of signals.
pub fn signal_table(path: &std::path::Path) -> Result<SignalTable> {
    let rows = threadx_data::read_signals(path)?;
    let mask = |column: &[bool]| Mask::from_fn(column.len(), |row| column[row]);
    let signals = Signals {
        long_entry: mask(&rows.long_entry),
        long_exit: mask(&rows.long_exit),
        short_entry: mask(&rows.short_entry),
        short_exit: mask(&rows.short_exit),
    };
    Ok(SignalTable::new(rows.time, signals)?)
}
