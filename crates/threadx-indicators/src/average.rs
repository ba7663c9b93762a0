//! Averages of prices.

pub(crate) mod ema;
pub(crate) mod sma;
pub(crate) mod wma;
