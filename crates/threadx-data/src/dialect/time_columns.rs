//! Which columns the stamp of a row is made of.

use super::kinds::ColumnKinds;

/// Which columns a row's stamp is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeColumns {
    /// One column of instants, local dates and times, or dates.
    One(usize),
    /// A column of dates and one of clock times.
    DateAndClock(usize, usize),
    /// Milliseconds since midnight of a day that only the file's name tells (days from 1970-01-01).
    MillisecondsOfDay(usize, i64),
    /// One column of the times at which the bars ended.
    Close(usize),
}

/// The stamp among the columns that are named as times, in order of preference, and another to compare it
/// with.
pub(super) fn named_time(columns: &[usize], kinds: &[ColumnKinds]) -> Option<(TimeColumns, Option<usize>)> {
    // A name is believed where most cells agree with it, so that the others can be refused by their place.
    let relaxed: Vec<ColumnKinds> = kinds.iter().map(ColumnKinds::relaxed).collect();
    stamp_among(columns, kinds).or_else(|| stamp_among(columns, &relaxed))
}

pub(super) fn stamp_among(columns: &[usize], kinds: &[ColumnKinds]) -> Option<(TimeColumns, Option<usize>)> {
    let find = |wanted: &dyn Fn(&ColumnKinds) -> bool| {
        columns.iter().copied().find(|column| wanted(&kinds[*column]))
    };
    let epochs = find(&ColumnKinds::is_epochs);
    let stamps = find(&|kinds| kinds.is_stamps() && !kinds.is_epochs());
    if let Some(time) = epochs.or(stamps) {
        let check = if epochs.is_some() { stamps } else { None };
        return Some((TimeColumns::One(time), check));
    }
    let date = find(&ColumnKinds::is_dates)?;
    let clock = columns
        .iter()
        .copied()
        .filter(|column| *column != date)
        .find(|column| kinds[*column].may_be_clocks());
    let time = clock.map_or(TimeColumns::One(date), |clock| {
        TimeColumns::DateAndClock(date, clock)
    });
    Some((time, None))
}

/// The first stamp among `columns`; a date may be followed by a clock time.
pub(super) fn leftmost_time(
    kinds: &[ColumnKinds],
    mut columns: std::ops::Range<usize>,
) -> Option<TimeColumns> {
    let time = columns.find(|column| kinds[*column].is_instants())?;
    let clock = time + 1;
    let is_date_and_clock = kinds[time].is_dates()
        && kinds
            .get(clock)
            .is_some_and(|next| next.is_clocks() || next.are_padded_clocks(kinds.len() >= 7));
    Some(if is_date_and_clock {
        TimeColumns::DateAndClock(time, clock)
    } else {
        TimeColumns::One(time)
    })
}

/// Days since 1899-12-30, as spreadsheets count them, of 1927 to 2118.
const SPREADSHEET_DAYS: std::ops::Range<f64> = 10_000.0..80_000.0;

/// What is said where no column holds times: `written` is the column that is called one, and a cell of it.
pub(super) fn no_time(close_column: Option<usize>, written: Option<(&str, String)>) -> String {
    let hint = match (close_column, written) {
        (Some(column), _) => format!(
            "; column {column} looks like the times at which the bars ended: name it close_time in a list of columns to use it"
        ),
        (None, Some((name, cell))) => {
            let days = cell
                .trim()
                .parse()
                .is_ok_and(|days: f64| SPREADSHEET_DAYS.contains(&days));
            let advice = if days {
                ", which looks like days as a spreadsheet counts them: let it write dates"
            } else {
                ""
            };
            format!("; {name:?} holds {cell:?}{advice}")
        }
        (None, None) => String::new(),
    };
    format!("expected a column of dates, dates and times, or epochs; there is none{hint}")
}
