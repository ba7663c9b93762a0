//! Columns for a test.

use threadx_market::{
    Columns, Finding, FindingCode, QualityOptions, QualityReport, Symbol, Timeframe, Timestamp, check_quality,
};

pub(crate) const HOUR: i64 = 3600 * 1_000_000_000;

/// Bars at one price but for the low, at those times.
pub(crate) fn quiet(times: Vec<Timestamp>) -> Columns {
    let len = times.len();
    Columns {
        time: times,
        open: vec![100.0; len],
        high: vec![100.5; len],
        low: vec![99.5; len],
        close: vec![100.0; len],
        volume: vec![1.0; len],
    }
}

/// Hours after Monday, 2019-01-07.
pub(crate) fn hours(hours: impl Iterator<Item = i64>) -> Vec<Timestamp> {
    let monday = Timestamp::parse("2019-01-07").unwrap().nanoseconds();
    hours
        .map(|hour| Timestamp::from_nanoseconds(monday + hour * HOUR))
        .collect()
}

pub(crate) fn report(columns: &Columns, timeframe: Timeframe) -> QualityReport {
    report_with(columns, timeframe, &QualityOptions::default())
}

pub(crate) fn report_with(
    columns: &Columns,
    timeframe: Timeframe,
    options: &QualityOptions,
) -> QualityReport {
    check_quality(
        &Symbol::parse("TEST").unwrap(),
        timeframe,
        columns.into(),
        options,
    )
}

/// Code and count of each finding.
pub(crate) fn counts(report: &QualityReport) -> Vec<(FindingCode, u64)> {
    report
        .findings
        .iter()
        .map(|finding| (finding.code, finding.count))
        .collect()
}

pub(crate) fn finding(report: &QualityReport, code: FindingCode) -> &Finding {
    report
        .finding(code)
        .unwrap_or_else(|| panic!("{code:?} is not among {:?}", counts(report)))
}
