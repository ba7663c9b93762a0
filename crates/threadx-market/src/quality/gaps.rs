//! Holes between bars.

use super::{
    Check, Finding, FindingCode, Severity,
    finding::Tally,
    view::{HoleKind, View},
};

const DAY: i64 = 24 * 3600 * 1_000_000_000;

/// A break of a market with sessions that is longer than this many days is not usual.
const LONG_BREAK_DAYS: i64 = 5;

/// At most so many trading days a year are holidays.
const HOLIDAYS_A_YEAR: f64 = 20.0;

pub(crate) fn check(view: &View<'_>, findings: &mut Vec<Finding>) {
    let (mut gaps, mut breaks, mut long, mut days) = (
        Tally::default(),
        Tally::default(),
        Tally::default(),
        Tally::default(),
    );
    let mut longest_gap = 0;
    for hole in view.holes() {
        let missing = || match hole.missing {
            1 => "1 bar missing".to_owned(),
            missing => format!("{missing} bars missing"),
        };
        match hole.kind {
            HoleKind::Gap => {
                longest_gap = longest_gap.max(hole.missing);
                gaps.add(hole.after, missing);
            }
            HoleKind::Days => days.add(hole.after, missing),
            HoleKind::Break => {
                breaks.add(hole.after, || format!("until {}", hole.before));
                let apart = hole.before.nanoseconds().saturating_sub(hole.after.nanoseconds());
                if apart / DAY > LONG_BREAK_DAYS {
                    long.add(hole.after, || format!("{} days", apart / DAY));
                }
            }
        }
    }
    let message = format!("holes while the market was open, the longest of {longest_gap} bars");
    findings.extend(gaps.into_finding(Check::Gaps, FindingCode::Gaps, Severity::Warning, message));
    findings.extend(breaks.into_finding(
        Check::Gaps,
        FindingCode::SessionBreaks,
        Severity::Info,
        "nights, weekends and holidays: hours in which the market is closed",
    ));
    findings.extend(long.into_finding(
        Check::Gaps,
        FindingCode::LongBreaks,
        Severity::Warning,
        format!("breaks of more than {LONG_BREAK_DAYS} days"),
    ));
    let severity = if days.count as f64 > HOLIDAYS_A_YEAR * years(view) {
        Severity::Warning
    } else {
        Severity::Info
    };
    findings.extend(days.into_finding(
        Check::Gaps,
        FindingCode::MissingDays,
        severity,
        "trading days without a bar, as holidays are",
    ));
}

/// Years from the first bar to the last, at least one tenth.
fn years(view: &View<'_>) -> f64 {
    let (first, last) = (view.times().next(), view.times().next_back());
    let seconds = first
        .zip(last)
        .map_or(0.0, |(first, last)| last.seconds_since(first));
    (seconds / (365.25 * 86_400.0)).max(0.1)
}
