//! What a sweep is, so that its parts can be told from those of another.

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use threadx_error::{DataError, SweepError};
use threadx_market::Fingerprint;
use threadx_request::SweepRequest;
use threadx_spec::StrategySpec;

const FORMAT: &str = "threadx sweep plan 1";

/// The plan of a sweep as a file holds it: everything that its results depend on.
///
/// Two plans with the same [`hash`](Self::hash) have the same points, the same parts and the same results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweepManifest {
    format: String,
    /// BLAKE3 of everything below but `source`, as `blake3:` and 64 hexadecimal digits.
    pub hash: String,
    /// Version of ThreadX.
    pub version: String,
    /// Name of the strategy.
    pub strategy: String,
    /// Version of the strategy.
    pub strategy_version: u32,
    /// Identity of the bars that are read, those before the range included.
    pub fingerprint: Fingerprint,
    /// How many of them are before the range.
    pub warm_up_bars: usize,
    /// Points of the plan; of a search that narrows, of the whole grid.
    pub points: u64,
    /// Points of a part.
    pub part_points: u64,
    /// The request, defaults filled in.
    pub request: Value,
    /// The files or the folder that the bars were read from, if they came from any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<PathBuf>,
}

/// What a manifest is made of.
pub(super) struct Parts<'a> {
    pub(super) request: &'a SweepRequest,
    pub(super) strategy: &'a StrategySpec,
    pub(super) fingerprint: Fingerprint,
    pub(super) warm_up_bars: usize,
    pub(super) points: u64,
    pub(super) part_points: u64,
}

impl SweepManifest {
    pub(super) fn new(parts: &Parts<'_>) -> Self {
        // A valid request has a canonical form, which its own fields cannot keep from being written.
        let text = serde_json::to_string(parts.request).unwrap_or_default();
        let version = env!("CARGO_PKG_VERSION");
        let mut hasher = blake3::Hasher::new();
        for field in [
            FORMAT,
            version,
            &parts.strategy.name,
            &parts.strategy.version.to_string(),
            &parts.fingerprint.to_string(),
            &parts.warm_up_bars.to_string(),
            &parts.points.to_string(),
            &parts.part_points.to_string(),
            &text,
        ] {
            hasher.update(&(field.len() as u64).to_le_bytes());
            hasher.update(field.as_bytes());
        }
        Self {
            format: FORMAT.to_owned(),
            hash: format!("blake3:{}", hasher.finalize().to_hex()),
            version: version.to_owned(),
            strategy: parts.strategy.name.clone().into_owned(),
            strategy_version: parts.strategy.version,
            fingerprint: parts.fingerprint,
            warm_up_bars: parts.warm_up_bars,
            points: parts.points,
            part_points: parts.part_points,
            request: serde_json::from_str(&text).unwrap_or_default(),
            source: Vec::new(),
        }
    }

    /// How many parts the plan has.
    #[must_use]
    pub fn parts(&self) -> u64 {
        self.points.div_ceil(self.part_points.max(1))
    }

    /// Where the points of a part stand in the plan; empty if there is no such part.
    pub(super) fn positions(&self, part: u64) -> Range<u64> {
        let at = |part: u64| part.saturating_mul(self.part_points).min(self.points);
        at(part)..at(part.saturating_add(1))
    }

    /// Reads a plan.
    ///
    /// # Errors
    ///
    /// [`DataError::Read`] if the file cannot be read, [`SweepError::DamagedFile`] if it is no plan.
    pub fn read(path: &Path) -> Result<Self, threadx_error::Error> {
        let text = std::fs::read_to_string(path).map_err(|source| DataError::Read {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self::parse(&text, path)?)
    }

    pub(super) fn parse(text: &str, path: &Path) -> Result<Self, SweepError> {
        let damaged = |rule: String| SweepError::DamagedFile {
            path: path.to_owned(),
            expected: "plan of a sweep",
            rule,
        };
        let manifest: Self = serde_json::from_str(text).map_err(|error| damaged(error.to_string()))?;
        if manifest.format != FORMAT {
            let format = manifest.format;
            return Err(damaged(format!("its format is {format:?}, not {FORMAT:?}")));
        }
        Ok(manifest)
    }

    /// The plan as a file holds it.
    ///
    /// # Errors
    ///
    /// If the path of the bars' file is not UTF-8.
    pub fn to_text(&self) -> std::io::Result<String> {
        let mut text = serde_json::to_string_pretty(self).map_err(std::io::Error::from)?;
        text.push('\n');
        Ok(text)
    }

    /// Checks that what is stored under `path` with this plan belongs to the sweep that `now` describes.
    ///
    /// # Errors
    ///
    /// [`SweepError::PlanChanged`] with what differs.
    pub(super) fn check(&self, now: &Self, path: &Path) -> Result<(), SweepError> {
        // All of it, so that a file that was edited does not pass for the plan whose hash it has.
        let of = |manifest: &Self| Self {
            source: Vec::new(),
            ..manifest.clone()
        };
        if of(self) == of(now) {
            return Ok(());
        }
        let mut changes = Vec::new();
        let mut changed = |what: &str, before: &dyn std::fmt::Display, after: &dyn std::fmt::Display| {
            let (before, after) = (before.to_string(), after.to_string());
            if before != after {
                changes.push(format!("{what} was {before} and is {after}"));
            }
        };
        changed("the version of ThreadX", &self.version, &now.version);
        changed(
            "the strategy's version",
            &self.strategy_version,
            &now.strategy_version,
        );
        let none = Value::Null;
        if let (Some(before), Some(after)) = (self.request.as_object(), now.request.as_object()) {
            let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            for name in names {
                changed(
                    name,
                    before.get(name).unwrap_or(&none),
                    after.get(name).unwrap_or(&none),
                );
            }
        }
        changed("the data's fingerprint", &self.fingerprint, &now.fingerprint);
        changed(
            "the number of bars before the range",
            &self.warm_up_bars,
            &now.warm_up_bars,
        );
        changed("the number of points", &self.points, &now.points);
        changed("the size of a part", &self.part_points, &now.part_points);
        if changes.is_empty() {
            changes.push(format!("its plan is {} and is {} now", self.hash, now.hash));
        }
        Err(SweepError::PlanChanged {
            path: path.to_owned(),
            changes,
        })
    }
}
