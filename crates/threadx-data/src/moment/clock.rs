//! Clock times and offsets.

use super::{
    SECOND,
    scan::{Scan, small},
};

const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// The clock time at the cursor, nanoseconds from midnight; 24:00 is the end of the day.
pub(crate) fn clock(scan: &mut Scan<'_>) -> Option<i64> {
    let mut ahead = *scan;
    let digits = ahead.digits();
    if digits.len() > 2 {
        return compact(scan, 4);
    }
    *scan = ahead;
    let hour = small(digits)?;
    if scan.take(b":").is_none() {
        // 09-AM, 9 PM
        let twelve = half_day(scan)?;
        return twelve_hours(hour, twelve).map(|hour| hour * HOUR);
    }
    let minute = two_digits(scan)?;
    let mut below_minute = 0;
    if scan.take(b":").is_some() {
        below_minute = two_digits(scan)? * SECOND;
        if scan.take(b".,").is_some() {
            below_minute += fraction(scan.digits())?;
        }
    }
    let hour = match half_day(scan) {
        Some(twelve) => twelve_hours(hour, twelve)?,
        None => hour,
    };
    let time = hour * HOUR + minute * MINUTE + below_minute;
    (minute < 60 && below_minute < MINUTE && time <= 24 * HOUR).then_some(time)
}

/// A clock time without separators in `least` to 6 digits: `HHMMSS`, `HHMM`, with the first zero left out, or
/// the hour alone.
pub(crate) fn compact(scan: &mut Scan<'_>, least: usize) -> Option<i64> {
    let digits = scan.digits();
    if digits.len() < least {
        return None;
    }
    let number = small(digits)?;
    let (hour, minute, second) = match digits.len() {
        5 | 6 => (number / 10_000, number / 100 % 100, number % 100),
        3 | 4 => (number / 100, number % 100, 0),
        1 | 2 => (number, 0, 0),
        _ => return None,
    };
    (hour < 24 && minute < 60 && second < 60).then_some(hour * HOUR + minute * MINUTE + second * SECOND)
}

/// The offset from UTC at the cursor, positive to the east: `Z`, `+05:30`, `-0500`, `+01`, `UTC`, `GMT+0100`.
pub(crate) fn offset(scan: &mut Scan<'_>) -> Option<i64> {
    let letters = scan.letters();
    let named = [b"Z".as_slice(), b"UTC", b"GMT"]
        .iter()
        .any(|name| letters.eq_ignore_ascii_case(name));
    if !letters.is_empty() && !named {
        return None;
    }
    if named && scan.at_end() {
        return Some(0);
    }
    let sign = if scan.take(b"+-")? == b'-' { -1 } else { 1 };
    let digits = scan.digits();
    let (hours, minutes) = match digits.len() {
        1 | 2 if scan.take(b":").is_some() => (small(digits)?, two_digits(scan)?),
        1 | 2 => (small(digits)?, 0),
        4 => (small(&digits[..2])?, small(&digits[2..])?),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some(sign * (hours * HOUR + minutes * MINUTE))
}

fn two_digits(scan: &mut Scan<'_>) -> Option<i64> {
    let digits = scan.digits();
    if digits.len() == 2 { small(digits) } else { None }
}

/// Nanoseconds of the digits behind the point; at most nine digits.
fn fraction(digits: &[u8]) -> Option<i64> {
    let missing = u32::try_from(9usize.checked_sub(digits.len())?).ok()?;
    Some(small(digits)? * 10i64.pow(missing))
}

/// Whether `AM` (`false`) or `PM` (`true`) comes next, behind blanks or a `-`.
fn half_day(scan: &mut Scan<'_>) -> Option<bool> {
    let mut ahead = *scan;
    ahead.skip_any(b" -");
    let letters = ahead.letters();
    let after_noon = if letters.eq_ignore_ascii_case(b"am") {
        false
    } else if letters.eq_ignore_ascii_case(b"pm") {
        true
    } else {
        return None;
    };
    *scan = ahead;
    Some(after_noon)
}

/// The hour of 24 that an hour of 12 is.
fn twelve_hours(hour: i64, after_noon: bool) -> Option<i64> {
    match (hour, after_noon) {
        (12, false) => Some(0),
        (12, true) => Some(12),
        (1..=11, false) => Some(hour),
        (1..=11, true) => Some(hour + 12),
        _ => None,
    }
}
