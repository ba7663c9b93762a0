//! What is wrong with a columnar file whose heads were looked at.

use std::{io, path::Path};

use threadx_error::DataError;

/// What is wrong with a file, or why it could not be looked at.
#[derive(Debug)]
pub(super) enum Fault {
    Read(io::Error),
    Damage(String),
}

impl Fault {
    pub(super) fn damage(what: impl Into<String>) -> Self {
        Self::Damage(what.into())
    }

    /// As the error of a file.
    pub(super) fn of(self, path: &Path) -> DataError {
        match self {
            Self::Read(source) => DataError::Read {
                path: path.to_owned(),
                source,
            },
            Self::Damage(what) => DataError::Damaged {
                path: path.to_owned(),
                what,
            },
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}
