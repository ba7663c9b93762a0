//! Bars with the name of their market.

use threadx_market::{Bars, Symbol};

/// Bars with the name of their market.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// The market.
    pub token: Symbol,
    /// Its bars.
    pub bars: Bars,
}
