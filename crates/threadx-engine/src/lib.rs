//! Strategies, signals, fills, portfolio and metrics: pure and deterministic.

mod metrics;
mod trade;

pub use trade::{Side, Trade, TradeExit};
