//! Writing a table of results, row by row.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use threadx_error::DataError;

use crate::{Existing, new_file::unwritable};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Whole numbers.
    Whole,
    /// Numbers.
    Number,
    /// True or false.
    Boolean,
    /// Text.
    Text,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
}

/// A value of a row, of its column's kind or absent.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// No value.
    Absent,
    /// A whole number.
    Whole(i64),
    /// A number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// Text.
    Text(String),
}

/// Writes a table row by row, in the form that its name ends with: `.csv`, or with the feature `parquet` also
/// `.parquet`.
///
/// A file grows under its name with `.partial` behind it, of CSV whole rows at each [`flush`](Self::flush), and is moved to
/// its place by [`commit`](Self::commit). Numbers are written so that they
/// read back to the same bits; an absent value is an empty cell, or null.
///
/// ```
/// use threadx_data::{Cell, Column, ColumnKind, Existing, TableWriter};
///
/// let dir = tempfile::tempdir()?;
/// let path = dir.path().join("results.csv");
/// let columns = [
///     Column { name: "period".to_owned(), kind: ColumnKind::Whole },
///     Column { name: "sharpe_ratio".to_owned(), kind: ColumnKind::Number },
/// ];
/// let mut table = TableWriter::create(&path, Existing::Refuse, &columns)?;
/// table.push(vec![Cell::Whole(20), Cell::Number(1.5)])?;
/// table.push(vec![Cell::Whole(30), Cell::Absent])?;
/// table.commit()?;
/// assert_eq!(std::fs::read_to_string(&path)?, "period,sharpe_ratio\n20,1.5\n30,\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct TableWriter {
    form: Form,
    columns: usize,
}

#[derive(Debug)]
enum Form {
    Csv(CsvTable),
    #[cfg(feature = "parquet")]
    Parquet(Box<crate::columnar::ParquetTable>),
}

impl TableWriter {
    /// Endings of the forms.
    #[cfg(feature = "parquet")]
    pub const ENDINGS: &'static str = ".csv or .parquet";
    /// Endings of the forms.
    #[cfg(not(feature = "parquet"))]
    pub const ENDINGS: &'static str = ".csv";

    /// Begins the file.
    ///
    /// # Errors
    ///
    /// [`DataError::Format`] for another ending, [`DataError::Exists`] if a file stands there and is not to be
    /// replaced, [`DataError::Write`] if it cannot be written.
    pub fn create(path: &Path, existing: Existing, columns: &[Column]) -> Result<Self, DataError> {
        let count = columns.len();
        let ends = |ending: &str| {
            path.extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case(ending))
        };
        let form = if ends("csv") {
            Form::Csv(CsvTable::create(path, existing, columns)?)
        } else {
            #[cfg(feature = "parquet")]
            if ends("parquet") {
                return Ok(Self {
                    form: Form::Parquet(Box::new(crate::columnar::ParquetTable::create(
                        path, existing, columns,
                    )?)),
                    columns: count,
                });
            }
            return Err(DataError::Format {
                path: path.to_owned(),
                expected: Self::ENDINGS,
            });
        };
        Ok(Self { form, columns: count })
    }

    /// Whether what was written can be seen before the end.
    #[must_use]
    pub fn is_seen_growing(&self) -> bool {
        matches!(self.form, Form::Csv(_))
    }

    /// Writes a row. Cells that are missing, or not of their column's kind, are absent.
    ///
    /// # Errors
    ///
    /// [`DataError::Write`] if it cannot be written.
    pub fn push(&mut self, mut row: Vec<Cell>) -> Result<(), DataError> {
        row.resize(self.columns, Cell::Absent);
        match &mut self.form {
            Form::Csv(table) => table.push(&row),
            #[cfg(feature = "parquet")]
            Form::Parquet(table) => table.push(&row),
        }
    }

    /// Hands what was written to the system, where that can be seen before the end.
    ///
    /// # Errors
    ///
    /// [`DataError::Write`] if it cannot be written.
    pub fn flush(&mut self) -> Result<(), DataError> {
        match &mut self.form {
            Form::Csv(table) => table.flush(),
            #[cfg(feature = "parquet")]
            Form::Parquet(_) => Ok(()),
        }
    }

    /// Ends the file and moves it to its place.
    ///
    /// # Errors
    ///
    /// [`DataError::Write`] if it cannot be written, [`DataError::Exists`] if a file has come to stand there.
    pub fn commit(self) -> Result<(), DataError> {
        match self.form {
            Form::Csv(table) => table.commit(),
            #[cfg(feature = "parquet")]
            Form::Parquet(table) => table.commit(),
        }
    }
}

#[derive(Debug)]
struct CsvTable {
    writer: BufWriter<File>,
    path: PathBuf,
    partial: PathBuf,
    existing: Existing,
}

impl CsvTable {
    fn create(path: &Path, existing: Existing, columns: &[Column]) -> Result<Self, DataError> {
        refuse(path, existing)?;
        let mut name = path.as_os_str().to_owned();
        name.push(".partial");
        let partial = PathBuf::from(name);
        let file = File::create(&partial).map_err(|source| unwritable(path, source))?;
        let mut table = Self {
            writer: BufWriter::with_capacity(1 << 16, file),
            path: path.to_owned(),
            partial,
            existing,
        };
        let header: Vec<Cell> = columns
            .iter()
            .map(|column| Cell::Text(column.name.clone()))
            .collect();
        table.push(&header)?;
        table.flush()?;
        Ok(table)
    }

    fn push(&mut self, row: &[Cell]) -> Result<(), DataError> {
        let to = &mut self.writer;
        let mut write = || -> std::io::Result<()> {
            for (column, cell) in row.iter().enumerate() {
                if column > 0 {
                    to.write_all(b",")?;
                }
                match cell {
                    Cell::Absent => {}
                    Cell::Whole(value) => write!(to, "{value}")?,
                    Cell::Number(value) => write!(to, "{value}")?,
                    Cell::Boolean(value) => write!(to, "{value}")?,
                    Cell::Text(text) if text.contains(['"', ',', '\n', '\r']) => {
                        write!(to, "\"{}\"", text.replace('"', "\"\""))?;
                    }
                    Cell::Text(text) => to.write_all(text.as_bytes())?,
                }
            }
            to.write_all(b"\n")
        };
        write().map_err(|source| unwritable(&self.path, source))
    }

    fn flush(&mut self) -> Result<(), DataError> {
        self.writer
            .flush()
            .map_err(|source| unwritable(&self.path, source))
    }

    fn commit(mut self) -> Result<(), DataError> {
        self.flush()?;
        self.writer
            .get_ref()
            .sync_all()
            .map_err(|source| unwritable(&self.path, source))?;
        refuse(&self.path, self.existing)?;
        std::fs::rename(&self.partial, &self.path).map_err(|source| unwritable(&self.path, source))
    }
}

fn refuse(path: &Path, existing: Existing) -> Result<(), DataError> {
    match (existing, path.symlink_metadata()) {
        (Existing::Refuse, Ok(_)) => Err(DataError::Exists {
            path: path.to_owned(),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column> {
        [
            ("n", ColumnKind::Whole),
            ("x", ColumnKind::Number),
            ("yes", ColumnKind::Boolean),
            ("name", ColumnKind::Text),
        ]
        .map(|(name, kind)| Column {
            name: name.to_owned(),
            kind,
        })
        .to_vec()
    }

    fn rows() -> Vec<Vec<Cell>> {
        let all = vec![
            Cell::Whole(-3),
            Cell::Number(0.1 + 0.2),
            Cell::Boolean(true),
            Cell::Text("a, \"b\"".to_owned()),
        ];
        vec![all, vec![Cell::Absent; 4], vec![Cell::Whole(7)]]
    }

    #[test]
    fn a_csv_file_grows_and_then_takes_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.csv");
        let mut table = TableWriter::create(&path, Existing::Refuse, &columns()).unwrap();
        assert!(table.is_seen_growing());
        let partial = dir.path().join("t.csv.partial");
        assert_eq!(std::fs::read_to_string(&partial).unwrap(), "n,x,yes,name\n");
        for row in rows() {
            table.push(row).unwrap();
        }
        table.flush().unwrap();
        let text = "n,x,yes,name\n-3,0.30000000000000004,true,\"a, \"\"b\"\"\"\n,,,\n7,,,\n";
        assert_eq!(std::fs::read_to_string(&partial).unwrap(), text);
        assert!(!path.exists());
        table.commit().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        assert!(!partial.exists());
        let again = TableWriter::create(&path, Existing::Refuse, &columns());
        assert!(matches!(again, Err(DataError::Exists { .. })));
        TableWriter::create(&path, Existing::Replace, &columns())
            .unwrap()
            .commit()
            .unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "n,x,yes,name\n");
        let other = TableWriter::create(&dir.path().join("t.xlsx"), Existing::Refuse, &columns());
        assert!(matches!(other, Err(DataError::Format { .. })));
    }

    #[cfg(feature = "parquet")]
    #[test]
    fn a_parquet_file_reads_back() {
        use parquet::file::reader::{FileReader, SerializedFileReader};
        use parquet::record::RowAccessor;

        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.parquet");
        std::fs::write(dir.path().join("t.parquet.partial"), [7; 100_000]).unwrap();
        let mut table = TableWriter::create(&path, Existing::Refuse, &columns()).unwrap();
        for row in rows() {
            table.push(row).unwrap();
        }
        assert!(!path.exists());
        // What a killed process has left is written over.
        assert!(dir.path().join("t.parquet.partial").exists());
        table.commit().unwrap();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
        let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
        let read: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert_eq!(read.len(), 3);
        assert_eq!(read[0].get_long(0).unwrap(), -3);
        assert_eq!(read[0].get_double(1).unwrap().to_bits(), (0.1f64 + 0.2).to_bits());
        assert!(read[0].get_bool(2).unwrap());
        assert_eq!(read[0].get_string(3).unwrap(), "a, \"b\"");
        assert!(read[1].get_long(0).is_err(), "null");
        assert_eq!(read[2].get_long(0).unwrap(), 7);
    }
}
