//! What a caller puts into a document by hand.

use threadx_market::{Symbol, Timeframe, Timestamp};
use threadx_spec::{Criterion, Direction, FillModel, ParamValue, Params, Sizing, WarmUp};

use crate::{Check, DeclaredCalendar};

/// A value that a caller puts into a [`Document`](crate::Document) by hand.
///
/// ```
/// use threadx_request::Value;
///
/// assert_eq!(Value::from(20_u32), Value::Integer(20));
/// assert_eq!(Value::from("BTCUSDT"), Value::Text("BTCUSDT".to_owned()));
/// assert_eq!(Value::untyped("20"), Value::Untyped("20".to_owned()));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// As good as absent.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i128),
    /// A number; one that is not finite is refused by the rules.
    Float(f64),
    /// Text.
    Text(String),
    /// Text whose type the field decides, as from a flag or an environment variable: `20` is a number where the
    /// field is one and text where it is not. A list is separated by commas, a range of a grid is
    /// `min:max:step`, a sizing is `fraction=0.5`.
    Untyped(String),
    /// A list.
    List(Vec<Self>),
    /// An object, in order.
    Map(Vec<(String, Self)>),
}

impl Value {
    /// Text whose type the field decides.
    pub fn untyped(text: impl Into<String>) -> Self {
        Self::Untyped(text.into())
    }

    /// An object, in order.
    pub fn map<K: Into<String>, V: Into<Self>>(entries: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::Map(
            entries
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

macro_rules! from_integers {
    ($($type:ty)*) => {
        $(
            impl From<$type> for Value {
                fn from(value: $type) -> Self {
                    Self::Integer(i128::from(value))
                }
            }
        )*
    };
}

from_integers!(u8 u16 u32 u64 i8 i16 i32 i64 i128);

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        // No target has a usize above 128 bits, so the cast is exact.
        Self::Integer(value as i128)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&Symbol> for Value {
    fn from(value: &Symbol) -> Self {
        Self::from(value.as_str())
    }
}

impl From<Timeframe> for Value {
    fn from(value: Timeframe) -> Self {
        Self::from(value.as_str())
    }
}

impl From<Timestamp> for Value {
    fn from(value: Timestamp) -> Self {
        Self::Text(value.to_string())
    }
}

impl From<Sizing> for Value {
    fn from(value: Sizing) -> Self {
        match value {
            Sizing::Fraction(share) => Self::map([("fraction", share)]),
            Sizing::Cash(cash) => Self::map([("cash", cash)]),
            Sizing::Quantity(units) => Self::map([("quantity", units)]),
            Sizing::Risk(share) => Self::map([("risk", share)]),
            _ => Self::from("all_in"),
        }
    }
}

macro_rules! from_named {
    ($($type:ident)*) => {
        $(
            impl From<$type> for Value {
                fn from(value: $type) -> Self {
                    $type::NAMES
                        .iter()
                        .find(|(_, named)| *named == value)
                        .map_or(Self::Null, |(name, _)| Self::from(*name))
                }
            }
        )*
    };
}

from_named!(Direction FillModel WarmUp);

impl From<Criterion> for Value {
    fn from(value: Criterion) -> Self {
        Self::from(value.to_string())
    }
}

impl From<Check> for Value {
    fn from(value: Check) -> Self {
        Self::from(value.as_str())
    }
}

impl From<DeclaredCalendar> for Value {
    fn from(value: DeclaredCalendar) -> Self {
        Self::from(value.as_str())
    }
}

impl From<ParamValue> for Value {
    fn from(value: ParamValue) -> Self {
        match value {
            ParamValue::Bool(value) => Self::Bool(value),
            ParamValue::Int(value) => Self::from(value),
            ParamValue::Float(value) => Self::Float(value),
            ParamValue::Name(value) => Self::Text(value),
        }
    }
}

impl From<Params> for Value {
    fn from(params: Params) -> Self {
        Self::map(params.iter().map(|(name, value)| (name, value.clone())))
    }
}

impl<T: Into<Self>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(value),
            serde_json::Value::Number(number) => number
                .as_i128()
                .map_or_else(|| Self::Float(number.as_f64().unwrap_or(f64::NAN)), Self::Integer),
            serde_json::Value::String(text) => Self::Text(text),
            serde_json::Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            serde_json::Value::Object(entries) => Self::map(entries),
        }
    }
}
