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
    /// Move the strategy's stop of the open position to this price, live from the next bar. A price that
    /// would loosen it does nothing.
    pub stop: Option<f64>,
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
