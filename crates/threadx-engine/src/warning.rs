//! What a reader of a result should know.

use serde::Serialize;

/// The stable name of a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WarningCode {
    /// Leverage 0: nothing is traded.
    ZeroLeverage,
    /// Decisions are filled at the close of the bar on which they are taken.
    SameBarFill,
    /// No bar lies behind the warm-up, so that nothing can be decided.
    ShortHistory,
    /// Equity was used up; nothing is traded afterwards.
    Liquidated,
}

/// What a reader of a result should know; the result stands all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// The stable name.
    pub code: WarningCode,
    /// One sentence.
    pub message: String,
}

impl Warning {
    pub(crate) fn new(code: WarningCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}
