//! Our own Parquet files: the six columns of bars, none of them absent.
//!
//! Prices and volumes are stored plain and unpacked: they hardly shrink, and so reading is a copy. Stamps are
//! stored as differences, which all but vanish.

use std::{
    fs::File,
    io::Write,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use parquet::{
    basic::{Compression, Encoding, Type as Physical},
    column::reader::ColumnReader,
    data_type::{DoubleType, Int64Type},
    file::{
        metadata::{KeyValue, RowGroupMetaData},
        properties::{EnabledStatistics, WriterProperties},
        reader::{FileReader, RowGroupReader},
        serialized_reader::SerializedFileReader,
        writer::SerializedFileWriter,
    },
    schema::{parser::parse_message_type, types::ColumnPath},
};
use threadx_error::DataError;
use threadx_market::{Bars, Columns, Fingerprint, FingerprintBuilder, Symbol, Timeframe, Timestamp};

use super::{
    cause::{guarded, unreadable, unwritable},
    pages,
    plain::read_plain,
};
use crate::{csv::HEADER, import::BarSink, new_file::NewFile};

const SCHEMA: &str = "message bars {
    required int64 timestamp (TIMESTAMP(NANOS, true));
    required double open;
    required double high;
    required double low;
    required double close;
    required double volume;
}";

/// Bars in a row group: what a writer holds in memory (12 MB).
const GROUP_BARS: usize = 1 << 18;

/// Bytes of a file that a bar has at least: five unpacked numbers.
const BAR_BYTES_MIN: u64 = 40;

/// Keys of the notes in the file.
const TIMEFRAME_KEY: &str = "threadx.timeframe";
const TOKEN_KEY: &str = "threadx.token";

/// Writes bars to a Parquet file, holding no more than one row group of them.
pub(crate) struct BarFileWriter {
    writer: SerializedFileWriter<NewFile>,
    path: PathBuf,
    group: Columns,
    bars: u64,
}

impl BarFileWriter {
    pub(crate) fn new(file: NewFile) -> Result<Self, DataError> {
        let path = file.path().to_owned();
        let schema = parse_message_type(SCHEMA).map_err(|error| unwritable(&path, error))?;
        let time = ColumnPath::from(HEADER[0]);
        let properties = WriterProperties::builder()
            .set_created_by("threadx".to_owned())
            .set_compression(Compression::UNCOMPRESSED)
            .set_dictionary_enabled(false)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_column_encoding(time, Encoding::DELTA_BINARY_PACKED)
            .build();
        let writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))
            .map_err(|error| unwritable(&path, error))?;
        Ok(Self {
            writer,
            path,
            group: Columns::with_capacity(GROUP_BARS),
            bars: 0,
        })
    }

    /// Writes the next bar.
    pub(crate) fn push(
        &mut self,
        time: Timestamp,
        [open, high, low, close, volume]: [f64; 5],
    ) -> Result<(), DataError> {
        let group = &mut self.group;
        group.time.push(time);
        group.open.push(open);
        group.high.push(high);
        group.low.push(low);
        group.close.push(close);
        group.volume.push(volume);
        self.bars += 1;
        if group.time.len() == GROUP_BARS {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), DataError> {
        if self.group.time.is_empty() {
            return Ok(());
        }
        let group = &self.group;
        let times: Vec<i64> = group.time.iter().map(|time| time.nanoseconds()).collect();
        let values = [&group.open, &group.high, &group.low, &group.close, &group.volume];
        let mut write = || -> parquet::errors::Result<()> {
            let mut row_group = self.writer.next_row_group()?;
            if let Some(mut column) = row_group.next_column()? {
                column.typed::<Int64Type>().write_batch(&times, None, None)?;
                column.close()?;
            }
            for values in values {
                if let Some(mut column) = row_group.next_column()? {
                    column.typed::<DoubleType>().write_batch(values, None, None)?;
                    column.close()?;
                }
            }
            row_group.close()?;
            Ok(())
        };
        write().map_err(|error| unwritable(&self.path, error))?;
        self.group = Columns::with_capacity(GROUP_BARS);
        Ok(())
    }

    /// Ends the file, which is still to be committed.
    pub(crate) fn finish(
        mut self,
        token: Option<&Symbol>,
        timeframe: Timeframe,
    ) -> Result<(NewFile, u64), DataError> {
        self.flush()?;
        let mut note = |key: &str, value: &str| {
            let note = KeyValue::new(key.to_owned(), value.to_owned());
            self.writer.append_key_value_metadata(note);
        };
        note(TIMEFRAME_KEY, timeframe.as_str());
        if let Some(token) = token {
            note(TOKEN_KEY, token.as_str());
        }
        let mut file = self
            .writer
            .into_inner()
            .map_err(|error| unwritable(&self.path, error))?;
        file.flush().map_err(|source| unwritable(&self.path, source))?;
        Ok((file, self.bars))
    }
}

impl BarSink for BarFileWriter {
    fn expect(&mut self, _bars: u64) {}

    fn bar(&mut self, time: Timestamp, values: [f64; 5]) -> Result<(), DataError> {
        self.push(time, values)
    }
}

/// Writes bars to a Parquet file.
pub(crate) fn export_parquet(bars: &Bars, file: NewFile) -> Result<(), DataError> {
    let mut writer = BarFileWriter::new(file)?;
    for row in 0..bars.len() {
        let values = [
            bars.open()[row],
            bars.high()[row],
            bars.low()[row],
            bars.close()[row],
            bars.volume()[row],
        ];
        writer.push(bars.time()[row], values)?;
    }
    let (file, _) = writer.finish(None, bars.timeframe())?;
    file.commit()
}

/// Reads one of our own Parquet files, row group by row group.
pub(crate) struct BarFileReader {
    reader: SerializedFileReader<File>,
    /// The same file, read where the reader is not.
    file: File,
    path: PathBuf,
}

impl BarFileReader {
    /// Opens a file; `None` if it is a Parquet file, but not one of ours.
    pub(crate) fn open(path: &Path) -> Result<Option<Self>, DataError> {
        let unopened = |source| DataError::Read {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(unopened)?;
        let length = file.metadata().map_err(unopened)?.len();
        guarded(path, || {
            pages::check_file_head(&file).map_err(|fault| fault.of(path))?;
            let heads = File::open(path).map_err(unopened)?;
            let reader = SerializedFileReader::new(file).map_err(|error| unreadable(path, error))?;
            let schema = reader.metadata().file_metadata().schema_descr();
            let physical = |column: usize| {
                if column == 0 {
                    Physical::INT64
                } else {
                    Physical::DOUBLE
                }
            };
            let ours = schema.num_columns() == HEADER.len()
                && schema.columns().iter().enumerate().all(|(column, held)| {
                    held.name() == HEADER[column]
                        && held.physical_type() == physical(column)
                        && held.max_def_level() == 0
                })
                && reader.metadata().file_metadata().created_by() == Some("threadx");
            if ours {
                pages::check_pages(&heads, reader.metadata()).map_err(|fault| fault.of(path))?;
                let rows: i64 = reader
                    .metadata()
                    .row_groups()
                    .iter()
                    .map(RowGroupMetaData::num_rows)
                    .sum();
                // Prices and volumes are stored unpacked, so that what they take of memory is known before.
                if u64::try_from(rows).is_ok_and(|rows| rows.saturating_mul(BAR_BYTES_MIN) > length) {
                    return Err(DataError::Damaged {
                        path: path.to_owned(),
                        what: format!("it says that its {length} bytes hold {rows} bars"),
                    });
                }
            }
            Ok(ours.then(|| Self {
                reader,
                file: heads,
                path: path.to_owned(),
            }))
        })
    }

    /// The timeframe that the file says its bars have.
    pub(crate) fn timeframe(&self) -> Option<Timeframe> {
        let notes = self.reader.metadata().file_metadata().key_value_metadata()?;
        let note = notes.iter().find(|note| note.key == TIMEFRAME_KEY)?;
        Timeframe::parse(note.value.as_deref()?).ok()
    }

    pub(crate) fn groups(&self) -> usize {
        self.reader.num_row_groups()
    }

    /// The bars of one row group, unchecked.
    pub(crate) fn group(&self, group: usize) -> Result<Columns, DataError> {
        let mut columns = Columns::default();
        self.read(group..group + 1, &mut columns)?;
        Ok(columns)
    }

    /// All bars, unchecked.
    pub(crate) fn all(&self) -> Result<Columns, DataError> {
        let mut columns = Columns::default();
        self.read(0..self.groups(), &mut columns)?;
        Ok(columns)
    }

    fn read(&self, groups: Range<usize>, columns: &mut Columns) -> Result<(), DataError> {
        let rows = groups
            .clone()
            .map(|group| self.reader.metadata().row_group(group).num_rows());
        let rows = usize::try_from(rows.sum::<i64>()).unwrap_or(0);
        for values in [
            &mut columns.open,
            &mut columns.high,
            &mut columns.low,
            &mut columns.close,
            &mut columns.volume,
        ] {
            values.reserve_exact(rows);
        }
        columns.time.reserve_exact(rows);
        for group in groups {
            self.values(group, 1, &mut columns.open)?;
            self.values(group, 2, &mut columns.high)?;
            self.values(group, 3, &mut columns.low)?;
            self.values(group, 4, &mut columns.close)?;
            self.values(group, 5, &mut columns.volume)?;
            let times = self.times(group)?;
            columns
                .time
                .extend(times.into_iter().map(Timestamp::from_nanoseconds));
        }
        Ok(())
    }

    fn times(&self, group: usize) -> Result<Vec<i64>, DataError> {
        let mut times = Vec::new();
        self.column(group, 0, |reader, rows| match reader {
            ColumnReader::Int64ColumnReader(mut reader) => {
                Ok(Some(reader.read_records(rows, None, None, &mut times)?))
            }
            _ => Ok(None),
        })?;
        Ok(times)
    }

    fn values(&self, group: usize, column: usize, into: &mut Vec<f64>) -> Result<(), DataError> {
        let before = into.len();
        let metadata = self.reader.metadata().row_group(group);
        if read_plain(&self.file, metadata.column(column), into).map_err(|fault| fault.of(&self.path))? {
            let rows = u64::try_from(metadata.num_rows()).ok();
            return if rows == Some((into.len() - before) as u64) {
                Ok(())
            } else {
                Err(unreadable(&self.path, "a column is not as long as its row group"))
            };
        }
        self.column(group, column, |reader, rows| match reader {
            ColumnReader::DoubleColumnReader(mut reader) => {
                Ok(Some(reader.read_records(rows, None, None, into)?))
            }
            _ => Ok(None),
        })
    }

    fn column(
        &self,
        group: usize,
        column: usize,
        mut read: impl FnMut(ColumnReader, usize) -> parquet::errors::Result<Option<(usize, usize, usize)>>,
    ) -> Result<(), DataError> {
        guarded(&self.path, || {
            let mut decode = || -> parquet::errors::Result<bool> {
                let row_group: Box<dyn RowGroupReader + '_> = self.reader.get_row_group(group)?;
                let rows = usize::try_from(row_group.metadata().num_rows()).unwrap_or(0);
                let read = read(row_group.get_column_reader(column)?, rows)?;
                Ok(read.is_some_and(|(_, values, _)| values == rows))
            };
            match decode() {
                Ok(true) => Ok(()),
                Ok(false) => Err(unreadable(&self.path, "a column is not as long as its row group")),
                Err(error) => Err(unreadable(&self.path, error)),
            }
        })
    }
}

/// The bars of one of our own Parquet files, which must be of `timeframe`.
pub(crate) fn read_bar_file(path: &Path, timeframe: Timeframe) -> Result<Bars, DataError> {
    let damaged = |what: String| DataError::Damaged {
        path: path.to_owned(),
        what,
    };
    let Some(reader) = BarFileReader::open(path)? else {
        return Err(damaged("it has not the columns of stored bars".to_owned()));
    };
    if reader.timeframe() != Some(timeframe) {
        return Err(damaged(format!(
            "it does not say that its bars are of {timeframe}"
        )));
    }
    Bars::new(timeframe, reader.all()?)
}

/// The fingerprint of the bars of one of our own Parquet files, read column by column in bounded memory.
pub(crate) fn fingerprint_of_file(
    reader: &BarFileReader,
    timeframe: Timeframe,
    bars: u64,
) -> Result<Fingerprint, DataError> {
    let mut builder = FingerprintBuilder::new(timeframe, bars);
    for group in 0..reader.groups() {
        let times: Vec<Timestamp> = reader
            .times(group)?
            .into_iter()
            .map(Timestamp::from_nanoseconds)
            .collect();
        builder.times(&times);
    }
    let mut values = Vec::new();
    for column in 1..HEADER.len() {
        for group in 0..reader.groups() {
            values.clear();
            reader.values(group, column, &mut values)?;
            builder.values(&values);
        }
    }
    Ok(builder.finish())
}
