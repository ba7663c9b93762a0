//! One broken rule of a request or a settings file.

use serde::Serialize;

macro_rules! codes {
    ($($variant:ident $name:literal $doc:literal)*) => {
        /// The stable name of a rule that a request can break.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[non_exhaustive]
        pub enum ViolationCode {
            $(
                #[doc = $doc]
                #[serde(rename = $name)]
                $variant,
            )*
        }

        impl ViolationCode {
            /// Every code, in the order in which they are documented.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in the wire form, `snake_case`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// One line: what the code says.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self {
                    $(Self::$variant => $doc,)*
                }
            }
        }
    };
}

codes! {
    BadSyntax "bad_syntax" "The document is not JSON or TOML at all."
    NotUtf8 "not_utf8" "The document is not UTF-8."
    TooLarge "too_large" "The document is larger than the limit, in bytes."
    TooDeep "too_deep" "The document nests deeper than the limit."
    DuplicateKey "duplicate_key" "The same key stands twice in one object."
    UnknownField "unknown_field" "A field that the request does not have."
    Missing "missing" "A required field is absent or null."
    WrongType "wrong_type" "The value is of another type than the field."
    NotFinite "not_finite" "NaN or infinite."
    OutOfRange "out_of_range" "A number, count or length outside its bounds."
    BadFormat "bad_format" "Text that does not have the field's form."
    Conflict "conflict" "Two fields of which at most one may be given."
    UnknownValue "unknown_value" "Not one of the field's named values."
    UnknownToken "unknown_token" "A token that the catalogue does not have."
    UnknownTimeframe "unknown_timeframe" "Not a timeframe."
    UnknownStrategy "unknown_strategy" "A strategy that is not registered."
    UnknownIndicator "unknown_indicator" "An indicator that is not registered."
    UnknownParameter "unknown_parameter" "A parameter that the strategy or indicator does not have."
    BadTimestamp "bad_timestamp" "Not a timestamp, or not a date of the calendar."
    EndNotAfterStart "end_not_after_start" "The end is not after the start."
    InFuture "in_future" "A date later than now plus one bar."
    CrossRule "cross_rule" "Two parameters break a rule that the strategy states about them."
    RiskWithoutStop "risk_without_stop" "Sizing by risk without any stop to measure the risk by."
    Duplicate "duplicate" "The same entry twice after normalisation."
    TooManyCombinations "too_many_combinations" "More combinations than allowed."
    Unsupported "unsupported" "A field or value whose behaviour this version does not have."
    NotListed "not_listed" "More rules are broken than are listed."
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
