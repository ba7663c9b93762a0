//! Bars as an Arrow IPC file.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, TimestampNanosecondArray};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use threadx_error::DataError;
use threadx_market::Bars;

use super::cause::unwritable;
use crate::{csv::HEADER, new_file::NewFile};

/// Bars in a batch.
const BATCH_BARS: usize = 1 << 18;

/// Writes bars to an Arrow IPC file (Feather version 2).
pub(crate) fn export_feather(bars: &Bars, mut file: NewFile) -> Result<(), DataError> {
    let path = file.path().to_owned();
    let utc: Arc<str> = "UTC".into();
    let fields: Vec<Field> = HEADER
        .iter()
        .enumerate()
        .map(|(column, name)| match column {
            0 => Field::new(
                *name,
                DataType::Timestamp(TimeUnit::Nanosecond, Some(Arc::clone(&utc))),
                false,
            ),
            _ => Field::new(*name, DataType::Float64, false),
        })
        .collect();
    let schema = Arc::new(Schema::new(fields));
    let mut write = || -> Result<(), ArrowError> {
        let mut writer = FileWriter::try_new(&mut file, &schema)?;
        for start in (0..bars.len()).step_by(BATCH_BARS) {
            let part = bars.slice(start..start + BATCH_BARS);
            let times: TimestampNanosecondArray =
                part.time().iter().map(|time| Some(time.nanoseconds())).collect();
            let mut columns: Vec<ArrayRef> = vec![Arc::new(times.with_timezone(Arc::clone(&utc)))];
            for values in [part.open(), part.high(), part.low(), part.close(), part.volume()] {
                columns.push(Arc::new(Float64Array::from(values.to_vec())));
            }
            writer.write(&RecordBatch::try_new(Arc::clone(&schema), columns)?)?;
        }
        writer.finish()
    };
    write().map_err(|error| unwritable(&path, error))?;
    file.commit()
}
