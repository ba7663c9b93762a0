//! The kinds of requests.

use serde::Serialize;

use crate::{field::Field, fields};

/// The kinds of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestKind {
    /// [`BacktestRequest`](crate::BacktestRequest).
    Backtest,
    /// [`IndicatorRequest`](crate::IndicatorRequest).
    Indicators,
    /// [`SweepRequest`](crate::SweepRequest).
    Sweep,
    /// [`DataRequest`](crate::DataRequest).
    Data,
}

impl RequestKind {
    /// Every kind, in the order in which they are documented.
    pub const ALL: [Self; 4] = [Self::Backtest, Self::Indicators, Self::Sweep, Self::Data];

    /// The name in the wire form and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Backtest => "backtest",
            Self::Indicators => "indicators",
            Self::Sweep => "sweep",
            Self::Data => "data",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    pub(crate) fn fields(self) -> &'static [&'static Field] {
        match self {
            Self::Backtest => fields::run::BACKTEST,
            Self::Indicators => fields::indicators::INDICATORS,
            Self::Sweep => fields::sweep::SWEEP,
            Self::Data => fields::data::DATA,
        }
    }

    /// As it stands behind "a field of".
    pub(crate) const fn owner(self) -> &'static str {
        match self {
            Self::Backtest => "a backtest request",
            Self::Indicators => "an indicator request",
            Self::Sweep => "a sweep request",
            Self::Data => "a data request",
        }
    }
}

impl std::fmt::Display for RequestKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
