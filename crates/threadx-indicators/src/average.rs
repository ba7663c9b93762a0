//! Averages of prices.

pub(crate) mod dema;
pub(crate) mod ema;
pub(crate) mod hma;
pub(crate) mod rolling_vwap;
pub(crate) mod sma;
pub(crate) mod tema;
pub(crate) mod vwap;
pub(crate) mod wma;
