//! Importing: any file of bars to bars, with a report of what was found and done.

mod close_time;
mod collector;
mod finish;
mod gathered;
mod json_rows;
mod options;
mod order;
mod planner;
mod report;
mod row_reader;
mod row_store;
mod short_way;
mod stamps;
mod text_file;

use std::{ops::ControlFlow, path::Path};

use threadx_error::DataError;
use threadx_market::{Bars, Columns, Timestamp};

use crate::Dataset;
pub(crate) use finish::BarSink;
pub(crate) use gathered::Gathered;
pub use options::{
    BadRows, BarTime, DISORDER_BARS_MAX, DailyStamps, DecimalMark, Duplicates, ImportOptions, RowOrder,
};
pub use report::{EXAMPLES_MAX, ImportReport, Note, NoteCode};
#[cfg(feature = "parquet")]
pub(crate) use {planner::Planner, row_reader::RowReader};

/// What came of importing a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// The bars and their market.
    pub dataset: Dataset,
    /// What was found and done.
    pub report: ImportReport,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the file read so far (of a packed one before unpacking).
    pub bytes: u64,
    /// Bytes of the file.
    pub bytes_total: u64,
    /// Rows read so far.
    pub rows: u64,
}

/// Told how far an import is every now and then; stops it by breaking.
pub type OnProgress<'a> = &'a mut dyn FnMut(Progress) -> ControlFlow<()>;

/// Bars of a file of any known dialect, found from its content.
///
/// Text with cells between `,` `;` tabs or `|`, with or without a header, its columns in any order, and JSON
/// rows are read, also packed with gzip or zip and in UTF-16. What cannot be told from the content is
/// refused rather than guessed; [`ImportOptions`] say it. See [`NoteCode`] for what is put right and noted.
///
/// # Errors
///
/// [`DataError::Read`] if the file cannot be read or unpacked; [`DataError::Layout`] if it holds no bars that
/// could be recognised; [`DataError::Ambiguous`] if it can be read in two ways; [`DataError::Rows`] with the
/// first rows that are no bars; [`DataError::Conflicts`] for times with different bars;
/// [`DataError::Disorder`] for rows far out of order; [`DataError::Spacing`] if the bars are not those of the
/// timeframe that was given.
///
/// ```
/// use threadx_data::{ImportOptions, NoteCode, import};
///
/// let dir = tempfile::tempdir()?;
/// let path = dir.path().join("EURUSD.csv");
/// std::fs::write(
///     &path,
///     "Gmt time;Open;High;Low;Close;Volume\n\
///      01.01.2017 23:00:00.000;1,05227;1,05426;1,05226;1,05282;253,1\n\
///      01.01.2017 22:00:00.000;1,05236;1,05253;1,05221;1,05227;143,5\n",
/// )?;
/// let import = import(&path, &ImportOptions::default())?;
/// assert_eq!(import.dataset.token.as_str(), "EURUSD");
/// assert_eq!(import.dataset.bars.close(), [1.05227, 1.05282]);
/// assert!(import.report.note(NoteCode::Reversed).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn import(path: &Path, options: &ImportOptions) -> Result<Import, DataError> {
    import_with_progress(path, options, &mut |_| ControlFlow::Continue(()))
}

/// As [`import`], telling how far it is.
///
/// # Errors
///
/// As [`import`], and [`DataError::Interrupted`] if `on_progress` breaks.
pub fn import_with_progress(
    path: &Path,
    options: &ImportOptions,
    on_progress: OnProgress<'_>,
) -> Result<Import, DataError> {
    let prepared = gather(path, options, on_progress)?.prepare(options)?;
    let mut sink = InMemory(Columns::default());
    let report = prepared.finish(options, &mut sink)?;
    let bars = Bars::new(report.timeframe, sink.0)?;
    Ok(Import {
        dataset: Dataset {
            token: report.token.clone(),
            bars,
        },
        report,
    })
}

/// Reads the rows of a file of any kind.
pub(crate) fn gather(
    path: &Path,
    options: &ImportOptions,
    on_progress: OnProgress<'_>,
) -> Result<Gathered, DataError> {
    #[cfg(feature = "parquet")]
    {
        let magic = std::fs::File::open(path).and_then(|mut file| crate::text::peek(&mut file));
        let magic = magic.map_err(|source| DataError::Read {
            path: path.to_owned(),
            source,
        })?;
        if let Some(kind) = crate::columnar::Kind::of(&magic) {
            return crate::columnar::gather(path, kind, options, on_progress);
        }
    }
    text_file::gather(path, options, on_progress)
}

/// Collects bars in columns.
struct InMemory(Columns);

impl BarSink for InMemory {
    fn expect(&mut self, bars: u64) {
        self.0 = Columns::with_capacity(usize::try_from(bars).unwrap_or(0));
    }

    fn bar(&mut self, time: Timestamp, [open, high, low, close, volume]: [f64; 5]) -> Result<(), DataError> {
        let columns = &mut self.0;
        columns.time.push(time);
        columns.open.push(open);
        columns.high.push(high);
        columns.low.push(low);
        columns.close.push(close);
        columns.volume.push(volume);
        Ok(())
    }
}
