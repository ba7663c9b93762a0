//! Rows of a text file.

use std::{
    io::{self, Read},
    ops::ControlFlow,
    path::Path,
};

use threadx_error::DataError;

use super::{
    OnProgress, Progress,
    gathered::Gathered,
    json_rows::{JsonShape, rows_of_columns},
    options::ImportOptions,
    planner::Planner,
    row_reader::RowReader,
};
use crate::{
    dialect::{Layout, SAMPLE_ROWS_MAX, Sample, dialect_name},
    line_blocks::{BlockError, LINE_BYTES_MAX, LineBlocks, lines},
    text::{JsonError, JsonRows, Opened, cells},
};

/// Bytes from the beginning of a file that are looked at to find its dialect.
const HEAD_BYTES: u64 = 512 * 1024;

/// Values of a JSON file that are held to find its dialect.
const SAMPLE_CELLS_MAX: usize = 1 << 20;

/// Rows of a JSON file between two reports of progress.
const JSON_ROWS_PER_REPORT: u64 = 4096;

/// Texts of dates that are looked at to tell day from month.
const DATES_MAX: usize = 50_000;

/// Reads the rows of a text file.
pub(crate) fn gather(
    path: &Path,
    options: &ImportOptions,
    on_progress: OnProgress<'_>,
) -> Result<Gathered, DataError> {
    let file = TextFile {
        path,
        options,
        planner: Planner::new(path, options),
    };
    let mut opened = Opened::open(path, options.entry.as_deref())?;
    let mut head = Vec::new();
    opened
        .stream
        .by_ref()
        .take(HEAD_BYTES)
        .read_to_end(&mut head)
        .map_err(|source| file.planner.unreadable(source))?;
    let is_json = matches!(head.trim_ascii_start().first(), Some(b'[' | b'{'));
    if is_json {
        file.gather_json(head, opened, on_progress)
    } else {
        file.gather_lines(head, opened, on_progress)
    }
}

struct TextFile<'a> {
    path: &'a Path,
    options: &'a ImportOptions,
    planner: Planner<'a>,
}

impl TextFile<'_> {
    fn gather_lines(
        &self,
        head: Vec<u8>,
        opened: Opened,
        on_progress: OnProgress<'_>,
    ) -> Result<Gathered, DataError> {
        let complete = (head.len() as u64) < HEAD_BYTES;
        let (layout, sample) = self.sample_lines(&head, complete)?;
        let plan = self.planner.plan(&sample, opened.entry.as_deref(), |column| {
            self.all_dates(column, &layout)
        })?;
        let mut reader = RowReader::new(&plan, &sample, self.options, "line");
        reader.expect(opened.size / bytes_per_line(&head));
        let mut blocks = LineBlocks::new(io::Cursor::new(head).chain(opened.stream));
        let mut place = 0;
        loop {
            match blocks.next_block() {
                Ok(None) => break,
                Ok(Some(block)) => {
                    for line in lines(block) {
                        place += 1;
                        if place > layout.first_row as u64 {
                            reader
                                .line(place, line)
                                .map_err(|source| self.planner.unreadable(source))?;
                        }
                    }
                }
                Err(BlockError::Read(source)) => return Err(self.planner.unreadable(source)),
                Err(BlockError::LongLine) => {
                    return Err(DataError::Row {
                        path: self.path.to_owned(),
                        line: place + 1,
                        source: format!("the line is longer than {LINE_BYTES_MAX} bytes").into(),
                    });
                }
            }
            self.report(on_progress, &opened.read, opened.size, reader.rows())?;
        }
        let name = dialect_name(&sample, &plan, false);
        self.planner.gathered(reader, &plan, name, opened.entry)
    }

    fn gather_json(
        &self,
        head: Vec<u8>,
        opened: Opened,
        on_progress: OnProgress<'_>,
    ) -> Result<Gathered, DataError> {
        let mut rows = JsonRows::new(io::Cursor::new(head).chain(opened.stream));
        let mut first = Vec::new();
        let mut cells = 0;
        let mut complete = true;
        while let Some(row) = rows.next_row().map_err(|error| self.bad_json(error))? {
            cells += row.cells.len();
            first.push(row);
            if first.len() == SAMPLE_ROWS_MAX || cells > SAMPLE_CELLS_MAX {
                complete = false;
                break;
            }
        }
        if complete && let Some(transposed) = rows_of_columns(&first) {
            first = transposed;
        }
        let Some(shape) = JsonShape::find(&first) else {
            return Err(self
                .planner
                .layout("expected JSON rows such as [[time, open, high, low, close, volume], …], got none"));
        };
        let above = first.iter().take_while(|row| shape.is_foreign(row)).count();
        let sample = Sample {
            rows: first[above..]
                .iter()
                .take(SAMPLE_ROWS_MAX)
                .map(|row| shape.cells(row).into_owned())
                .collect(),
            names: shape.names.clone(),
            preamble: first[..above].iter().map(|row| row.cells.join(", ")).collect(),
            width: shape.width,
            delimiter: None,
            complete: complete && first.len() <= SAMPLE_ROWS_MAX,
        };
        let plan = self
            .planner
            .plan(&sample, opened.entry.as_deref(), |_| Ok(Vec::new()))?;
        let mut reader = RowReader::new(&plan, &sample, self.options, "row");
        let mut place = 0;
        let mut first = first.into_iter();
        loop {
            let row = match first.next() {
                Some(row) => row,
                None => match rows.next_row().map_err(|error| self.bad_json(error))? {
                    Some(row) => row,
                    None => break,
                },
            };
            place += 1;
            if place <= above as u64 {
                continue;
            }
            reader
                .texts(place, &shape.cells(&row))
                .map_err(|source| self.planner.unreadable(source))?;
            if place % JSON_ROWS_PER_REPORT == 0 {
                self.report(on_progress, &opened.read, opened.size, reader.rows())?;
            }
        }
        let name = dialect_name(&sample, &plan, true);
        self.planner.gathered(reader, &plan, name, opened.entry)
    }

    /// The layout of a text and rows from its beginning.
    fn sample_lines(&self, head: &[u8], complete: bool) -> Result<(Layout, Sample), DataError> {
        let mut all: Vec<&[u8]> = lines(head).collect();
        if !complete && !head.ends_with(b"\n") {
            all.pop();
        }
        let Some(layout) = Layout::find(&all, self.options.delimiter) else {
            let what = match all.iter().find(|line| !line.trim_ascii().is_empty()) {
                None if !complete => {
                    format!("expected rows of bars, got no end of a line in the first {HEAD_BYTES} bytes")
                }
                None => "expected rows of bars, got an empty file".to_owned(),
                Some(line) => {
                    let text = String::from_utf8_lossy(line);
                    let start: String = text.chars().take(80).collect();
                    format!(
                        "expected rows of bars (a time and open, high, low, close), got a file that begins with {start:?}"
                    )
                }
            };
            return Err(self.planner.layout(what));
        };
        let mut split = Vec::new();
        let mut rows = Vec::new();
        for line in all.iter().skip(layout.first_row) {
            if rows.len() == SAMPLE_ROWS_MAX {
                break;
            }
            let whole = cells(line, layout.delimiter, &mut split).is_some() && split.len() == layout.width;
            let named = |(_, names): &(usize, Vec<String>)| {
                names.iter().map(String::as_bytes).eq(split.iter().copied())
            };
            if whole && !layout.header.as_ref().is_some_and(named) {
                rows.push(
                    split
                        .iter()
                        .map(|cell| String::from_utf8_lossy(cell).into_owned())
                        .collect(),
                );
            }
        }
        let above = layout.header.as_ref().map_or(layout.first_row, |(line, _)| *line);
        let preamble = all[..above.min(all.len())]
            .iter()
            .filter(|line| !line.trim_ascii().is_empty())
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect();
        let sample = Sample {
            names: layout.header.as_ref().map(|(_, names)| names.clone()),
            preamble,
            complete: complete && rows.len() < SAMPLE_ROWS_MAX,
            rows,
            width: layout.width,
            delimiter: Some(layout.delimiter),
        };
        Ok((layout, sample))
    }

    /// The different texts of a column of dates, from the whole file, without their clock times.
    fn all_dates(&self, column: usize, layout: &Layout) -> Result<Vec<String>, DataError> {
        let opened = Opened::open(self.path, self.options.entry.as_deref())?;
        let mut blocks = LineBlocks::new(opened.stream);
        let mut dates: Vec<String> = Vec::new();
        while let Ok(Some(block)) = blocks.next_block() {
            let mut split = Vec::new();
            for line in lines(block) {
                if cells(line, layout.delimiter, &mut split).is_none() || split.len() != layout.width {
                    continue;
                }
                let date = split[column]
                    .split(|byte| matches!(byte, b' ' | b'T'))
                    .next()
                    .unwrap_or_default();
                if dates.last().is_none_or(|last| last.as_bytes() != date) {
                    dates.push(String::from_utf8_lossy(date).into_owned());
                }
            }
            if dates.len() >= DATES_MAX {
                break;
            }
        }
        Ok(dates)
    }

    fn report(
        &self,
        on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
        read: &std::cell::Cell<u64>,
        size: u64,
        rows: u64,
    ) -> Result<(), DataError> {
        let progress = Progress {
            bytes: read.get(),
            bytes_total: size,
            rows,
        };
        match on_progress(progress) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(DataError::Interrupted {
                path: self.path.to_owned(),
            }),
        }
    }

    fn bad_json(&self, error: JsonError) -> DataError {
        match error {
            JsonError::Read(source) => self.planner.unreadable(source),
            JsonError::Syntax(at, expected) => {
                self.planner.layout(format!("expected {expected} at byte {at}"))
            }
        }
    }
}

/// About how many bytes a line has.
fn bytes_per_line(head: &[u8]) -> u64 {
    let lines = memchr::memchr_iter(b'\n', head).count().max(1);
    (head.len() / lines).max(1) as u64
}
