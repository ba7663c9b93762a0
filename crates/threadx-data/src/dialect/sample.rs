//! Rows from the beginning of a file, by which its dialect is found.

use super::kinds::ColumnKinds;

/// Rows that are looked at.
pub(crate) const SAMPLE_ROWS_MAX: usize = 2000;

/// Rows from the beginning of a file, by which its dialect is found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sample {
    /// The names of the columns; of a file without names none.
    pub(crate) names: Option<Vec<String>>,
    /// Lines above the names that are no rows.
    pub(crate) preamble: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
    /// Cells in a row.
    pub(crate) width: usize,
    /// The byte between cells, if the file is text.
    pub(crate) delimiter: Option<u8>,
    /// Whether these are all rows of the file.
    pub(crate) complete: bool,
}

impl Sample {
    /// The cells of a column, from top to bottom.
    pub(crate) fn column(&self, column: usize) -> impl Iterator<Item = &str> + Clone {
        self.rows
            .iter()
            .filter_map(move |row| row.get(column).map(String::as_str))
    }

    pub(crate) fn kinds(&self) -> Vec<ColumnKinds> {
        (0..self.width)
            .map(|column| ColumnKinds::of(self.column(column)))
            .collect()
    }
}
