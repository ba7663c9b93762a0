//! A folder that keeps a sweep.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use threadx_error::{DataError, Error, SweepError};

use super::{
    manifest::SweepManifest,
    part_folder::{self, PartFolder},
    results::Sample,
};

const PLAN: &str = "plan.json";
const LOCK: &str = "lock";
const PARTS: &str = "parts";
const WINDOWS: &str = "windows";

/// A folder that keeps one sweep: its plan, the parts of its points, and those of the windows of a walk-forward analysis.
/// No two processes work in it at a time.
#[derive(Debug)]
pub(super) struct Store {
    folder: PathBuf,
    /// The hash of the plan.
    plan: String,
    /// Those of the whole range.
    parts: PartFolder,
    /// Keeps other processes off until it is dropped.
    _lock: File,
    /// Whether the folder goes with the store.
    goes: bool,
}

/// What is done with parts that a folder holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// They are refused.
    Refuse,
    /// They are not run again.
    Resume,
}

impl Store {
    /// The checkpoint in that folder, which is made if it is not there.
    pub(super) fn checkpoint(folder: &Path, manifest: &SweepManifest, held: Held) -> Result<Self, Error> {
        let lock = lock(folder)?;
        match read(folder)? {
            Some(_) if held == Held::Refuse => {
                return Err(SweepError::CheckpointExists {
                    path: folder.to_owned(),
                }
                .into());
            }
            Some(text) => SweepManifest::parse(&text, &folder.join(PLAN))?.check(manifest, folder)?,
            None => write_plan(folder, manifest)?,
        }
        Self::open(folder, manifest, lock, false)
    }

    /// The folder beside a file of results, which goes away with the store. What an ended process left there is gone
    /// on with if it is of the same plan, and removed if it is not.
    pub(super) fn beside(results: &Path, manifest: &SweepManifest) -> Result<Self, Error> {
        let mut name = results.as_os_str().to_owned();
        name.push(".parts");
        let folder = PathBuf::from(name);
        let lock = lock(&folder)?;
        let plan = read(&folder)?.and_then(|text| SweepManifest::parse(&text, &folder.join(PLAN)).ok());
        if plan.is_none_or(|plan| plan.hash != manifest.hash) {
            empty(&folder).map_err(|source| unwritable(&folder, source))?;
            write_plan(&folder, manifest)?;
        }
        Self::open(&folder, manifest, lock, true)
    }

    fn open(folder: &Path, manifest: &SweepManifest, lock: File, goes: bool) -> Result<Self, Error> {
        Ok(Self {
            folder: folder.to_owned(),
            plan: manifest.hash.clone(),
            parts: PartFolder::open(&folder.join(PARTS), manifest.hash.clone())?,
            _lock: lock,
            goes,
        })
    }

    /// Removes what goes with the store, now that nothing of it is needed any more: a process may end before its
    /// last task is dropped.
    pub(super) fn clear(&self) {
        if !self.goes {
            return;
        }
        let removed = empty(&self.folder)
            .and_then(|()| absent_is_fine(fs::remove_file(self.folder.join(LOCK))))
            .and_then(|()| absent_is_fine(fs::remove_dir(&self.folder)));
        match removed {
            Ok(()) => {}
            // Something in it is not of a sweep.
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {}
            Err(error) => {
                tracing::warn!(path = %self.folder.display(), %error, "the parts of a sweep could not be removed");
            }
        }
    }

    /// Where it is.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The parts of the whole range.
    pub(super) const fn parts(&self) -> &PartFolder {
        &self.parts
    }

    /// The parts of a window, which counts from 0; `None` if the folder goes with the store: what a window came to
    /// is then written to the results alone.
    pub(super) fn window(&self, number: u64, sample: Sample) -> Result<Option<PartFolder>, Error> {
        if self.goes {
            return Ok(None);
        }
        let name = format!("{:05}-{}", number + 1, sample.as_str());
        let identity = format!("{} window {name}", self.plan);
        PartFolder::open(&self.folder.join(WINDOWS).join(name), identity).map(Some)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Makes the folder if it is not there, and keeps other processes off.
fn lock(folder: &Path) -> Result<File, Error> {
    let failed = |source| unwritable(folder, source);
    fs::create_dir_all(folder).map_err(failed)?;
    let lock = File::create(folder.join(LOCK)).map_err(failed)?;
    if fs4::FileExt::try_lock(&lock).is_err() {
        return Err(SweepError::CheckpointInUse {
            path: folder.to_owned(),
        }
        .into());
    }
    part_folder::remove_unfinished(folder).map_err(failed)?;
    Ok(lock)
}

/// The text of the plan that the folder is of, if it has one.
fn read(folder: &Path) -> Result<Option<String>, Error> {
    let path = folder.join(PLAN);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(DataError::Read { path, source }.into()),
    }
}

fn write_plan(folder: &Path, manifest: &SweepManifest) -> Result<(), Error> {
    let text = manifest.to_text().map_err(|source| unwritable(folder, source))?;
    part_folder::write(folder, &folder.join(PLAN), text.as_bytes())
}

/// Removes all but the lock. The plan goes first, so that what is left if this is stopped is of no plan.
fn empty(folder: &Path) -> io::Result<()> {
    absent_is_fine(fs::remove_file(folder.join(PLAN)))?;
    absent_is_fine(fs::remove_dir_all(folder.join(PARTS)))
}

fn absent_is_fine(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn unwritable(path: &Path, source: io::Error) -> Error {
    DataError::Write {
        path: path.to_owned(),
        source,
    }
    .into()
}
