//! Tables of results as Parquet files.

use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use parquet::{
    basic::{Compression, LogicalType, Repetition, Type as Physical, ZstdLevel},
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type},
    file::{
        properties::WriterProperties,
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::types::Type,
};
use threadx_error::DataError;

use super::cause::unwritable;
use crate::{
    Existing,
    new_file::NewFile,
    table::{Cell, Column, ColumnKind},
};

/// Rows of a row group: what a writer holds in memory.
const GROUP_ROWS: usize = 1 << 14;

/// Writes a table to a Parquet file, holding no more than one row group of it.
pub(crate) struct ParquetTable {
    writer: SerializedFileWriter<NewFile>,
    path: PathBuf,
    columns: Vec<Column>,
    group: Vec<Vec<Cell>>,
}

impl std::fmt::Debug for ParquetTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParquetTable")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl ParquetTable {
    pub(crate) fn create(path: &Path, existing: Existing, columns: &[Column]) -> Result<Self, DataError> {
        let file = NewFile::partial(path, existing)?;
        let broken = |error| unwritable(path, error);
        let fields = columns
            .iter()
            .map(|column| {
                let (physical, logical) = match column.kind {
                    ColumnKind::Whole => (Physical::INT64, None),
                    ColumnKind::Number => (Physical::DOUBLE, None),
                    ColumnKind::Boolean => (Physical::BOOLEAN, None),
                    ColumnKind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
                };
                Type::primitive_type_builder(&column.name, physical)
                    .with_repetition(Repetition::OPTIONAL)
                    .with_logical_type(logical)
                    .build()
                    .map(Arc::new)
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(broken)?;
        let schema = Type::group_type_builder("results")
            .with_fields(fields)
            .build()
            .map_err(broken)?;
        let properties = WriterProperties::builder()
            .set_created_by("threadx".to_owned())
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .build();
        let writer =
            SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties)).map_err(broken)?;
        Ok(Self {
            writer,
            path: path.to_owned(),
            columns: columns.to_vec(),
            group: Vec::new(),
        })
    }

    pub(crate) fn push(&mut self, row: &[Cell]) -> Result<(), DataError> {
        self.group.push(row.to_vec());
        if self.group.len() == GROUP_ROWS {
            self.write_group()?;
        }
        Ok(())
    }

    fn write_group(&mut self) -> Result<(), DataError> {
        let rows = std::mem::take(&mut self.group);
        if rows.is_empty() {
            return Ok(());
        }
        let columns = &self.columns;
        let mut write = || -> parquet::errors::Result<()> {
            let mut group = self.writer.next_row_group()?;
            for (place, column) in columns.iter().enumerate() {
                let cells = rows.iter().filter_map(|row| row.get(place));
                match column.kind {
                    ColumnKind::Whole => write_column::<Int64Type>(&mut group, cells, |cell| match cell {
                        Cell::Whole(value) => Some(*value),
                        _ => None,
                    }),
                    ColumnKind::Number => write_column::<DoubleType>(&mut group, cells, |cell| match cell {
                        Cell::Number(value) => Some(*value),
                        Cell::Whole(value) => Some(*value as f64),
                        _ => None,
                    }),
                    ColumnKind::Boolean => write_column::<BoolType>(&mut group, cells, |cell| match cell {
                        Cell::Boolean(value) => Some(*value),
                        _ => None,
                    }),
                    ColumnKind::Text => write_column::<ByteArrayType>(&mut group, cells, |cell| match cell {
                        Cell::Text(text) => Some(ByteArray::from(text.as_bytes().to_vec())),
                        _ => None,
                    }),
                }?;
            }
            group.close()?;
            Ok(())
        };
        write().map_err(|error| unwritable(&self.path, error))
    }

    pub(crate) fn commit(mut self) -> Result<(), DataError> {
        self.write_group()?;
        let mut file = self
            .writer
            .into_inner()
            .map_err(|error| unwritable(&self.path, error))?;
        file.flush()
            .map_err(|source| crate::new_file::unwritable(&self.path, source))?;
        file.commit()
    }
}

fn write_column<'c, T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, NewFile>,
    cells: impl Iterator<Item = &'c Cell>,
    value: impl Fn(&Cell) -> Option<T::T>,
) -> parquet::errors::Result<()> {
    let mut values = Vec::new();
    let mut levels = Vec::new();
    for cell in cells {
        let value = value(cell);
        levels.push(i16::from(value.is_some()));
        values.extend(value);
    }
    if let Some(mut column) = group.next_column()? {
        column.typed::<T>().write_batch(&values, Some(&levels), None)?;
        column.close()?;
    }
    Ok(())
}
