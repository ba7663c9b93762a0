//! Rows of Parquet and Arrow IPC files of any origin.

use std::{ops::ControlFlow, path::Path};

use arrow_array::{ArrayRef, RecordBatch};
use threadx_error::DataError;

use super::{
    batches::Batches,
    typed::{Numbers, Stamps},
    values::{is_time, text},
};
use crate::{
    ImportOptions, OnProgress, Progress,
    dialect::{Plan, SAMPLE_ROWS_MAX, Sample, TimeColumns},
    import::{Gathered, Planner, RowReader},
};

/// The kinds of columnar files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Parquet,
    /// Arrow IPC as a file, also called Feather version 2.
    ArrowFile,
    /// Arrow IPC as a stream.
    ArrowStream,
}

impl Kind {
    /// The kind of a file that begins with `magic`.
    pub(crate) fn of(magic: &[u8]) -> Option<Self> {
        if magic.starts_with(b"PAR1") {
            Some(Self::Parquet)
        } else if magic.starts_with(b"ARROW1") {
            Some(Self::ArrowFile)
        } else if magic.starts_with(&[0xff; 4]) {
            Some(Self::ArrowStream)
        } else {
            None
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Parquet => "Parquet",
            Self::ArrowFile => "Arrow IPC file",
            Self::ArrowStream => "Arrow IPC stream",
        }
    }
}

/// Reads the rows of a columnar file.
pub(crate) fn gather(
    path: &Path,
    kind: Kind,
    options: &ImportOptions,
    on_progress: OnProgress<'_>,
) -> Result<Gathered, DataError> {
    let planner = Planner::new(path, options);
    let size = std::fs::metadata(path)
        .map_err(|source| DataError::Read {
            path: path.to_owned(),
            source,
        })?
        .len();
    let mut batches = Batches::open(path, kind)?;
    let first = loop {
        match batches.next(path)? {
            Some(batch) if batch.num_rows() > 0 => break batch,
            Some(_) => {}
            None => return Err(planner.layout("expected bars, got none")),
        }
    };
    let sample = sample(&batches, &first);
    let plan = planner.plan(&sample, None, |_| Ok(Vec::new()))?;
    let mut reader = RowReader::new(&plan, &sample, options, "row");
    let mut batch = Some(first);
    let mut place = 0;
    while let Some(rows) = batch {
        read_batch(&rows, &plan, &mut reader, &mut place).map_err(|source| DataError::Read {
            path: path.to_owned(),
            source,
        })?;
        let progress = Progress {
            bytes: 0,
            bytes_total: size,
            rows: place,
        };
        if on_progress(progress) == ControlFlow::Break(()) {
            return Err(DataError::Interrupted {
                path: path.to_owned(),
            });
        }
        batch = batches.next(path)?;
    }
    planner.gathered(reader, &plan, kind.name(), None)
}

/// The first rows as texts, by which the columns are told. A column whose type is that of stamps is one,
/// whatever it is called (an index of pandas, say).
fn sample(batches: &Batches, first: &RecordBatch) -> Sample {
    let schema = batches.schema();
    let names = schema.fields().iter().map(|field| {
        let named = crate::dialect::is_time_name(field.name());
        if is_time(field.data_type()) && !named {
            "datetime".to_owned()
        } else {
            field.name().clone()
        }
    });
    let rows = 0..first.num_rows().min(SAMPLE_ROWS_MAX);
    Sample {
        names: Some(names.collect()),
        preamble: Vec::new(),
        rows: rows.map(|row| texts(first.columns(), row)).collect(),
        width: first.num_columns(),
        delimiter: None,
        complete: first.num_rows() <= SAMPLE_ROWS_MAX,
    }
}

fn texts(columns: &[ArrayRef], row: usize) -> Vec<String> {
    columns.iter().map(|column| text(column, row)).collect()
}

fn read_batch(
    batch: &RecordBatch,
    plan: &Plan,
    reader: &mut RowReader<'_>,
    place: &mut u64,
) -> std::io::Result<()> {
    let columns = batch.columns();
    let roles = &plan.roles;
    // Only plain rows are read by their types; whatever else there is goes the way that text goes.
    let time = match roles.time {
        TimeColumns::One(column) if roles.symbol.is_none() && roles.check_time.is_none() => Some(column),
        _ => None,
    };
    let prepared = time.and_then(|time| {
        let stamps = Stamps::of(&columns[time])?;
        let values: Option<Vec<Numbers<'_>>> = roles
            .prices
            .into_iter()
            .chain(roles.volume)
            .map(|column| Numbers::of(&columns[column]))
            .collect();
        Some((stamps, values?))
    });
    for row in 0..batch.num_rows() {
        *place += 1;
        let typed = || {
            let (stamps, numbers) = prepared.as_ref()?;
            let moment = stamps.at(row)?;
            let mut values = [0.0; 5];
            for (value, numbers) in values.iter_mut().zip(numbers) {
                *value = numbers.at(row)?;
            }
            Some((moment, values))
        };
        match typed() {
            Some((moment, values)) => reader.typed(*place, moment, values, || texts(columns, row))?,
            None => reader.texts(*place, &texts(columns, row))?,
        }
    }
    Ok(())
}
