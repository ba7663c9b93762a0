//! What a condition is made of.

use crate::{ParamKind, ParamSpec, ParamValue, Params};

/// A part of a condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Term {
    Number(f64),
    Boolean(bool),
    Text(String),
    Param(String),
    Negative(Box<Self>),
    Not(Box<Self>),
    Calculate(Box<Self>, Arithmetic, Box<Self>),
    Compare(Box<Self>, Comparison, Box<Self>),
    All(Box<Self>, Box<Self>),
    Any(Box<Self>, Box<Self>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

/// What a part yields.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    Number(f64),
    Boolean(bool),
    Text(&'a str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Boolean,
    Text,
}

impl Kind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Text => "a name",
        }
    }
}

impl Term {
    pub(super) fn value<'a>(&'a self, params: &'a Params) -> Option<Value<'a>> {
        let number = |term: &'a Self| match term.value(params)? {
            Value::Number(value) => Some(value),
            _ => None,
        };
        let boolean = |term: &'a Self| match term.value(params)? {
            Value::Boolean(value) => Some(value),
            _ => None,
        };
        Some(match self {
            Self::Number(value) => Value::Number(*value),
            Self::Boolean(value) => Value::Boolean(*value),
            Self::Text(text) => Value::Text(text),
            Self::Param(name) => match params.get(name)? {
                ParamValue::Bool(value) => Value::Boolean(*value),
                ParamValue::Int(value) => Value::Number(*value as f64),
                ParamValue::Float(value) => Value::Number(*value),
                ParamValue::Name(value) => Value::Text(value),
            },
            Self::Negative(term) => Value::Number(-number(term)?),
            Self::Not(term) => Value::Boolean(!boolean(term)?),
            Self::Calculate(a, operation, b) => {
                let (a, b) = (number(a)?, number(b)?);
                Value::Number(match operation {
                    Arithmetic::Add => a + b,
                    Arithmetic::Subtract => a - b,
                    Arithmetic::Multiply => a * b,
                    // Not a number: no comparison with it holds.
                    Arithmetic::Divide if b == 0.0 => f64::NAN,
                    Arithmetic::Divide => a / b,
                })
            }
            Self::Compare(a, comparison, b) => {
                let (a, b) = (a.value(params)?, b.value(params)?);
                Value::Boolean(comparison.holds(a, b)?)
            }
            Self::All(a, b) => Value::Boolean(boolean(a)? && boolean(b)?),
            Self::Any(a, b) => Value::Boolean(boolean(a)? || boolean(b)?),
        })
    }

    /// What the part yields for parameters of these types.
    pub(super) fn kind(&self, params: &[ParamSpec]) -> Result<Kind, String> {
        let wanted = |term: &Self, wanted: Kind| match (term.kind(params)?, wanted) {
            (kind, _) if kind == wanted => Ok(kind),
            (kind, Kind::Boolean) => Err(format!("expected a comparison, found {}", kind.name())),
            (kind, _) => Err(format!("{} cannot be calculated with", kind.name())),
        };
        match self {
            Self::Number(_) => Ok(Kind::Number),
            Self::Boolean(_) => Ok(Kind::Boolean),
            Self::Text(_) => Ok(Kind::Text),
            Self::Param(name) => {
                let param = params.iter().find(|param| param.name == *name).ok_or_else(|| {
                    let mut known: Vec<&str> = params.iter().map(|param| &*param.name).collect();
                    known.sort_unstable();
                    format!("{name} is not a parameter; there are {}", known.join(", "))
                })?;
                Ok(match param.kind {
                    ParamKind::Bool => Kind::Boolean,
                    ParamKind::Name { .. } => Kind::Text,
                    _ => Kind::Number,
                })
            }
            Self::Negative(term) => wanted(term, Kind::Number),
            Self::Not(term) => wanted(term, Kind::Boolean),
            Self::Calculate(a, _, b) => wanted(a, Kind::Number).and_then(|_| wanted(b, Kind::Number)),
            Self::Compare(a, comparison, b) => {
                let (a, b) = (a.kind(params)?, b.kind(params)?);
                if a != b {
                    return Err(format!("{} cannot be compared with {}", a.name(), b.name()));
                }
                let order = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
                if order && a != Kind::Number {
                    return Err(format!("{} cannot be less or greater", a.name()));
                }
                Ok(Kind::Boolean)
            }
            Self::All(a, b) | Self::Any(a, b) => {
                wanted(a, Kind::Boolean).and_then(|_| wanted(b, Kind::Boolean))
            }
        }
    }
}

impl Comparison {
    fn holds(self, a: Value<'_>, b: Value<'_>) -> Option<bool> {
        Some(match (a, b) {
            (Value::Number(a), Value::Number(b)) => match self {
                Self::Less => a < b,
                Self::LessOrEqual => a <= b,
                Self::Greater => a > b,
                Self::GreaterOrEqual => a >= b,
                Self::Equal => a == b,
                Self::NotEqual => a != b,
            },
            _ => match self {
                Self::Equal => a == b,
                Self::NotEqual => a != b,
                _ => return None,
            },
        })
    }
}
