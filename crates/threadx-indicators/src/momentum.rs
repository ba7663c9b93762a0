//! How fast prices move, and where in their range they stand.

pub(crate) mod cci;
pub(crate) mod macd;
pub(crate) mod mfi;
pub(crate) mod mom;
pub(crate) mod roc;
pub(crate) mod rsi;
pub(crate) mod stoch;
pub(crate) mod stochrsi;
pub(crate) mod willr;
