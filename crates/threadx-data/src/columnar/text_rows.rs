//! Rows of Parquet and Arrow IPC files as text.

use std::path::Path;

use arrow_array::{Array, BooleanArray};
use threadx_error::DataError;

use super::{Kind, batches::Batches, values::text};

/// Hands each row of the file to `row`, numbered from 1, with the names of the columns.
pub(crate) fn rows_as_text(
    path: &Path,
    kind: Kind,
    mut row: impl FnMut(u64, &[String], &[String]) -> Result<(), DataError>,
) -> Result<(), DataError> {
    let mut batches = Batches::open(path, kind)?;
    let header: Vec<String> = batches
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    let mut number = 0;
    let mut cells = Vec::with_capacity(header.len());
    while let Some(batch) = batches.next(path)? {
        for index in 0..batch.num_rows() {
            number += 1;
            cells.clear();
            cells.extend(batch.columns().iter().map(|column| cell(column, index)));
            row(number, &header, &cells)?;
        }
    }
    Ok(())
}

fn cell(column: &dyn Array, row: usize) -> String {
    match column.as_any().downcast_ref::<BooleanArray>() {
        Some(truths) if truths.is_valid(row) => truths.value(row).to_string(),
        Some(_) => String::new(),
        None => text(column, row),
    }
}
