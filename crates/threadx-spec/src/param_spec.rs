//! What a parameter may be.

use std::{borrow::Cow, ops::RangeInclusive};

use serde::Serialize;
use threadx_error::Bounds;

use crate::ParamValue;

/// The type of a parameter and its bounds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ParamKind {
    /// A whole number from `min` to `max`, both included.
    Int {
        /// Smallest value.
        min: i64,
        /// Largest value.
        max: i64,
    },
    /// A finite number from `min` to `max`; `max` is included, `min` unless `min_exclusive`.
    Float {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
        /// Whether `min` itself is refused.
        min_exclusive: bool,
    },
    /// True or false.
    Bool,
    /// One of a list of names.
    Name {
        /// The names.
        one_of: Vec<Cow<'static, str>>,
    },
}

impl ParamKind {
    /// The type's name in messages.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Int { .. } => "a whole number",
            Self::Float { .. } => "a number",
            Self::Bool => "true or false",
            Self::Name { .. } => "a name",
        }
    }

    /// The bounds, `None` for a boolean.
    #[must_use]
    pub fn bounds(&self) -> Option<Bounds> {
        match self {
            // Periods and counts stay far below 2^53, so they are exact.
            Self::Int { min, max } => Some(Bounds::Range {
                min: Some(*min as f64),
                max: Some(*max as f64),
                min_exclusive: false,
                max_exclusive: false,
            }),
            Self::Float {
                min,
                max,
                min_exclusive,
            } => Some(Bounds::Range {
                min: Some(*min),
                max: Some(*max),
                min_exclusive: *min_exclusive,
                max_exclusive: false,
            }),
            Self::Bool => None,
            Self::Name { one_of } => Some(Bounds::OneOf {
                one_of: one_of.iter().map(|name| name.clone().into_owned()).collect(),
            }),
        }
    }

    /// The value as this type, whatever its bounds: 30.0 is the whole number 30 and 2 the number 2.0.
    #[must_use]
    pub fn convert(&self, value: &ParamValue) -> Option<ParamValue> {
        match (self, value) {
            (Self::Int { .. }, ParamValue::Int(_))
            | (Self::Bool, ParamValue::Bool(_))
            | (Self::Name { .. }, ParamValue::Name(_)) => Some(value.clone()),
            // The range keeps the cast exact.
            (Self::Int { .. }, ParamValue::Float(float)) if float.fract() == 0.0 && float.abs() < 9e15 => {
                Some(ParamValue::Int(*float as i64))
            }
            // -0.0 is written as 0.0, so that equal values have one form.
            (Self::Float { .. }, ParamValue::Float(float)) if float.is_finite() => {
                Some(ParamValue::Float(*float + 0.0))
            }
            (Self::Float { .. }, ParamValue::Int(int)) => Some(ParamValue::Float(*int as f64)),
            _ => None,
        }
    }
}

/// A parameter as its strategy or indicator publishes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ParamSpec {
    /// Name, `snake_case`.
    pub name: Cow<'static, str>,
    /// Type and bounds.
    #[serde(flatten)]
    pub kind: ParamKind,
    /// Value when none is given; lies within the bounds.
    pub default: ParamValue,
    /// What it means, with its unit, as a clause.
    pub description: Cow<'static, str>,
}

impl ParamSpec {
    /// A whole number within `bounds`.
    pub fn int(
        name: impl Into<Cow<'static, str>>,
        default: i64,
        bounds: RangeInclusive<i64>,
        description: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            name: name.into(),
            kind: ParamKind::Int {
                min: *bounds.start(),
                max: *bounds.end(),
            },
            default: ParamValue::Int(default),
            description: description.into(),
        }
    }

    /// A number within `bounds`, both ends included.
    pub fn float(
        name: impl Into<Cow<'static, str>>,
        default: f64,
        bounds: RangeInclusive<f64>,
        description: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            name: name.into(),
            kind: ParamKind::Float {
                min: *bounds.start(),
                max: *bounds.end(),
                min_exclusive: false,
            },
            default: ParamValue::Float(default),
            description: description.into(),
        }
    }

    /// A number above 0 and at most `max`.
    pub fn positive(
        name: impl Into<Cow<'static, str>>,
        default: f64,
        max: f64,
        description: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            name: name.into(),
            kind: ParamKind::Float {
                min: 0.0,
                max,
                min_exclusive: true,
            },
            default: ParamValue::Float(default),
            description: description.into(),
        }
    }

    /// True or false.
    pub fn boolean(
        name: impl Into<Cow<'static, str>>,
        default: bool,
        description: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            name: name.into(),
            kind: ParamKind::Bool,
            default: ParamValue::Bool(default),
            description: description.into(),
        }
    }

    /// One of a list of names.
    pub fn name(
        name: impl Into<Cow<'static, str>>,
        default: &'static str,
        one_of: &[&'static str],
        description: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            name: name.into(),
            kind: ParamKind::Name {
                one_of: one_of.iter().map(|name| Cow::Borrowed(*name)).collect(),
            },
            default: ParamValue::Name(default.to_owned()),
            description: description.into(),
        }
    }

    /// The value as this parameter's type, if it is one and lies within the bounds.
    #[must_use]
    pub fn accept(&self, value: &ParamValue) -> Option<ParamValue> {
        let value = self.kind.convert(value)?;
        let within = match (&self.kind, &value) {
            (ParamKind::Int { min, max }, ParamValue::Int(int)) => (min..=max).contains(&int),
            (
                ParamKind::Float {
                    min,
                    max,
                    min_exclusive,
                },
                ParamValue::Float(float),
            ) => float <= max && if *min_exclusive { float > min } else { float >= min },
            (ParamKind::Name { one_of }, ParamValue::Name(name)) => one_of.iter().any(|known| known == name),
            _ => true,
        };
        within.then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_what_lies_within_the_bounds_only() {
        let check = |spec: &ParamSpec, value: ParamValue, expect: Option<ParamValue>| {
            assert_eq!(spec.accept(&value), expect, "{value:?}");
        };
        let period = ParamSpec::int("period", 20, 2..=500, "");
        check(&period, 2.into(), Some(2.into()));
        check(&period, 500.into(), Some(500.into()));
        check(&period, 1.into(), None);
        check(&period, 501.into(), None);
        check(&period, 20.0.into(), Some(20.into()));
        check(&period, 20.5.into(), None);
        check(&period, f64::NAN.into(), None);
        check(&period, 1e300.into(), None);
        check(&period, "20".into(), None);

        let width = ParamSpec::positive("std", 2.0, 10.0, "");
        check(&width, 0.0.into(), None);
        check(&width, f64::MIN_POSITIVE.into(), Some(f64::MIN_POSITIVE.into()));
        check(&width, 10.into(), Some(10.0.into()));
        check(&width, f64::INFINITY.into(), None);

        let kind = ParamSpec::name("kind", "sma", &["sma", "ema"], "");
        check(&kind, "ema".into(), Some("ema".into()));
        check(&kind, "hma".into(), None);
        check(&kind, true.into(), None);
    }
}
