//! The platform's folder for data.

use std::{collections::BTreeMap, ffi::OsString, path::PathBuf};

/// The platform's folder for ThreadX's data, as the environment names it: `$XDG_DATA_HOME/threadx` or
/// `~/.local/share/threadx`, on macOS `~/Library/Application Support/threadx`, on Windows `%APPDATA%\threadx`.
pub(super) fn platform_folder(variables: &BTreeMap<OsString, OsString>) -> Option<PathBuf> {
    // A relative path would mean another folder wherever the program is started.
    let folder = |name: &str| {
        let path = PathBuf::from(variables.get(&OsString::from(name))?);
        path.is_absolute().then_some(path)
    };
    let base = if cfg!(windows) {
        folder("APPDATA")
    } else if cfg!(target_os = "macos") {
        folder("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        folder("XDG_DATA_HOME").or_else(|| folder("HOME").map(|home| home.join(".local/share")))
    };
    base.map(|base| base.join("threadx"))
}
