//! Why a command of `xtask` fails.

use std::io;
use std::path::PathBuf;

use crate::layers::{PictureError, TableError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("ask cargo for the metadata of the workspace")]
    Metadata(#[source] cargo_metadata::Error),
    #[error("read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("write {}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("parse {}", path.display())]
    Manifest {
        path: PathBuf,
        source: Box<toml::de::Error>,
    },
    #[error("read the layer table of {page}")]
    Table { page: &'static str, source: TableError },
    #[error("find the picture of the layers in {page}")]
    Picture {
        page: &'static str,
        source: PictureError,
    },
    #[error("the workspace departs from {page} in {count} place(s), listed above")]
    Layers { page: &'static str, count: usize },
    #[error("start {program}")]
    Start { program: String, source: io::Error },
    #[error("these steps failed: {}", steps.join(", "))]
    Steps { steps: Vec<&'static str> },
    #[error("{name} did not build: {status}")]
    ProgramBuild {
        name: &'static str,
        status: std::process::ExitStatus,
    },
    #[error("cargo built {name} and named no program; is its binary still called that?")]
    ProgramMissing { name: &'static str },
    #[error("{name} was ended from outside: {status}")]
    ProgramKilled {
        name: &'static str,
        status: std::process::ExitStatus,
    },
    #[error("cargo test --list of {package} failed: {status}")]
    ListTests {
        package: &'static str,
        status: std::process::ExitStatus,
    },
    #[error("understand the figures in {}", path.display())]
    Figures {
        path: PathBuf,
        source: serde_json::Error,
    },
    #[error("{0}")]
    Unmet(&'static str),
    #[error("write the report")]
    Output(#[from] io::Error),
}

/// The error and its causes on one line, the outermost first.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_said_once_after_what_it_caused() {
        let source = io::Error::new(io::ErrorKind::NotFound, "no such file");
        let error = Error::Read {
            path: PathBuf::from("a.md"),
            source,
        };
        assert_eq!(chain(&error), "read a.md: no such file");
    }
}
