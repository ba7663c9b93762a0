//! A folder of the parts of a sweep.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use threadx_error::{DataError, Error, SweepError};

use super::{manifest::SweepManifest, part::Part};

const PLAN: &str = "plan.json";
const LOCK: &str = "lock";
const PARTS: &str = "parts";
/// Parts of a folder, so that no folder grows without bound.
const FOLDER_PARTS: u64 = 1000;
const UNFINISHED: &str = ".unfinished-";

/// A folder of the parts of one sweep. A part is a file that is named for its number and its content, written beside
/// its place, synced and moved there: whatever stops the process, and whenever, the folder holds whole parts, and what
/// is not whole is noticed by its checksum and run again.
#[derive(Debug)]
pub(super) struct Store {
    folder: PathBuf,
    plan: String,
    parts: Mutex<BTreeMap<u64, PathBuf>>,
    /// Keeps other processes off until it is dropped.
    _lock: Option<File>,
    /// The folder itself, if it goes with the store.
    temporary: Option<tempfile::TempDir>,
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
        let failed = |source| unwritable(folder, source);
        fs::create_dir_all(folder.join(PARTS)).map_err(failed)?;
        let lock = File::create(folder.join(LOCK)).map_err(failed)?;
        if fs4::FileExt::try_lock(&lock).is_err() {
            return Err(SweepError::CheckpointInUse {
                path: folder.to_owned(),
            }
            .into());
        }
        let plan = folder.join(PLAN);
        match fs::read_to_string(&plan) {
            Ok(_) if held == Held::Refuse => {
                return Err(SweepError::CheckpointExists {
                    path: folder.to_owned(),
                }
                .into());
            }
            Ok(text) => SweepManifest::parse(&text, &plan)?.check(manifest, folder)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let text = manifest.to_text().map_err(failed)?;
                write(folder, &plan, text.as_bytes())?;
            }
            Err(source) => return Err(DataError::Read { path: plan, source }.into()),
        }
        let parts = found(&folder.join(PARTS)).map_err(|source| DataError::Read {
            path: folder.to_owned(),
            source,
        })?;
        Ok(Self {
            folder: folder.to_owned(),
            plan: manifest.hash.clone(),
            parts: Mutex::new(parts),
            _lock: Some(lock),
            temporary: None,
        })
    }

    /// A folder beside `path` that goes away with the store.
    pub(super) fn temporary(path: &Path, manifest: &SweepManifest) -> Result<Self, Error> {
        let beside = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let temporary = tempfile::Builder::new()
            .prefix(".threadx-parts-")
            .tempdir_in(beside)
            .map_err(|source| unwritable(path, source))?;
        Ok(Self {
            folder: temporary.path().to_owned(),
            plan: manifest.hash.clone(),
            parts: Mutex::default(),
            _lock: None,
            temporary: Some(temporary),
        })
    }

    /// Removes what goes with the store, now that nothing of it is needed any more: a process may end before its
    /// last task is dropped.
    pub(super) fn clear(&self) {
        if let Some(temporary) = &self.temporary
            && let Err(error) = fs::remove_dir_all(temporary.path())
        {
            tracing::warn!(path = %temporary.path().display(), %error, "the parts of a sweep could not be removed");
        }
    }

    /// Where it is.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The numbers of the parts that it holds, whole or not.
    pub(super) fn held(&self) -> Vec<u64> {
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.keys().copied().collect()
    }

    /// The part of that number; `None` if it is not there or not whole.
    pub(super) fn load(&self, index: u64) -> Option<Part> {
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let path = parts.get(&index)?.clone();
        drop(parts);
        let text = fs::read_to_string(path).ok()?;
        let part = Part::decode(&self.plan, &mut text.lines()).ok()?;
        (part.index == index).then_some(part)
    }

    /// Keeps a part.
    pub(super) fn save(&self, part: &Part) -> Result<(), Error> {
        let folder = self
            .folder
            .join(PARTS)
            .join(format!("{:06}", part.index / FOLDER_PARTS));
        fs::create_dir_all(&folder).map_err(|source| unwritable(&folder, source))?;
        let hash = blake3::Hash::from_bytes(part.checksum).to_hex();
        let path = folder.join(format!("{:09}-{}.jsonl", part.index, &hash[..32]));
        let text = part
            .encode()
            .map_err(|error| unwritable(&path, io::Error::from(error)))?;
        write(&folder, &path, &text)?;
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.insert(part.index, path);
        Ok(())
    }
}

/// The files of parts below a folder by their numbers. What was being written when a process ended is removed.
fn found(folder: &Path) -> io::Result<BTreeMap<u64, PathBuf>> {
    let mut parts = BTreeMap::new();
    for inner in fs::read_dir(folder)? {
        let inner = inner?.path();
        if !inner.is_dir() {
            continue;
        }
        for file in fs::read_dir(inner)? {
            let path = file?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                continue;
            };
            if name.starts_with(UNFINISHED) {
                fs::remove_file(&path)?;
            } else if let Some((index, _)) = name.split_once('-')
                && let Ok(index) = index.parse()
            {
                parts.insert(index, path);
            }
        }
    }
    Ok(parts)
}

/// Writes a file beside its place, syncs it and moves it there.
fn write(folder: &Path, path: &Path, content: &[u8]) -> Result<(), Error> {
    let written = || -> io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder)?;
        file.write_all(content)?;
        file.as_file().sync_data()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    written().map_err(|source| unwritable(path, source))
}

fn unwritable(path: &Path, source: io::Error) -> Error {
    DataError::Write {
        path: path.to_owned(),
        source,
    }
    .into()
}
