//! Files that the program writes.

use std::{io::Write, path::Path};

use threadx::error::DataError;

/// Writes a file beside its place and renames it there, so that it is there whole or not at all. A file that
/// stands there already is left alone unless `force`.
pub(crate) fn write(
    path: &Path,
    force: bool,
    content: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<(), DataError> {
    let failed = |source: std::io::Error| DataError::Write {
        path: path.to_owned(),
        source,
    };
    if !force {
        refuse_existing(path)?;
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = beside(folder).map_err(failed)?;
    {
        let mut buffered = std::io::BufWriter::new(file.as_file_mut());
        content(&mut buffered)
            .and_then(|()| buffered.flush())
            .map_err(failed)?;
    }
    file.as_file().sync_all().map_err(failed)?;
    let persisted = if force {
        file.persist(path)
    } else {
        file.persist_noclobber(path)
    };
    match persisted {
        Ok(_file) => Ok(()),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Err(DataError::Exists {
            path: path.to_owned(),
        }),
        Err(error) => Err(failed(error.error)),
    }
}

/// A new file in the folder, with the permissions that any new file of the user gets.
fn beside(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".threadx-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Refuses a path at which something stands, so that a long run is not made in vain.
pub(crate) fn refuse_existing(path: &Path) -> Result<(), DataError> {
    match path.symlink_metadata() {
        Ok(_) => Err(DataError::Exists {
            path: path.to_owned(),
        }),
        Err(_absent) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trades.csv");
        let failing = write(&path, false, |file| {
            file.write_all(b"half")?;
            Err(std::io::Error::other("the disk is full"))
        });
        assert!(matches!(failing, Err(DataError::Write { .. })));
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            0,
            "nothing is left behind"
        );

        write(&path, false, |file| file.write_all(b"first")).unwrap();
        let again = write(&path, false, |file| file.write_all(b"second"));
        assert!(matches!(again, Err(DataError::Exists { .. })));
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
        write(&path, true, |file| file.write_all(b"third")).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"third");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
