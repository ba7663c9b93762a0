//! Batches of rows of Parquet and Arrow IPC files.

use std::{
    fs::File,
    io::{BufReader, Seek},
    path::Path,
};

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, SchemaRef};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use threadx_error::DataError;

use super::{
    Kind,
    cause::{guarded, unreadable},
    ipc_blocks, pages,
};

/// Rows of a Parquet file that are decoded at a time.
const BATCH_ROWS: usize = 1 << 16;

/// Batches of rows of Parquet and Arrow IPC files.
pub(super) enum Batches {
    Parquet(SchemaRef, ParquetRecordBatchReader),
    ArrowFile(FileReader<BufReader<File>>),
    ArrowStream(StreamReader<BufReader<File>>),
}

impl Batches {
    pub(super) fn open(path: &Path, kind: Kind) -> Result<Self, DataError> {
        let mut file = File::open(path).map_err(|source| DataError::Read {
            path: path.to_owned(),
            source,
        })?;
        guarded(path, || {
            match kind {
                Kind::Parquet => pages::check_file_head(&file),
                Kind::ArrowFile => ipc_blocks::check_file(&file),
                Kind::ArrowStream => ipc_blocks::check_stream(&file),
            }
            .and_then(|()| Ok(file.rewind()?))
            .map_err(|fault| fault.of(path))?;
            Ok(match kind {
                Kind::Parquet => {
                    let pages = file.try_clone().map_err(|error| unreadable(path, error))?;
                    let builder = ParquetRecordBatchReaderBuilder::try_new(file)
                        .map_err(|error| unreadable(path, error))?;
                    pages::check_pages(&pages, builder.metadata()).map_err(|fault| fault.of(path))?;
                    let schema = builder.schema().clone();
                    let reader = builder.with_batch_size(BATCH_ROWS).build();
                    Self::Parquet(schema, reader.map_err(|error| unreadable(path, error))?)
                }
                Kind::ArrowFile => {
                    let reader = FileReader::try_new(BufReader::new(file), None);
                    Self::ArrowFile(reader.map_err(|error| unreadable(path, error))?)
                }
                Kind::ArrowStream => {
                    let reader = StreamReader::try_new(BufReader::new(file), None);
                    Self::ArrowStream(reader.map_err(|error| unreadable(path, error))?)
                }
            })
        })
    }

    pub(super) fn schema(&self) -> SchemaRef {
        match self {
            Self::Parquet(schema, _) => schema.clone(),
            Self::ArrowFile(reader) => reader.schema(),
            Self::ArrowStream(reader) => reader.schema(),
        }
    }

    pub(super) fn next(&mut self, path: &Path) -> Result<Option<RecordBatch>, DataError> {
        let next: Option<Result<RecordBatch, ArrowError>> = guarded(path, || {
            Ok(match self {
                Self::Parquet(_, reader) => reader.next(),
                Self::ArrowFile(reader) => reader.next(),
                Self::ArrowStream(reader) => reader.next(),
            })
        })?;
        next.transpose().map_err(|error| unreadable(path, error))
    }
}
