//! The strategies that ThreadX brings, one per file.

mod atr_channel;
mod bb_atr;
mod bollinger_dual;
mod bollinger_reversion;
mod buy_and_hold;
mod donchian_breakout;
mod ma_crossover;
mod macd_cross;
mod rsi_reversion;
mod signals;
#[cfg(test)]
mod testing;

use std::sync::Arc;

pub(crate) use signals::GivenSignals;

use crate::{BarStrategy, SignalStrategy, Strategy};

fn signal(strategy: impl SignalStrategy + 'static) -> Strategy {
    Strategy::Signal(Arc::new(strategy))
}

fn bar(strategy: impl BarStrategy + 'static) -> Strategy {
    Strategy::Bar(Arc::new(strategy))
}

/// Every built-in strategy.
pub(crate) fn all() -> Vec<Strategy> {
    vec![
        signal(atr_channel::AtrChannel::new()),
        bar(bb_atr::BbAtr::new()),
        bar(bollinger_dual::BollingerDual::new()),
        signal(bollinger_reversion::BollingerReversion::new()),
        signal(buy_and_hold::BuyAndHold::new()),
        signal(donchian_breakout::DonchianBreakout::new()),
        signal(ma_crossover::MaCrossover::new()),
        signal(macd_cross::MacdCross::new()),
        signal(rsi_reversion::RsiReversion::new()),
        signal(GivenSignals::new(None)),
    ]
}
