//! Parts of a sweep as files of a folder.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use threadx_error::{DataError, Error};

use super::part::Part;

/// Parts of a folder, so that no folder grows without bound.
const FOLDER_PARTS: u64 = 1000;
const UNFINISHED: &str = ".unfinished-";

/// Parts as files of a folder. A part is a file that is named for its number and its content, written beside its place,
/// synced and moved there: whatever stops the process, and whenever, the folder holds whole parts, and what is not
/// whole is noticed by its checksum and run again.
#[derive(Debug)]
pub(super) struct PartFolder {
    folder: PathBuf,
    /// Of what they are the parts; it goes into their checksums.
    identity: String,
    parts: Mutex<BTreeMap<u64, PathBuf>>,
}

impl PartFolder {
    /// The parts in that folder, which need not be there yet.
    pub(super) fn open(folder: &Path, identity: String) -> Result<Self, Error> {
        let parts = found(folder).map_err(|source| DataError::Read {
            path: folder.to_owned(),
            source,
        })?;
        Ok(Self {
            folder: folder.to_owned(),
            identity,
            parts: Mutex::new(parts),
        })
    }

    /// Of what they are the parts.
    pub(super) fn identity(&self) -> &str {
        &self.identity
    }

    /// The part of that number; `None` if it is not there or not whole.
    pub(super) fn load(&self, index: u64) -> Option<Part> {
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let path = parts.get(&index)?.clone();
        drop(parts);
        let text = fs::read_to_string(path).ok()?;
        let part = Part::decode(&self.identity, &mut text.lines()).ok()?;
        (part.index == index).then_some(part)
    }

    /// Keeps a part.
    pub(super) fn save(&self, part: &Part) -> Result<(), Error> {
        let folder = self.folder.join(format!("{:06}", part.index / FOLDER_PARTS));
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
    let inners = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(parts),
        inners => inners?,
    };
    for inner in inners {
        let inner = inner?.path();
        if !inner.is_dir() {
            continue;
        }
        remove_unfinished(&inner)?;
        for file in fs::read_dir(inner)? {
            let path = file?.path();
            if let Some(name) = path.file_name().and_then(|name| name.to_str())
                && let Some((index, _)) = name.split_once('-')
                && let Ok(index) = index.parse()
            {
                parts.insert(index, path);
            }
        }
    }
    Ok(parts)
}

/// Removes what was being written into a folder when a process ended.
pub(super) fn remove_unfinished(folder: &Path) -> io::Result<()> {
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if name.is_some_and(|name| name.starts_with(UNFINISHED)) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// Writes a file beside its place, syncs it and moves it there.
pub(super) fn write(folder: &Path, path: &Path, content: &[u8]) -> Result<(), Error> {
    let mut unfinished = tempfile::Builder::new();
    unfinished.prefix(UNFINISHED);
    // As any other new file of the user: others may go on with it.
    #[cfg(unix)]
    unfinished.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let written = || -> io::Result<()> {
        let mut file = unfinished.tempfile_in(folder)?;
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
