//! How large an entry is.

use serde::{Deserialize, Serialize};

/// How large an entry is. "All-in" is the notional N = L·E / (1 + L·f) with equity E immediately before
/// the opening leg, leverage L and fee rate f, so that the fee is paid out of equity.
///
/// The wire form is `"all_in"` or an object with one entry, such as `{"fraction": 0.5}`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Sizing {
    /// The all-in notional.
    #[default]
    AllIn,
    /// This share of the all-in notional, in (0, 1].
    Fraction(f64),
    /// This notional in currency, the fee on top.
    Cash(f64),
    /// This many units.
    Quantity(f64),
    /// As many units that a fill at the stop loses this share of equity, capped by all-in; in (0, 1].
    Risk(f64),
}
