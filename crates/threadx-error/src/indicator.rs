//! Indicators that cannot be computed as asked.

/// An indicator that cannot be computed as asked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum IndicatorError {
    /// No indicator of that name.
    #[error("there is no indicator {name:?}")]
    Unknown {
        /// The name that was asked for.
        name: String,
    },
    /// A parameter outside its bounds.
    #[error("{indicator}: parameter {parameter} must be {expected}, got {got}")]
    Parameter {
        /// The indicator.
        indicator: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// What it accepts.
        expected: String,
        /// What came.
        got: String,
    },
    /// Input or output slices of different lengths.
    #[error("{indicator}: {slice} has {len} values, expected {expected}")]
    Length {
        /// The indicator.
        indicator: &'static str,
        /// Which slice.
        slice: &'static str,
        /// Its length.
        len: usize,
        /// The length of the first input.
        expected: usize,
    },
}

impl IndicatorError {
    /// The stable name of the reason.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "unknown_indicator",
            Self::Parameter { .. } => "bad_parameter",
            Self::Length { .. } => "length_mismatch",
        }
    }
}
