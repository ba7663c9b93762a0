//! A folder of stored bars.

mod manifest;
mod merge;

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use fs4::FileExt;
use threadx_error::DataError;
use threadx_market::{Bars, Symbol, Timeframe};

use crate::{
    Dataset, Existing, ImportOptions, ImportReport, Listing, OnProgress,
    bar_source::not_stored,
    columnar::{BarFileReader, BarFileWriter, fingerprint_of_file, read_bar_file},
    import::{BarSink, gather},
    new_file::{NewFile, UNFINISHED_PREFIX},
};
pub use manifest::{Manifest, Origin};
use merge::{Merge, Merged};
pub use merge::{MergePolicy, MergeReport};

/// A folder of stored bars: for each token a folder, in it for each timeframe a Parquet file and a manifest that
/// names it and says its fingerprint, range and origin.
///
/// Whatever happens, a reader sees the bars of before or those of after a change: a new file of bars is written
/// under a name of its own, and the manifest is replaced in one step. Changes exclude each other by a lock on the
/// folder. Bars whose fingerprint is not that of their manifest are refused and named.
///
/// ```
/// use threadx_data::{Catalogue, MergePolicy, sample};
/// use threadx_market::Timeframe;
///
/// let dir = tempfile::tempdir()?;
/// let catalogue = Catalogue::open(dir.path());
/// let sample = sample()?;
/// let stored = catalogue.store(&sample, MergePolicy::Refuse)?;
/// assert_eq!(stored.merge.added, 8732);
/// assert_eq!(catalogue.load(&sample.token, Timeframe::H1)?, sample.bars);
/// // Once more changes nothing.
/// assert_eq!(catalogue.store(&sample, MergePolicy::Refuse)?.merge.identical, 8732);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    folder: PathBuf,
}

/// What came of storing bars.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// What is stored now.
    pub manifest: Manifest,
    /// What came of joining the new bars to those stored before.
    pub merge: MergeReport,
}

/// What came of importing a file into a catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredImport {
    /// What is stored now, and what came of joining.
    pub stored: Stored,
    /// What was found in the file and done.
    pub report: ImportReport,
}

impl Catalogue {
    /// The catalogue in `folder`, which is made when something is stored.
    #[must_use]
    pub fn open(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What is stored, sorted by token and then by timeframe, finest first. A folder that does not exist holds
    /// nothing; files that are not the catalogue's are passed over.
    ///
    /// # Errors
    ///
    /// [`DataError::Read`] if the folder cannot be read, [`DataError::Damaged`] for a manifest that is none.
    pub fn list(&self) -> Result<Vec<Listing>, DataError> {
        let mut listings = Vec::new();
        for token in self.tokens()? {
            for timeframe in Timeframe::ALL {
                if let Some(manifest) = self.manifest(&token, timeframe)? {
                    listings.push(manifest.listing());
                }
            }
        }
        Ok(listings)
    }

    /// What is stored of `token` in `timeframe`; `None` if nothing is.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list).
    pub fn manifest(&self, token: &Symbol, timeframe: Timeframe) -> Result<Option<Manifest>, DataError> {
        Manifest::read(&self.manifest_path(token, timeframe), token, timeframe)
    }

    /// The bars of `token` in `timeframe`, whose fingerprint is checked.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownToken`] with the nearest known names, [`DataError::UnknownTimeframe`] with those that
    /// are stored; [`DataError::Damaged`] if the file is missing or its bars are not those that were stored.
    pub fn load(&self, token: &Symbol, timeframe: Timeframe) -> Result<Bars, DataError> {
        let Some(manifest) = self.manifest(token, timeframe)? else {
            return Err(not_stored(&self.list()?, token, timeframe));
        };
        let path = self.bars_path(&manifest);
        let damaged = |what: String| DataError::Damaged {
            path: path.clone(),
            what,
        };
        let bars = read_bar_file(&path, timeframe).map_err(|error| damaged(with_cause(&error)))?;
        if bars.fingerprint() != manifest.fingerprint {
            return Err(damaged(format!(
                "expected the bars {}, got {}",
                manifest.fingerprint,
                bars.fingerprint()
            )));
        }
        Ok(bars)
    }

    /// Stores bars, joined to those that are stored of the same token in the same timeframe.
    ///
    /// # Errors
    ///
    /// [`DataError::MergeConflicts`] if `policy` refuses bars that differ from stored ones, and
    /// [`DataError::Damaged`] if those stored are not what was stored: nothing is changed then;
    /// [`DataError::Write`] if the folder cannot be written.
    pub fn store(&self, dataset: &Dataset, policy: MergePolicy) -> Result<Stored, DataError> {
        self.store_from(dataset, Origin::Given, policy)
    }

    /// Stores the bars of `timeframe` that the stored bars of `from` make up
    /// ([`resample`](threadx_market::resample)), in place of any stored before: they follow from the finer ones.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load) and [`store`](Self::store); [`DataError::Resample`] if `from` does not make up
    /// bars of `timeframe`.
    pub fn resample(
        &self,
        token: &Symbol,
        from: Timeframe,
        timeframe: Timeframe,
    ) -> Result<Stored, DataError> {
        let bars = self.load(token, from)?;
        let resampled = threadx_market::resample(&bars, timeframe)?;
        let origin = Origin::Resampled {
            from,
            fingerprint: bars.fingerprint(),
            first_partial: resampled.first_partial,
            last_partial: resampled.last_partial,
        };
        let dataset = Dataset {
            token: token.clone(),
            bars: resampled.bars,
        };
        self.replace(&dataset, origin)
    }

    /// Imports a file of any known dialect ([`import`](crate::import)) and stores its bars, joined to those
    /// stored before. Memory stays bounded however large the file is.
    ///
    /// # Errors
    ///
    /// As [`import_with_progress`](crate::import_with_progress) and [`store`](Self::store).
    pub fn import(
        &self,
        path: &Path,
        options: &ImportOptions,
        policy: MergePolicy,
        on_progress: OnProgress<'_>,
    ) -> Result<StoredImport, DataError> {
        let prepared = gather(path, options, on_progress)?.prepare(options)?;
        let (token, timeframe) = (prepared.token().clone(), prepared.timeframe());
        let _lock = self.lock()?;
        let previous = self.manifest(&token, timeframe)?;
        let mut merge = self.merge(&token, timeframe, previous.as_ref(), policy)?;
        let report = prepared.finish(options, &mut merge)?;
        let merged = merge.finish(&token, timeframe)?;
        let origin = Origin::import(&report);
        let stored = self.commit(&token, timeframe, merged, previous, origin)?;
        Ok(StoredImport { stored, report })
    }

    fn store_from(
        &self,
        dataset: &Dataset,
        origin: Origin,
        policy: MergePolicy,
    ) -> Result<Stored, DataError> {
        let (token, timeframe) = (&dataset.token, dataset.bars.timeframe());
        let _lock = self.lock()?;
        let previous = self.manifest(token, timeframe)?;
        let mut merge = self.merge(token, timeframe, previous.as_ref(), policy)?;
        pass_on(&dataset.bars, &mut merge)?;
        let merged = merge.finish(token, timeframe)?;
        self.commit(token, timeframe, merged, previous, origin)
    }

    fn replace(&self, dataset: &Dataset, origin: Origin) -> Result<Stored, DataError> {
        let (token, timeframe) = (&dataset.token, dataset.bars.timeframe());
        let _lock = self.lock()?;
        let previous = self.manifest(token, timeframe)?;
        let mut merge = self.merge(token, timeframe, None, MergePolicy::Refuse)?;
        pass_on(&dataset.bars, &mut merge)?;
        let merged = merge.finish(token, timeframe)?;
        let previous = previous.map(|mut manifest| {
            manifest.origins.clear();
            manifest
        });
        self.commit(token, timeframe, merged, previous, origin)
    }

    /// A file to which new bars are written together with those of `previous`, which are checked first.
    fn merge(
        &self,
        token: &Symbol,
        timeframe: Timeframe,
        previous: Option<&Manifest>,
        policy: MergePolicy,
    ) -> Result<Merge, DataError> {
        let folder = self.folder.join(token.as_str());
        fs::create_dir_all(&folder).map_err(|source| DataError::Write {
            path: folder.clone(),
            source,
        })?;
        let stored = match previous {
            None => None,
            Some(manifest) => Some(self.checked_reader(manifest)?),
        };
        let kept = self.manifest(token, timeframe)?.map(|manifest| manifest.file);
        remove_leftovers(&folder, timeframe, kept.as_deref());
        // A name that nothing has: it is renamed for its content when that is known.
        let file = NewFile::create(
            &folder.join(format!("{}.new", file_stem(timeframe))),
            Existing::Replace,
        )?;
        Ok(Merge::new(BarFileWriter::new(file)?, stored, policy))
    }

    fn checked_reader(&self, manifest: &Manifest) -> Result<BarFileReader, DataError> {
        let path = self.bars_path(manifest);
        let damaged = |what: String| DataError::Damaged {
            path: path.clone(),
            what,
        };
        let check = || {
            let Some(reader) = BarFileReader::open(&path)? else {
                return Ok(None);
            };
            let found = fingerprint_of_file(&reader, manifest.timeframe, manifest.bars)?;
            Ok((found == manifest.fingerprint).then_some(reader))
        };
        match check() {
            Ok(Some(reader)) => Ok(reader),
            Ok(None) => Err(damaged(format!(
                "expected the bars {}, got others",
                manifest.fingerprint
            ))),
            Err(error) => Err(damaged(with_cause::<DataError>(&error))),
        }
    }

    /// Ends the file of joined bars, gives it the name of its content and replaces the manifest.
    fn commit(
        &self,
        token: &Symbol,
        timeframe: Timeframe,
        merged: Merged,
        previous: Option<Manifest>,
        origin: Origin,
    ) -> Result<Stored, DataError> {
        let folder = self.folder.join(token.as_str());
        let (file, bars) = merged.writer.finish(Some(token), timeframe)?;
        let Some((first, last)) = merged.range else {
            return Err(DataError::Layout {
                path: folder,
                expected: "expected bars to store, got none".to_owned(),
            });
        };
        let reader = BarFileReader::open(file.beside())?.ok_or_else(|| DataError::Damaged {
            path: file.beside().to_owned(),
            what: "it does not read back as it was written".to_owned(),
        })?;
        let fingerprint = fingerprint_of_file(&reader, timeframe, bars)?;
        drop(reader);
        let digits: String = fingerprint.as_bytes()[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let name = format!("{}-{digits}.parquet", file_stem(timeframe));
        file.commit_as(&folder.join(&name))?;
        let listing = Listing {
            token: token.clone(),
            timeframe,
            bars,
            first,
            last,
        };
        let (mut origins, old_file) = previous.map_or((Vec::new(), None), |manifest| {
            (manifest.origins, Some(manifest.file))
        });
        origins.push(origin);
        let manifest = Manifest::new(listing, fingerprint, name, origins);
        manifest.write(&self.manifest_path(token, timeframe))?;
        // The old bars are in nobody's way: a reader that has them open goes on, and if they stay nothing breaks.
        if let Some(old) = old_file.filter(|old| *old != manifest.file)
            && let Err(error) = fs::remove_file(folder.join(&old))
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(DataError::Write {
                path: folder.join(old),
                source: error,
            });
        }
        Ok(Stored {
            manifest,
            merge: merged.report,
        })
    }

    /// Waits until no other program changes the catalogue, and keeps others from doing so.
    fn lock(&self) -> Result<File, DataError> {
        let path = self.folder.join(".lock");
        let lock = || {
            fs::create_dir_all(&self.folder)?;
            let file = File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&path)?;
            FileExt::lock(&file)?;
            Ok(file)
        };
        lock().map_err(|source| DataError::Write {
            path: path.clone(),
            source,
        })
    }

    fn tokens(&self) -> Result<Vec<Symbol>, DataError> {
        let unreadable = |source| DataError::Read {
            path: self.folder.clone(),
            source,
        };
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(error)),
        };
        let mut tokens = Vec::new();
        for entry in entries {
            let name = entry.map_err(unreadable)?.file_name();
            let token = name
                .to_str()
                .and_then(|name| Symbol::parse(name).ok().filter(|token| token.as_str() == name));
            tokens.extend(token);
        }
        tokens.sort_unstable();
        Ok(tokens)
    }

    fn manifest_path(&self, token: &Symbol, timeframe: Timeframe) -> PathBuf {
        self.folder
            .join(token.as_str())
            .join(format!("{}.json", file_stem(timeframe)))
    }

    fn bars_path(&self, manifest: &Manifest) -> PathBuf {
        self.folder.join(manifest.token.as_str()).join(&manifest.file)
    }
}

/// The name of a timeframe's files. `1M` and `1m` are one name where case does not count.
fn file_stem(timeframe: Timeframe) -> &'static str {
    match timeframe {
        Timeframe::Month1 => "1month",
        other => other.as_str(),
    }
}

/// Removes the files of changes that were broken off: those that were still written, and bars that no manifest names.
/// Whoever changes the folder holds its lock, so they are nobody's. One that stays breaks nothing.
fn remove_leftovers(folder: &Path, timeframe: Timeframe, kept: Option<&str>) {
    let prefix = format!("{}-", file_stem(timeframe));
    let is_leftover = |name: &str| {
        name.starts_with(UNFINISHED_PREFIX)
            || (name.starts_with(&prefix) && name.ends_with(".parquet") && Some(name) != kept)
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(is_leftover) {
            drop(fs::remove_file(entry.path()));
        }
    }
}

fn pass_on(bars: &Bars, sink: &mut dyn BarSink) -> Result<(), DataError> {
    for row in 0..bars.len() {
        let values = [
            bars.open()[row],
            bars.high()[row],
            bars.low()[row],
            bars.close()[row],
            bars.volume()[row],
        ];
        sink.bar(bars.time()[row], values)?;
    }
    Ok(())
}

/// An error and what caused it, in one line.
fn with_cause<E: std::error::Error>(error: &E) -> String {
    error
        .source()
        .map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
