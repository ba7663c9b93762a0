//! A file that is written beside its place and moved there when it is whole.

use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile};
use threadx_error::DataError;

/// What the names of files begin with that are not yet whole.
pub(crate) const UNFINISHED_PREFIX: &str = ".threadx-";

/// What is done where a file stands already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Existing {
    /// It is left alone, and nothing is written.
    #[default]
    Refuse,
    /// It is replaced.
    Replace,
}

/// A file that is written beside its place and moved there when it is whole: who reads the place finds the old
/// file or the new one, never a part. Without [`commit`](Self::commit) nothing is left behind.
pub(crate) struct NewFile {
    writer: BufWriter<NamedTempFile>,
    path: PathBuf,
    existing: Existing,
}

impl NewFile {
    pub(crate) fn create(path: &Path, existing: Existing) -> Result<Self, DataError> {
        refuse(path, existing)?;
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut builder = Builder::new();
        builder.prefix(UNFINISHED_PREFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As any other new file: what the user's mask leaves.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let file = builder
            .tempfile_in(folder)
            .map_err(|source| unwritable(path, source))?;
        Ok(Self::of(file, path, existing))
    }

    /// As [`create`](Self::create), but under the name of the place with `.partial` behind it while it is written: what
    /// a process that was killed has left is seen for what it is, and written over by the next.
    #[cfg(feature = "parquet")]
    pub(crate) fn partial(path: &Path, existing: Existing) -> Result<Self, DataError> {
        refuse(path, existing)?;
        let mut name = path.as_os_str().to_owned();
        name.push(".partial");
        let begun = || {
            let file = std::fs::File::create(&name)?;
            let beside = tempfile::TempPath::try_from_path(&name)?;
            Ok(NamedTempFile::from_parts(file, beside))
        };
        let file = begun().map_err(|source| unwritable(path, source))?;
        Ok(Self::of(file, path, existing))
    }

    fn of(file: NamedTempFile, path: &Path, existing: Existing) -> Self {
        Self {
            writer: BufWriter::with_capacity(1 << 18, file),
            path: path.to_owned(),
            existing,
        }
    }

    /// Where it will be.
    #[cfg(feature = "parquet")]
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where it is while it is written.
    #[cfg(feature = "parquet")]
    pub(crate) fn beside(&self) -> &Path {
        self.writer.get_ref().path()
    }

    /// As [`commit`](Self::commit), to another place in the same folder.
    #[cfg(feature = "parquet")]
    pub(crate) fn commit_as(mut self, path: &Path) -> Result<(), DataError> {
        path.clone_into(&mut self.path);
        self.commit()
    }

    /// Moves the file to its place, after it has reached the disk.
    pub(crate) fn commit(self) -> Result<(), DataError> {
        let Self {
            writer,
            path,
            existing,
        } = self;
        let file = writer
            .into_inner()
            .map_err(|error| unwritable(&path, error.into_error()))?;
        file.as_file()
            .sync_all()
            .map_err(|source| unwritable(&path, source))?;
        let persisted = match existing {
            Existing::Replace => file.persist(&path),
            Existing::Refuse => file.persist_noclobber(&path),
        };
        match persisted {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(DataError::Exists { path })
            }
            Err(error) => Err(unwritable(&path, error.error)),
        }
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

fn refuse(path: &Path, existing: Existing) -> Result<(), DataError> {
    let exists = path.try_exists().map_err(|source| unwritable(path, source))?;
    if exists && existing == Existing::Refuse {
        return Err(DataError::Exists {
            path: path.to_owned(),
        });
    }
    Ok(())
}

pub(crate) fn unwritable(path: &Path, source: io::Error) -> DataError {
    DataError::Write {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.csv");
        let mut file = NewFile::create(&path, Existing::Refuse).unwrap();
        file.write_all(b"one").unwrap();
        assert!(!path.exists());
        drop(file);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);

        let mut file = NewFile::create(&path, Existing::Refuse).unwrap();
        file.write_all(b"two").unwrap();
        file.commit().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
    }

    #[test]
    fn an_existing_file_is_replaced_only_if_asked() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.csv");
        let late = NewFile::create(&path, Existing::Refuse).unwrap();
        std::fs::write(&path, b"old").unwrap();
        assert!(matches!(late.commit(), Err(DataError::Exists { .. })));
        assert!(matches!(
            NewFile::create(&path, Existing::Refuse),
            Err(DataError::Exists { .. })
        ));
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        let mut file = NewFile::create(&path, Existing::Replace).unwrap();
        file.write_all(b"new").unwrap();
        file.commit().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        let nowhere = NewFile::create(&dir.path().join("x/a.csv"), Existing::Refuse);
        assert!(matches!(nowhere, Err(DataError::Write { .. })));
    }
}
