//! What an import found and did.

use serde::Serialize;
use threadx_market::{Symbol, Timeframe, Timestamp};

use crate::{Listing, dialect::DialectReport};

/// How many examples a note keeps.
pub const EXAMPLES_MAX: usize = 5;

/// What an import found and did: nothing is dropped, joined, moved or scaled that is not noted here.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImportReport {
    /// The file's name.
    pub file: String,
    /// The archive's entry that was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// How the file was read.
    pub dialect: DialectReport,
    /// The market.
    pub token: Symbol,
    /// The interval of the bars.
    pub timeframe: Timeframe,
    /// Rows under the header, empty ones and footers not counted.
    pub rows: u64,
    /// Bars that came out.
    pub bars: u64,
    /// Open time of the first bar.
    pub first: Timestamp,
    /// Open time of the last bar.
    pub last: Timestamp,
    /// What was found and done.
    pub notes: Vec<Note>,
}

impl ImportReport {
    /// The bars that came out, as they would be listed.
    #[must_use]
    pub fn listing(&self) -> Listing {
        Listing {
            token: self.token.clone(),
            timeframe: self.timeframe,
            bars: self.bars,
            first: self.first,
            last: self.last,
        }
    }

    /// The note of that code, if there is one.
    #[must_use]
    pub fn note(&self, code: NoteCode) -> Option<&Note> {
        self.notes.iter().find(|note| note.code == code)
    }
}

/// One thing that an import found or did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// What kind of thing.
    pub code: NoteCode,
    /// How many rows it concerns, 0 if it concerns the file as a whole.
    pub count: u64,
    /// The thing in words.
    pub message: String,
    /// The first places, at most [`EXAMPLES_MAX`].
    pub examples: Vec<String>,
}

impl Note {
    pub(crate) fn new(code: NoteCode, count: u64, message: impl Into<String>) -> Self {
        Self {
            code,
            count,
            message: message.into(),
            examples: Vec::new(),
        }
    }

    pub(crate) fn with_examples(mut self, examples: Vec<String>) -> Self {
        self.examples = examples;
        self
    }
}

/// The kind of a [`Note`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoteCode {
    /// Lines above the header or the first row that are neither.
    Preamble,
    /// Lines under the last row that are none.
    Footer,
    /// The header stands again between the rows.
    RepeatedHeaders,
    /// Rows without any price: no bar.
    EmptyBars,
    /// Rows that tell a dividend or a split: no bar.
    Events,
    /// Lines between the rows that begin with `#`.
    Comments,
    /// Rows that are no bars, left out as asked.
    DroppedRows,
    /// Rows of another symbol, left out as asked.
    OtherSymbols,
    /// Rows that repeat a bar exactly.
    JoinedDuplicates,
    /// Times with different bars of which one was kept as asked.
    ResolvedConflicts,
    /// The rows ran backwards.
    Reversed,
    /// Rows that were not in order and were put there.
    Sorted,
    /// Epochs in more than one unit.
    MixedEpochs,
    /// A second time column that names other instants than the first.
    StampsDisagree,
    /// Local stamps taken as UTC.
    AssumedUtc,
    /// Local stamps in the zone that the name of their column tells.
    NamedZone,
    /// Local stamps that the clock showed twice.
    Folds,
    /// Daily stamps that are midnight elsewhere, not UTC.
    LocalMidnights,
    /// Stamps that were taken as close times.
    CloseTimes,
    /// Stamps that look like close times, or whose layout is used with both, and were taken as open times.
    MaybeCloseTimes,
    /// Every stamp was moved as asked.
    Shifted,
    /// There is no volume: it is 0.
    NoVolume,
    /// Rows without volume in a file that has them: 0.
    MissingVolume,
    /// Prices were divided.
    ScaledPrices,
    /// The columns are not in the order that a reader without names expects.
    ColumnsDeduced,
    /// The rows have more cells than the header.
    HeaderMismatch,
    /// Prices adjusted for splits and dividends stand beside the raw ones, which were taken.
    RawPrices,
    /// One of two sides of a quote was taken.
    BidSide,
}
