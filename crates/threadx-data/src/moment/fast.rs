//! The stamps that most files have in most rows, read without a search for their form.

use super::{DAY, EpochUnit, Moment, SECOND, days_from_civil};

/// What a text begins with if it begins with `2019-01-01[T00:00:00[Z]]` (a blank for the `T` will do) or an
/// epoch in 10, 13 or 16 digits, and how many bytes that takes.
///
/// `None` for every other form; what stands behind is for the caller to look at.
#[inline]
pub(crate) fn moment_prefix(text: &[u8]) -> Option<(Moment, usize)> {
    if text.get(4) == Some(&b'-') {
        return calendar(text);
    }
    // With zeros in front the number of digits would not tell the magnitude.
    if text.first() == Some(&b'0') {
        return None;
    }
    let mut epoch: i64 = 0;
    let mut len = 0;
    while let Some(digit) = text.get(len).map(|byte| byte.wrapping_sub(b'0'))
        && digit < 10
    {
        if len == 16 {
            return None;
        }
        epoch = epoch * 10 + i64::from(digit);
        len += 1;
    }
    let unit = match len {
        10 => EpochUnit::Seconds,
        13 => EpochUnit::Milliseconds,
        16 => EpochUnit::Microseconds,
        _ => return None,
    };
    Some((Moment::Epoch(epoch.checked_mul(unit.nanoseconds())?, unit), len))
}

/// The epoch that a whole number of 10, 13, 16 or 19 digits is; `None` for every other number, which may be a date.
#[cfg(feature = "parquet")]
#[inline]
pub(crate) fn epoch_of_digits(epoch: i64) -> Option<Moment> {
    let unit = match epoch {
        1_000_000_000..10_000_000_000 => EpochUnit::Seconds,
        1_000_000_000_000..10_000_000_000_000 => EpochUnit::Milliseconds,
        1_000_000_000_000_000..10_000_000_000_000_000 => EpochUnit::Microseconds,
        1_000_000_000_000_000_000.. => EpochUnit::Nanoseconds,
        _ => return None,
    };
    Some(Moment::Epoch(epoch.checked_mul(unit.nanoseconds())?, unit))
}

#[inline]
fn calendar(text: &[u8]) -> Option<(Moment, usize)> {
    let date: &[u8; 10] = text.first_chunk()?;
    if date[7] != b'-' {
        return None;
    }
    let year = two_digits(date, 0)? * 100 + two_digits(date, 2)?;
    let date = days_from_civil(year, two_digits(date, 5)?, two_digits(date, 8)?)? * DAY;
    if !matches!(text.get(10), Some(b'T' | b' ')) {
        return Some((Moment::Date(date), 10));
    }
    let clock: &[u8; 8] = text[11..].first_chunk()?;
    if clock[2] != b':' || clock[5] != b':' {
        return None;
    }
    let (hour, minute, second) = (
        two_digits(clock, 0)?,
        two_digits(clock, 3)?,
        two_digits(clock, 6)?,
    );
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let at = date + ((hour * 60 + minute) * 60 + second) * SECOND;
    if text.get(19) == Some(&b'Z') {
        Some((Moment::Instant(at, 0), 20))
    } else {
        Some((Moment::Local(at), 19))
    }
}

#[inline]
fn two_digits<const N: usize>(text: &[u8; N], at: usize) -> Option<i64> {
    let (tens, ones) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{DateOrder, moment::moment};

    fn check(text: &str) -> Option<usize> {
        let (got, len) = moment_prefix(text.as_bytes())?;
        assert_eq!(
            Some(got),
            moment(&text.as_bytes()[..len], DateOrder::Dmy),
            "{text:?}"
        );
        Some(len)
    }

    #[test]
    fn takes_the_usual_forms_and_no_more() {
        assert_eq!(check("2019-01-01,1"), Some(10));
        assert_eq!(check("2019-01-01T07:05:09Z,1"), Some(20));
        assert_eq!(check("2019-01-01 07:05:09;1"), Some(19));
        assert_eq!(check("2019-01-01 07:05:09.000"), Some(19));
        assert_eq!(check("1546300800,1"), Some(10));
        assert_eq!(check("1546300800000"), Some(13));
        assert_eq!(check("1546300800000000\t"), Some(16));
        for text in [
            "",
            "2019",
            "2019-02-29",
            "20190101",
            "2019-01-01 7:05",
            "15463008000",
            "154630080000000000",
            "x",
        ] {
            assert_eq!(check(text), None, "{text:?}");
        }
    }

    #[cfg(feature = "parquet")]
    #[test]
    fn whole_numbers_are_what_their_text_is() {
        let check = |epoch: i64, known: bool| {
            let got = epoch_of_digits(epoch);
            assert_eq!(got.is_some(), known, "{epoch}");
            if known {
                assert_eq!(
                    got,
                    moment(epoch.to_string().as_bytes(), DateOrder::Dmy),
                    "{epoch}"
                );
            }
        };
        for digits in [9, 12, 15, 18] {
            let first = 10_i64.pow(digits);
            check(first, true);
            check(first.saturating_mul(9) + 7, true);
            check(first - 1, false);
        }
        for epoch in [i64::MAX, 9_223_372_036_854_775] {
            check(epoch, true);
        }
        for epoch in [0, -1, i64::MIN, 20_190_102, 201_901_020_930, 20_190_102_093_000] {
            check(epoch, false);
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_general_reader(
            text in "[0-9]{4}-[0-1][0-9]-[0-3][0-9]([T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](Z|[+][0-9]{2}|))?|[0-9]{9,17}"
        ) {
            check(&text);
        }
    }
}
