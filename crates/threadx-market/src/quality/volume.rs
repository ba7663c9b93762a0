//! Whether volumes are there.

use super::{Check, Finding, FindingCode, Severity, finding::Tally, view::View};

/// A share of bars without volume that is worth a warning.
const ZERO_SHARE: f64 = 0.01;

pub(crate) fn check(view: &View<'_>, findings: &mut Vec<Finding>) {
    let columns = view.columns();
    let (mut bad, mut zero) = (Tally::default(), Tally::default());
    for (time, volume) in columns.time.iter().zip(columns.volume) {
        if !(volume.is_finite() && *volume >= 0.0) {
            bad.add(*time, || format!("{volume}"));
        } else if *volume == 0.0 {
            zero.add(*time, || "0".to_owned());
        }
    }
    findings.extend(bad.into_finding(
        Check::Volume,
        FindingCode::BadVolume,
        Severity::Error,
        "volumes are below 0 or not finite",
    ));
    let bars = view.rows() as u64;
    let (code, severity, message) = if zero.count == bars {
        (FindingCode::NoVolume, Severity::Info, "no bar has a volume")
    } else if zero.count as f64 > ZERO_SHARE * bars as f64 {
        (FindingCode::ZeroVolume, Severity::Warning, "bars without volume")
    } else {
        (FindingCode::ZeroVolume, Severity::Info, "bars without volume")
    };
    findings.extend(zero.into_finding(Check::Volume, code, severity, message));
}
