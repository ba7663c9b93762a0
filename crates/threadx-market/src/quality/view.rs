//! Columns to be checked, looked at in order of time.

use super::{Calendar, DeclaredCalendar};
use crate::{Bars, Columns, Timeframe, Timestamp, grid::months_between};

/// Columns of bars that are borrowed, and not known to keep the rules of bars.
///
/// Where the columns differ in length the shortest one counts.
#[derive(Debug, Clone, Copy)]
pub struct ColumnsRef<'a> {
    /// Open times.
    pub time: &'a [Timestamp],
    /// First prices.
    pub open: &'a [f64],
    /// Highest prices.
    pub high: &'a [f64],
    /// Lowest prices.
    pub low: &'a [f64],
    /// Last prices.
    pub close: &'a [f64],
    /// Traded quantities.
    pub volume: &'a [f64],
}

impl<'a> From<&'a Bars> for ColumnsRef<'a> {
    fn from(bars: &'a Bars) -> Self {
        Self {
            time: bars.time(),
            open: bars.open(),
            high: bars.high(),
            low: bars.low(),
            close: bars.close(),
            volume: bars.volume(),
        }
    }
}

impl<'a> From<&'a Columns> for ColumnsRef<'a> {
    fn from(columns: &'a Columns) -> Self {
        Self {
            time: &columns.time,
            open: &columns.open,
            high: &columns.high,
            low: &columns.low,
            close: &columns.close,
            volume: &columns.volume,
        }
    }
}

/// A hole between two neighbouring bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hole {
    /// The bar in front of it.
    pub(crate) after: Timestamp,
    /// The bar behind it.
    pub(crate) before: Timestamp,
    /// Bars of the timeframe that would fit in, at least 1.
    pub(crate) missing: u64,
    /// Whether the market was open.
    pub(crate) kind: HoleKind,
}

/// Whether the market was open in a hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HoleKind {
    /// It was: bars are missing.
    Gap,
    /// It was closed for a part of it: a night, a weekend, the holidays about the end of the year.
    Break,
    /// One or two trading days are missing, as on holidays.
    Days,
}

/// At most so many trading days in a row are holidays.
const HOLIDAYS_IN_A_ROW: u64 = 2;

const DAY: i64 = 24 * 3600 * 1_000_000_000;

/// Columns to be checked, looked at in order of time.
#[derive(Debug)]
pub(crate) struct View<'a> {
    columns: ColumnsRef<'a>,
    rows: usize,
    timeframe: Timeframe,
    calendar: Calendar,
    /// Rows in order of time and each time once, if they do not stand so already.
    order: Option<Vec<usize>>,
    holes: Vec<Hole>,
}

impl<'a> View<'a> {
    pub(crate) fn new(columns: ColumnsRef<'a>, timeframe: Timeframe, declared: DeclaredCalendar) -> Self {
        let lengths = [
            columns.open,
            columns.high,
            columns.low,
            columns.close,
            columns.volume,
        ]
        .map(<[f64]>::len);
        let rows = lengths.into_iter().fold(columns.time.len(), usize::min);
        let in_order = columns.time[..rows].windows(2).all(|pair| pair[0] < pair[1]);
        let order = (!in_order).then(|| {
            let mut order: Vec<usize> = (0..rows).collect();
            order.sort_by_key(|row| columns.time[*row]);
            order.dedup_by_key(|row| columns.time[*row]);
            order
        });
        let mut view = Self {
            columns,
            rows,
            timeframe,
            calendar: Calendar::Continuous,
            order,
            holes: Vec::new(),
        };
        view.calendar = declared.resolve(view.times(), timeframe);
        view.holes = view.find_holes();
        view
    }

    pub(crate) fn timeframe(&self) -> Timeframe {
        self.timeframe
    }

    pub(crate) fn calendar(&self) -> Calendar {
        self.calendar
    }

    /// Number of rows as they stand.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// The columns as they stand.
    pub(crate) fn columns(&self) -> ColumnsRef<'a> {
        let ColumnsRef {
            time,
            open,
            high,
            low,
            close,
            volume,
        } = self.columns;
        ColumnsRef {
            time: &time[..self.rows],
            open: &open[..self.rows],
            high: &high[..self.rows],
            low: &low[..self.rows],
            close: &close[..self.rows],
            volume: &volume[..self.rows],
        }
    }

    /// Number of different times.
    pub(crate) fn len(&self) -> usize {
        self.order.as_ref().map_or(self.rows, Vec::len)
    }

    /// The row of the bar at a position in order of time.
    pub(crate) fn row(&self, position: usize) -> usize {
        self.order.as_ref().map_or(position, |order| order[position])
    }

    /// Open times in order, each once.
    pub(crate) fn times(&self) -> impl DoubleEndedIterator<Item = Timestamp> + Clone {
        (0..self.len()).map(|position| self.columns.time[self.row(position)])
    }

    /// The holes between neighbouring bars.
    pub(crate) fn holes(&self) -> &[Hole] {
        &self.holes
    }

    fn find_holes(&self) -> Vec<Hole> {
        let mut holes = Vec::new();
        for (after, before) in self.times().zip(self.times().skip(1)) {
            let missing = self.steps(after, before).saturating_sub(1);
            if missing > 0 {
                let kind = self.kind_of_hole(self.timeframe.next(after), before, missing);
                holes.push(Hole {
                    after,
                    before,
                    missing,
                    kind,
                });
            }
        }
        holes
    }

    fn kind_of_hole(&self, from: Timestamp, to: Timestamp, missing: u64) -> HoleKind {
        if self.calendar == Calendar::Continuous {
            return HoleKind::Gap;
        }
        let daily = self.timeframe.nanoseconds().is_some_and(|length| length >= DAY);
        if self.calendar.is_closed_within(from, to, self.timeframe) || is_end_of_year(from, to) {
            HoleKind::Break
        } else if daily && missing <= HOLIDAYS_IN_A_ROW {
            HoleKind::Days
        } else {
            HoleKind::Gap
        }
    }

    /// Intervals from one open time to a later one, to the nearest whole one.
    pub(crate) fn steps(&self, from: Timestamp, to: Timestamp) -> u64 {
        let steps = match self.timeframe.nanoseconds() {
            Some(length) => {
                let apart = i128::from(to.nanoseconds()) - i128::from(from.nanoseconds());
                let length = i128::from(length);
                i64::try_from((apart + length / 2).div_euclid(length)).unwrap_or(i64::MAX)
            }
            None => months_between(from, to),
        };
        u64::try_from(steps).unwrap_or(0)
    }
}

/// Whether a range lies within Christmas (24 to 26 December) or the turn of the year (31 December to 2 January),
/// when markets with sessions are closed in most of the world.
fn is_end_of_year(from: Timestamp, to: Timestamp) -> bool {
    if to.nanoseconds().saturating_sub(from.nanoseconds()) > 3 * DAY {
        return false;
    }
    let day = |at: Timestamp| {
        let date = at.to_datetime().date();
        (u8::from(date.month()), date.day())
    };
    let last = Timestamp::from_nanoseconds(to.nanoseconds().saturating_sub(1));
    let christmas = |day| ((12, 24)..=(12, 26)).contains(&day);
    let new_year = |day| day == (12, 31) || ((1, 1)..=(1, 2)).contains(&day);
    (christmas(day(from)) && christmas(day(last))) || (new_year(day(from)) && new_year(day(last)))
}
