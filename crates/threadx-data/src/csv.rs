//! The clean form of CSV, the one that ThreadX writes.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use flate2::read::MultiGzDecoder;
use threadx_error::DataError;
use threadx_market::{Bars, Columns, Timeframe, Timestamp};

use crate::{
    line_blocks::{BlockError, LINE_BYTES_MAX, LineBlocks, lines},
    moment::{Moment, moment_prefix},
    number::{number, number_prefix},
    spacing::timeframe_of,
};

/// The columns of the clean form, in order.
pub(crate) const HEADER: [&str; 6] = ["timestamp", "open", "high", "low", "close", "volume"];

/// Bars of a file in the clean form: the header `timestamp,open,high,low,close,volume`, then a row a bar,
/// oldest first; also compressed with gzip.
///
/// A byte order mark, `\r\n`, empty lines, quotes around a cell and blanks around it are accepted;
/// a stamp may have each form of [`Timestamp::parse`]. Nothing else is: this reader repairs nothing. The
/// timeframe is that of the spacing ([`timeframe_of`](crate::timeframe_of)).
///
/// # Errors
///
/// [`DataError::Read`] if the file cannot be read; [`DataError::Layout`] for another header, no bars, or
/// bars spaced like no timeframe; [`DataError::Row`] for a line that is not UTF-8, too long or has another
/// number of cells; [`DataError::Cell`] for a cell that is not what its column holds;
/// [`DataError::BarRow`] for a bar that breaks a rule of bars or does not come after the one before.
pub fn read_csv(path: &Path) -> Result<Bars, DataError> {
    let unreadable = |source| DataError::Read {
        path: path.to_owned(),
        source,
    };
    let mut file = BufReader::new(File::open(path).map_err(unreadable)?);
    if io::BufRead::fill_buf(&mut file)
        .map_err(unreadable)?
        .starts_with(&[0x1f, 0x8b])
    {
        parse_csv(MultiGzDecoder::new(file), path)
    } else {
        parse_csv(file, path)
    }
}

/// Bars of a stream in the clean form; `path` is what errors name.
pub(crate) fn parse_csv(stream: impl Read, path: &Path) -> Result<Bars, DataError> {
    let mut reader = Reader {
        path,
        line: 0,
        header_seen: false,
        columns: Columns::default(),
    };
    let mut blocks = LineBlocks::new(stream);
    loop {
        match blocks.next_block() {
            Ok(Some(block)) => lines(block).try_for_each(|line| reader.line(line))?,
            Ok(None) => break,
            Err(BlockError::Read(source)) => {
                return Err(DataError::Read {
                    path: path.to_owned(),
                    source,
                });
            }
            Err(BlockError::LongLine) => {
                reader.line += 1;
                return Err(reader.not_a_row(format!("the line is longer than {LINE_BYTES_MAX} bytes")));
            }
        }
    }
    reader.finish()
}

struct Reader<'a> {
    path: &'a Path,
    /// Lines read so far, so the number of the current one.
    line: u64,
    header_seen: bool,
    columns: Columns,
}

impl Reader<'_> {
    fn line(&mut self, line: &[u8]) -> Result<(), DataError> {
        self.line += 1;
        if self.header_seen {
            let row = match fast_row(line) {
                Some(row) => row,
                None if line.trim_ascii().is_empty() => return Ok(()),
                None => self.row(line)?,
            };
            return self.push(row);
        }
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        self.header_seen = true;
        let text = self.utf8(line)?;
        let names: Vec<_> = text.split(',').map(unquoted).collect();
        let clean = names.len() == HEADER.len()
            && names
                .iter()
                .zip(HEADER)
                .all(|(name, expect)| name.eq_ignore_ascii_case(expect));
        if clean {
            Ok(())
        } else {
            let got: String = text.chars().take(120).collect();
            Err(self.layout(format!("expected the header {}, got {got:?}", HEADER.join(","))))
        }
    }

    /// The row of a line that is unusual or wrong.
    fn row(&self, line: &[u8]) -> Result<(Timestamp, [f64; 5]), DataError> {
        let text = self.utf8(line)?;
        let cells: Vec<_> = text.split(',').map(unquoted).collect();
        let [stamp, numbers @ ..] = cells.as_slice() else {
            return Err(self.not_a_row("the line has no cell"));
        };
        if cells.len() != HEADER.len() {
            return Err(self.not_a_row(format!("expected {} cells, got {}", HEADER.len(), cells.len())));
        }
        let cell = |column: usize, cell: &str, expected: &str| DataError::Cell {
            path: self.path.to_owned(),
            line: self.line,
            column: HEADER[column].to_owned(),
            cell: cell.chars().take(80).collect(),
            expected: expected.to_owned(),
        };
        let time = Timestamp::parse(stamp).map_err(|error| match error {
            DataError::Timestamp { expected, .. } => cell(0, stamp, expected),
            other => other,
        })?;
        let mut values = [0.0; 5];
        for (index, (value, text)) in values.iter_mut().zip(numbers).enumerate() {
            *value = number(text.as_bytes()).ok_or_else(|| cell(1 + index, text, "a number"))?;
        }
        Ok((time, values))
    }

    #[inline]
    fn push(
        &mut self,
        (time, [open, high, low, close, volume]): (Timestamp, [f64; 5]),
    ) -> Result<(), DataError> {
        let columns = &mut self.columns;
        columns.time.push(time);
        columns.open.push(open);
        columns.high.push(high);
        columns.low.push(low);
        columns.close.push(close);
        columns.volume.push(volume);
        match columns.broken_rule(columns.time.len() - 1) {
            None => Ok(()),
            Some(rule) => Err(DataError::BarRow {
                path: self.path.to_owned(),
                line: self.line,
                rule,
            }),
        }
    }

    fn finish(self) -> Result<Bars, DataError> {
        if self.columns.time.is_empty() {
            return Err(self.layout(if self.header_seen {
                "expected bars under the header, got none".to_owned()
            } else {
                format!("expected the header {}, got an empty file", HEADER.join(","))
            }));
        }
        let Some(timeframe) = timeframe_of(&self.columns.time) else {
            return Err(self.layout(format!(
                "expected bars spaced like one of {}, got {} bars that are not",
                Timeframe::NAMES,
                self.columns.time.len()
            )));
        };
        Bars::new(timeframe, self.columns)
    }

    fn utf8<'t>(&self, line: &'t [u8]) -> Result<&'t str, DataError> {
        std::str::from_utf8(line).map_err(|source| DataError::Row {
            path: self.path.to_owned(),
            line: self.line,
            source: source.into(),
        })
    }

    fn not_a_row(&self, why: impl Into<String>) -> DataError {
        DataError::Row {
            path: self.path.to_owned(),
            line: self.line,
            source: why.into().into(),
        }
    }

    fn layout(&self, expected: String) -> DataError {
        DataError::Layout {
            path: self.path.to_owned(),
            expected,
        }
    }
}

/// The row of a line in the form that nearly every line has; `None` for every other line.
#[inline]
fn fast_row(line: &[u8]) -> Option<(Timestamp, [f64; 5])> {
    let (Moment::Instant(time, 0), mut at) = moment_prefix(line)? else {
        return None;
    };
    let mut values = [0.0; 5];
    for value in &mut values {
        if *line.get(at)? != b',' {
            return None;
        }
        let (number, len) = number_prefix(&line[at + 1..])?;
        *value = number;
        at += 1 + len;
    }
    (at == line.len()).then(|| (Timestamp::from_nanoseconds(time), values))
}

/// A cell without the blanks around it and the quotes around that.
fn unquoted(cell: &str) -> &str {
    let cell = cell.trim();
    cell.strip_prefix('"')
        .and_then(|inner| inner.strip_suffix('"'))
        .map_or(cell, str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "timestamp,open,high,low,close,volume\n";

    fn parse(text: &[u8]) -> Result<Bars, String> {
        parse_csv(text, Path::new("bars.csv")).map_err(|error| {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            format!("{error}{}", cause.unwrap_or_default())
        })
    }

    fn check_refused(rows: &str, expect: &str) {
        let error = parse(format!("{HEAD}2019-01-01T00:00:00Z,2,3,1,2,0\n{rows}").as_bytes()).unwrap_err();
        assert!(error.contains(expect), "{error} does not contain {expect:?}");
    }

    #[test]
    fn reads_the_clean_form_and_its_harmless_variants() {
        let clean = parse(
            b"timestamp,open,high,low,close,volume\n2019-01-01T00:00:00Z,2,3,1,2.5,0\n2019-01-01T01:00:00Z,2,3,1,2,7\n",
        )
        .unwrap();
        assert_eq!(clean.timeframe(), Timeframe::H1);
        assert_eq!(clean.close(), [2.5, 2.0]);
        assert_eq!(clean.volume(), [0.0, 7.0]);
        let varied = parse(
            b"\xef\xbb\xbf\r\n\"Timestamp\",OPEN, High,low,close,volume\r\n\r\n2019-01-01 00:00,2.0, 3,1,+2.5,0e1\r\n\
              1546304400,\"2\",3,1,2,7",
        );
        assert_eq!(varied.unwrap(), clean);
    }

    #[test]
    fn refuses_a_bad_line_with_its_place() {
        check_refused(
            "2019-01-01T01:00:00Z,2,3,1,2\n",
            "bars.csv, line 3: this is not a row of the file: expected 6 cells, got 5",
        );
        check_refused(
            "\n2019-01-01T01:00:00Z,2,3,1,2,1,9\n",
            "line 4: this is not a row of the file: expected 6 cells, got 7",
        );
        check_refused(
            "2019-01-01T01:00:00Z,2,3,1,x,1\n",
            "line 3, column close: expected a number, got \"x\"",
        );
        check_refused(
            "2019-01-01T01:00:00Z,2,3,,2,1\n",
            "line 3, column low: expected a number, got \"\"",
        );
        check_refused(
            "2019-01-01T01:00:00Z,2,3,1,nan,1\n",
            "column close: expected a number, got \"nan\"",
        );
        check_refused(
            "2019-02-30,2,3,1,2,1\n",
            "line 3, column timestamp: expected RFC 3339",
        );
        check_refused(
            "2019-01-01T00:00:00Z,2,3,1,2,1\n",
            "line 3: expected a time after",
        );
        check_refused(
            "2018-01-01T00:00:00Z,2,3,1,2,1\n",
            "line 3: expected a time after",
        );
        check_refused(
            "2019-01-01T01:00:00Z,2,3,2.5,2,1\n",
            "line 3: expected low ≤ open",
        );
        check_refused(
            "2019-01-01T01:00:00Z,2,3,1,-2,1\n",
            "line 3: expected a finite close above 0, got -2",
        );
        check_refused(
            "2019-01-01T01:00:00Z,2,1e999,1,2,1\n",
            "line 3: expected a finite high above 0, got inf",
        );
        check_refused(
            "2019-01-01T01:00:00Z,2,3,1,2,-1\n",
            "line 3: expected a finite volume",
        );
        check_refused(
            "2019-01-01T00:00:07Z,2,3,1,2,1\n",
            "expected bars spaced like one of",
        );
    }

    #[test]
    fn refuses_what_is_not_the_clean_form() {
        let check = |text: &[u8], expect: &str| {
            let error = parse(text).unwrap_err();
            assert!(error.contains(expect), "{error} does not contain {expect:?}");
        };
        check(b"", "got an empty file");
        check(b"\n\n", "got an empty file");
        check(HEAD.as_bytes(), "expected bars under the header, got none");
        check(
            b"time,o,h,l,c,v\n",
            "expected the header timestamp,open,high,low,close,volume, got \"time,o,h,l,c,v\"",
        );
        check(
            b"\xff\xfe\n",
            "line 1: this is not a row of the file: invalid utf-8",
        );
        check(
            &[HEAD.as_bytes(), b"2019-01-01T00:00:00Z,2,3,1,2,\xff\n"].concat(),
            "line 2: this is not a row of the file: invalid utf-8",
        );
        check(
            &vec![b'x'; LINE_BYTES_MAX + 1],
            "line 1: this is not a row of the file: the line is longer",
        );
        check(
            &[HEAD.as_bytes(), b"2019-01-01T00:00:00Z,2,3,1,2,0"].concat(),
            "got 1 bars that are not",
        );
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_bars_or_an_error(text in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
            if let Ok(bars) = parse(&text) {
                proptest::prop_assert!(!bars.is_empty());
            }
            let with_header = [HEAD.as_bytes(), &text].concat();
            if let Ok(bars) = parse(&with_header) {
                proptest::prop_assert!(!bars.is_empty());
            }
        }
    }
}
