//! The process's settings.

use std::path::Path;

use threadx::{
    Error,
    error::ConfigurationError,
    request::{Settings, Valid},
};

/// The settings if nothing sets one.
pub(crate) fn defaults() -> Result<Valid<Settings>, Error> {
    Ok(Settings::load(None, [])?)
}

/// The settings of the file, if one is named, and of the `THREADX_*` variables.
pub(crate) fn load(file: Option<&Path>) -> Result<Valid<Settings>, Error> {
    let bytes = match file {
        Some(path) => Some(
            std::fs::read(path).map_err(|source| ConfigurationError::Unreadable {
                path: path.to_owned(),
                source,
            })?,
        ),
        None => None,
    };
    Settings::load(bytes.as_deref(), std::env::vars_os()).map_err(|error| {
        let error = Error::from(error).with_operation("settings");
        match file {
            Some(path) => error.with_path(path.display().to_string()),
            None => error,
        }
    })
}
