//! One thing that a check found.

use serde::Serialize;

use super::Check;
use crate::Timestamp;

/// How many examples a finding keeps.
pub const EXAMPLES_MAX: usize = 5;

/// One kind of thing that a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The check.
    pub check: Check,
    /// The kind of thing.
    pub code: FindingCode,
    /// How bad it is.
    pub severity: Severity,
    /// How often it was found.
    pub count: u64,
    /// The thing in words.
    pub message: String,
    /// The first places, at most [`EXAMPLES_MAX`].
    pub examples: Vec<Example>,
}

/// One place of a [`Finding`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// The open time of the bar, or of the one before what is missing; absent for a row of a file that is no bar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// What is found there.
    pub detail: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Info,
    /// Bars can be used, with care.
    Warning,
    /// Bars cannot be used as they are.
    Error,
}

/// The kind of a [`Finding`], with the check that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingCode {
    /// Completeness: there is no bar at all.
    NoBars,
    /// Completeness: bars are missing, with how many of how many there should be.
    MissingBars,
    /// Completeness: the bars begin after the start of the range, or end before its end.
    RangeNotCovered,
    /// Completeness: the most frequent spacing is not that of the timeframe.
    WrongTimeframe,
    /// Completeness: stamps that do not lie on the grid that most lie on.
    OffGrid,
    /// Duplicates: bars that repeat another exactly.
    IdenticalDuplicates,
    /// Duplicates: different bars of the same time.
    ConflictingDuplicates,
    /// Order: bars before the one that stands in front of them.
    OutOfOrder,
    /// Gaps: holes in which the market was open.
    Gaps,
    /// Gaps: nights, weekends and holidays.
    SessionBreaks,
    /// Gaps: breaks of more than five days.
    LongBreaks,
    /// Gaps: trading days without a bar, as holidays are.
    MissingDays,
    /// Outliers: prices far from those before and after them.
    Spikes,
    /// Outliers: prices that moved in one step by a ratio that splits have.
    SuspectedSplits,
    /// Outliers: prices that moved far in one step and stayed there.
    Jumps,
    /// OHLC: low above open or close, or high below.
    BrokenOhlc,
    /// OHLC: rows of a file that are no bars.
    BadRows,
    /// OHLC: prices that are 0 or below.
    NotPositive,
    /// OHLC: prices that are not finite.
    NotFinite,
    /// OHLC: long runs of bars in which the price did not move.
    FlatRuns,
    /// OHLC: many bars whose four prices are the same.
    FlatBars,
    /// Volume: no bar has any.
    NoVolume,
    /// Volume: bars without any.
    ZeroVolume,
    /// Volume: volumes that are below 0 or not finite.
    BadVolume,
}

/// Counts one kind of thing and keeps the first places.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) count: u64,
    examples: Vec<Example>,
}

impl Tally {
    pub(crate) fn add(&mut self, time: Timestamp, detail: impl FnOnce() -> String) {
        self.count += 1;
        if self.examples.len() < EXAMPLES_MAX {
            let detail = detail();
            self.examples.push(Example {
                time: Some(time),
                detail,
            });
        }
    }

    /// The finding, if there is anything to find.
    pub(crate) fn into_finding(
        self,
        check: Check,
        code: FindingCode,
        severity: Severity,
        message: impl Into<String>,
    ) -> Option<Finding> {
        (self.count > 0).then(|| Finding {
            check,
            code,
            severity,
            count: self.count,
            message: message.into(),
            examples: self.examples,
        })
    }
}
