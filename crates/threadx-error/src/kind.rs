//! The layer that an error comes from.

use serde::Serialize;

/// The layer that an error comes from; what a caller decides on first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request breaks at least one rule.
    Validation,
    /// A setting is unknown, of the wrong type or out of its bounds.
    Configuration,
    /// Bars are missing, unreadable or damaged, or a result could not be written.
    Data,
    /// An indicator cannot be computed as asked.
    Indicator,
    /// A backtest could not be run to its end.
    Backtest,
    /// A parameter sweep could not be run to its end.
    Sweep,
    /// A task was refused, cancelled, timed out or panicked.
    Coordinator,
}

impl ErrorKind {
    /// The name in the wire form and in log events, `snake_case`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Validation => "validation",
            Self::Configuration => "configuration",
            Self::Data => "data",
            Self::Indicator => "indicator",
            Self::Backtest => "backtest",
            Self::Sweep => "sweep",
            Self::Coordinator => "coordinator",
        }
    }
}

impl std::fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
