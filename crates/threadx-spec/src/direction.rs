//! Which sides a backtest may take.

use serde::{Deserialize, Serialize};

/// Which sides a backtest may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Long positions only; a short entry is dropped and is not an exit.
    #[default]
    Long,
    /// Short positions only; a long entry is dropped and is not an exit.
    Short,
    /// Both; an entry opposite to the open position reverses it.
    Both,
}

impl Direction {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 3] =
        [("long", Self::Long), ("short", Self::Short), ("both", Self::Both)];

    /// Whether long positions may be taken.
    #[must_use]
    pub const fn allows_long(self) -> bool {
        matches!(self, Self::Long | Self::Both)
    }

    /// Whether short positions may be taken.
    #[must_use]
    pub const fn allows_short(self) -> bool {
        matches!(self, Self::Short | Self::Both)
    }
}
