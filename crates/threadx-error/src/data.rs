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
    /// A row of a file whose bar breaks a rule of bars.
    #[error("{}, line {line}: {rule}", path.display())]
    BarRow {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// The rule and what came.
        rule: String,
    },
    /// Rows of a file that cannot be used.
    #[error("{}: {}", path.display(), rows_of(*count, problems))]
    Rows {
        /// The file.
        path: PathBuf,
        /// How many.
        count: u64,
        /// The first of them, in the order of the file; at least one.
        problems: Vec<RowProblem>,
    },
    /// Rows of a file that give different bars for the same time.
    #[error(
        "{}: {count} times stand more than once with different bars ({volume_only} of them differ in volume only), the first: {}",
        path.display(),
        first_of(examples)
    )]
    Conflicts {
        /// The file.
        path: PathBuf,
        /// How many times (instants).
        count: u64,
        /// At how many of them only the volumes differ.
        volume_only: u64,
        /// The first of them with their rows; at least one.
        examples: Vec<String>,
    },
    /// Rows of a file that are too far out of order to be put right unasked.
    #[error("{}: {count} rows are out of order, the first: {}", path.display(), first_of(examples))]
    Disorder {
        /// The file.
        path: PathBuf,
        /// How many.
        count: u64,
        /// The first of them; at least one.
        examples: Vec<String>,
    },
    /// A file that can be read in more than one way.
    #[error("{}: {what}", path.display())]
    Ambiguous {
        /// The file.
        path: PathBuf,
        /// What is not certain, and how to say which is meant.
        what: String,
    },
    /// Text that is not a time zone.
    #[error(
        "{text:?} is not a time zone: expected a name such as America/New_York or an offset such as +05:30{}",
        nearest_of(nearest)
    )]
    Zone {
        /// The text.
        text: String,
        /// The nearest known names, best first.
        nearest: Vec<String>,
    },
    /// Text that is not a list of columns.
    #[error("{text:?} is not a list of columns: {why}")]
    Columns {
        /// The text.
        text: String,
        /// What was expected and what came.
        why: String,
    },
    /// Bars that do not make up whole bars of another timeframe.
    #[error("bars of {to} are not made of whole bars of {from}")]
    Resample {
        /// The timeframe of the bars.
        from: String,
        /// The timeframe that was asked for.
        to: String,
    },
    /// A file that is not what was stored, or says of itself what cannot be true.
    #[error("{} is damaged: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was expected and what came.
        what: String,
    },
    /// Bars that differ from those that are stored for the same times.
    #[error(
        "{token} {timeframe}: {count} bars differ from those that are stored, the first: {}",
        first_of(examples)
    )]
    MergeConflicts {
        /// The token.
        token: String,
        /// The timeframe.
        timeframe: String,
        /// How many times (instants).
        count: u64,
        /// The first of them with both bars; at least one.
        examples: Vec<String>,
    },
    /// A form of file that this program was built without, or that does not exist.
    #[error("{}: files of this kind are not known: expected {expected}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// The known endings.
        expected: &'static str,
    },
    /// Reading was stopped before its end because the caller asked for it.
    #[error("reading {} was stopped", path.display())]
    Interrupted {
        /// The file.
        path: PathBuf,
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

/// Why one row of a file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RowProblem {
    /// Where the row stands, as "line 7" (from 1) or, where a file has no lines, "row 7".
    pub place: String,
    /// The column's name, if one cell is to blame.
    pub column: Option<String>,
    /// What was expected and what came.
    pub problem: String,
}

impl std::fmt::Display for RowProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.place)?;
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.problem)
    }
}

fn rows_of(count: u64, problems: &[RowProblem]) -> String {
    let first = problems.first().map(RowProblem::to_string).unwrap_or_default();
    if count > 1 {
        format!("{count} rows cannot be used, the first: {first}")
    } else {
        first
    }
}

fn first_of(examples: &[String]) -> &str {
    examples.first().map_or("", String::as_str)
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
            Self::Bar { .. } | Self::BarRow { .. } => "bad_bar",
            Self::Rows { .. } => "bad_rows",
            Self::Conflicts { .. } => "conflicting_bars",
            Self::Disorder { .. } => "out_of_order",
            Self::Ambiguous { .. } => "ambiguous_layout",
            Self::Zone { .. } => "bad_time_zone",
            Self::Columns { .. } => "bad_columns",
            Self::Resample { .. } => "not_resampled",
            Self::Damaged { .. } => "damaged",
            Self::MergeConflicts { .. } => "conflicting_with_stored",
            Self::Format { .. } => "unknown_format",
            Self::Interrupted { .. } => "interrupted",
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
