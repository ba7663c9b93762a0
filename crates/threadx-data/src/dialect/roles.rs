//! Which column holds what.

use super::{
    column_list::ColumnList,
    header::{Fit, Role, is_open_time, role},
    kinds::ColumnKinds,
    time_columns::{TimeColumns, leftmost_time, named_time, no_time, stamp_among},
};

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

pub(super) const NEEDED: &str = "a time and open, high, low, close";

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
            "time_period_start,time_open,price_open,price_high,price_low,price_close",
            "2019-01-02T00:00:00Z,2019-01-02T00:00:07Z,1,2,1,2",
            TimeColumns::One(0),
            [2, 3, 4, 5],
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
}
