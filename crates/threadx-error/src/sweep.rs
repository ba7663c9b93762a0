//! Parameter sweeps that cannot be run to their end.

/// A parameter sweep that cannot be run to its end.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SweepError {
    /// The sweep was interrupted before its end.
    #[error("the sweep was interrupted after {done} of {total} combinations")]
    Interrupted {
        /// Combinations that were done.
        done: u64,
        /// Combinations of the sweep.
        total: u64,
    },
}

impl SweepError {
    /// The stable name of the reason.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Interrupted { .. } => "interrupted",
        }
    }
}
