//! The rows of a file and what was found out about them, before they are made bars.

use std::path::PathBuf;

use super::{order::Order, report::Note, row_reader::Problems, row_store::RowStore};
use crate::{dialect::DialectReport, spacing::Spacings};

/// The rows of a file and what was found out about them, before they are made bars.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) path: PathBuf,
    pub(crate) entry: Option<String>,
    pub(crate) dialect: DialectReport,
    /// The kind of place that a row has: "line" or "row".
    pub(crate) place_name: &'static str,
    /// What the symbol column holds.
    pub(crate) symbol: Option<String>,
    pub(crate) rows: u64,
    pub(crate) store: RowStore,
    pub(crate) order: Order,
    pub(crate) spacings: Spacings,
    pub(crate) problems: Problems,
    pub(crate) notes: Vec<Note>,
    /// Whether the stamps are the times at which bars ended, by the name of their column.
    pub(crate) close_times: bool,
    /// Whether every bar is stamped at midnight UTC of the last day of a month.
    pub(crate) all_month_ends: bool,
    /// Stamps that name an offset, and stamps that are midnight UTC.
    pub(crate) offsets: u64,
    pub(crate) midnights: u64,
}
