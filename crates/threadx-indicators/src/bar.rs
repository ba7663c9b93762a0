//! One bar, the input of an incremental indicator.

use threadx_market::{Bars, Timestamp};

/// One bar, the input of an incremental indicator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Open time of the bar's interval.
    pub time: Timestamp,
    /// First price.
    pub open: f64,
    /// Highest price.
    pub high: f64,
    /// Lowest price.
    pub low: f64,
    /// Last price.
    pub close: f64,
    /// Traded quantity.
    pub volume: f64,
}

impl Bar {
    /// Bar `index` of `bars`.
    #[must_use]
    pub fn at(bars: &Bars, index: usize) -> Option<Self> {
        Some(Self {
            time: *bars.time().get(index)?,
            open: *bars.open().get(index)?,
            high: *bars.high().get(index)?,
            low: *bars.low().get(index)?,
            close: *bars.close().get(index)?,
            volume: *bars.volume().get(index)?,
        })
    }
}
