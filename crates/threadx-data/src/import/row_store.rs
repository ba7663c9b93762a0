//! The rows of a file, put in order of time in bounded memory.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
};

/// One bar as a row of a file says it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Row {
    /// Number of the row's line (or of the row, where a file has no lines), from 1.
    pub(crate) place: u64,
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    pub(crate) time: i64,
    /// Open, high, low, close, volume.
    pub(crate) values: [f64; 5],
}

const ROW_BYTES: usize = 56;

/// Rows that are kept in memory (112 MB) before they go to a temporary file.
const MEMORY_ROWS_MAX: usize = 2_000_000;

/// Collects rows in any order and gives them back sorted by time, then by place.
///
/// Up to a limit they stay in memory; beyond it, sorted runs of that many go to temporary files and are merged.
#[derive(Debug)]
pub(crate) struct RowStore {
    rows: Vec<Row>,
    runs: Vec<File>,
    memory_rows_max: usize,
    len: u64,
}

impl Default for RowStore {
    fn default() -> Self {
        Self::with_memory(MEMORY_ROWS_MAX)
    }
}

impl RowStore {
    fn with_memory(memory_rows_max: usize) -> Self {
        Self {
            rows: Vec::new(),
            runs: Vec::new(),
            memory_rows_max,
            len: 0,
        }
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Makes room for about that many rows at once.
    pub(crate) fn expect(&mut self, rows: u64) {
        let rows = usize::try_from(rows)
            .unwrap_or(usize::MAX)
            .min(self.memory_rows_max);
        self.rows.reserve_exact(rows.saturating_sub(self.rows.len()));
    }

    #[inline]
    pub(crate) fn push(&mut self, row: Row) -> io::Result<()> {
        if self.rows.len() == self.memory_rows_max {
            self.spill()?;
        }
        self.rows.push(row);
        self.len += 1;
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        sort(&mut self.rows);
        let mut file = BufWriter::with_capacity(1 << 20, tempfile::tempfile()?);
        for row in self.rows.drain(..) {
            file.write_all(&to_bytes(row))?;
        }
        self.runs
            .push(file.into_inner().map_err(io::IntoInnerError::into_error)?);
        Ok(())
    }

    /// All rows, sorted.
    pub(crate) fn into_sorted(mut self) -> io::Result<SortedRows> {
        sort(&mut self.rows);
        SortedRows::merge(self.runs, self.rows)
    }

    /// All rows, sorted, without giving them away.
    pub(crate) fn sorted(&mut self) -> io::Result<SortedRows> {
        sort(&mut self.rows);
        let runs = self
            .runs
            .iter()
            .map(File::try_clone)
            .collect::<io::Result<Vec<File>>>()?;
        SortedRows::merge(runs, self.rows.clone())
    }
}

/// By time, then by place; what is in order already or backwards costs next to nothing.
fn sort(rows: &mut [Row]) {
    if rows.windows(2).all(|pair| pair[0].time >= pair[1].time) {
        rows.reverse();
    }
    rows.sort_by_key(|row| (row.time, row.place));
}

/// The rows of a [`RowStore`], sorted.
#[derive(Debug)]
pub(crate) struct SortedRows {
    runs: Vec<Run>,
    /// The next row of each run.
    heads: Vec<Option<Row>>,
}

impl SortedRows {
    fn merge(files: Vec<File>, rows: Vec<Row>) -> io::Result<Self> {
        let mut runs = files
            .into_iter()
            .map(Run::file)
            .collect::<io::Result<Vec<Run>>>()?;
        runs.push(Run::Memory(rows.into_iter()));
        let mut heads = Vec::with_capacity(runs.len());
        for run in &mut runs {
            heads.push(run.next()?);
        }
        Ok(Self { runs, heads })
    }

    pub(crate) fn next(&mut self) -> io::Result<Option<Row>> {
        let mut first: Option<(usize, Row)> = None;
        for (run, head) in self.heads.iter().enumerate() {
            if let Some(row) = head
                && first.is_none_or(|(_, least)| (row.time, row.place) < (least.time, least.place))
            {
                first = Some((run, *row));
            }
        }
        let Some((run, row)) = first else {
            return Ok(None);
        };
        self.heads[run] = self.runs[run].next()?;
        Ok(Some(row))
    }
}

/// Rows in order.
#[derive(Debug)]
enum Run {
    Memory(std::vec::IntoIter<Row>),
    File(BufReader<File>),
}

impl Run {
    fn file(mut file: File) -> io::Result<Self> {
        file.seek(SeekFrom::Start(0))?;
        Ok(Self::File(BufReader::with_capacity(ROW_BYTES * 4096, file)))
    }

    fn next(&mut self) -> io::Result<Option<Row>> {
        match self {
            Self::Memory(rows) => Ok(rows.next()),
            Self::File(file) => {
                let mut bytes = [0; ROW_BYTES];
                match file.read_exact(&mut bytes) {
                    Ok(()) => Ok(Some(from_bytes(&bytes))),
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
                    Err(error) => Err(error),
                }
            }
        }
    }
}

fn to_bytes(row: Row) -> [u8; ROW_BYTES] {
    let mut bytes = [0; ROW_BYTES];
    let words = [row.place.to_le_bytes(), row.time.to_le_bytes()]
        .into_iter()
        .chain(row.values.map(f64::to_le_bytes));
    for (slot, word) in bytes.chunks_exact_mut(8).zip(words) {
        slot.copy_from_slice(&word);
    }
    bytes
}

fn from_bytes(bytes: &[u8; ROW_BYTES]) -> Row {
    let word = |index: usize| {
        let mut word = [0; 8];
        word.copy_from_slice(&bytes[index * 8..index * 8 + 8]);
        word
    };
    Row {
        place: u64::from_le_bytes(word(0)),
        time: i64::from_le_bytes(word(1)),
        values: [2, 3, 4, 5, 6].map(|index| f64::from_le_bytes(word(index))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_come_back_sorted_whatever_fits_in_memory(times in proptest::collection::vec(-9i64..9, 0..60), most in 1usize..80) {
            let rows: Vec<Row> = times
                .iter()
                .zip(1..)
                .map(|(time, place)| Row { place, time: *time, values: [place as f64, 1.5, -0.0, f64::MIN, 9.0] })
                .collect();
            let mut store = RowStore::with_memory(most);
            for row in &rows {
                store.push(*row).unwrap();
            }
            prop_assert_eq!(store.len(), rows.len() as u64);
            let all = |mut sorted: SortedRows| {
                let mut got = Vec::new();
                while let Some(row) = sorted.next().unwrap() {
                    got.push(row);
                }
                got
            };
            let mut expect = rows;
            expect.sort_by_key(|row| (row.time, row.place));
            prop_assert_eq!(&all(store.sorted().unwrap()), &expect);
            prop_assert_eq!(all(store.into_sorted().unwrap()), expect, "looking at them changes nothing");
        }
    }
}
