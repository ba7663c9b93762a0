//! The grid on which the bars of a timeframe open.

use time::{Month, PrimitiveDateTime};

use crate::{Timeframe, Timestamp};

const DAY: i64 = 24 * 3600 * 1_000_000_000;

impl Timeframe {
    /// The open time of the bar on the grid that covers `at`.
    ///
    /// The grid counts from 1970-01-01T00:00:00Z; weeks start Monday 00:00 UTC, months on the first. Saturates
    /// at the first representable instant.
    ///
    /// ```
    /// use threadx_market::{Timeframe, Timestamp};
    ///
    /// let at = Timestamp::parse("2019-05-16 13:47")?;
    /// let open = |timeframe: Timeframe| timeframe.floor(at).to_string();
    /// assert_eq!(open(Timeframe::H4), "2019-05-16T12:00:00Z");
    /// assert_eq!(open(Timeframe::W1), "2019-05-13T00:00:00Z");
    /// assert_eq!(open(Timeframe::Month1), "2019-05-01T00:00:00Z");
    /// # Ok::<(), threadx_error::DataError>(())
    /// ```
    #[must_use]
    pub fn floor(self, at: Timestamp) -> Timestamp {
        // 1970-01-01 was a Thursday: Monday is three days before.
        let origin = if self == Self::W1 { -3 * DAY } else { 0 };
        match self.nanoseconds() {
            Some(length) => {
                let into = at.nanoseconds().wrapping_sub(origin).rem_euclid(length);
                Timestamp::from_nanoseconds(at.nanoseconds().saturating_sub(into))
            }
            None => first_of_month(at),
        }
    }

    /// Whether each bar of `coarser` is made of whole bars of this timeframe.
    #[must_use]
    pub fn divides(self, coarser: Self) -> bool {
        match (self.nanoseconds(), coarser.nanoseconds()) {
            (Some(own), Some(other)) => own <= other && other % own == 0,
            (Some(own), None) => DAY % own == 0,
            (None, other) => other.is_none(),
        }
    }
}

fn first_of_month(at: Timestamp) -> Timestamp {
    let date = at.to_datetime().date();
    let first = date.replace_day(1).unwrap_or(date);
    Timestamp::from_datetime(PrimitiveDateTime::new(first, time::Time::MIDNIGHT).assume_utc())
        .unwrap_or(Timestamp::MIN)
}

/// Whole months from the month of `from` to the month of `to`.
pub(crate) fn months_between(from: Timestamp, to: Timestamp) -> i64 {
    let months = |at: Timestamp| {
        let date = at.to_datetime().date();
        i64::from(date.year()) * 12 + i64::from(u8::from(date.month())) - i64::from(u8::from(Month::January))
    };
    months(to) - months(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floors_to_the_grid() {
        let check = |timeframe: Timeframe, at: &str, expect: &str| {
            let open = timeframe.floor(Timestamp::parse(at).unwrap());
            assert_eq!(open.to_string(), expect, "{timeframe} {at}");
            assert_eq!(timeframe.floor(open), open);
        };
        check(Timeframe::M5, "2019-01-01 00:04:59.999", "2019-01-01T00:00:00Z");
        check(Timeframe::H6, "1969-12-31 23:59", "1969-12-31T18:00:00Z");
        check(Timeframe::D3, "1970-01-05", "1970-01-04T00:00:00Z");
        check(Timeframe::W1, "2019-05-13", "2019-05-13T00:00:00Z");
        check(Timeframe::W1, "2019-05-12 23:59", "2019-05-06T00:00:00Z");
        check(Timeframe::W1, "1969-12-30", "1969-12-29T00:00:00Z");
        check(Timeframe::Month1, "2020-02-29 12:00", "2020-02-01T00:00:00Z");
        assert_eq!(Timeframe::Month1.floor(Timestamp::MIN), Timestamp::MIN);
    }

    #[test]
    fn every_instant_lies_in_its_bar() {
        for timeframe in Timeframe::ALL {
            for step in -50i64..200 {
                let at = Timestamp::from_nanoseconds(step * 37 * 3600 * 1_000_000_007);
                let open = timeframe.floor(at);
                assert!(open <= at && at < timeframe.next(open), "{timeframe} {at}");
            }
        }
    }

    #[test]
    fn divides_only_without_rest() {
        let check = |fine: Timeframe, coarse: Timeframe, expect: bool| {
            assert_eq!(fine.divides(coarse), expect, "{fine} {coarse}");
        };
        check(Timeframe::M1, Timeframe::H1, true);
        check(Timeframe::H1, Timeframe::H1, true);
        check(Timeframe::H1, Timeframe::M1, false);
        check(Timeframe::D1, Timeframe::W1, true);
        check(Timeframe::D3, Timeframe::W1, false);
        check(Timeframe::D1, Timeframe::Month1, true);
        check(Timeframe::W1, Timeframe::Month1, false);
        check(Timeframe::D3, Timeframe::Month1, false);
        check(Timeframe::Month1, Timeframe::Month1, true);
        check(Timeframe::Month1, Timeframe::D1, false);
        check(Timeframe::H8, Timeframe::H12, false);
    }
}
