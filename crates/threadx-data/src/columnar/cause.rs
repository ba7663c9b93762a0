//! Failures of the libraries that read and write columns, as ours.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use threadx_error::DataError;

/// Runs a decoder over bytes that may be damaged. The decoders check less than all of what they read and
/// panic over some of it; that is a damaged file, not a defect of the caller.
pub(super) fn guarded<T>(path: &Path, decode: impl FnOnce() -> Result<T, DataError>) -> Result<T, DataError> {
    // Nothing that the decoder has touched is used after a panic.
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_panic| Err(unreadable(path, "its contents contradict each other")))
}

pub(super) fn unreadable(
    path: &Path,
    cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> DataError {
    DataError::Read {
        path: path.to_owned(),
        source: io::Error::new(io::ErrorKind::InvalidData, cause),
    }
}

pub(super) fn unwritable(
    path: &Path,
    cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> DataError {
    DataError::Write {
        path: path.to_owned(),
        source: io::Error::other(cause),
    }
}
