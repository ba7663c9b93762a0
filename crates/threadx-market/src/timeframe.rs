//! The interval that one bar covers.

use serde::{Deserialize, Serialize};
use threadx_error::DataError;

use crate::{Timestamp, span::months_after};

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The interval that one bar covers. `1m` is a minute and `1M` a calendar month.
///
/// ```
/// use threadx_market::Timeframe;
///
/// assert_eq!(Timeframe::parse("1h")?, Timeframe::H1);
/// assert_eq!(Timeframe::H1.periods_per_year(), 8760.0);
/// assert!(Timeframe::parse("999m").is_err());
/// # Ok::<(), threadx_error::DataError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Timeframe {
    /// One minute.
    M1,
    /// Three minutes.
    M3,
    /// Five minutes.
    M5,
    /// Fifteen minutes.
    M15,
    /// Thirty minutes.
    M30,
    /// One hour.
    H1,
    /// Two hours.
    H2,
    /// Four hours.
    H4,
    /// Six hours.
    H6,
    /// Eight hours.
    H8,
    /// Twelve hours.
    H12,
    /// One day.
    D1,
    /// Three days.
    D3,
    /// One week, from Monday 00:00 UTC.
    W1,
    /// One calendar month.
    Month1,
}

impl Timeframe {
    /// Every timeframe, finest first.
    pub const ALL: [Self; 15] = [
        Self::M1,
        Self::M3,
        Self::M5,
        Self::M15,
        Self::M30,
        Self::H1,
        Self::H2,
        Self::H4,
        Self::H6,
        Self::H8,
        Self::H12,
        Self::D1,
        Self::D3,
        Self::W1,
        Self::Month1,
    ];

    /// The wire names of [`ALL`](Self::ALL), separated by blanks.
    pub const NAMES: &'static str = "1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M";

    /// The timeframe of that wire name; case matters, `1m` and `1M` differ.
    ///
    /// # Errors
    ///
    /// [`DataError::Timeframe`] if there is none.
    pub fn parse(text: &str) -> Result<Self, DataError> {
        Self::ALL
            .into_iter()
            .find(|timeframe| timeframe.as_str() == text)
            .ok_or_else(|| DataError::Timeframe {
                text: text.to_owned(),
                expected: Self::NAMES,
            })
    }

    /// The wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::M1 => "1m",
            Self::M3 => "3m",
            Self::M5 => "5m",
            Self::M15 => "15m",
            Self::M30 => "30m",
            Self::H1 => "1h",
            Self::H2 => "2h",
            Self::H4 => "4h",
            Self::H6 => "6h",
            Self::H8 => "8h",
            Self::H12 => "12h",
            Self::D1 => "1d",
            Self::D3 => "3d",
            Self::W1 => "1w",
            Self::Month1 => "1M",
        }
    }

    /// Length in nanoseconds; `None` for a calendar month, whose length varies.
    #[must_use]
    pub const fn nanoseconds(self) -> Option<i64> {
        Some(match self {
            Self::M1 => MINUTE,
            Self::M3 => 3 * MINUTE,
            Self::M5 => 5 * MINUTE,
            Self::M15 => 15 * MINUTE,
            Self::M30 => 30 * MINUTE,
            Self::H1 => HOUR,
            Self::H2 => 2 * HOUR,
            Self::H4 => 4 * HOUR,
            Self::H6 => 6 * HOUR,
            Self::H8 => 8 * HOUR,
            Self::H12 => 12 * HOUR,
            Self::D1 => DAY,
            Self::D3 => 3 * DAY,
            Self::W1 => 7 * DAY,
            Self::Month1 => return None,
        })
    }

    /// The timeframe whose bars are `nanoseconds` long; a calendar month for 28 to 31 days.
    #[must_use]
    pub fn from_spacing(nanoseconds: i64) -> Option<Self> {
        if (28 * DAY..=31 * DAY).contains(&nanoseconds) {
            return Some(Self::Month1);
        }
        Self::ALL
            .into_iter()
            .find(|timeframe| timeframe.nanoseconds() == Some(nanoseconds))
    }

    /// The end (excluded) of the bar that opens at `open`: the open of the next bar on the grid.
    ///
    /// Saturates at the last representable instant.
    #[must_use]
    pub fn next(self, open: Timestamp) -> Timestamp {
        match self.nanoseconds() {
            Some(nanoseconds) => Timestamp::from_nanoseconds(open.nanoseconds().saturating_add(nanoseconds)),
            None => months_after(open, 1),
        }
    }

    /// Bars in a year of 365 days; 12 for a calendar month.
    #[must_use]
    pub fn periods_per_year(self) -> f64 {
        // Both are exact in an f64: at most 365 days in nanoseconds, 55 bits with trailing zeros.
        self.nanoseconds()
            .map_or(12.0, |nanoseconds| (365 * DAY) as f64 / nanoseconds as f64)
    }
}

impl std::fmt::Display for Timeframe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Timeframe {
    type Err = DataError;

    fn from_str(text: &str) -> Result<Self, DataError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Timeframe {
    type Error = DataError;

    fn try_from(text: String) -> Result<Self, DataError> {
        Self::parse(&text)
    }
}

impl From<Timeframe> for String {
    fn from(timeframe: Timeframe) -> Self {
        timeframe.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_are_listed() {
        for timeframe in Timeframe::ALL {
            assert_eq!(Timeframe::parse(timeframe.as_str()).unwrap(), timeframe);
        }
        let names: Vec<_> = Timeframe::ALL.into_iter().map(Timeframe::as_str).collect();
        assert_eq!(names.join(" "), Timeframe::NAMES);
        assert!(Timeframe::parse("1H").is_err());
        assert!(Timeframe::parse("60m").is_err());
    }

    #[test]
    fn a_minute_is_not_a_month() {
        assert_eq!(Timeframe::parse("1m").unwrap(), Timeframe::M1);
        assert_eq!(Timeframe::parse("1M").unwrap(), Timeframe::Month1);
    }

    #[test]
    fn spacing_names_the_timeframe() {
        for timeframe in Timeframe::ALL {
            if let Some(nanoseconds) = timeframe.nanoseconds() {
                assert_eq!(Timeframe::from_spacing(nanoseconds), Some(timeframe));
            }
        }
        assert_eq!(Timeframe::from_spacing(30 * DAY), Some(Timeframe::Month1));
        assert_eq!(Timeframe::from_spacing(7 * MINUTE), None);
    }

    #[test]
    fn the_next_bar_of_a_month_is_the_next_calendar_month() {
        let check = |open: &str, expect: &str| {
            let open = Timestamp::parse(open).unwrap();
            assert_eq!(Timeframe::Month1.next(open).to_string(), expect);
        };
        check("2019-01-01", "2019-02-01T00:00:00Z");
        check("2019-12-01", "2020-01-01T00:00:00Z");
        check("2020-01-31", "2020-02-29T00:00:00Z");
    }

    #[test]
    fn periods_per_year_are_those_of_365_days() {
        assert_eq!(Timeframe::M1.periods_per_year(), 525_600.0);
        assert_eq!(Timeframe::D1.periods_per_year(), 365.0);
        assert_eq!(Timeframe::Month1.periods_per_year(), 12.0);
    }
}
