//! What is checked of bars.

use serde::Serialize;

/// What is checked of bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Check {
    /// The range holds as many bars as its timeframe gives.
    Completeness,
    /// No open time stands twice.
    Duplicates,
    /// Open times increase.
    Order,
    /// No bar is missing between two others.
    Gaps,
    /// No price jumps implausibly far.
    Outliers,
    /// Prices are above 0 and low ≤ open, close ≤ high.
    Ohlc,
    /// Volumes are at least 0 and not always 0.
    Volume,
}

impl Check {
    /// Every check, in the order in which they are documented.
    pub const ALL: [Self; 7] = [
        Self::Completeness,
        Self::Duplicates,
        Self::Order,
        Self::Gaps,
        Self::Outliers,
        Self::Ohlc,
        Self::Volume,
    ];

    /// The wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completeness => "completeness",
            Self::Duplicates => "duplicates",
            Self::Order => "order",
            Self::Gaps => "gaps",
            Self::Outliers => "outliers",
            Self::Ohlc => "ohlc",
            Self::Volume => "volume",
        }
    }
}

impl std::fmt::Display for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
