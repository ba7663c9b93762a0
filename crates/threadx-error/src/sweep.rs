//! Parameter sweeps that cannot be run to their end.

/// A parameter sweep that cannot be run to its end.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SweepError {
    /// No combination of the grid can be run.
    #[error("none of the {combinations} combinations of the grid keeps the strategy's rules")]
    NoCombinations {
        /// Combinations of the grid.
        combinations: u64,
    },
    /// The number of combinations does not fit in 64 bits.
    #[error("the grid has more combinations than can be counted")]
    TooManyCombinations,
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
            Self::NoCombinations { .. } => "no_combinations",
            Self::TooManyCombinations => "too_many_combinations",
            Self::Interrupted { .. } => "interrupted",
        }
    }
}
