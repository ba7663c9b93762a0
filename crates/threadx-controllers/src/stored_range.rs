//! The bars that a request asks for, among those that are stored.

use std::ops::Range;

use threadx_data::BarSource;
use threadx_error::DataError;
use threadx_market::{Bars, Symbol, Timeframe, Timestamp};

/// All stored bars of a market, and which of them lie in the range of a request: at least one.
#[derive(Debug, Clone)]
pub(crate) struct StoredRange {
    /// Everything stored.
    pub(crate) stored: Bars,
    /// Where the request's bars are in `stored`; never empty.
    pub(crate) range: Range<usize>,
}

impl StoredRange {
    /// Finds the bars of `token` whose open time t has `start` ≤ t < `end`.
    ///
    /// # Errors
    ///
    /// Those of reading the bars; [`DataError::NoBars`] if there is none in the range.
    pub(crate) fn find(
        source: &BarSource,
        token: &Symbol,
        timeframe: Timeframe,
        [start, end]: [Timestamp; 2],
    ) -> Result<Self, DataError> {
        let stored = source.load(token, timeframe)?;
        let range = stored.positions(start, end);
        if range.is_empty() {
            return Err(DataError::NoBars {
                token: token.to_string(),
                timeframe: timeframe.to_string(),
                range: format!("[{start}, {end})"),
                stored: match (stored.first(), stored.last()) {
                    (Some(first), Some(last)) => format!("from {first} to {last}"),
                    _ => "nowhere".to_owned(),
                },
            });
        }
        Ok(Self { stored, range })
    }

    /// The request's bars; they share the memory of the stored ones.
    pub(crate) fn bars(&self) -> Bars {
        self.stored.slice(self.range.clone())
    }
}
