//! Orders that could not be executed.

use serde::Serialize;
use threadx_market::Timestamp;

use crate::Side;

/// Why an order was not executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RejectionReason {
    /// The order is larger than an all-in entry, or would leave no equity.
    InsufficientEquity,
    /// The quantity is 0 after rounding down to whole units.
    ZeroQuantity,
    /// Sizing by risk, and neither the request nor the strategy set a stop for this entry.
    NoStop,
    /// Decided on the last bar, so that there is no next open to fill at.
    EndOfData,
}

/// An order that could not be executed, and why.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RejectedOrder {
    /// Bar on which it would have been filled; for [`RejectionReason::EndOfData`] the deciding bar.
    pub index: usize,
    /// Open time of that bar.
    pub time: Timestamp,
    /// The entry's side; `None` for an exit.
    pub side: Option<Side>,
    /// Why.
    pub reason: RejectionReason,
}
