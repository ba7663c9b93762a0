//! What `data import` and `data validate` print of a set of bars.

use serde::Serialize;
use threadx::{
    data::{ImportReport, Listing, Manifest, MergeReport},
    market::{Finding, QualityReport, Symbol, Timeframe, Timestamp},
};

/// One entry of the list `tokens`.
#[derive(Debug, Serialize)]
pub(super) struct Entry {
    #[serde(flatten)]
    pub(super) quality: Quality,
    /// How the file was read, of bars that came out of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) import: Option<ImportReport>,
    /// What became of them, of bars that were stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stored: Option<StoredNow>,
}

/// What is stored after an import.
#[derive(Debug, Serialize)]
pub(super) struct StoredNow {
    bars: u64,
    first: Timestamp,
    last: Timestamp,
    fingerprint: String,
    merge: MergeReport,
}

impl StoredNow {
    pub(super) fn new(manifest: &Manifest, merge: MergeReport) -> Self {
        Self {
            bars: manifest.bars,
            first: manifest.first,
            last: manifest.last,
            fingerprint: manifest.fingerprint.to_string(),
            merge,
        }
    }

    pub(super) const fn bars(&self) -> u64 {
        self.bars
    }

    pub(super) const fn merge(&self) -> &MergeReport {
        &self.merge
    }
}

/// What is said of the quality of bars.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Quality {
    /// The report of the checks.
    Checked(Box<QualityReport>),
    /// Too many bars to be held in memory for checks: the same fields, the verdict `null`.
    Unchecked(Unchecked),
}

/// Bars that were not checked.
#[derive(Debug, Serialize)]
pub(super) struct Unchecked {
    token: Symbol,
    timeframe: Timeframe,
    bars: u64,
    first: Timestamp,
    last: Timestamp,
    checks: std::collections::BTreeMap<&'static str, ()>,
    findings: [(); 0],
    verdict: Option<()>,
}

impl From<Listing> for Unchecked {
    fn from(listing: Listing) -> Self {
        Self {
            token: listing.token,
            timeframe: listing.timeframe,
            bars: listing.bars,
            first: listing.first,
            last: listing.last,
            checks: std::collections::BTreeMap::new(),
            findings: [],
            verdict: None,
        }
    }
}

impl Quality {
    pub(super) fn place(&self) -> (&Symbol, Timeframe, u64) {
        match self {
            Self::Checked(report) => (&report.token, report.timeframe, report.bars),
            Self::Unchecked(unchecked) => (&unchecked.token, unchecked.timeframe, unchecked.bars),
        }
    }

    pub(super) fn range(&self) -> Option<(Timestamp, Timestamp)> {
        match self {
            Self::Checked(report) => report.first.zip(report.last),
            Self::Unchecked(unchecked) => Some((unchecked.first, unchecked.last)),
        }
    }

    pub(super) fn findings(&self) -> &[Finding] {
        match self {
            Self::Checked(report) => &report.findings,
            Self::Unchecked(_) => &[],
        }
    }
}
