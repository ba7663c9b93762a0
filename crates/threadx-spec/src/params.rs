//! Named parameter values.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ParamValue;

/// Named parameter values, in the order of their names.
///
/// ```
/// use threadx_spec::Params;
///
/// let params = Params::from_iter([("slow_period", 30), ("fast_period", 10)]);
/// assert_eq!(params.int("fast_period"), Some(10));
/// assert_eq!(params.to_string(), "fast_period=10 slow_period=30");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Params(BTreeMap<String, ParamValue>);

impl Params {
    /// No parameters.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&ParamValue> {
        self.0.get(name)
    }

    /// Sets `name` to `value`; returns the value that it replaces.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<ParamValue>) -> Option<ParamValue> {
        self.0.insert(name.into(), value.into())
    }

    /// The whole number `name`; `None` if it is absent or of another type.
    #[must_use]
    pub fn int(&self, name: &str) -> Option<i64> {
        match self.get(name) {
            Some(ParamValue::Int(value)) => Some(*value),
            _ => None,
        }
    }

    /// The number `name`, a whole number included; `None` if it is absent or of another type.
    #[must_use]
    pub fn float(&self, name: &str) -> Option<f64> {
        match self.get(name) {
            Some(ParamValue::Float(value)) => Some(*value),
            Some(ParamValue::Int(value)) => Some(*value as f64),
            _ => None,
        }
    }

    /// The boolean `name`; `None` if it is absent or of another type.
    #[must_use]
    pub fn boolean(&self, name: &str) -> Option<bool> {
        match self.get(name) {
            Some(ParamValue::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    /// The name `name`; `None` if it is absent or of another type.
    #[must_use]
    pub fn name(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(ParamValue::Name(value)) => Some(value),
            _ => None,
        }
    }

    /// The entries in the order of their names.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &ParamValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Number of parameters.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: Into<String>, V: Into<ParamValue>> FromIterator<(K, V)> for Params {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self(
            entries
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

impl std::fmt::Display for Params {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (position, (name, value)) in self.iter().enumerate() {
            let blank = if position == 0 { "" } else { " " };
            write!(f, "{blank}{name}={value}")?;
        }
        Ok(())
    }
}
