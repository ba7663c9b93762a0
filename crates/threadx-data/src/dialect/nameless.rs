//! The columns of a file that does not name them.

use super::{
    kinds::ColumnKinds,
    roles::{NEEDED, Roles},
    time_columns::{TimeColumns, leftmost_time, no_time},
};

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

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(row: &str) -> Vec<ColumnKinds> {
        row.split(',')
            .map(|cell| ColumnKinds::of(std::iter::once(cell)))
            .collect()
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
