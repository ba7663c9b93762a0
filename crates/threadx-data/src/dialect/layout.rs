//! Where the rows of a text begin, what separates their cells, and which line names the columns.

use super::{
    header::{Role, role},
    kinds::Kind,
};
use crate::text::cells;

/// Most lines above the first row.
const PREAMBLE_LINES_MAX: usize = 60;

/// Lines that are looked at to find the layout.
const LINES_MAX: usize = 400;

/// Delimiters that are tried, in this order where two do as well.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Where the rows of a text begin, what separates their cells, and which line names the columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) delimiter: u8,
    /// The names of the columns and the line that they stand in, from 0.
    pub(crate) header: Option<(usize, Vec<String>)>,
    /// The line of the first row, from 0.
    pub(crate) first_row: usize,
    /// Cells in a row.
    pub(crate) width: usize,
}

impl Layout {
    /// The layout of a text that begins with `lines`; `None` if there is nothing that looks like rows.
    pub(crate) fn find(lines: &[&[u8]], delimiter: Option<u8>) -> Option<Self> {
        let lines = &lines[..lines.len().min(LINES_MAX)];
        let candidates = match &delimiter {
            Some(delimiter) => std::slice::from_ref(delimiter),
            None => &DELIMITERS,
        };
        let mut best: Option<(usize, Self)> = None;
        for delimiter in candidates {
            let Some((score, layout)) = Self::with_delimiter(lines, *delimiter) else {
                continue;
            };
            if best.as_ref().is_none_or(|(most, _)| score > *most) {
                best = Some((score, layout));
            }
        }
        best.map(|(_, layout)| layout)
    }

    fn with_delimiter(lines: &[&[u8]], delimiter: u8) -> Option<(usize, Self)> {
        let mut split = Vec::new();
        let rows: Vec<Option<Vec<String>>> = lines
            .iter()
            .map(|line| {
                cells(line, delimiter, &mut split)?;
                Some(split.iter().map(|cell| text_of(cell)).collect())
            })
            .collect();
        let typed: Vec<usize> = rows
            .iter()
            .map(|row| row.as_deref().map_or(0, typed_cells))
            .collect();
        // Rows have a width that most of the lines that look like rows have.
        let mut widths: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
        for (row, typed) in rows.iter().zip(&typed) {
            if *typed > 0
                && let Some(row) = row
            {
                *widths.entry(row.len()).or_default() += 1;
            }
        }
        let (width, _) = widths.into_iter().max_by_key(|(width, count)| (*count, *width))?;
        let is_row =
            |index: usize| typed[index] > 0 && rows[index].as_ref().is_some_and(|row| row.len() == width);
        let first_row = (0..rows.len()).find(|index| is_row(*index))?;
        if first_row > PREAMBLE_LINES_MAX {
            return None;
        }
        let score = (first_row..rows.len())
            .filter(|index| is_row(*index))
            .map(|index| typed[index])
            .sum();
        let header = header(&rows[..first_row], width);
        let layout = Self {
            delimiter,
            header,
            first_row,
            width,
        };
        Some((score, layout))
    }
}

/// How many cells look like data, if enough of them do for a row: three, and more than look like text.
fn typed_cells(row: &[String]) -> usize {
    let kinds: Vec<Kind> = row.iter().map(|cell| Kind::of(cell)).collect();
    let typed = kinds.iter().filter(|kind| kind.is_typed()).count();
    let texts = kinds.iter().filter(|kind| **kind == Kind::Text).count();
    if typed >= 3 && typed > texts { typed } else { 0 }
}

/// The line among those above the first row that names the columns: the one that names most prices. One that
/// names none but stands right above the rows and is as wide counts too.
fn header(above: &[Option<Vec<String>>], width: usize) -> Option<(usize, Vec<String>)> {
    let prices = |row: &[String]| {
        [Role::Open, Role::High, Role::Low, Role::Close]
            .into_iter()
            .filter(|wanted| {
                row.iter()
                    .any(|cell| role(cell).is_some_and(|(role, _)| role == *wanted))
            })
            .count()
    };
    let mut best: Option<(usize, usize)> = None;
    for (line, row) in above.iter().enumerate() {
        let count = row.as_deref().map_or(0, prices);
        if count >= 2 && best.is_none_or(|(_, most)| count > most) {
            best = Some((line, count));
        }
    }
    let line = match best {
        Some((line, _)) => line,
        None => above
            .iter()
            .rposition(|row| row.as_ref().is_some_and(|row| row.len() == width))?,
    };
    above.get(line)?.clone().map(|names| (line, names))
}

/// The text of a cell; what is not UTF-8 is read as Latin-1, in which older programs write names of columns.
fn text_of(cell: &[u8]) -> String {
    match std::str::from_utf8(cell) {
        Ok(text) => text.to_owned(),
        Err(_) => cell.iter().map(|byte| char::from(*byte)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, delimiter: u8, header_line: Option<usize>, first_row: usize, width: usize) {
        let lines: Vec<&[u8]> = text.lines().map(str::as_bytes).collect();
        let layout = Layout::find(&lines, None).unwrap_or_else(|| panic!("no layout in {text:?}"));
        let got = (
            layout.delimiter,
            layout.header.as_ref().map(|(line, _)| *line),
            layout.first_row,
            layout.width,
        );
        assert_eq!(got, (delimiter, header_line, first_row, width), "{text:?}");
    }

    #[test]
    fn finds_rows_and_names() {
        check(
            "Date,Open,High,Low,Close\n2019-01-02,1,2,1,2\n2019-01-03,1,2,1,2\n",
            b',',
            Some(0),
            1,
            5,
        );
        check(
            "2019.01.02,12:00,1,2,1,2,7\n2019.01.03,12:00,1,2,1,2,7\n",
            b',',
            None,
            0,
            7,
        );
        check("20190102 090100;1.5;2.5;1.5;2.5;7\n", b';', None, 0, 6);
        check(
            "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\n2019.01.02\t12:00\t1\t2\t1\t2\n",
            b'\t',
            Some(0),
            1,
            6,
        );
        check(
            "Timestamps are UTC timezone,https://www.example.com\n\ndate,symbol,open,high,low,close\n\
             2018-01-30 12-PM,BTCUSD,1,2,1,2\n",
            b',',
            Some(2),
            3,
            6,
        );
        check(
            "Price,Close,High,Low,Open,Volume\nTicker,A,A,A,A,A\nDate,,,,,\n2019-01-02,2,2,1,1,7\n",
            b',',
            Some(0),
            3,
            6,
        );
        check(
            "Datum;Open;High;Low;Close\n02.01.2019;1,5;2,5;1,5;2,5\n",
            b';',
            Some(0),
            1,
            5,
        );
        check(
            "Date,Open,High,Low,Close\n2019-01-02,09:00,1,2,1,2\n",
            b',',
            Some(0),
            1,
            6,
        );
        check("a,b,c,d,e\n2019-01-02,1,2,1,2\n", b',', Some(0), 1, 5);
    }

    #[test]
    fn text_without_rows_has_no_layout() {
        for text in [
            "",
            "\n\n",
            "hello\nworld\n",
            "Date,Open,High,Low,Close\n",
            "a,b\n1,2\n",
        ] {
            let lines: Vec<&[u8]> = text.lines().map(str::as_bytes).collect();
            assert_eq!(Layout::find(&lines, None), None, "{text:?}");
        }
    }
}
