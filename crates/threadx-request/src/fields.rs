//! The tables of fields.

pub(crate) mod data;
pub(crate) mod indicators;
pub(crate) mod run;
pub(crate) mod settings;
pub(crate) mod sweep;

pub(crate) use run::SIZING;

use crate::field::{Field, Kind};

/// A required token with its alias.
const fn token(doc: &'static str) -> Field {
    Field::required("token", Kind::Token, doc).alias("symbol")
}
