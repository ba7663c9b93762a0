//! How far prices move.

pub(crate) mod atr;
pub(crate) mod bandwidth;
pub(crate) mod bbands;
pub(crate) mod donchian;
pub(crate) mod keltner;
pub(crate) mod natr;
pub(crate) mod percent_b;
