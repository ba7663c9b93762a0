//! The bars that a request asks for, among those that are stored.

use std::ops::Range;

use threadx_error::{DataError, Result};
use threadx_market::{Bars, Symbol, Timeframe, Timestamp};

use crate::stored_bars::StoredBars;

/// All stored bars of a market, and which of them lie in the range of a request: at least one.
#[derive(Debug, Clone)]
pub(crate) struct StoredRange {
    /// Everything stored.
    pub(crate) stored: Bars,
    /// Where the request's bars are in `stored`; never empty.
    pub(crate) range: Range<usize>,
}

impl StoredRange {
    /// Finds the bars of `token` whose open time t has `start` ≤ t < `end`; `given_up` is asked while another task
    /// reads them.
    ///
    /// # Errors
    ///
    /// Those of reading the bars; [`DataError::NoBars`] if there is none in the range.
    pub(crate) fn find(
        bars: &StoredBars,
        token: &Symbol,
        timeframe: Timeframe,
        [start, end]: [Timestamp; 2],
        given_up: &dyn Fn() -> bool,
    ) -> Result<Self> {
        let stored = bars.load(token, timeframe, given_up)?;
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
            }
            .into());
        }
        Ok(Self { stored, range })
    }

    /// The request's bars; they share the memory of the stored ones.
    pub(crate) fn bars(&self) -> Bars {
        self.stored.slice(self.range.clone())
    }
}
