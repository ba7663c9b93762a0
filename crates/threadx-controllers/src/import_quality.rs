//! What is wrong with a file that was imported.

use threadx_data::{Import, Note, NoteCode};
use threadx_market::{
    Check, Example, Finding, FindingCode, QualityOptions, QualityReport, Severity, Timestamp, check_quality,
};

/// Checks the bars of an import, and adds what the import itself had to leave out, join or move: so a file is judged
/// by all of its rows, not by those that became bars.
///
/// ```
/// use threadx_controllers::import_quality;
/// use threadx_data::{BadRows, ImportOptions, import};
/// use threadx_market::{Check, QualityOptions, Verdict};
///
/// let dir = tempfile::tempdir()?;
/// let path = dir.path().join("X_1d.csv");
/// let rows = "2019-01-01,2,3,1,2,9\n2019-01-02,2,3,1,-2,9\n2019-01-03,2,3,1,2,9\n2019-01-04,2,3,1,2,9\n";
/// std::fs::write(&path, format!("date,open,high,low,close,volume\n{rows}"))?;
/// let options = ImportOptions { bad_rows: BadRows::Drop, ..ImportOptions::default() };
/// let report = import_quality(&import(&path, &options)?, &QualityOptions::default());
/// assert_eq!(report.bars, 3);
/// assert_eq!(report.checks[&Check::Ohlc], Verdict::Fail);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn import_quality(import: &Import, options: &QualityOptions) -> QualityReport {
    let dataset = &import.dataset;
    let bars = &dataset.bars;
    let mut report = check_quality(&dataset.token, bars.timeframe(), bars.into(), options);
    report.extend(import.report.notes.iter().filter_map(finding));
    report
}

/// The finding that a note of an import is, if it tells of something wrong.
fn finding(note: &Note) -> Option<Finding> {
    let (check, code, severity) = match note.code {
        NoteCode::DroppedRows => (Check::Ohlc, FindingCode::BadRows, Severity::Error),
        NoteCode::EmptyBars => (Check::Ohlc, FindingCode::BadRows, Severity::Warning),
        NoteCode::ResolvedConflicts => (
            Check::Duplicates,
            FindingCode::ConflictingDuplicates,
            Severity::Error,
        ),
        NoteCode::JoinedDuplicates => (
            Check::Duplicates,
            FindingCode::IdenticalDuplicates,
            Severity::Warning,
        ),
        NoteCode::Sorted => (Check::Order, FindingCode::OutOfOrder, Severity::Error),
        NoteCode::MissingVolume => (Check::Volume, FindingCode::BadVolume, Severity::Warning),
        _ => return None,
    };
    Some(Finding {
        check,
        code,
        severity,
        count: note.count,
        message: note.message.clone(),
        examples: note.examples.iter().map(|text| example(text)).collect(),
    })
}

/// An example whose time is taken from the front of the text, where it stands for notes about a time.
fn example(text: &str) -> Example {
    let time = text
        .split_once(": ")
        .and_then(|(front, _)| Timestamp::parse(front).ok());
    Example {
        time,
        detail: text.to_owned(),
    }
}
