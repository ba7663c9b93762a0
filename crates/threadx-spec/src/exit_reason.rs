//! Why a position was closed.

use serde::{Deserialize, Serialize};

/// Why a position was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExitReason {
    /// The strategy's exit, or its entry to the other side.
    Signal,
    /// The request's stop-loss.
    StopLoss,
    /// The request's take-profit.
    TakeProfit,
    /// The request's trailing stop.
    TrailingStop,
    /// A stop that the strategy set.
    StrategyStop,
    /// The position was held for as many bars as allowed.
    MaxHold,
    /// Equity would have been used up.
    Liquidation,
    /// The test window of a walk-forward analysis ended.
    WindowEnd,
}

impl ExitReason {
    /// The wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signal => "signal",
            Self::StopLoss => "stop_loss",
            Self::TakeProfit => "take_profit",
            Self::TrailingStop => "trailing_stop",
            Self::StrategyStop => "strategy_stop",
            Self::MaxHold => "max_hold",
            Self::Liquidation => "liquidation",
            Self::WindowEnd => "window_end",
        }
    }
}

impl std::fmt::Display for ExitReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
