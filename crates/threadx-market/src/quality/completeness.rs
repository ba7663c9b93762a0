//! Whether all bars are there, and are those of the timeframe.

use std::collections::BTreeMap;

use super::{
    Check, Finding, FindingCode, Severity,
    finding::{Example, Tally},
    view::{HoleKind, View},
};
use crate::{Timeframe, Timestamp};

/// More than this share of missing bars is worth a warning.
const MISSING_SHARE: f64 = 0.001;

const HOUR: i64 = 3600 * 1_000_000_000;
const DAY: i64 = 24 * HOUR;

pub(crate) fn check(view: &View<'_>, range: Option<(Timestamp, Timestamp)>, findings: &mut Vec<Finding>) {
    let (Some(first), Some(last)) = (view.times().next(), view.times().next_back()) else {
        findings.push(Finding {
            check: Check::Completeness,
            code: FindingCode::NoBars,
            severity: Severity::Error,
            count: 0,
            message: "there are no bars".to_owned(),
            examples: Vec::new(),
        });
        return;
    };
    findings.extend(missing_bars(view));
    findings.extend(range.and_then(|range| range_not_covered(view, first, last, range)));
    findings.extend(wrong_timeframe(view));
    findings.extend(off_grid(view));
}

/// Bars that are missing while the market was open.
fn missing_bars(view: &View<'_>) -> Option<Finding> {
    let open = || view.holes().iter().filter(|hole| hole.kind == HoleKind::Gap);
    let missing: u64 = open().map(|hole| hole.missing).sum();
    let longest = open().max_by_key(|hole| (hole.missing, std::cmp::Reverse(hole.after)))?;
    let expected = missing + view.len() as u64;
    // Exact enough for a percentage.
    let share = missing as f64 / expected as f64;
    Some(Finding {
        check: Check::Completeness,
        code: FindingCode::MissingBars,
        severity: if share > MISSING_SHARE {
            Severity::Warning
        } else {
            Severity::Info
        },
        count: missing,
        message: format!(
            "{missing} of {expected} bars are missing ({:.3}%), at most {} in a row",
            share * 100.0,
            longest.missing
        ),
        examples: vec![Example {
            time: Some(longest.after),
            detail: format!("the longest hole: {} bars missing", longest.missing),
        }],
    })
}

fn range_not_covered(
    view: &View<'_>,
    first: Timestamp,
    last: Timestamp,
    (start, end): (Timestamp, Timestamp),
) -> Option<Finding> {
    let timeframe = view.timeframe();
    let closed = |from, to| view.calendar().is_closed_within(from, to, timeframe);
    let mut tally = Tally::default();
    let late = view.steps(start, first);
    if first > start && late > 0 && !closed(start, first) {
        tally.add(first, || {
            format!("the first bar opens {late} bars after the start of the range, {start}")
        });
    }
    let ended = timeframe.next(last);
    let early = view.steps(ended, end);
    if ended < end && early > 0 && !closed(ended, end) {
        tally.add(last, || {
            format!("the last bar ends {early} bars before the end of the range, {end}")
        });
    }
    tally.into_finding(
        Check::Completeness,
        FindingCode::RangeNotCovered,
        Severity::Warning,
        "the bars do not cover the range",
    )
}

fn wrong_timeframe(view: &View<'_>) -> Option<Finding> {
    let mut counts: BTreeMap<i64, u64> = BTreeMap::new();
    for (before, after) in view.times().zip(view.times().skip(1)) {
        let step = after.nanoseconds().saturating_sub(before.nanoseconds());
        // A month is the length that it is named for.
        let step = if Timeframe::from_spacing(step) == Some(Timeframe::Month1) {
            30 * DAY
        } else {
            step
        };
        *counts.entry(step).or_default() += 1;
    }
    let (step, _) = counts
        .into_iter()
        .max_by_key(|(step, count)| (*count, std::cmp::Reverse(*step)))?;
    let found = Timeframe::from_spacing(step);
    if found == Some(view.timeframe()) {
        return None;
    }
    let spacing = found.map_or_else(
        || format!("{} seconds", step / 1_000_000_000),
        |found| found.to_string(),
    );
    Some(Finding {
        check: Check::Completeness,
        code: FindingCode::WrongTimeframe,
        severity: Severity::Error,
        count: 1,
        message: format!("bars are most often spaced {spacing}, not {}", view.timeframe()),
        examples: Vec::new(),
    })
}

/// Stamps off the grid that most lie on: its phase need not be that of UTC. Stamps of daily bars may be an
/// hour off, as where clocks are changed.
fn off_grid(view: &View<'_>) -> Option<Finding> {
    let length = view.timeframe().nanoseconds()?;
    let phase = |time: Timestamp| time.nanoseconds().rem_euclid(length);
    let mut counts: BTreeMap<i64, u64> = BTreeMap::new();
    for time in view.times() {
        *counts.entry(phase(time)).or_default() += 1;
    }
    let (usual, _) = counts
        .into_iter()
        .max_by_key(|(phase, count)| (*count, std::cmp::Reverse(*phase)))?;
    let mut tally = Tally::default();
    for time in view.times() {
        let off = (phase(time) - usual).rem_euclid(length);
        let off = off.min(length - off);
        if off != 0 && !(length >= DAY && off == HOUR) {
            tally.add(time, || format!("{} seconds off", off / 1_000_000_000));
        }
    }
    tally.into_finding(
        Check::Completeness,
        FindingCode::OffGrid,
        Severity::Warning,
        "bars open at times at which those of their timeframe do not",
    )
}
