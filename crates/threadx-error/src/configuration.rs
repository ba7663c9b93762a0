//! Settings that cannot be used.

use std::path::PathBuf;

use crate::Violation;

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigurationError {
    /// Settings break rules: unknown keys, wrong types, values out of bounds.
    #[error("invalid settings{}", first_of(violations))]
    Invalid {
        /// Every broken rule, sorted by field; never empty.
        violations: Vec<Violation>,
    },
    /// The settings file cannot be read.
    #[error("cannot read settings from {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Log events cannot be written to the file.
    #[error("cannot write log events to {}: {reason}", path.display())]
    LogFile {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

fn first_of(violations: &[Violation]) -> String {
    match violations {
        [] => String::new(),
        [only] => format!(": {only}"),
        [first, rest @ ..] => format!(": {first} (and {} more)", rest.len()),
    }
}

impl ConfigurationError {
    /// The stable name of the reason.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "invalid_settings",
            Self::Unreadable { .. } => "unreadable_settings",
            Self::LogFile { .. } => "unwritable_log",
        }
    }
}
