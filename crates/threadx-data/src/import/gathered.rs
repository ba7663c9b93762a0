//! The rows of a file and what was found out about them, before they are made bars.

use std::path::PathBuf;

use super::{collector::Collector, report::Note};
use crate::dialect::DialectReport;

/// The rows of a file and what was found out about them, before they are made bars.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) path: PathBuf,
    pub(crate) entry: Option<String>,
    pub(crate) dialect: DialectReport,
    /// What the symbol column holds.
    pub(crate) symbol: Option<String>,
    pub(crate) collector: Collector,
    pub(crate) notes: Vec<Note>,
    /// Whether the stamps are the times at which bars ended, by the name of their column.
    pub(crate) close_times: bool,
}
