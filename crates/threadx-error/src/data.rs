//! Bars that are missing, unreadable or damaged.

use std::path::PathBuf;

use crate::Cause;

/// Bars that are missing, unreadable or damaged, and files that cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A file cannot be opened or read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file stands where one would be written.
    #[error("{} exists already and is not overwritten", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A file whose layout is not known.
    #[error("{}: {expected}", path.display())]
    Layout {
        /// The file.
        path: PathBuf,
        /// What was expected and what came.
        expected: String,
    },
    /// A line that is not a row of its file (quoting, number of columns, encoding).
    #[error("{}, line {line}: this is not a row of the file", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// Why.
        source: Cause,
    },
    /// A cell that cannot be what its column holds.
    #[error("{}, line {line}, column {column}: expected {expected}, got {cell:?}", path.display())]
    Cell {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// The column's name.
        column: String,
        /// What stands there.
        cell: String,
        /// What was expected.
        expected: String,
    },
    /// Bars that break a rule of bars (order, finite and positive prices, low ≤ open, close ≤ high).
    #[error("bar {index} ({time}): {rule}")]
    Bar {
        /// Position, from 0.
        index: usize,
        /// Open time of the bar as text.
        time: String,
        /// The rule and what came.
        rule: String,
    },
    /// Columns of one set of bars that differ in length.
    #[error("column {column} has {len} values, expected {expected}, as many as there are timestamps")]
    ColumnLength {
        /// The column's name.
        column: &'static str,
        /// Its length.
        len: usize,
        /// The number of timestamps.
        expected: usize,
    },
    /// Text that is not a market symbol.
    #[error(
        "{text:?} is not a symbol: expected 1 to 32 of A-Z 0-9 . _ -, a letter or digit first, and no \"..\""
    )]
    Symbol {
        /// The text.
        text: String,
    },
    /// Text that is not a timeframe.
    #[error("{text:?} is not a timeframe: expected one of {expected}")]
    Timeframe {
        /// The text.
        text: String,
        /// The timeframes.
        expected: &'static str,
    },
    /// Text or a number that is not a timestamp.
    #[error("{text:?} is not a timestamp: expected {expected}")]
    Timestamp {
        /// The text.
        text: String,
        /// What was expected there.
        expected: &'static str,
    },
    /// Bars whose spacing is not that of the timeframe.
    #[error("{}: the bars are spaced {found}, not {expected}", path.display())]
    Spacing {
        /// The file.
        path: PathBuf,
        /// The timeframe that the spacing belongs to.
        found: String,
        /// The timeframe that was asked for.
        expected: String,
    },
    /// A token for which no bars are stored.
    #[error("no bars are known for token {token}{}", nearest_of(nearest))]
    UnknownToken {
        /// The token.
        token: String,
        /// The nearest known ones, best first.
        nearest: Vec<String>,
    },
    /// A token that is stored, but not in this timeframe.
    #[error("{token} is stored in {}, not in {timeframe}", stored.join(", "))]
    UnknownTimeframe {
        /// The token.
        token: String,
        /// The timeframe that was asked for.
        timeframe: String,
        /// The timeframes that are stored.
        stored: Vec<String>,
    },
    /// The range holds no bar.
    #[error("{token} {timeframe} has no bars in {range}; it has them {stored}")]
    NoBars {
        /// The token.
        token: String,
        /// The timeframe.
        timeframe: String,
        /// The range, as `[start, end)`.
        range: String,
        /// Where there are bars, as `from … to …`.
        stored: String,
    },
}

fn nearest_of(nearest: &[String]) -> String {
    if nearest.is_empty() {
        String::new()
    } else {
        format!("; the nearest names are {}", nearest.join(", "))
    }
}

impl DataError {
    /// The stable name of the reason.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "unreadable",
            Self::Write { .. } => "unwritable",
            Self::Exists { .. } => "exists",
            Self::Layout { .. } => "unknown_layout",
            Self::Row { .. } => "bad_row",
            Self::Cell { .. } => "bad_cell",
            Self::Bar { .. } => "bad_bar",
            Self::ColumnLength { .. } => "column_length",
            Self::Symbol { .. } => "bad_symbol",
            Self::Timeframe { .. } => "bad_timeframe",
            Self::Timestamp { .. } => "bad_timestamp",
            Self::Spacing { .. } => "wrong_timeframe",
            Self::UnknownToken { .. } => "unknown_token",
            Self::UnknownTimeframe { .. } => "unknown_timeframe",
            Self::NoBars { .. } => "no_bars",
        }
    }
}
