//! The report of checks.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Calendar, Check, Finding, FindingCode, Severity, view::View};
use crate::{Symbol, Timeframe, Timestamp};

/// What checks found about the bars of one market.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QualityReport {
    /// The market.
    pub token: Symbol,
    /// The interval of the bars.
    pub timeframe: Timeframe,
    /// Number of bars.
    pub bars: u64,
    /// Open time of the earliest bar.
    pub first: Option<Timestamp>,
    /// Open time of the latest bar.
    pub last: Option<Timestamp>,
    /// When the market is open, as declared or found.
    pub calendar: Calendar,
    /// What became of each check that was made.
    pub checks: BTreeMap<Check, Verdict>,
    /// What they found, check by check, worst first.
    pub findings: Vec<Finding>,
    /// The worst of the checks.
    pub verdict: Verdict,
}

/// What became of a check: the worst of its findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing is wrong.
    Pass,
    /// The bars can be used, with care.
    Warn,
    /// The bars cannot be used as they are.
    Fail,
}

impl From<Severity> for Verdict {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Info => Self::Pass,
            Severity::Warning => Self::Warn,
            Severity::Error => Self::Fail,
        }
    }
}

impl QualityReport {
    pub(crate) fn new(
        token: Symbol,
        view: &View<'_>,
        made: &BTreeSet<Check>,
        mut findings: Vec<Finding>,
    ) -> Self {
        findings.sort_by_key(place);
        let checks = made.iter().map(|check| (*check, Verdict::Pass)).collect();
        let mut report = Self {
            token,
            timeframe: view.timeframe(),
            bars: view.rows() as u64,
            first: view.times().next(),
            last: view.times().next_back(),
            calendar: view.calendar(),
            verdict: Verdict::Pass,
            checks,
            findings,
        };
        report.judge();
        report
    }

    /// Adds what was found by other means, such as while a file was read; what a check that was not made would
    /// find is passed over.
    pub fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        for finding in findings {
            if self.checks.contains_key(&finding.check) {
                self.findings.push(finding);
            }
        }
        self.findings.sort_by_key(place);
        self.judge();
    }

    fn judge(&mut self) {
        for finding in &self.findings {
            let verdict = self.checks.entry(finding.check).or_insert(Verdict::Pass);
            *verdict = (*verdict).max(finding.severity.into());
        }
        self.verdict = self.checks.values().copied().max().unwrap_or(Verdict::Pass);
    }

    /// The finding of that kind, if there is one.
    #[must_use]
    pub fn finding(&self, code: FindingCode) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.code == code)
    }
}

/// Where a finding stands among others: check by check, worst first.
fn place(finding: &Finding) -> (Check, std::cmp::Reverse<Severity>, FindingCode) {
    (finding.check, std::cmp::Reverse(finding.severity), finding.code)
}
