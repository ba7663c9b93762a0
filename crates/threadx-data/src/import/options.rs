//! What the caller says about a file, and what is done with what is wrong in it.

use serde::Serialize;
use threadx_market::{Symbol, Timeframe};

use crate::{ColumnList, DateOrder, Zone};

/// What the caller says about a file, and what is done with what is wrong in it.
///
/// Everything that is left absent is found from the content. By default nothing is dropped: identical bars
/// of the same time are joined, everything else that is wrong is refused with its place.
///
/// ```
/// use threadx_data::{BadRows, ImportOptions, Zone};
///
/// let options = ImportOptions {
///     timezone: Some(Zone::parse("America/New_York")?),
///     bad_rows: BadRows::Drop,
///     ..ImportOptions::default()
/// };
/// assert!(options.timeframe.is_none());
/// # Ok::<(), threadx_error::DataError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportOptions {
    /// The market; else that of the file's symbol column, else that of its name.
    pub token: Option<Symbol>,
    /// The timeframe that the bars must have; else that of their spacing.
    pub timeframe: Option<Timeframe>,
    /// The zone of stamps that do not say theirs; UTC if absent. In a file of nothing but dates, or local
    /// midnights, these are labels of days and stay midnight UTC.
    pub timezone: Option<Zone>,
    /// Seconds added to every stamp: repairs a clock that was wrong by a fixed amount.
    pub shift_seconds: i64,
    /// Which end of its interval a bar's stamp names.
    pub bar_time: BarTime,
    /// What the stamps of daily bars mean that are midnight at an offset from UTC.
    pub daily: DailyStamps,
    /// What is done with different bars of the same time.
    pub duplicates: Duplicates,
    /// What is done with rows that are no bars.
    pub bad_rows: BadRows,
    /// What is done with rows that are out of order.
    pub order: RowOrder,
    /// The byte between cells.
    pub delimiter: Option<u8>,
    /// What the columns hold.
    pub columns: Option<ColumnList>,
    /// The order of day and month.
    pub date_order: Option<DateOrder>,
    /// The decimal mark.
    pub decimal: Option<DecimalMark>,
    /// What prices are divided by.
    pub price_divisor: Option<f64>,
    /// The symbol whose rows are wanted, as it stands in the symbol column of a file of many markets.
    pub symbol: Option<String>,
    /// The entry of an archive of several.
    pub entry: Option<String>,
}

/// Which end of its interval a bar's stamp names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BarTime {
    /// The open time, but for monthly bars that are all stamped on the last day of a month: no bar opens
    /// there, so these are close times.
    #[default]
    Auto,
    /// The open time.
    Open,
    /// The close time: one interval is taken off. A month is then the one that the stamp's eve lies in.
    Close,
}

/// What stamps mean that are all midnight at an offset from UTC, such as `2019-01-02 00:00:00-05:00`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DailyStamps {
    /// An instant, as every stamp with an offset does.
    #[default]
    Instant,
    /// The label of a trading day, which is kept as midnight UTC of its date: so weeks and months begin where
    /// they do on that market.
    SessionDate,
}

/// What is done with different bars of the same time. Identical ones are always joined, and counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// The file is refused with their number and the first of them.
    #[default]
    Refuse,
    /// The bar that stands first in the file is kept.
    KeepFirst,
    /// The bar that stands last in the file is kept.
    KeepLast,
}

/// What is done with rows that are no bars: unreadable cells, prices that are not above 0, low above open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BadRows {
    /// The file is refused with their number and the first of them.
    #[default]
    Refuse,
    /// They are left out, counted, and the first are named in the report.
    Drop,
}

/// What is done with rows that are out of order. A file that runs backwards is in order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowOrder {
    /// Sorted, and reported, if no row is more than [`DISORDER_BARS_MAX`] bars from its place; else
    /// refused, as wrong dates look the same.
    #[default]
    Auto,
    /// Always sorted.
    Sort,
}

/// How many bars a row may be from its place to be put there unasked.
pub const DISORDER_BARS_MAX: i64 = 48;

/// The mark between the whole and the decimals of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    /// `1,234.5`
    Point,
    /// `1.234,5`
    Comma,
}
