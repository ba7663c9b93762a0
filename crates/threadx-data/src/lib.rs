//! Reading bars: CSV files, the embedded sample, and one face for every source of bars.
//!
//! ```
//! let sample = threadx_data::sample()?;
//! assert_eq!(sample.bars.first().map(|first| first.to_string()).as_deref(), Some("2019-01-01T00:00:00Z"));
//! # Ok::<(), threadx_error::DataError>(())
//! ```
//!
//! # Invariants
//!
//! - A reader returns checked [`Bars`](threadx_market::Bars) or an error that names the file and, where there
//!   is one, the line, the column, the cell and what was expected. No input makes it panic.
//! - Nothing is made up: a hole in the data stays a hole.
//! - A number is the `f64` nearest to its decimal text, to the last bit.

mod bar_source;
#[cfg(feature = "parquet")]
mod catalogue;
#[cfg(feature = "parquet")]
mod columnar;
mod csv;
mod currency;
mod dataset;
mod dialect;
mod export;
mod import;
mod line_blocks;
mod moment;
mod new_file;
mod number;
mod sample;
mod signal_file;
mod spacing;
mod table;
mod text;
mod token;
mod zone;

pub use bar_source::{BarSource, Listing};
#[cfg(feature = "parquet")]
pub use catalogue::{Catalogue, Manifest, MergePolicy, MergeReport, Origin, Stored, StoredImport};
pub use csv::read_csv;
pub use dataset::Dataset;
pub use dialect::{ColumnList, DialectReport};
pub use export::export;
pub use import::{
    BadRows, BarTime, DISORDER_BARS_MAX, DailyStamps, DecimalMark, Duplicates, EXAMPLES_MAX, Import,
    ImportOptions, ImportReport, Note, NoteCode, OnProgress, Progress, RowOrder, import,
    import_with_progress,
};
pub use moment::{DateOrder, EpochUnit};
pub use new_file::Existing;
pub use sample::{SAMPLE_ATTRIBUTION, sample};
pub use signal_file::{SignalRows, read_signals};
pub use spacing::timeframe_of;
pub use table::{Cell, Column, ColumnKind, TableWriter};
pub use token::token_of;
pub use zone::Zone;
