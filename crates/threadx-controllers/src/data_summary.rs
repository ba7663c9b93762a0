//! Which bars a result was made on.

use serde::Serialize;
use threadx_market::{Bars, Fingerprint, Symbol, Timeframe, Timestamp};

/// Which bars a result was made on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DataSummary {
    /// The market.
    pub token: Symbol,
    /// The interval of a bar.
    pub timeframe: Timeframe,
    /// Number of bars of the range.
    pub bars: usize,
    /// Open time of the first bar.
    pub first: Option<Timestamp>,
    /// Open time of the last bar.
    pub last: Option<Timestamp>,
    /// Identity of the range's bars by content.
    pub fingerprint: Fingerprint,
}

impl DataSummary {
    /// Says which bars these are.
    #[must_use]
    pub fn of(token: &Symbol, bars: &Bars) -> Self {
        Self {
            token: token.clone(),
            timeframe: bars.timeframe(),
            bars: bars.len(),
            first: bars.first(),
            last: bars.last(),
            fingerprint: bars.fingerprint(),
        }
    }
}
