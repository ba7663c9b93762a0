//! Which column holds what.

use super::{
    column_list::ColumnList,
    header::{Fit, Role, is_open_time, role},
    kinds::ColumnKinds,
};

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

/// Which column holds what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Roles {
    pub(crate) time: TimeColumns,
    /// A second column of instants, to compare with.
    pub(crate) check_time: Option<usize>,
    /// Open, high, low, close. Without names the order is still to be found.
    pub(crate) prices: [usize; 4],
    pub(crate) volume: Option<usize>,
    pub(crate) symbol: Option<usize>,
    /// Whether there are adjusted prices beside.
    pub(crate) adjusted: bool,
    /// Whether the columns were found without names.
    pub(crate) nameless: bool,
}

const NEEDED: &str = "a time and open, high, low, close";

/// The columns in the caller's words.
pub(crate) fn from_list(list: &ColumnList) -> Option<Roles> {
    let at = |wanted: Role| list.roles.iter().position(|role| *role == Some(wanted));
    let last_time = list.roles.iter().rposition(|role| *role == Some(Role::Time));
    let time = match (at(Role::Time), last_time) {
        (Some(date), Some(clock)) if clock > date => TimeColumns::DateAndClock(date, clock),
        (Some(time), _) => TimeColumns::One(time),
        (None, _) => TimeColumns::Close(at(Role::CloseTime)?),
    };
    Some(Roles {
        time,
        check_time: None,
        prices: [at(Role::Open)?, at(Role::High)?, at(Role::Low)?, at(Role::Close)?],
        volume: at(Role::Volume),
        symbol: at(Role::Symbol),
        adjusted: false,
        nameless: false,
    })
}

/// The columns by their names; what is missing, in words, if they do not name the prices.
///
/// Of several columns of one role the one is taken whose name fits best and whose cells can be what the role
/// needs; of two prices whose names fit as well none is taken. A stamp is one column of instants, one that names the
/// open first, epochs before text; else one of dates and one of clock times; else one of dates.
pub(crate) fn from_names(
    names: &[String],
    kinds: &[ColumnKinds],
    first_cell: impl Fn(usize) -> Option<String>,
    file_name: &str,
) -> Result<Roles, String> {
    let named: Vec<Option<(Role, Fit)>> = names.iter().map(|name| role(name)).collect();
    let best = |wanted: Role, fits: &dyn Fn(&ColumnKinds) -> bool| -> Vec<usize> {
        let mut columns: Vec<(Fit, usize)> = named
            .iter()
            .zip(kinds)
            .enumerate()
            .filter_map(|(column, (named, kinds))| match named {
                Some((role, fit)) if *role == wanted && fits(kinds) => Some((*fit, column)),
                _ => None,
            })
            .collect();
        columns.sort_unstable();
        columns.into_iter().map(|(_, column)| column).collect()
    };
    let mut prices = [0; 4];
    let wanted = [
        ("open", Role::Open),
        ("high", Role::High),
        ("low", Role::Low),
        ("close", Role::Close),
    ];
    for (slot, (name, role)) in prices.iter_mut().zip(wanted) {
        let Some(column) = best(role, &ColumnKinds::is_numbers).first().copied() else {
            let there = !best(role, &|_: &ColumnKinds| true).is_empty();
            let why = if there { "holds no numbers" } else { "is missing" };
            return Err(format!(
                "expected columns that name {NEEDED}; {name} {why} in {}",
                quoted(names)
            ));
        };
        *slot = column;
        let fit = |column: usize| named[column].map(|(_, fit)| fit);
        let same = best(role, &ColumnKinds::is_numbers)
            .into_iter()
            .skip(1)
            .take_while(|other| fit(*other) == fit(column));
        for other in same {
            if first_cell(other) != first_cell(column) {
                return Err(format!(
                    "expected one column for {name}, got {} and {} ({:?} and {:?}); a list of columns says which is \
                     meant",
                    column + 1,
                    other + 1,
                    names[column],
                    names[other]
                ));
            }
        }
    }
    let symbol = best(Role::Symbol, &|kinds| !kinds.is_empty()).first().copied();
    // A volume that is always 0 is one only where there is no other (MetaTrader 5 counts ticks beside it).
    let mut volumes = best(Role::Volume, &|kinds| kinds.is_numbers() || kinds.is_empty());
    let called_volume = best(Role::Volume, &|_: &ColumnKinds| true).first().copied();
    if let (true, Some(column)) = (volumes.is_empty(), called_volume)
        && named[column].is_some_and(|(_, fit)| fit.is_whole())
    {
        return Err(format!(
            "expected numbers in the volume, got {:?} in {:?}",
            first_cell(column).unwrap_or_default(),
            names[column]
        ));
    }
    volumes.sort_by_key(|column| kinds[*column].is_zero());
    let times = best(Role::Time, &|_: &ColumnKinds| true);
    let open_times: Vec<usize> = times
        .iter()
        .copied()
        .filter(|column| is_open_time(&names[*column]))
        .collect();
    // Without a time by name it is a column that is nothing else, on the left of the prices.
    let first_price = prices.iter().copied().min().unwrap_or(0);
    let (time, check_time) = stamp_among(&open_times, kinds)
        .or_else(|| named_time(&times, kinds))
        .or_else(|| leftmost_time(kinds, 0..first_price).map(|time| (time, None)))
        .ok_or_else(|| {
            let closes = best(Role::CloseTime, &ColumnKinds::is_instants);
            let written = times
                .first()
                .and_then(|column| Some((names.get(*column)?.as_str(), first_cell(*column)?)));
            no_time(closes.first().map(|column| column + 1), written)
        })?;
    Ok(Roles {
        time,
        check_time,
        prices,
        volume: base_volume(
            &volumes,
            names,
            symbol.and_then(first_cell).as_deref().unwrap_or(file_name),
        ),
        symbol,
        adjusted: !best(Role::Adjusted, &ColumnKinds::is_numbers).is_empty(),
        nameless: false,
    })
}

/// The columns of a file without names: a stamp among the first three columns, then four prices, then the
/// volume. The order of the prices is still to be found.
pub(crate) fn without_names(
    kinds: &[ColumnKinds],
    day_of_name: Option<i64>,
    ascending_milliseconds: bool,
) -> Result<Roles, String> {
    if kinds.len() < 5 {
        return Err(format!(
            "expected at least 5 columns ({NEEDED}), got {}",
            kinds.len()
        ));
    }
    let front = kinds.len().min(3);
    let time = match (leftmost_time(kinds, 0..front), day_of_name) {
        (Some(time), _) => time,
        (None, Some(day)) if ascending_milliseconds => TimeColumns::MillisecondsOfDay(0, day),
        (None, _) => {
            let behind = (front..kinds.len()).find(|column| kinds[*column].is_epochs());
            return Err(no_time(behind.map(|column| column + 1), None));
        }
    };
    let last_time = match time {
        TimeColumns::One(column) | TimeColumns::Close(column) | TimeColumns::MillisecondsOfDay(column, _) => {
            column
        }
        TimeColumns::DateAndClock(_, clock) => clock,
    };
    let numbers: Vec<usize> = (last_time + 1..kinds.len())
        .skip_while(|column| kinds[*column].is_text())
        .take(5)
        .collect();
    let [open, high, low, close, ..] = numbers[..] else {
        return Err(format!(
            "expected 4 columns of prices behind the time, got {}",
            numbers.len()
        ));
    };
    for column in [open, high, low, close] {
        if !kinds[column].is_numbers() {
            return Err(format!(
                "expected {NEEDED}, but column {} holds no numbers",
                column + 1
            ));
        }
    }
    let can_be_volume = |column: &usize| kinds[*column].is_numbers() || kinds[*column].is_empty();
    Ok(Roles {
        time,
        check_time: None,
        prices: [open, high, low, close],
        volume: numbers.get(4).copied().filter(can_be_volume),
        symbol: (0..open).find(|column| kinds[*column].is_text()),
        adjusted: false,
        nameless: true,
    })
}

/// The stamp among the columns that are named as times, in order of preference, and another to compare it
/// with.
fn named_time(columns: &[usize], kinds: &[ColumnKinds]) -> Option<(TimeColumns, Option<usize>)> {
    // A name is believed where most cells agree with it, so that the others can be refused by their place.
    let relaxed: Vec<ColumnKinds> = kinds.iter().map(ColumnKinds::relaxed).collect();
    stamp_among(columns, kinds).or_else(|| stamp_among(columns, &relaxed))
}

fn stamp_among(columns: &[usize], kinds: &[ColumnKinds]) -> Option<(TimeColumns, Option<usize>)> {
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
fn leftmost_time(kinds: &[ColumnKinds], mut columns: std::ops::Range<usize>) -> Option<TimeColumns> {
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

/// Of several volumes the one in the base currency: `Volume BTC` of BTCUSDT.
fn base_volume(volumes: &[usize], names: &[String], symbol: &str) -> Option<usize> {
    let letters = |text: &str| -> String {
        text.chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase()
    };
    let symbol = letters(symbol);
    let of_base = volumes.iter().copied().find(|column| {
        let name = letters(&names[*column]);
        let currency = name
            .strip_prefix("volume")
            .or_else(|| name.strip_prefix("vol"))
            .unwrap_or_default();
        currency.len() >= 2 && symbol.len() > currency.len() && symbol.starts_with(currency)
    });
    of_base.or_else(|| volumes.first().copied())
}

/// Days since 1899-12-30, as spreadsheets count them, of 1927 to 2118.
const SPREADSHEET_DAYS: std::ops::Range<f64> = 10_000.0..80_000.0;

/// What is said where no column holds times: `written` is the column that is called one, and a cell of it.
fn no_time(close_column: Option<usize>, written: Option<(&str, String)>) -> String {
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

fn quoted(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(20).map(|name| format!("{name:?}")).collect();
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(row: &str) -> Vec<ColumnKinds> {
        row.split(',')
            .map(|cell| ColumnKinds::of(std::iter::once(cell)))
            .collect()
    }

    fn named(header: &str, row: &str) -> Result<Roles, String> {
        let names: Vec<String> = header.split(',').map(str::to_owned).collect();
        let cells: Vec<String> = row.split(',').map(str::to_owned).collect();
        from_names(&names, &kinds(row), |column| cells.get(column).cloned(), "x")
    }

    fn check(header: &str, row: &str, time: TimeColumns, prices: [usize; 4], volume: Option<usize>) {
        let roles = named(header, row).unwrap();
        assert_eq!(
            (roles.time, roles.prices, roles.volume),
            (time, prices, volume),
            "{header}"
        );
    }

    #[test]
    fn names_and_cells_together_tell() {
        check(
            "Date,Open,High,Low,Close,Adj Close,Volume",
            "2019-01-02,1,2,1,2,1.9,7",
            TimeColumns::One(0),
            [1, 2, 3, 4],
            Some(6),
        );
        check(
            "close,high,low,open,date,volume",
            "2,2,1,1,2019-01-02,7",
            TimeColumns::One(4),
            [3, 1, 2, 0],
            Some(5),
        );
        check(
            "Date,Price,Open,High,Low,Vol.",
            "2019-01-02,2,1,2,1,7K",
            TimeColumns::One(0),
            [2, 3, 4, 1],
            Some(5),
        );
        // Yahoo's table of several tickers calls the dates "Price".
        check(
            "Price,Close,High,Low,Open,Volume",
            "2019-01-02,2,2,1,1,7",
            TimeColumns::One(0),
            [4, 2, 3, 1],
            Some(5),
        );
        check(
            ",Open,High,Low,Close",
            "2019-01-31,1,2,1,2",
            TimeColumns::One(0),
            [1, 2, 3, 4],
            None,
        );
        check(
            "Date,Time,Open,High,Low,Close",
            "2019-01-02,09:05:00,1,2,1,2",
            TimeColumns::DateAndClock(0, 1),
            [2, 3, 4, 5],
            None,
        );
        check(
            "Date,Time,Open,High,Low,Close",
            "20190102,90500,1,2,1,2",
            TimeColumns::DateAndClock(0, 1),
            [2, 3, 4, 5],
            None,
        );
        check(
            "Date_1h,Open_1h,High_1h,Low_1h,Close_1h,Vol_1h,Date,Hour",
            "2019-01-02 22:00,1,2,1,2,7,2019-01-02,22",
            TimeColumns::One(0),
            [1, 2, 3, 4],
            Some(5),
        );
        check(
            "date,symbol,open,high,low,close,volume_btc,volume",
            "2018-01-30 12-PM,BTCUSD,1,2,1,2,3,4",
            TimeColumns::One(0),
            [2, 3, 4, 5],
            Some(6),
        );
        check(
            "open_time,open,high,low,close,volume,close_time,open_time",
            "2019-01-02 00:00,1,2,1,2,7,1546473599999,",
            TimeColumns::One(0),
            [1, 2, 3, 4],
            Some(5),
        );
    }

    #[test]
    fn an_epoch_is_preferred_and_compared_with_the_text_beside_it() {
        let roles = named(
            "date,unix,open,high,low,close",
            "2018-01-30 12-PM,1517313600,1,2,1,2",
        )
        .unwrap();
        assert_eq!((roles.time, roles.check_time), (TimeColumns::One(1), Some(0)));
    }

    #[test]
    fn what_is_missing_is_named() {
        let check = |header: &str, row: &str, expect: &str| {
            let error = named(header, row).unwrap_err();
            assert!(error.contains(expect), "{error}");
        };
        check("Date,Open,High,Close", "2019-01-02,1,2,2", "low is missing");
        check(
            "Date,Open,High,Low,Close",
            "2019-01-02,1,2,x,2",
            "low holds no numbers",
        );
        check(
            "Time,Open,High,Low,Close,Close time",
            "03:00:00,1,2,1,2,1546473599999",
            "column 6 looks like the times at which the bars ended",
        );
        check("a,b,c,d,e", "2019-01-02,1,2,1,2", "open is missing");
    }

    #[test]
    fn of_two_prices_none_is_taken_unless_they_are_the_same() {
        let check = |header: &str, row: &str, expect: Option<&str>| match (named(header, row), expect) {
            (Err(error), Some(part)) => assert!(error.contains(part), "{error}"),
            (found, None) => assert_eq!(found.unwrap().prices, [1, 2, 3, 4], "{header}"),
            (found, _) => panic!("{header}: {found:?}"),
        };
        check(
            "Date,Open,High,Low,Close,Close",
            "2019-01-02,1,2,1,2,20",
            Some("one column for close, got 5 and 6 (\"Close\" and \"Close\")"),
        );
        check(
            "Date,Open_1h,High_1h,Low_1h,Close_1h,Open_4h",
            "2019-01-02,1,2,1,2,20",
            Some("one column for open"),
        );
        check("Date,Open,High,Low,Close,Close", "2019-01-02,1,2,1,2,2", None);
        check(
            "Date,Open,High,Low,Close,Open MA,Close Line",
            "2019-01-02,1,2,1,2,7,8",
            None,
        );
    }

    #[test]
    fn a_volume_without_numbers_is_not_passed_over() {
        let error = named("Date,Open,High,Low,Close,Volume", "2019-01-02,1,2,1,2,7 pieces").unwrap_err();
        assert!(error.contains("got \"7 pieces\" in \"Volume\""), "{error}");
        assert_eq!(
            named("Date,Open,High,Low,Close,Volume", "2019-01-02,1,2,1,2,")
                .unwrap()
                .volume,
            Some(5)
        );
    }

    #[test]
    fn a_time_that_is_called_the_open_goes_before_others() {
        check(
            "timestamp,timeOpen,timeClose,open,high,low,close",
            "2019-01-02T23:59:59Z,2019-01-02T00:00:00Z,2019-01-02T23:59:59Z,1,2,1,2",
            TimeColumns::One(1),
            [3, 4, 5, 6],
            None,
        );
        check(
            "Open Time (UTC),Close Time (UTC),open,high,low,close",
            "2019-01-02 00:00,2019-01-02 23:59,1,2,1,2",
            TimeColumns::One(0),
            [2, 3, 4, 5],
            None,
        );
    }

    #[test]
    fn without_names_the_order_of_the_columns_tells() {
        let check = |row: &str, expect: Result<(TimeColumns, [usize; 4], Option<usize>), &str>| {
            let got = without_names(&kinds(row), Some(17_897), row.starts_with("60000,"));
            match (got, expect) {
                (Ok(roles), Ok(expect)) => {
                    assert_eq!((roles.time, roles.prices, roles.volume), expect, "{row}");
                }
                (Err(error), Err(part)) => assert!(error.contains(part), "{error}"),
                (got, _) => panic!("{row}: {got:?}"),
            }
        };
        check(
            "1546300800000,1,2,1,2,7,1546304399999,3,4,5,6,0",
            Ok((TimeColumns::One(0), [1, 2, 3, 4], Some(5))),
        );
        check(
            "2013.11.29,12:00,1.3,1.4,1.2,1.3,3593",
            Ok((TimeColumns::DateAndClock(0, 1), [2, 3, 4, 5], Some(6))),
        );
        check(
            "60000,1,2,1,2,7",
            Ok((TimeColumns::MillisecondsOfDay(0, 17_897), [1, 2, 3, 4], Some(5))),
        );
        check(
            "EURUSD,20010102,230100,0.95,0.95,0.95,0.95,4",
            Ok((TimeColumns::DateAndClock(1, 2), [3, 4, 5, 6], Some(7))),
        );
        check(
            "20190102,1200,1210,1190,1205,4000000000",
            Ok((TimeColumns::One(0), [1, 2, 3, 4], Some(5))),
        );
        check(
            "2019-01-02,1,2,1,2",
            Ok((TimeColumns::One(0), [1, 2, 3, 4], None)),
        );
        check("19980102,0.86,0.008,1", Err("expected at least 5 columns"));
        check(
            "03:00:00,1,2,1,2,7,1520380799999,3,4",
            Err("column 7 looks like the times"),
        );
        check("2019-01-02,1,2,x,2", Err("column 4 holds no numbers"));
    }
}
