//! One position from entry to exit.

use serde::ser::{Serialize, SerializeStruct, Serializer};
use threadx_market::Timestamp;
use threadx_spec::ExitReason;

/// The side of a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Gains when the price rises.
    Long,
    /// Gains when the price falls.
    Short,
}

impl Side {
    /// The wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Long => "long",
            Self::Short => "short",
        }
    }

    /// The other side.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Long => Self::Short,
            Self::Short => Self::Long,
        }
    }

    /// +1 for long and −1 for short: what a rise of the price by 1 gains per unit.
    #[must_use]
    pub const fn sign(self) -> f64 {
        match self {
            Self::Long => 1.0,
            Self::Short => -1.0,
        }
    }
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// How a position was closed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TradeExit {
    /// Bar of the fill, from 0 at the start of the range.
    pub index: usize,
    /// Open time of that bar.
    pub time: Timestamp,
    /// Fill price, slippage included.
    pub price: f64,
    /// Why.
    pub reason: ExitReason,
}

/// One position from entry to exit, or still open at the end of the run.
///
/// Serialises flat, with null exit fields while it is open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trade {
    /// Long or short.
    pub side: Side,
    /// Bar of the entry's fill, from 0 at the start of the range.
    pub entry_index: usize,
    /// Open time of that bar.
    pub entry_time: Timestamp,
    /// Fill price, slippage included.
    pub entry_price: f64,
    /// How it was closed; `None` while open.
    pub exit: Option<TradeExit>,
    /// Units, above 0.
    pub quantity: f64,
    /// Profit or loss in currency, net of the fees so far and of borrow cost; of an open trade marked at
    /// the last close.
    pub pnl: f64,
    /// `pnl / (quantity · entry_price)`, a fraction.
    pub return_fraction: f64,
    /// Fees of entry and exit in currency; of an open trade the entry's.
    pub fees: f64,
    /// Cost of borrowing in currency (shorts with a borrow rate), otherwise 0.
    pub borrow_cost: f64,
    /// Loss beyond equity that was not charged, in currency; 0 except at a liquidation.
    pub shortfall: f64,
}

impl Trade {
    /// Whether the position is still open.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.exit.is_none()
    }

    /// Seconds from the entry's stamp to the exit's; `None` while open.
    #[must_use]
    pub fn duration_seconds(&self) -> Option<f64> {
        self.exit.map(|exit| exit.time.seconds_since(self.entry_time))
    }
}

impl Serialize for Trade {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Trade", 14)?;
        object.serialize_field("side", &self.side)?;
        object.serialize_field("entry_index", &self.entry_index)?;
        object.serialize_field("entry_time", &self.entry_time)?;
        object.serialize_field("entry_price", &self.entry_price)?;
        object.serialize_field("exit_index", &self.exit.map(|exit| exit.index))?;
        object.serialize_field("exit_time", &self.exit.map(|exit| exit.time))?;
        object.serialize_field("exit_price", &self.exit.map(|exit| exit.price))?;
        object.serialize_field("quantity", &self.quantity)?;
        object.serialize_field("pnl", &self.pnl)?;
        object.serialize_field("return", &self.return_fraction)?;
        object.serialize_field("fees", &self.fees)?;
        object.serialize_field("borrow_cost", &self.borrow_cost)?;
        object.serialize_field("shortfall", &self.shortfall)?;
        object.serialize_field("exit_reason", &self.exit.map(|exit| exit.reason))?;
        object.end()
    }
}
