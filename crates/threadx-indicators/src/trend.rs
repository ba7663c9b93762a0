//! Which way prices go, and how steadily.

pub(crate) mod adx;
pub(crate) mod aroon;
pub(crate) mod ichimoku;
pub(crate) mod sar;
pub(crate) mod supertrend;
