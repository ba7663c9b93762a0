//! When a market is open, told by when it has bars.

use serde::{Serialize, Serializer};

use crate::{Timeframe, Timestamp};

const HOUR: i64 = 3600 * 1_000_000_000;
const DAY: i64 = 24 * HOUR;

const HOURS_A_WEEK: usize = 168;

/// Bars of so many nanoseconds show the hours of the week.
const WEEKS_SHOWN: i128 = 14 * DAY as i128;

/// Hours (or days) with bars in at most one in this many weeks are closed.
const CLOSED_SHARE: u32 = 10;

/// When a market is open.
///
/// Prints and serialises as `continuous` or `sessions`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calendar {
    /// Always.
    Continuous,
    /// In the hours of the week that are set here; those of Monday 00:00 UTC are first. An hour counts as open
    /// if the market is open in a part of it, or in a part of the year.
    Sessions([bool; HOURS_A_WEEK]),
}

impl Calendar {
    /// Open on weekdays, closed on Saturday and Sunday (UTC): the calendar of daily bars of most exchanges.
    pub const WEEKDAYS: Self = {
        let mut hours = [true; HOURS_A_WEEK];
        let mut hour = 5 * 24;
        while hour < HOURS_A_WEEK {
            hours[hour] = false;
            hour += 1;
        }
        Self::Sessions(hours)
    };

    /// The calendar that `times`, in order, show clearly; continuous if they show none.
    ///
    /// Hours of the week (for bars of a day or longer: days) that have bars in at most one week of ten are
    /// closed, if they are at least a tenth of the week, and there are two weeks at least. With fewer, but at
    /// least three days, hours of the day on days with bars serve, and days without any are closed. So a thin
    /// market, whose bars are missing now and then, is not taken for a closed one.
    pub(crate) fn find(
        times: impl DoubleEndedIterator<Item = Timestamp> + Clone,
        timeframe: Timeframe,
    ) -> Self {
        let daily = timeframe.nanoseconds().is_none_or(|length| length >= DAY);
        let (Some(first), Some(last)) = (times.clone().next(), times.clone().next_back()) else {
            return Self::Continuous;
        };
        let span = i128::from(last.nanoseconds()) - i128::from(first.nanoseconds());
        if is_coarse(timeframe) || span < i128::from(3 * DAY) {
            return Self::Continuous;
        }
        let hours = if span >= WEEKS_SHOWN {
            hours_of_the_week(times, first, last, daily)
        } else if daily {
            return Self::Continuous;
        } else {
            hours_of_the_day(times)
        };
        let closed = hours.iter().filter(|open| !**open).count();
        if closed * 10 >= HOURS_A_WEEK && closed < HOURS_A_WEEK {
            Self::Sessions(hours)
        } else {
            Self::Continuous
        }
    }

    /// The calendar of bars of `timeframe` on weekdays; those of weeks and months are never closed.
    pub(crate) fn weekdays(timeframe: Timeframe) -> Self {
        if is_coarse(timeframe) {
            Self::Continuous
        } else {
            Self::WEEKDAYS
        }
    }

    /// As [`find`](Self::find), where it is known that there are sessions: what `times` show of them is taken,
    /// however little. Where two weeks of daily bars are not to be had, weekdays serve.
    pub(crate) fn sessions(
        times: impl DoubleEndedIterator<Item = Timestamp> + Clone,
        timeframe: Timeframe,
    ) -> Self {
        let (Some(first), Some(last)) = (times.clone().next(), times.clone().next_back()) else {
            return Self::weekdays(timeframe);
        };
        let daily = timeframe.nanoseconds().is_none_or(|length| length >= DAY);
        let long = i128::from(last.nanoseconds()) - i128::from(first.nanoseconds()) >= WEEKS_SHOWN;
        if is_coarse(timeframe) || (daily && !long) {
            Self::weekdays(timeframe)
        } else if long {
            Self::Sessions(hours_of_the_week(times, first, last, daily))
        } else {
            Self::Sessions(hours_of_the_day(times))
        }
    }

    /// Whether the market is closed at some time within `[from, to)`, for bars of `timeframe`.
    pub(crate) fn is_closed_within(&self, from: Timestamp, to: Timestamp, timeframe: Timeframe) -> bool {
        let Self::Sessions(hours) = self else {
            return false;
        };
        // A week of hours is all there is to look at.
        let daily = timeframe.nanoseconds().is_none_or(|length| length >= DAY);
        let step = if daily { DAY } else { HOUR };
        let mut at = from
            .nanoseconds()
            .saturating_sub(from.nanoseconds().rem_euclid(step));
        if at < from.nanoseconds() && !daily {
            // An hour that began before is open: the bar in front lies in it.
            at = at.saturating_add(step);
        }
        for _ in 0..HOURS_A_WEEK {
            if at >= to.nanoseconds() {
                return false;
            }
            if !hours[hour_of_week(at)] {
                return true;
            }
            at = at.saturating_add(step);
        }
        false
    }

    /// The name in reports.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Continuous => "continuous",
            Self::Sessions(_) => "sessions",
        }
    }
}

impl std::fmt::Display for Calendar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Calendar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Whether bars are longer than the days on which a market may be closed.
fn is_coarse(timeframe: Timeframe) -> bool {
    timeframe.nanoseconds().is_none_or(|length| length > DAY)
}

/// Hours since Monday 00:00 UTC.
fn hour_of_week(at: i64) -> usize {
    // 1970-01-01 was a Thursday. In range: below 168.
    (at.div_euclid(HOUR) + 3 * 24).rem_euclid(HOURS_A_WEEK as i64) as usize
}

fn hours_of_the_week(
    times: impl Iterator<Item = Timestamp>,
    first: Timestamp,
    last: Timestamp,
    daily: bool,
) -> [bool; HOURS_A_WEEK] {
    let mut with_bars = [0u32; HOURS_A_WEEK];
    let mut before = None;
    for time in times {
        let hour = time.nanoseconds().div_euclid(HOUR);
        if before.replace(hour) != Some(hour) {
            with_bars[hour_of_week(time.nanoseconds())] += 1;
        }
    }
    if daily {
        // A day is open if it has bars, at whatever hour they are stamped.
        for day in with_bars.chunks_exact_mut(24) {
            let total: u32 = day.iter().sum();
            day.fill(total);
        }
    }
    let weeks = last.nanoseconds().div_euclid(7 * DAY) - first.nanoseconds().div_euclid(7 * DAY) + 1;
    with_bars.map(|count| i64::from(count) * i64::from(CLOSED_SHARE) > weeks)
}

fn hours_of_the_day(times: impl Iterator<Item = Timestamp>) -> [bool; HOURS_A_WEEK] {
    let mut with_bars = [0u32; 24];
    let mut days_with_bars = [false; 7];
    let mut days = 0u32;
    let (mut hour_before, mut day_before) = (None, None);
    for time in times {
        let at = time.nanoseconds();
        let day = at.div_euclid(DAY);
        if day_before.replace(day) != Some(day) {
            days += 1;
        }
        let hour = at.div_euclid(HOUR);
        if hour_before.replace(hour) != Some(hour) {
            with_bars[hour_of_week(at) % 24] += 1;
        }
        days_with_bars[hour_of_week(at) / 24] = true;
    }
    std::array::from_fn(|hour| days_with_bars[hour / 24] && with_bars[hour % 24] * CLOSED_SHARE > days)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(hours: impl Iterator<Item = i64>) -> Vec<Timestamp> {
        // 2019-01-07 was a Monday.
        let monday = Timestamp::parse("2019-01-07").unwrap().nanoseconds();
        hours
            .map(|hour| Timestamp::from_nanoseconds(monday + hour * HOUR))
            .collect()
    }

    fn found(hours: impl Iterator<Item = i64>, timeframe: Timeframe) -> Calendar {
        Calendar::find(times(hours).into_iter(), timeframe)
    }

    #[test]
    fn sessions_are_found_where_they_show() {
        let office = |hour: &i64| hour % 168 < 120 && (9..16).contains(&(hour % 24));
        let open = |calendar: &Calendar| match calendar {
            Calendar::Sessions(hours) => hours.iter().filter(|open| **open).count(),
            Calendar::Continuous => HOURS_A_WEEK,
        };
        // Ten weeks, three weeks, and eight days.
        for hours in [1680, 504, 192] {
            assert_eq!(
                open(&found((0..hours).filter(office), Timeframe::H1)),
                35,
                "{hours}"
            );
        }
        assert_eq!(
            found(
                (0..1680).filter(|hour| hour % 168 < 120 && hour % 24 == 0),
                Timeframe::D1
            ),
            Calendar::WEEKDAYS
        );
        // Forex: from Sunday 22:00 to Friday 22:00.
        let forex = |hour: &i64| !(118..166).contains(&(hour % 168));
        assert_eq!(open(&found((0..1680).filter(forex), Timeframe::H1)), 120);
    }

    #[test]
    fn thin_and_short_data_are_continuous() {
        let thin = |hour: &i64| hour * 7919 % 10 < 4;
        assert_eq!(found((0..3000).filter(thin), Timeframe::H1), Calendar::Continuous);
        assert_eq!(found(0..1680, Timeframe::H1), Calendar::Continuous);
        assert_eq!(found(0..40, Timeframe::H1), Calendar::Continuous);
        assert_eq!(found(0..0, Timeframe::H1), Calendar::Continuous);
        assert_eq!(
            found((0..50).map(|month| month * 730), Timeframe::Month1),
            Calendar::Continuous
        );
    }

    #[test]
    fn closed_hours_within_a_range_are_seen() {
        let check = |from: i64, to: i64, timeframe: Timeframe, expect: bool| {
            let range = times([from, to].into_iter());
            let closed = Calendar::WEEKDAYS.is_closed_within(range[0], range[1], timeframe);
            assert_eq!(closed, expect, "{from} {to}");
        };
        check(0, 120, Timeframe::H1, false);
        check(0, 121, Timeframe::H1, true);
        check(119, 168, Timeframe::H1, true);
        check(168, 190, Timeframe::H1, false);
        check(0, 100_000, Timeframe::H1, true);
        check(24, 72, Timeframe::D1, false);
        check(5, 5, Timeframe::H1, false);
        assert!(!Calendar::Continuous.is_closed_within(Timestamp::MIN, Timestamp::MAX, Timeframe::H1));
        assert!(Calendar::WEEKDAYS.is_closed_within(Timestamp::MIN, Timestamp::MAX, Timeframe::H1));
    }
}
