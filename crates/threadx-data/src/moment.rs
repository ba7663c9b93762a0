//! What a stamp says: an instant, a local date and time, a date or a clock time.

mod calendar;
mod clock;
mod fast;
mod scan;

use serde::Serialize;

pub(crate) use calendar::days_from_civil;
use clock::{clock, offset};
#[cfg(feature = "parquet")]
pub(crate) use fast::epoch_of_digits;
pub(crate) use fast::moment_prefix;
use scan::Scan;

pub(crate) const SECOND: i64 = 1_000_000_000;
pub(crate) const DAY: i64 = 24 * 3600 * SECOND;

/// In which order a date names day and month where the month is a number and the year does not come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// Day, month, year: `31.12.2019`.
    Dmy,
    /// Month, day, year: `12/31/2019`.
    Mdy,
    /// Year, month, day, also with a year of two digits: `19-12-31`. A year of four digits is always
    /// recognised in front.
    Ymd,
}

/// The unit of an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum EpochUnit {
    /// Seconds.
    #[serde(rename = "s")]
    Seconds,
    /// Milliseconds.
    #[serde(rename = "ms")]
    Milliseconds,
    /// Microseconds.
    #[serde(rename = "µs")]
    Microseconds,
    /// Nanoseconds.
    #[serde(rename = "ns")]
    Nanoseconds,
}

impl EpochUnit {
    /// The unit that an epoch's magnitude tells: below 1e11 seconds, below 1e14 milliseconds, below 1e17
    /// microseconds, else nanoseconds.
    fn of(epoch: u128) -> Self {
        match epoch {
            0..100_000_000_000 => Self::Seconds,
            100_000_000_000..100_000_000_000_000 => Self::Milliseconds,
            100_000_000_000_000..100_000_000_000_000_000 => Self::Microseconds,
            _ => Self::Nanoseconds,
        }
    }

    const fn nanoseconds(self) -> i64 {
        match self {
            Self::Seconds => SECOND,
            Self::Milliseconds => 1_000_000,
            Self::Microseconds => 1_000,
            Self::Nanoseconds => 1,
        }
    }

    /// Short name of the unit.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Milliseconds => "ms",
            Self::Microseconds => "µs",
            Self::Nanoseconds => "ns",
        }
    }
}

/// What a stamp says. All numbers are nanoseconds but where it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// An instant as time since 1970-01-01T00:00:00Z, and the unit that it was written in.
    Epoch(i64, EpochUnit),
    /// An instant written as date, time and offset, and the offset (positive to the east).
    Instant(i64, i64),
    /// A date and time of a clock whose zone is not said, counted as if it were UTC.
    Local(i64),
    /// A date alone, midnight counted as if it were UTC.
    Date(i64),
}

/// What a stamp that is not understood should have been.
pub(crate) const EXPECTED: &str = "a date, a date and time, or an epoch in s, ms, µs or ns";

/// What `text` says, reading dates whose month is a number in `order`.
///
/// Understood are epochs (also with decimals) with the unit told by their magnitude; dates as `2019-12-31`,
/// `31.12.2019`, `12/31/2019`, `20191231`, `31-Dec-19`, `Dec 31, 2019` and the like; months as `2019-12` or
/// `2019/12`, which are their first day; behind dates a time as
/// `9:30`, `09:30:00.123`, `093000`, `9:30 PM` or `09-PM`; behind that an offset as `Z`, `+05:30`, `UTC`
/// or `GMT+0100`.
pub(crate) fn moment(text: &[u8], order: DateOrder) -> Option<Moment> {
    let text = text.trim_ascii();
    if let Some(epoch) = epoch(text) {
        return Some(epoch);
    }
    if let Some(first) = month(text) {
        return Some(Moment::Date(first));
    }
    let mut scan = Scan::new(text);
    let date = calendar::date(&mut scan, order)?.checked_mul(DAY)?;
    if scan.at_end() {
        return Some(Moment::Date(date));
    }
    if !scan.skip_any(b" Tt_,") {
        return None;
    }
    if scan.at_end() {
        return None;
    }
    let local = date.checked_add(clock(&mut scan)?)?;
    scan.skip_any(b" ");
    if scan.at_end() {
        return Some(Moment::Local(local));
    }
    let offset = offset(&mut scan)?;
    if scan.at_end() {
        Some(Moment::Instant(local.checked_sub(offset)?, offset))
    } else {
        None
    }
}

/// The time of a column that holds nothing but clock times, from midnight: as behind a date, but also
/// without separators (`093000`, `930`) or as an hour alone (`9`).
pub(crate) fn clock_time(text: &[u8]) -> Option<i64> {
    let mut scan = Scan::new(text.trim_ascii());
    let time = if text.trim_ascii().iter().all(u8::is_ascii_digit) {
        clock::compact(&mut scan, 1)?
    } else {
        clock(&mut scan)?
    };
    scan.at_end().then_some(time)
}

/// Seconds of an offset that stands alone, such as `+05:30`.
pub(crate) fn offset_seconds(text: &[u8]) -> Option<i32> {
    let mut scan = Scan::new(text);
    let nanoseconds = offset(&mut scan)?;
    if scan.at_end() {
        i32::try_from(nanoseconds / SECOND).ok()
    } else {
        None
    }
}

/// An epoch, or a date without separators that looks like one (`20191231`, `201912310930[00]`).
fn epoch(text: &[u8]) -> Option<Moment> {
    let negative = text.first() == Some(&b'-');
    let digits = &text[usize::from(negative)..];
    let whole_len = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (whole, rest) = digits.split_at(whole_len);
    if whole.is_empty() || whole.len() > 19 {
        return None;
    }
    if rest.is_empty()
        && !negative
        && let Some(moment) = compact_date(whole)
    {
        return Some(moment);
    }
    let fraction = match rest {
        [] => &[][..],
        [b'.', fraction @ ..] if fraction.iter().all(u8::is_ascii_digit) => fraction,
        _ => return None,
    };
    let whole = decimal(whole)?;
    let unit = EpochUnit::of(u128::from(whole));
    let mut nanoseconds = i128::from(whole) * i128::from(unit.nanoseconds());
    let mut scale = i128::from(unit.nanoseconds());
    for digit in fraction {
        scale /= 10;
        nanoseconds += i128::from(digit - b'0') * scale;
    }
    if negative {
        nanoseconds = -nanoseconds;
    }
    Some(Moment::Epoch(i64::try_from(nanoseconds).ok()?, unit))
}

/// The first day of a month that is written without a day.
fn month(text: &[u8]) -> Option<i64> {
    let mut scan = Scan::new(text);
    let year = scan.fixed(4)?;
    scan.take(b"-/")?;
    let month = scan.fixed(2)?;
    if !scan.at_end() || !(1900..2100).contains(&year) {
        return None;
    }
    days_from_civil(year, month, 1)?.checked_mul(DAY)
}

fn compact_date(digits: &[u8]) -> Option<Moment> {
    if !matches!(digits.len(), 8 | 12 | 14) {
        return None;
    }
    let mut scan = Scan::new(digits);
    let year = scan.fixed(4)?;
    if !(1900..2100).contains(&year) {
        return None;
    }
    let date = days_from_civil(year, scan.fixed(2)?, scan.fixed(2)?)?.checked_mul(DAY)?;
    if scan.at_end() {
        return Some(Moment::Date(date));
    }
    let time = clock::compact(&mut scan, 4)?;
    scan.at_end().then_some(Moment::Local(date.checked_add(time)?))
}

fn decimal(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0u64, |value, digit| {
        value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use threadx_market::Timestamp;

    use super::*;

    fn utc(text: &str) -> i64 {
        Timestamp::parse(text).unwrap().nanoseconds()
    }

    fn check(text: &str, order: DateOrder, expect: Option<Moment>) {
        assert_eq!(moment(text.as_bytes(), order), expect, "{text:?} {order:?}");
    }

    #[test]
    fn reads_epochs_of_every_unit() {
        let at = utc("2019-01-01T00:00:00Z");
        for (text, unit) in [
            ("1546300800", EpochUnit::Seconds),
            ("1546300800.0", EpochUnit::Seconds),
            (" 1546300800000", EpochUnit::Milliseconds),
            ("1546300800000000", EpochUnit::Microseconds),
            ("1546300800000000000", EpochUnit::Nanoseconds),
        ] {
            check(text, DateOrder::Mdy, Some(Moment::Epoch(at, unit)));
        }
        let quarter = Some(Moment::Epoch(at + SECOND / 4, EpochUnit::Seconds));
        check("1546300800.25", DateOrder::Dmy, quarter);
        check(
            "-86400",
            DateOrder::Dmy,
            Some(Moment::Epoch(-DAY, EpochUnit::Seconds)),
        );
        for text in ["1.5e9", "1546300800.0x", "99999999999999999999", "-", "."] {
            check(text, DateOrder::Dmy, None);
        }
    }

    #[test]
    fn reads_dates_in_every_form() {
        let date = Some(Moment::Date(utc("2019-12-31")));
        for text in [
            "2019-12-31",
            "2019/12/31",
            "2019.12.31",
            "20191231",
            "31-Dec-19",
            "31 Dec 2019",
            "Dec 31, 2019",
            "December 31 2019",
            "31Dec2019",
            "Tue, Dec 31, 2019",
            "Tuesday 31 December 2019",
            "DEC-31-2019",
        ] {
            for order in [DateOrder::Dmy, DateOrder::Mdy, DateOrder::Ymd] {
                check(text, order, date);
            }
        }
        check("31.12.2019", DateOrder::Dmy, date);
        check("31/12/19", DateOrder::Dmy, date);
        check("12/31/2019", DateOrder::Mdy, date);
        check("19-12-31", DateOrder::Ymd, date);
        check("1/3/2017", DateOrder::Mdy, Some(Moment::Date(utc("2017-01-03"))));
        check("1/3/97", DateOrder::Dmy, Some(Moment::Date(utc("1997-03-01"))));
    }

    #[test]
    fn reads_months_as_their_first_day() {
        let date = Some(Moment::Date(utc("2019-12-01")));
        for text in ["2019-12", "2019/12", " 2019-12 "] {
            check(text, DateOrder::Dmy, date);
        }
        for text in [
            "2019-13",
            "2019-00",
            "2019-1",
            "201912-",
            "0019-12",
            "2019-12-",
            "2019-12 09:30",
        ] {
            check(text, DateOrder::Dmy, None);
        }
    }

    #[test]
    fn reads_times_behind_dates() {
        let at = Some(Moment::Local(utc("2019-12-31 09:30")));
        for text in [
            "2019-12-31 09:30",
            "2019-12-31T9:30:00",
            "2019-12-31  09:30:00.000",
            "20191231 093000",
            "20191231 0930",
            "201912310930",
            "20191231093000",
            "2019-12-31 9:30 AM",
            "2019-12-31 09:30:00,000",
            "20191231_09:30",
        ] {
            check(text, DateOrder::Dmy, at);
        }
        check(
            "2018-01-30 12-AM",
            DateOrder::Dmy,
            Some(Moment::Local(utc("2018-01-30"))),
        );
        check(
            "2018-01-30 09-PM",
            DateOrder::Dmy,
            Some(Moment::Local(utc("2018-01-30 21:00"))),
        );
        check(
            "1/31/2026 6:49",
            DateOrder::Mdy,
            Some(Moment::Local(utc("2026-01-31 06:49"))),
        );
        check(
            "12/31/2019 12:05 PM",
            DateOrder::Mdy,
            Some(Moment::Local(utc("2019-12-31 12:05"))),
        );
        check(
            "2019-12-31 24:00",
            DateOrder::Dmy,
            Some(Moment::Local(utc("2020-01-01"))),
        );
    }

    #[test]
    fn reads_offsets() {
        for text in [
            "2019-12-31T09:30:00Z",
            "2019-12-31 15:00:00+05:30",
            "2019-12-31 04:30-0500",
            "2019-12-31 10:30 +01",
            "31.12.2019 10:30:00.000 GMT+0100",
            "2019-12-31 09:30 UTC",
            "2019-12-31 09:30:00 GMT",
        ] {
            let at = match moment(text.as_bytes(), DateOrder::Dmy) {
                Some(Moment::Instant(at, _)) => Some(at),
                _ => None,
            };
            assert_eq!(at, Some(utc("2019-12-31 09:30")), "{text:?}");
        }
    }

    #[test]
    fn refuses_what_is_no_stamp() {
        for text in [
            "",
            " ",
            "x",
            "2019-13-01",
            "2019-02-29",
            "31.13.2019",
            "2019-12-31 25:00",
            "2019-12-31 09:60",
            "2019-12-31 09:30:61",
            "2019-12-31 13:00 PM",
            "2019-12-31T",
            "2019-12-31 09:30 EST",
            "03:00:00",
            "2019-12-31 09:30+25:00",
            "2019-12/31",
            "1-2",
            "Foo 31, 2019",
            "2019-12-31 24:01",
            "31--12-2019",
            "20191331",
            "Downloaded from",
            "1,5",
            "9223372036854775807999",
            "2300-01-01",
            "2019-12-31 0-PM",
        ] {
            // 20191331 is no date, so it is an epoch.
            if text != "20191331" {
                check(text, DateOrder::Dmy, None);
            }
        }
    }

    #[test]
    fn reads_clock_columns() {
        let check = |text: &str, expect: Option<i64>| {
            assert_eq!(
                clock_time(text.as_bytes()).map(|time| time / SECOND),
                expect,
                "{text:?}"
            );
        };
        check("03:00:00", Some(3 * 3600));
        check("9:30", Some(9 * 3600 + 30 * 60));
        check("093000", Some(9 * 3600 + 30 * 60));
        check("93000", Some(9 * 3600 + 30 * 60));
        check("930", Some(9 * 3600 + 30 * 60));
        check("0", Some(0));
        check("23", Some(23 * 3600));
        check("24", None);
        check("", None);
        check("1234567", None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_moment_or_none(text in proptest::collection::vec(any::<u8>(), 0..40)) {
            for order in [DateOrder::Dmy, DateOrder::Mdy, DateOrder::Ymd] {
                moment(&text, order);
            }
            clock_time(&text);
        }

        #[test]
        fn near_misses_do_not_panic(text in "[0-9]{0,20}[-/. T:APMZ+,a-zé]{0,3}[0-9]{0,5}[-/. T:APMZ+]{0,2}[0-9]{0,9}") {
            moment(text.as_bytes(), DateOrder::Dmy);
            clock_time(text.as_bytes());
        }

        #[test]
        fn agrees_with_the_general_parser(nanoseconds in utc("1678-01-01")..utc("2262-01-01")) {
            let at = Timestamp::from_nanoseconds(nanoseconds);
            prop_assert_eq!(moment(at.to_string().as_bytes(), DateOrder::Dmy), Some(Moment::Instant(nanoseconds, 0)));
        }
    }
}
