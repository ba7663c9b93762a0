//! One broken rule of a request or a settings file.

use serde::Serialize;

/// The stable name of a rule that a request can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ViolationCode {
    /// The document is not JSON or TOML at all.
    BadSyntax,
    /// The document is not UTF-8.
    NotUtf8,
    /// The document is larger than the limit, in bytes.
    TooLarge,
    /// The document nests deeper than the limit.
    TooDeep,
    /// The same key stands twice in one object.
    DuplicateKey,
    /// A field that the request does not have.
    UnknownField,
    /// A required field is absent or null.
    Missing,
    /// The value is of another type than the field.
    WrongType,
    /// NaN or infinite.
    NotFinite,
    /// A number, count or length outside its bounds.
    OutOfRange,
    /// Text that does not have the field's form.
    BadFormat,
    /// Two fields of which at most one may be given.
    Conflict,
    /// Not one of the field's named values.
    UnknownValue,
    /// A token that the catalogue does not have.
    UnknownToken,
    /// Not a timeframe.
    UnknownTimeframe,
    /// A strategy that is not registered.
    UnknownStrategy,
    /// An indicator that is not registered.
    UnknownIndicator,
    /// A parameter that the strategy or indicator does not have.
    UnknownParameter,
    /// Not a timestamp, or not a date of the calendar.
    BadTimestamp,
    /// The end is not after the start.
    EndNotAfterStart,
    /// A date later than now plus one bar.
    InFuture,
    /// Two parameters break a rule that the strategy states about them.
    CrossRule,
    /// Sizing by risk without any stop to measure the risk by.
    RiskWithoutStop,
    /// The same entry twice after normalisation.
    Duplicate,
    /// More combinations than allowed.
    TooManyCombinations,
    /// A field or value whose behaviour this version does not have.
    Unsupported,
}

impl ViolationCode {
    /// The name in the wire form, `snake_case`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadSyntax => "bad_syntax",
            Self::NotUtf8 => "not_utf8",
            Self::TooLarge => "too_large",
            Self::TooDeep => "too_deep",
            Self::DuplicateKey => "duplicate_key",
            Self::UnknownField => "unknown_field",
            Self::Missing => "missing",
            Self::WrongType => "wrong_type",
            Self::NotFinite => "not_finite",
            Self::OutOfRange => "out_of_range",
            Self::BadFormat => "bad_format",
            Self::Conflict => "conflict",
            Self::UnknownValue => "unknown_value",
            Self::UnknownToken => "unknown_token",
            Self::UnknownTimeframe => "unknown_timeframe",
            Self::UnknownStrategy => "unknown_strategy",
            Self::UnknownIndicator => "unknown_indicator",
            Self::UnknownParameter => "unknown_parameter",
            Self::BadTimestamp => "bad_timestamp",
            Self::EndNotAfterStart => "end_not_after_start",
            Self::InFuture => "in_future",
            Self::CrossRule => "cross_rule",
            Self::RiskWithoutStop => "risk_without_stop",
            Self::Duplicate => "duplicate",
            Self::TooManyCombinations => "too_many_combinations",
            Self::Unsupported => "unsupported",
        }
    }
}

impl std::fmt::Display for ViolationCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a field accepts: an interval of numbers, or a list of names.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Bounds {
    /// Numbers, counts and lengths between two ends; an absent end is open.
    Range {
        /// Smallest value.
        #[serde(skip_serializing_if = "Option::is_none")]
        min: Option<f64>,
        /// Largest value.
        #[serde(skip_serializing_if = "Option::is_none")]
        max: Option<f64>,
        /// Whether `min` itself is refused.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        min_exclusive: bool,
        /// Whether `max` itself is refused.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        max_exclusive: bool,
    },
    /// One of these names.
    OneOf {
        /// The names, in the order in which they are documented.
        one_of: Vec<String>,
    },
}

impl std::fmt::Display for Bounds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Range {
                min,
                max,
                min_exclusive,
                max_exclusive,
            } => match (min, max) {
                (Some(min), Some(max)) if !min_exclusive && !max_exclusive => {
                    write!(f, "between {min} and {max}")
                }
                (Some(min), Some(max)) => write!(
                    f,
                    "{} {min} and {} {max}",
                    if *min_exclusive {
                        "greater than"
                    } else {
                        "at least"
                    },
                    if *max_exclusive { "less than" } else { "at most" },
                ),
                (Some(min), None) if *min_exclusive => write!(f, "greater than {min}"),
                (Some(min), None) => write!(f, "at least {min}"),
                (None, Some(max)) if *max_exclusive => write!(f, "less than {max}"),
                (None, Some(max)) => write!(f, "at most {max}"),
                (None, None) => f.write_str("any number"),
            },
            Self::OneOf { one_of } => write!(f, "one of {}", one_of.join(", ")),
        }
    }
}

/// One broken rule: the field, what it held, what it accepts, and where it stands.
///
/// ```
/// use threadx_error::{Bounds, Violation, ViolationCode};
///
/// let violation = Violation::new(
///     "params.period",
///     ViolationCode::OutOfRange,
///     "must be between 2 and 500, got 1",
/// )
/// .with_value(1)
/// .with_bounds(Bounds::Range {
///     min: Some(2.0),
///     max: Some(500.0),
///     min_exclusive: false,
///     max_exclusive: false,
/// })
/// .at(3, 14);
///
/// assert_eq!(violation.to_string(), "params.period must be between 2 and 500, got 1");
/// assert_eq!(
///     serde_json::to_string(&violation)?,
///     r#"{"field":"params.period","code":"out_of_range","message":"must be between 2 and 500, got 1","value":1,"bounds":{"min":2.0,"max":500.0},"line":3,"column":14}"#
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Violation {
    /// Path of the field, dots between names and `[i]` for list items; empty for the whole document.
    pub field: String,
    /// The rule that was broken.
    pub code: ViolationCode,
    /// A clause that fits behind the field's name: what was expected and what came.
    pub message: String,
    /// The offending value as it came; absent if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<serde_json::Value>,
    /// What the field accepts, where that is an interval or a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounds: Option<Bounds>,
    /// Line in the request file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column in the request file, in characters from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}

impl Violation {
    /// A violation of `code` in `field`; `message` is a clause that fits behind the field's name.
    pub fn new(field: impl Into<String>, code: ViolationCode, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            code,
            message: message.into(),
            value: None,
            bounds: None,
            line: None,
            column: None,
        }
    }

    /// Adds the offending value.
    #[must_use]
    pub fn with_value(mut self, value: impl Into<serde_json::Value>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// Adds what the field accepts.
    #[must_use]
    pub fn with_bounds(mut self, bounds: Bounds) -> Self {
        self.bounds = Some(bounds);
        self
    }

    /// Adds where the value stands in the request file, both from 1.
    #[must_use]
    pub const fn at(mut self, line: u32, column: u32) -> Self {
        self.line = Some(line);
        self.column = Some(column);
        self
    }
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.field.is_empty() {
            write!(f, "the document {}", self.message)
        } else {
            write!(f, "{} {}", self.field, self.message)
        }
    }
}
