//! Bars of the same time.

use std::collections::BTreeMap;

use super::{Check, Finding, FindingCode, Severity, finding::Tally, view::View};
use crate::Timestamp;

pub(crate) fn check(view: &View<'_>, findings: &mut Vec<Finding>) {
    if view.len() == view.rows() {
        return;
    }
    let columns = view.columns();
    let values = |row: usize| {
        [
            columns.open,
            columns.high,
            columns.low,
            columns.close,
            columns.volume,
        ]
        .map(|column| column[row].to_bits())
    };
    let mut first: BTreeMap<Timestamp, usize> = BTreeMap::new();
    let (mut identical, mut conflicting) = (Tally::default(), Tally::default());
    for (row, time) in columns.time.iter().enumerate() {
        let held = *first.entry(*time).or_insert(row);
        if held == row {
            continue;
        }
        let tally = if values(held) == values(row) {
            &mut identical
        } else {
            &mut conflicting
        };
        tally.add(*time, || format!("rows {} and {}", held + 1, row + 1));
    }
    findings.extend(identical.into_finding(
        Check::Duplicates,
        FindingCode::IdenticalDuplicates,
        Severity::Warning,
        "bars repeat another exactly",
    ));
    findings.extend(conflicting.into_finding(
        Check::Duplicates,
        FindingCode::ConflictingDuplicates,
        Severity::Error,
        "different bars have the same time",
    ));
}
