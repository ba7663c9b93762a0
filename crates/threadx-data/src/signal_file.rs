//! Tables of entries and exits that another tool decided.

use std::path::Path;

use threadx_error::DataError;
use threadx_market::Timestamp;

use crate::{
    line_blocks::{BlockError, LINE_BYTES_MAX, LineBlocks, lines},
    text::{Opened, cells},
};

/// Rows of entries and exits, oldest first: one value of each column a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignalRows {
    /// Open time of the bar at whose close the signals stand; strictly increasing.
    pub time: Vec<Timestamp>,
    /// Enter long.
    pub long_entry: Vec<bool>,
    /// Leave a long position.
    pub long_exit: Vec<bool>,
    /// Enter short.
    pub short_entry: Vec<bool>,
    /// Leave a short position.
    pub short_exit: Vec<bool>,
}

/// The last as pandas names an index that has no name, in Parquet.
const TIME_NAMES: [&str; 5] = ["timestamp", "time", "datetime", "date", "__index_level_0__"];
const SIGNAL_NAMES: [&str; 4] = ["long_entry", "long_exit", "short_entry", "short_exit"];
const TRUE_OR_FALSE: &str = "true or false (also 1 or 0, yes or no, or nothing for false)";

/// Reads entries and exits from a text file (CSV with `,`, `;` or tabs, also compressed), or from a Parquet or
/// Arrow IPC file with the feature `parquet`.
///
/// The header names the columns in any order: `timestamp` (or `time`, `datetime`, `date`, or the unnamed index of
/// pandas), and at least one of
/// `long_entry`, `long_exit`, `short_entry`, `short_exit`; one that is missing is false throughout. A stamp has
/// any form of [`Timestamp::parse`] and is the open time of its bar; a signal is `true`, `false`, `1`, `0`,
/// `yes`, `no` in any case, or nothing for false.
///
/// # Errors
///
/// [`DataError::Read`] if the file cannot be read; [`DataError::Layout`] for another header or no rows;
/// [`DataError::Row`] for a line that is none; [`DataError::Cell`] for a cell that is not what its column
/// holds, and for a stamp that does not come after the one before. Rows of Parquet and Arrow IPC files count
/// from 1.
pub fn read_signals(path: &Path) -> Result<SignalRows, DataError> {
    #[cfg(feature = "parquet")]
    {
        let unreadable = |source| DataError::Read {
            path: path.to_owned(),
            source,
        };
        let mut file = std::fs::File::open(path).map_err(unreadable)?;
        let magic = crate::text::peek(&mut file).map_err(unreadable)?;
        if let Some(kind) = crate::columnar::Kind::of(&magic) {
            let mut table: Option<Table<'_>> = None;
            crate::columnar::rows_as_text(path, kind, |row, header, cells| {
                let table = match &mut table {
                    Some(table) => table,
                    None => table.insert(Table::new(path, header)?),
                };
                table.line = row;
                table.row(cells)
            })?;
            return table.map_or_else(|| Err(no_rows(path)), Table::finish);
        }
    }
    read_text(path)
}

fn read_text(path: &Path) -> Result<SignalRows, DataError> {
    let opened = Opened::open(path, None)?;
    let mut blocks = LineBlocks::new(opened.stream);
    let mut table: Option<(u8, Table<'_>)> = None;
    let mut line_number = 0;
    loop {
        let not_a_row = |line: u64, why: String| DataError::Row {
            path: path.to_owned(),
            line,
            source: why.into(),
        };
        let block = match blocks.next_block() {
            Ok(Some(block)) => block,
            Ok(None) => break,
            Err(BlockError::Read(source)) => {
                return Err(DataError::Read {
                    path: path.to_owned(),
                    source,
                });
            }
            Err(BlockError::LongLine) => {
                let why = format!("the line is longer than {LINE_BYTES_MAX} bytes");
                return Err(not_a_row(line_number + 1, why));
            }
        };
        let mut found = Vec::new();
        for line in lines(block) {
            line_number += 1;
            if line.trim_ascii().is_empty() {
                continue;
            }
            let delimiter = match &table {
                Some((delimiter, _)) => *delimiter,
                None => [b'\t', b';']
                    .into_iter()
                    .find(|mark| line.contains(mark))
                    .unwrap_or(b','),
            };
            if cells(line, delimiter, &mut found).is_none() {
                return Err(not_a_row(line_number, "a quote is not closed".to_owned()));
            }
            let texts: Vec<String> = found
                .iter()
                .map(|cell| String::from_utf8_lossy(cell).into_owned())
                .collect();
            match &mut table {
                None => table = Some((delimiter, Table::new(path, &texts)?)),
                Some((_, table)) => {
                    table.line = line_number;
                    table.row(&texts)?;
                }
            }
        }
    }
    match table {
        Some((_, table)) => table.finish(),
        None => Err(no_rows(path)),
    }
}

fn no_rows(path: &Path) -> DataError {
    DataError::Layout {
        path: path.to_owned(),
        expected: format!(
            "expected rows of timestamp and some of {}, got none",
            SIGNAL_NAMES.join(", ")
        ),
    }
}

/// Rows that are being read under a header.
struct Table<'a> {
    path: &'a Path,
    /// Of the row that is read, from 1.
    line: u64,
    header: Vec<String>,
    time: usize,
    /// Where each signal's column is, if there is one.
    signals: [Option<usize>; 4],
    rows: SignalRows,
}

impl<'a> Table<'a> {
    fn new(path: &'a Path, header: &[String]) -> Result<Self, DataError> {
        let layout = |expected: String| DataError::Layout {
            path: path.to_owned(),
            expected,
        };
        let names: Vec<String> = header
            .iter()
            .map(|name| name.trim().to_ascii_lowercase())
            .collect();
        let mut time = None;
        let mut signals = [None; 4];
        for (column, name) in names.iter().enumerate() {
            // In CSV pandas writes such an index as a first column without a name.
            let place = if TIME_NAMES.contains(&name.as_str()) || (column == 0 && name.is_empty()) {
                &mut time
            } else if let Some(signal) = SIGNAL_NAMES.iter().position(|known| known == name) {
                &mut signals[signal]
            } else {
                return Err(layout(format!(
                    "expected the columns timestamp and some of {}, got {:?}",
                    SIGNAL_NAMES.join(", "),
                    header[column]
                )));
            };
            if place.replace(column).is_some() {
                return Err(layout(format!("expected one column of each, got two of {name}")));
            }
        }
        match time {
            Some(time) if signals.iter().any(Option::is_some) => Ok(Self {
                path,
                line: 0,
                header: names,
                time,
                signals,
                rows: SignalRows::default(),
            }),
            _ => Err(layout(format!(
                "expected the columns timestamp and some of {}, got {}",
                SIGNAL_NAMES.join(", "),
                names.join(", ")
            ))),
        }
    }

    fn row(&mut self, cells: &[String]) -> Result<(), DataError> {
        if cells.len() != self.header.len() {
            return Err(DataError::Row {
                path: self.path.to_owned(),
                line: self.line,
                source: format!("expected {} cells, got {}", self.header.len(), cells.len()).into(),
            });
        }
        let refuse = |column: usize, expected: String| DataError::Cell {
            path: self.path.to_owned(),
            line: self.line,
            column: self.header[column].clone(),
            cell: cells[column].chars().take(80).collect(),
            expected,
        };
        let stamp = Timestamp::parse(&cells[self.time]).map_err(|error| match error {
            DataError::Timestamp { expected, .. } => refuse(self.time, expected.to_owned()),
            other => other,
        })?;
        if let Some(before) = self.rows.time.last().filter(|before| stamp <= **before) {
            return Err(refuse(
                self.time,
                format!("a time after {before}, that of the row before"),
            ));
        }
        let mut signals = [false; 4];
        for (signal, column) in signals.iter_mut().zip(self.signals) {
            if let Some(column) = column {
                *signal = truth(&cells[column]).ok_or_else(|| refuse(column, TRUE_OR_FALSE.to_owned()))?;
            }
        }
        let [long_entry, long_exit, short_entry, short_exit] = signals;
        let rows = &mut self.rows;
        rows.time.push(stamp);
        rows.long_entry.push(long_entry);
        rows.long_exit.push(long_exit);
        rows.short_entry.push(short_entry);
        rows.short_exit.push(short_exit);
        Ok(())
    }

    fn finish(self) -> Result<SignalRows, DataError> {
        if self.rows.time.is_empty() {
            return Err(no_rows(self.path));
        }
        Ok(self.rows)
    }
}

/// What a cell says.
fn truth(cell: &str) -> Option<bool> {
    match cell.trim().to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" | "1.0" => Some(true),
        "false" | "f" | "no" | "n" | "0" | "0.0" | "" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<SignalRows, String> {
        let file = tempfile::NamedTempFile::with_suffix(".csv").unwrap();
        std::fs::write(file.path(), text).unwrap();
        read_signals(file.path()).map_err(|error| {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            format!("{error}{}", cause.unwrap_or_default())
        })
    }

    #[test]
    fn reads_columns_in_any_order_and_every_form_of_truth() {
        let rows = read(
            "\u{feff}Long_Exit;time;long_entry\r\nFALSE;2019-01-01 05:00:00+00:00;True\r\n\r\n1;2019-01-01T07:00Z;0\n;1546329600;yes",
        )
        .unwrap();
        assert_eq!(rows.time.len(), 3);
        assert_eq!(rows.time[2].to_string(), "2019-01-01T08:00:00Z");
        assert_eq!(rows.long_entry, [true, false, true]);
        assert_eq!(rows.long_exit, [false, true, false]);
        assert_eq!(rows.short_entry, [false; 3]);
        let pandas = read(",short_entry\n2019-01-01 05:00:00,True\n2019-01-01 06:00:00,False\n").unwrap();
        assert_eq!(pandas.short_entry, [true, false]);
    }

    #[test]
    fn refuses_what_is_no_table_of_signals_with_its_place() {
        let check = |text: &str, expect: &str| {
            let error = read(text).unwrap_err();
            assert!(error.contains(expect), "{error} does not contain {expect:?}");
        };
        check("", "got none");
        check("timestamp,long_entry\n", "got none");
        check("timestamp,entry\n", "got \"entry\"");
        check("timestamp\n2019-01-01\n", "some of long_entry, long_exit");
        check("long_entry\n1\n", "got long_entry");
        check("time,date,long_entry\n", "got two of date");
        check(
            "time,long_entry\n2019-01-01,2\n",
            "line 2, column long_entry: expected true or false",
        );
        check(
            "time,long_entry\n2019-02-30,1\n",
            "line 2, column time: expected RFC 3339",
        );
        check(
            "time,long_entry\n2019-01-01\n",
            "line 2: this is not a row of the file: expected 2 cells, got 1",
        );
        check(
            "time,long_entry\n2019-01-02,1\n2019-01-02,1\n",
            "line 3, column time: expected a time after 2019-01-02T00:00:00Z",
        );
    }
}
