//! Dates of the Gregorian calendar.

use super::{
    DateOrder,
    scan::{Scan, small},
};

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// Days from 1970-01-01 to a date; `None` if the calendar does not have it or it lies outside 1678 to 2261,
/// the whole years that fit in nanoseconds (Howard Hinnant, "chrono-compatible low-level date algorithms").
pub(crate) const fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    if year < 1678 || year > 2261 || month < 1 || month > 12 || day < 1 || day > days_in(year, month) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
}

const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The date at the cursor, as days from 1970-01-01.
pub(crate) fn date(scan: &mut Scan<'_>, order: DateOrder) -> Option<i64> {
    skip_weekday(scan);
    let first = scan.digits();
    if first.is_empty() {
        // Dec 31, 2019
        let month = month(scan.letters())?;
        scan.skip_any(b" -.");
        let day = small(scan.digits())?;
        scan.skip_any(b" ,-");
        return days_from_civil(year(scan.digits())?, month, day);
    }
    if first.len() == 8 {
        let mut compact = Scan::new(first);
        return days_from_civil(compact.fixed(4)?, compact.fixed(2)?, compact.fixed(2)?);
    }
    let separator = scan.take(b"-/. ");
    if scan.peek().is_some_and(|byte| byte.is_ascii_alphabetic()) {
        // 31-Dec-19, 31 Dec 2019, 31Dec2019
        let month = month(scan.letters())?;
        scan.skip_any(b"-/. ,");
        return days_from_civil(year(scan.digits())?, month, small(first)?);
    }
    let separator = separator.filter(|byte| *byte != b' ')?;
    let second = scan.digits();
    scan.take(&[separator])?;
    let third = scan.digits();
    if second.len() > 2 {
        return None;
    }
    let (year_digits, month, day) = match order {
        _ if first.len() == 4 => (first, second, third),
        DateOrder::Ymd => (first, second, third),
        DateOrder::Dmy => (third, second, first),
        DateOrder::Mdy => (third, first, second),
    };
    if month.len() > 2 || day.len() > 2 {
        return None;
    }
    days_from_civil(year(year_digits)?, small(month)?, small(day)?)
}

/// Skips `Tue,` or `Tuesday `.
fn skip_weekday(scan: &mut Scan<'_>) {
    let mut ahead = *scan;
    if is_prefix_of_one(ahead.letters(), &WEEKDAYS).is_some() && ahead.skip_any(b" ,.") {
        *scan = ahead;
    }
}

/// A month by its English name or at least its first three letters.
fn month(letters: &[u8]) -> Option<i64> {
    is_prefix_of_one(letters, &MONTHS)
        .or(letters.eq_ignore_ascii_case(b"sept").then_some(8))
        .and_then(|index| i64::try_from(index + 1).ok())
}

fn is_prefix_of_one(letters: &[u8], names: &[&str]) -> Option<usize> {
    if letters.len() < 3 {
        return None;
    }
    names.iter().position(|name| {
        name.as_bytes()
            .get(..letters.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(letters))
    })
}

/// A year in four digits, or in two: 69 to 99 are the last century's, as POSIX has it.
fn year(digits: &[u8]) -> Option<i64> {
    match (digits.len(), small(digits)?) {
        (4, year) => Some(year),
        (2, year @ 69..) => Some(1900 + year),
        (2, year) => Some(2000 + year),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_time_crate_on_every_day() {
        let mut day = time::Date::from_calendar_date(1678, time::Month::January, 1).unwrap();
        let epoch = time::Date::from_calendar_date(1970, time::Month::January, 1).unwrap();
        while day.year() < 2262 {
            let days = days_from_civil(
                i64::from(day.year()),
                i64::from(u8::from(day.month())),
                i64::from(day.day()),
            );
            assert_eq!(days, Some((day - epoch).whole_days()), "{day}");
            day = day.next_day().unwrap();
        }
        assert_eq!(days_from_civil(1677, 12, 31), None);
        assert_eq!(days_from_civil(2262, 1, 1), None);
        assert_eq!(days_from_civil(2019, 2, 29), None);
        assert_eq!(days_from_civil(2019, 4, 31), None);
    }
}
