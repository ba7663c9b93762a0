//! Prices that are stored as whole numbers of a fixed small unit, and days that only the file's name tells: what
//! is special about the files of the Lean engine and of Databento.

use super::{roles::Roles, sample::Sample, time_columns::TimeColumns};
use crate::{
    DateOrder,
    moment::{DAY, Moment, moment},
};

/// What the prices are to be divided by: Databento stores billionths, with its record type beside; Lean stores the prices of equities in hundredths of cents, as whole numbers, without names and
/// with stamps as `20190102 09:30` or milliseconds of the day.
pub(crate) fn price_divisor(sample: &Sample, roles: &Roles) -> f64 {
    const LEAN: f64 = 10_000.0;
    const DATABENTO: f64 = 1e9;
    let time = match roles.time {
        TimeColumns::MillisecondsOfDay(..) => true,
        TimeColumns::One(column) => sample.column(column).all(|cell| {
            let bytes = cell.as_bytes();
            bytes.len() == 14 && bytes[8] == b' ' && bytes[11] == b':'
        }),
        _ => false,
    };
    let whole = |column: usize| {
        sample
            .column(column)
            .all(|cell| !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let named = |wanted: &str| sample.names.iter().flatten().any(|name| name == wanted);
    if named("rtype") && named("publisher_id") && roles.prices.into_iter().all(whole) {
        return DATABENTO;
    }
    let lean = sample.names.is_none() && sample.width == 6 && time && roles.prices.into_iter().all(whole);
    if lean { LEAN } else { 1.0 }
}

/// The day that a file's name begins with, as in `20171217_trade.csv`.
pub(crate) fn leading_date(file_name: &str) -> Option<i64> {
    let name = file_name.rsplit(['/', '\\']).next()?;
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    if digits != 8 {
        return None;
    }
    match moment(&name.as_bytes()[..digits], DateOrder::Ymd)? {
        Moment::Date(at) => Some(at / DAY),
        _ => None,
    }
}

/// Whether the first column counts up within a day of milliseconds.
pub(crate) fn is_milliseconds_of_day(sample: &Sample) -> bool {
    let mut before = None;
    sample.column(0).all(|cell| {
        let now = cell.parse::<u32>().ok().filter(|now| *now < 86_400_000);
        let ascending = now.is_some() && before <= now;
        before = now;
        ascending
    })
}
