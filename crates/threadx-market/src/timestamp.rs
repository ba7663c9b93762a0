//! Instants in UTC.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use threadx_error::DataError;
use time::{
    Date, Duration, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset,
    format_description::{FormatItem, well_known::Rfc3339},
    macros::format_description,
};

/// An instant: nanoseconds since 1970-01-01T00:00:00Z, from 1677-09-21 to 2262-04-11.
///
/// One parser serves the wire form, files and flags ([`parse`](Self::parse)). A text without an
/// offset is UTC; the machine's time zone is never read. Prints as RFC 3339 in UTC with as many
/// digits of the second as are needed, and reads back to the same instant.
///
/// ```
/// use threadx_market::Timestamp;
///
/// let noon = Timestamp::parse("2019-06-30 12:00")?;
/// assert_eq!(noon, Timestamp::parse("2019-06-30T14:00:00+02:00")?);
/// assert_eq!(noon, Timestamp::parse("1561896000")?);
/// assert_eq!(noon, Timestamp::parse("1561896000000")?);
/// assert_eq!(noon.to_string(), "2019-06-30T12:00:00Z");
/// assert!(Timestamp::parse("2019-02-29").is_err());
/// # Ok::<(), threadx_error::DataError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// What [`Timestamp::parse`] accepts, for messages.
const EXPECTED: &str = "RFC 3339, YYYY-MM-DD, YYYY-MM-DD HH:MM[:SS], or an epoch in s, ms, µs or ns, \
                        between 1677-09-21 and 2262-04-11";

const MINUTES: &[FormatItem<'_>] = format_description!("[hour]:[minute]");
const SECONDS: &[FormatItem<'_>] = format_description!("[hour]:[minute]:[second]");
const FRACTION: &[FormatItem<'_>] = format_description!("[hour]:[minute]:[second].[subsecond]");

impl Timestamp {
    /// The earliest instant, 1677-09-21T00:12:43.145224192Z.
    pub const MIN: Self = Self(i64::MIN);
    /// The latest instant, 2262-04-11T23:47:16.854775807Z.
    pub const MAX: Self = Self(i64::MAX);

    /// The instant `nanoseconds` after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_nanoseconds(nanoseconds: i64) -> Self {
        Self(nanoseconds)
    }

    /// Nanoseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn nanoseconds(self) -> i64 {
        self.0
    }

    /// The instant that `text` names.
    ///
    /// Accepts RFC 3339 (also with a blank for the `T`), a date (its midnight UTC), a date and
    /// `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fraction` without offset (UTC), and an epoch in digits, whose
    /// unit follows from its magnitude: below 1e11 seconds, below 1e14 milliseconds, below 1e17
    /// microseconds, else nanoseconds.
    ///
    /// # Errors
    ///
    /// [`DataError::Timestamp`] if the text has another form, names a day that the calendar does not
    /// have, or an instant that does not fit.
    pub fn parse(text: &str) -> Result<Self, DataError> {
        let trimmed = text.trim();
        let epoch = || trimmed.parse::<i128>().ok().and_then(epoch_nanoseconds);
        let instant = if is_integer(trimmed) {
            epoch()
        } else {
            parse_calendar(trimmed)
        };
        instant.ok_or_else(|| DataError::Timestamp {
            text: text.to_owned(),
            expected: EXPECTED,
        })
    }

    /// The instant of an epoch whose unit follows from its magnitude, as in [`parse`](Self::parse).
    ///
    /// # Errors
    ///
    /// [`DataError::Timestamp`] if it does not fit.
    pub fn from_epoch(epoch: i128) -> Result<Self, DataError> {
        epoch_nanoseconds(epoch).ok_or_else(|| DataError::Timestamp {
            text: epoch.to_string(),
            expected: EXPECTED,
        })
    }

    /// The instant as a date and time of the `time` crate, in UTC.
    #[must_use]
    pub fn to_datetime(self) -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH + Duration::nanoseconds(self.0)
    }

    /// The instant of a date and time of the `time` crate; `None` if it does not fit.
    #[must_use]
    pub fn from_datetime(at: OffsetDateTime) -> Option<Self> {
        i64::try_from(at.unix_timestamp_nanos()).ok().map(Self)
    }

    /// The instant `duration` later, or the last one there is.
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        let nanoseconds = i128::from(self.0).saturating_add(duration.whole_nanoseconds());
        Self(nanoseconds.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
    }

    /// Seconds from `earlier` to this instant, negative if it is later.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> f64 {
        (i128::from(self.0) - i128::from(earlier.0)) as f64 / 1e9
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn epoch_nanoseconds(epoch: i128) -> Option<Timestamp> {
    let unit = match epoch.unsigned_abs() {
        0..100_000_000_000 => 1_000_000_000,
        100_000_000_000..100_000_000_000_000 => 1_000_000,
        100_000_000_000_000..100_000_000_000_000_000 => 1_000,
        _ => 1,
    };
    i64::try_from(epoch.checked_mul(unit)?).ok().map(Timestamp)
}

fn parse_calendar(text: &str) -> Option<Timestamp> {
    let iso_date = |date: &str| {
        let wide = date.len() == 10 && date.is_ascii();
        if !wide {
            None
        } else {
            Date::parse(date, format_description!("[year]-[month]-[day]")).ok()
        }
    };
    let naive = |date, time| Timestamp::from_datetime(PrimitiveDateTime::new(date, time).assume_utc());
    let (date, rest) = text.split_at_checked(10)?;
    let date = iso_date(date)?;
    let clock = match rest.as_bytes().first() {
        None => return naive(date, Time::MIDNIGHT),
        Some(b'T' | b't' | b' ') => rest[1..].trim_start(),
        Some(_) => return None,
    };
    for format in [SECONDS, FRACTION, MINUTES] {
        if let Ok(time) = Time::parse(clock, format) {
            return naive(date, time);
        }
    }
    let (clock, offset) = split_offset(clock)?;
    let time = [SECONDS, FRACTION, MINUTES]
        .iter()
        .find_map(|format| Time::parse(clock, format).ok())?;
    Timestamp::from_datetime(PrimitiveDateTime::new(date, time).assume_offset(offset))
}

/// `12:00:00+05:30` as `("12:00:00", +05:30)`; also `Z`, `z`, `+0530`, and a blank before the offset.
fn split_offset(clock: &str) -> Option<(&str, UtcOffset)> {
    if let Some(clock) = clock.strip_suffix(['Z', 'z']) {
        return Some((clock.trim_end(), UtcOffset::UTC));
    }
    let sign_at = clock.rfind(['+', '-'])?;
    let (clock, offset) = clock.split_at(sign_at);
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let digits = &offset[1..];
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None => digits.split_at_checked(2)?,
    };
    let two_digits = |text: &str| {
        if text.len() == 2 && is_integer(text) {
            text.parse::<i8>().ok()
        } else {
            None
        }
    };
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let offset = UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()?;
    Some((clock.trim_end(), offset))
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self
            .to_datetime()
            .format(&Rfc3339)
            .map_err(|_cause| std::fmt::Error)?;
        f.pad(&text)
    }
}

impl std::str::FromStr for Timestamp {
    type Err = DataError;

    fn from_str(text: &str) -> Result<Self, DataError> {
        Self::parse(text)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Timestamp;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(EXPECTED)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
                Timestamp::parse(text).map_err(E::custom)
            }

            fn visit_i64<E: de::Error>(self, epoch: i64) -> Result<Timestamp, E> {
                Timestamp::from_epoch(i128::from(epoch)).map_err(E::custom)
            }

            fn visit_u64<E: de::Error>(self, epoch: u64) -> Result<Timestamp, E> {
                Timestamp::from_epoch(i128::from(epoch)).map_err(E::custom)
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<&str>) {
        let got = Timestamp::parse(text).ok().map(|at| at.to_string());
        assert_eq!(got.as_deref(), expect, "{text:?}");
    }

    #[test]
    fn reads_the_forms_of_the_calendar() {
        check("2019-01-01", Some("2019-01-01T00:00:00Z"));
        check("2019-01-01 07:05", Some("2019-01-01T07:05:00Z"));
        check("2019-01-01 07:05:09", Some("2019-01-01T07:05:09Z"));
        check("2019-01-01T07:05:09", Some("2019-01-01T07:05:09Z"));
        check("2019-01-01T07:05:09Z", Some("2019-01-01T07:05:09Z"));
        check("2019-01-01T07:05:09.25Z", Some("2019-01-01T07:05:09.25Z"));
        check(
            "2019-01-01 07:05:09.000000001",
            Some("2019-01-01T07:05:09.000000001Z"),
        );
        check(" 2020-02-29 ", Some("2020-02-29T00:00:00Z"));
    }

    #[test]
    fn converts_offsets() {
        check("2019-01-01T00:00:00+05:30", Some("2018-12-31T18:30:00Z"));
        check("2019-01-01T00:00:00-14:00", Some("2019-01-01T14:00:00Z"));
        check("2019-01-01T00:00:00+14:00", Some("2018-12-31T10:00:00Z"));
        check("2019-01-01 00:00:00 +0000", Some("2019-01-01T00:00:00Z"));
        check("2019-01-01 00:00+01:00", Some("2018-12-31T23:00:00Z"));
        check("2019-01-01T00:00:00+24:00", None);
        check("2019-01-01T00:00:00+01:60", None);
    }

    #[test]
    fn tells_the_unit_of_an_epoch_by_its_magnitude() {
        check("0", Some("1970-01-01T00:00:00Z"));
        check("-1", Some("1969-12-31T23:59:59Z"));
        check("1546300800", Some("2019-01-01T00:00:00Z"));
        check("1546300800000", Some("2019-01-01T00:00:00Z"));
        check("1546300800000000", Some("2019-01-01T00:00:00Z"));
        check("1546300800000000000", Some("2019-01-01T00:00:00Z"));
        check("99999999999", None);
        check("100000000000", Some("1973-03-03T09:46:40Z"));
        check("99999999999999", None);
        check("100000000000000", Some("1973-03-03T09:46:40Z"));
        check("99999999999999999", None);
        check("100000000000000000", Some("1973-03-03T09:46:40Z"));
    }

    #[test]
    fn refuses_what_the_calendar_or_the_range_does_not_have() {
        for text in [
            "",
            "x",
            "2019-",
            "2019-02-29",
            "2019-13-01",
            "2019-00-10",
            "2019-1-1",
            "2019-01-01T25:00:00Z",
            "2019-01-01T00:00:00X",
            "2019-01-01_00:00",
            "01.01.2019",
            "1e9",
            "1.5",
            "+-3",
            "2300-01-01",
            "1600-01-01",
            "9223372036854775808",
            "2019-01-01T24:00:00Z",
            "٢٠١٩-٠١-٠١",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn the_ends_of_the_range_read_back() {
        for at in [Timestamp::MIN, Timestamp::MAX, Timestamp(0), Timestamp(-1)] {
            assert_eq!(Timestamp::parse(&at.to_string()).unwrap(), at);
        }
    }
}
