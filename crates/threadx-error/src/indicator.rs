//! Indicators that cannot be computed as asked.

/// An indicator that cannot be computed as asked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum IndicatorError {
    /// No indicator of that name.
    #[error("there is no indicator {name:?}{}", suggestion(nearest))]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// Known names near to it, best first.
        nearest: Vec<String>,
    },
    /// A parameter that the indicator does not have.
    #[error("{indicator}: there is no parameter {parameter:?}{}", suggestion(known))]
    UnknownParameter {
        /// The indicator.
        indicator: String,
        /// The parameter that was given.
        parameter: String,
        /// Those that there are, nearest first.
        known: Vec<String>,
    },
    /// A parameter of the wrong type or outside its bounds.
    #[error("{indicator}: parameter {parameter} must be {expected}, got {got}")]
    Parameter {
        /// The indicator.
        indicator: String,
        /// The parameter.
        parameter: String,
        /// What it accepts.
        expected: String,
        /// What came.
        got: String,
    },
    /// Two parameters that do not go together.
    #[error("{indicator}: the rule {rule} is broken by {got}")]
    Rule {
        /// The indicator.
        indicator: String,
        /// The rule, such as `fast_period < slow_period`.
        rule: String,
        /// The parameters.
        got: String,
    },
    /// An output series that the indicator does not have.
    #[error("{indicator}: there is no output {output:?}{}", suggestion(known))]
    UnknownOutput {
        /// The indicator.
        indicator: String,
        /// The output that was asked for.
        output: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// Input or output slices of the wrong length.
    #[error("{indicator}: {slice} has {len} values, expected {expected}")]
    Length {
        /// The indicator.
        indicator: String,
        /// Which slice.
        slice: String,
        /// Its length.
        len: usize,
        /// The length that fits the first input.
        expected: usize,
    },
    /// The caller gave up waiting for it.
    #[error("{indicator}: interrupted before it was computed")]
    Interrupted {
        /// The indicator.
        indicator: String,
    },
}

impl IndicatorError {
    /// The stable name of the reason.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "unknown_indicator",
            Self::UnknownParameter { .. } => "unknown_parameter",
            Self::Parameter { .. } => "bad_parameter",
            Self::Rule { .. } => "rule_broken",
            Self::UnknownOutput { .. } => "unknown_output",
            Self::Length { .. } => "length_mismatch",
            Self::Interrupted { .. } => "interrupted",
        }
    }
}

/// The end of a message that names what was perhaps meant; empty if nothing is known.
fn suggestion(names: &[String]) -> String {
    if names.is_empty() {
        String::new()
    } else {
        format!("; known are {}", names.join(", "))
    }
}
