//! Step two: nodes as types, and objects as their fields.

mod blame;
mod duplicates;
mod near;
mod path;
mod scope;
mod untyped;

use threadx_error::DataError;
use threadx_market::Timestamp;

pub(crate) use self::{
    blame::blame,
    duplicates::duplicate_keys,
    near::{near_clause, near_list},
    path::{item_path, join},
    scope::{Given, Scope},
    untyped::typed,
};
use crate::document::{Content, Node};

/// A timestamp as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RawTime {
    Text(String),
    Epoch(i128),
}

impl RawTime {
    pub(crate) const EXPECTED: &str = "RFC 3339, YYYY-MM-DD, YYYY-MM-DD HH:MM[:SS] or an epoch in s, ms, µs or ns, \
                                       a day of the calendar between 1677-09-21 and 2262-04-11";

    pub(crate) fn parse(&self) -> Result<Timestamp, DataError> {
        match self {
            Self::Text(text) => Timestamp::parse(text),
            Self::Epoch(epoch) => Timestamp::from_epoch(*epoch),
        }
    }
}

pub(crate) fn boolean(node: &Node) -> Option<bool> {
    match &node.content {
        Content::Bool(value) => Some(*value),
        Content::Untyped(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A number; it may be infinite or NaN.
pub(crate) fn number(node: &Node) -> Option<f64> {
    match &node.content {
        // Rounds to the nearest, as a number written with a point would.
        Content::Integer(value) => Some(*value as f64),
        Content::Float(value) => Some(*value),
        Content::Untyped(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A whole number; `20.0` is one.
pub(crate) fn whole(node: &Node) -> Option<i128> {
    match &node.content {
        Content::Integer(value) => Some(*value),
        Content::Float(value) => whole_float(*value),
        Content::Untyped(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| whole_float(text.parse().ok()?))
        }
        _ => None,
    }
}

/// The whole number that a float is, if it is one that an `i128` holds; exact.
fn whole_float(value: f64) -> Option<i128> {
    (value.fract() == 0.0 && value.abs() < 1e38).then_some(value as i128)
}

pub(crate) fn text(node: &Node) -> Option<&str> {
    match &node.content {
        Content::Text(text) | Content::Untyped(text) => Some(text),
        _ => None,
    }
}

pub(crate) fn time(node: &Node) -> Option<RawTime> {
    match &node.content {
        Content::Text(text) | Content::Untyped(text) | Content::Date(text) => {
            Some(RawTime::Text(text.clone()))
        }
        Content::Integer(_) | Content::Float(_) => whole(node).map(RawTime::Epoch),
        _ => None,
    }
}
