//! A length of time by the calendar.

use serde::{Serialize, Serializer};
use time::{Date, Duration, Month};

use crate::Timestamp;

const MINUTE: i64 = 60_000_000_000;

/// A length of time by the calendar: a count of minutes, hours, days, weeks, months or years.
///
/// A month is a calendar month: it ends on the same day of a later month, or on that month's last day.
///
/// ```
/// use threadx_market::{Span, Timestamp};
///
/// let month = Span::parse("1M").ok_or("a span")?;
/// let start = Timestamp::parse("2020-01-31")?;
/// assert_eq!(month.after(start, 1), Timestamp::parse("2020-02-29")?);
/// // Counted from the start, so that short months do not move the days of later ones.
/// assert_eq!(month.after(start, 2), Timestamp::parse("2020-03-31")?);
/// assert_eq!(Span::parse("0d"), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    count: u32,
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl Unit {
    const ALL: [Self; 6] = [
        Self::Minute,
        Self::Hour,
        Self::Day,
        Self::Week,
        Self::Month,
        Self::Year,
    ];

    const fn letter(self) -> char {
        match self {
            Self::Minute => 'm',
            Self::Hour => 'h',
            Self::Day => 'd',
            Self::Week => 'w',
            Self::Month => 'M',
            Self::Year => 'y',
        }
    }
}

impl Span {
    /// What a span looks like.
    pub const EXPECTED: &'static str =
        "a whole number from 1 to 999999 and m, h, d, w, M (months) or y, such as 6M";

    /// The form of [`parse`](Self::parse) as a regular expression.
    pub const PATTERN: &'static str = "^0{0,20}[1-9][0-9]{0,5}[mhdwMy]$";

    const COUNT_MAX: u32 = 999_999;

    /// The span that a text such as `6M` or `90d` names; case matters, `1m` is a minute and `1M` a month. `None` if it
    /// names none, or one of no length.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let unit = Unit::ALL.into_iter().find(|unit| text.ends_with(unit.letter()))?;
        let digits = text.strip_suffix(unit.letter())?;
        let plain = (1..=26).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        let count: u32 = digits.parse().ok().filter(|_| plain)?;
        (1..=Self::COUNT_MAX)
            .contains(&count)
            .then_some(Self { count, unit })
    }

    /// The instant `times` such spans after `start`, or the last that can be said.
    #[must_use]
    pub fn after(self, start: Timestamp, times: u32) -> Timestamp {
        let count = i64::from(self.count) * i64::from(times);
        let minutes = match self.unit {
            Unit::Minute => 1,
            Unit::Hour => 60,
            Unit::Day => 24 * 60,
            Unit::Week => 7 * 24 * 60,
            Unit::Month => return months_after(start, count),
            Unit::Year => return months_after(start, count.saturating_mul(12)),
        };
        let length = i128::from(count) * i128::from(minutes) * i128::from(MINUTE);
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        start.saturating_add(Duration::nanoseconds(length))
    }
}

/// The same day and time so many months later, or that month's last day if it is shorter.
pub(crate) fn months_after(start: Timestamp, months: i64) -> Timestamp {
    let at = start.to_datetime();
    let from_year_0 = i64::from(at.year()) * 12 + i64::from(u8::from(at.month())) - 1;
    let later = from_year_0.saturating_add(months);
    let date = || {
        let year = i32::try_from(later.div_euclid(12)).ok()?;
        let month = Month::try_from(u8::try_from(later.rem_euclid(12) + 1).ok()?).ok()?;
        let day = at.day().min(month.length(year));
        let date = Date::from_calendar_date(year, month, day).ok()?;
        Timestamp::from_datetime(at.replace_date(date))
    };
    date().unwrap_or(Timestamp::from_nanoseconds(i64::MAX))
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.count, self.unit.letter())
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_is_a_count_and_a_unit() {
        for text in ["6M", "90d", "1y", "999999m", "4h", "12w"] {
            assert_eq!(Span::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Span::parse("06M"), Span::parse("6M"));
        for text in [
            "", "M", "0M", "6", "6 M", " 6M", "-6M", "+6M", "1.5M", "1000000m", "6D", "6MM", "६M",
        ] {
            assert_eq!(Span::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn months_and_years_go_by_the_calendar() {
        let after = |span: &str, start: &str, times| {
            let start = Timestamp::parse(start).unwrap();
            Span::parse(span).unwrap().after(start, times).to_string()
        };
        assert_eq!(after("1M", "2019-11-30T12:00", 3), "2020-02-29T12:00:00Z");
        assert_eq!(after("1y", "2020-02-29", 1), "2021-02-28T00:00:00Z");
        assert_eq!(after("1y", "2020-02-29", 4), "2024-02-29T00:00:00Z");
        assert_eq!(after("3M", "1969-12-31", 2), "1970-06-30T00:00:00Z");
        assert_eq!(after("2w", "2020-02-20", 1), "2020-03-05T00:00:00Z");
        assert_eq!(after("6M", "2020-02-20", 0), "2020-02-20T00:00:00Z");
        let last = Timestamp::from_nanoseconds(i64::MAX).to_string();
        assert_eq!(after("999999y", "2020-02-20", u32::MAX), last);
        assert_eq!(after("999999w", "2020-02-20", u32::MAX), last);
    }

    proptest! {
        #[test]
        fn any_text_parses_or_does_not_as_its_pattern_says(count in 0..2_000_000u32, unit in "[a-zA-Z]{1,2}") {
            let text = format!("{count}{unit}");
            let is = (1..=999_999).contains(&count) && ["m", "h", "d", "w", "M", "y"].contains(&&*unit);
            prop_assert_eq!(Span::parse(&text).is_some(), is);
        }

        #[test]
        fn later_counts_are_later(start in 0..1_800_000_000i64, span in "[1-9][mhdwMy]", times in 0..20u32) {
            let start = Timestamp::from_nanoseconds(start * 1_000_000_000);
            let span = Span::parse(&span).unwrap();
            prop_assert!(span.after(start, times) < span.after(start, times + 1));
        }
    }
}
