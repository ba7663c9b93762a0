//! Whether bars follow one another.

use super::{Check, Finding, FindingCode, Severity, finding::Tally, view::View};

pub(crate) fn check(view: &View<'_>, findings: &mut Vec<Finding>) {
    let mut tally = Tally::default();
    for pair in view.columns().time.windows(2) {
        if pair[1] < pair[0] {
            tally.add(pair[1], || format!("stands behind {}", pair[0]));
        }
    }
    findings.extend(tally.into_finding(
        Check::Order,
        FindingCode::OutOfOrder,
        Severity::Error,
        "bars stand behind later ones",
    ));
}
