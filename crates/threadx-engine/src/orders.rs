//! What a bar-by-bar strategy decides at the close of a bar.

use threadx_spec::ExitReason;

use crate::Side;

/// What a bar-by-bar strategy decides at the close of a bar. The default decides nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Orders {
    /// Enter this side; opposite to the open position it reverses it, in its direction it does nothing.
    pub entry: Option<Entry>,
    /// Leave the open position, for this reason ([`ExitReason::Signal`] or [`ExitReason::MaxHold`]).
    pub exit: Option<ExitReason>,
    /// How much of the position `exit` leaves; a reversal leaves all of it.
    pub exit_size: ExitSize,
    /// Move the strategy's stop of the open position to this price, live from the next bar. A price that
    /// would loosen it does nothing.
    pub stop: Option<f64>,
}

/// How much of a position an exit closes. What is left keeps its entry and its levels.
///
/// Each partial exit makes a trade of its own with the same entry, the quantity closed, and the entry's fee and borrow
/// cost pro rata.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum ExitSize {
    /// All of it.
    #[default]
    All,
    /// This share of the units held at the fill, above 0; 1 and above close all. Rounded down to whole units in a run
    /// in whole units, and rejected as [`ZeroQuantity`](crate::RejectionReason::ZeroQuantity) if none is left.
    Fraction(f64),
    /// This many units, above 0; all if no more are held. Rounded as a fraction is.
    Quantity(f64),
}

impl ExitSize {
    /// The units to close of `held`.
    pub(crate) fn units(self, held: f64, whole: bool) -> f64 {
        let units = match self {
            Self::All => return held,
            Self::Fraction(share) => share * held,
            Self::Quantity(units) => units,
        };
        if units >= held {
            held
        } else if whole {
            units.floor()
        } else {
            units
        }
    }

    /// The share or quantity as it was given.
    pub(crate) fn value(self) -> Option<f64> {
        match self {
            Self::All => None,
            Self::Fraction(value) | Self::Quantity(value) => Some(value),
        }
    }
}

/// An entry order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// Long or short.
    pub side: Side,
    /// The strategy's stop for the new position.
    pub stop: Option<EntryStop>,
}

/// Where the strategy's stop of a new position lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EntryStop {
    /// This far from the fill price, currency per unit, above 0.
    Distance(f64),
    /// At this price.
    Level(f64),
}

impl EntryStop {
    /// The stop's price for a fill at `price`.
    pub(crate) fn level(self, side: Side, price: f64) -> f64 {
        match self {
            Self::Distance(distance) => price - side.sign() * distance,
            Self::Level(level) => level,
        }
    }

    /// The distance or price as it was given.
    pub(crate) fn value(self) -> f64 {
        match self {
            Self::Distance(value) | Self::Level(value) => value,
        }
    }
}
