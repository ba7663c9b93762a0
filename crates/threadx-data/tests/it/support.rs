//! Files for a test.

use std::path::PathBuf;

use tempfile::TempDir;
use threadx_data::{Import, ImportOptions, import};
use threadx_error::DataError;

/// A file of that name, removed with the folder.
pub(crate) fn file(name: &str, bytes: &[u8]) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (dir, path)
}

pub(crate) fn import_text(text: &str, options: &ImportOptions) -> Result<Import, DataError> {
    let (_dir, path) = file("TEST_x.csv", text.as_bytes());
    import(&path, options)
}

/// The stamps of the bars.
pub(crate) fn times(import: &Import) -> Vec<String> {
    import
        .dataset
        .bars
        .time()
        .iter()
        .map(ToString::to_string)
        .collect()
}
