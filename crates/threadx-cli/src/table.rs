//! Tables of a result, as a person reads them.

use std::io::Write;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

/// A table without lines, its columns as wide as they have to be, the given ones aligned to the right.
pub(crate) struct Plain {
    table: Table,
    right: Vec<usize>,
}

impl Plain {
    pub(crate) fn new(header: impl IntoIterator<Item = impl Into<String>>, right: &[usize]) -> Self {
        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled)
            .set_header(header.into_iter().map(Into::into));
        Self {
            table,
            right: right.to_vec(),
        }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        self.table.add_row(cells.into_iter().map(Into::into));
    }

    pub(crate) fn write(mut self, to: &mut impl Write) -> std::io::Result<()> {
        for column in self.right {
            if let Some(column) = self.table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        for line in self.table.lines() {
            writeln!(to, "{}", line.trim_end())?;
        }
        Ok(())
    }
}
