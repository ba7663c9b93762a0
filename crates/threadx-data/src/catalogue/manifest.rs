//! What is stored of one token in one timeframe, beside its bars.

use std::path::Path;

use serde::{Deserialize, Serialize};
use threadx_error::DataError;
use threadx_market::{Fingerprint, Symbol, Timeframe, Timestamp};

use crate::{
    Existing, Listing,
    import::ImportReport,
    new_file::{NewFile, unwritable},
};

/// The version of the layout of a catalogue that this program writes, and the only one that it reads.
const FORMAT: u32 = 1;

/// What is stored of one token in one timeframe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    /// The market.
    pub token: Symbol,
    /// The interval of its bars.
    pub timeframe: Timeframe,
    /// Number of bars.
    pub bars: u64,
    /// Open time of the first bar.
    pub first: Timestamp,
    /// Open time of the last bar.
    pub last: Timestamp,
    /// The identity of the bars by content.
    pub fingerprint: Fingerprint,
    /// The name of the file that holds the bars, in the same folder.
    pub file: String,
    /// Where the bars came from, oldest first.
    pub origins: Vec<Origin>,
}

/// Where stored bars came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// An import, with its report.
    Import(serde_json::Value),
    /// Bars of a finer timeframe.
    Resampled {
        /// That timeframe.
        from: Timeframe,
        /// The identity of the finer bars by content.
        fingerprint: Fingerprint,
        /// Whether the finer bars begin only after the first of these does, so that it may lack some.
        #[serde(default)]
        first_partial: bool,
        /// Whether the finer bars end before the last of these does, so that it may lack some.
        #[serde(default)]
        last_partial: bool,
    },
    /// Bars that a program handed over.
    Given,
}

impl Origin {
    pub(crate) fn import(report: &ImportReport) -> Self {
        // A report is plain names, texts and numbers, which JSON has.
        Self::Import(serde_json::to_value(report).unwrap_or_default())
    }
}

impl Manifest {
    pub(crate) fn new(
        listing: Listing,
        fingerprint: Fingerprint,
        file: String,
        origins: Vec<Origin>,
    ) -> Self {
        let Listing {
            token,
            timeframe,
            bars,
            first,
            last,
        } = listing;
        Self {
            format: FORMAT,
            token,
            timeframe,
            bars,
            first,
            last,
            fingerprint,
            file,
            origins,
        }
    }

    pub(crate) fn listing(&self) -> Listing {
        Listing {
            token: self.token.clone(),
            timeframe: self.timeframe,
            bars: self.bars,
            first: self.first,
            last: self.last,
        }
    }

    /// Reads a manifest; `None` if there is none.
    pub(crate) fn read(path: &Path, token: &Symbol, timeframe: Timeframe) -> Result<Option<Self>, DataError> {
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => {
                return Err(DataError::Read {
                    path: path.to_owned(),
                    source,
                });
            }
        };
        let damaged = |what: String| DataError::Damaged {
            path: path.to_owned(),
            what,
        };
        let manifest: Self = serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
        if manifest.format != FORMAT {
            return Err(damaged(format!(
                "expected format {FORMAT}, got {}",
                manifest.format
            )));
        }
        if manifest.token != *token || manifest.timeframe != timeframe {
            return Err(damaged(format!(
                "expected {token} {timeframe}, got {} {}",
                manifest.token, manifest.timeframe
            )));
        }
        // The name is joined to a folder: it must not lead out of it.
        if Path::new(&manifest.file)
            .file_name()
            .is_none_or(|name| name != manifest.file.as_str())
        {
            return Err(damaged(format!(
                "expected the name of a file, got {:?}",
                manifest.file
            )));
        }
        Ok(Some(manifest))
    }

    /// Puts the manifest in its place, in one step.
    pub(crate) fn write(&self, path: &Path) -> Result<(), DataError> {
        let mut file = NewFile::create(path, Existing::Replace)?;
        serde_json::to_writer_pretty(&mut file, self).map_err(|error| unwritable(path, error.into()))?;
        file.commit()
    }
}
