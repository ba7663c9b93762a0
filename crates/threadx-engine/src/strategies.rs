//! The strategies that ThreadX brings, one per file.

mod bollinger_reversion;
mod buy_and_hold;
mod ma_crossover;

use std::sync::Arc;

use crate::Strategy;

/// Every built-in strategy.
pub(crate) fn all() -> Vec<Strategy> {
    vec![
        Strategy::Signal(Arc::new(bollinger_reversion::BollingerReversion::new())),
        Strategy::Signal(Arc::new(buy_and_hold::BuyAndHold::new())),
        Strategy::Signal(Arc::new(ma_crossover::MaCrossover::new())),
    ]
}
