//! Text files: opening them, cutting them into rows and cells.

mod cells;
mod json;
mod line_ends;
mod open;
mod utf16;

pub(crate) use cells::cells;
pub(crate) use json::{JsonError, JsonRow, JsonRows};
pub(crate) use open::Opened;
#[cfg(feature = "parquet")]
pub(crate) use open::peek;
