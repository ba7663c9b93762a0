//! Local clocks: from what a stamp's clock showed to the instant.

use jiff::{
    Timestamp as Instant,
    tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase},
};
use threadx_error::{DataError, nearest};

use crate::moment::SECOND;

/// The zone of stamps that do not say theirs: a name of the IANA time zone database (which comes with the
/// crate; the machine's is never read) or a fixed offset from UTC.
///
/// ```
/// use threadx_data::Zone;
///
/// assert!(Zone::parse("America/New_York").is_ok());
/// assert!(Zone::parse("+05:30").is_ok());
/// let error = Zone::parse("America/New_Yrok").unwrap_err();
/// assert!(error.to_string().contains("America/New_York"), "{error}");
/// # Ok::<(), threadx_error::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

impl Zone {
    /// The zone of that name or offset.
    ///
    /// # Errors
    ///
    /// [`DataError::Zone`] with the nearest names if there is none.
    pub fn parse(text: &str) -> Result<Self, DataError> {
        let text = text.trim();
        let database = TimeZoneDatabase::bundled();
        let zone = match fixed_offset(text) {
            Some(seconds) => Offset::from_seconds(seconds).ok().map(Offset::to_time_zone),
            None => database.get(text).ok(),
        };
        let Some(zone) = zone else {
            let known: Vec<String> = database
                .available()
                .map(|name| name.as_str().to_owned())
                .collect();
            return Err(DataError::Zone {
                text: text.to_owned(),
                nearest: nearest(text, known.iter().map(String::as_str)),
            });
        };
        let name = zone.iana_name().unwrap_or(text).to_owned();
        Ok(Self { name, zone })
    }

    /// The name in the database, or the offset as it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is UTC all the year, under whatever name.
    pub(crate) fn is_utc(&self) -> bool {
        // The database calls it by several names that it does not tell to be one.
        const NAMES: [&str; 8] = [
            "UTC",
            "GMT",
            "UCT",
            "Zulu",
            "Universal",
            "Greenwich",
            "Etc/UTC",
            "Etc/GMT",
        ];
        NAMES.iter().any(|name| name.eq_ignore_ascii_case(&self.name))
    }

    /// What the clock of this zone showing `local` (nanoseconds, as if it were UTC) means.
    pub(crate) fn instants(&self, local: i64) -> Instants {
        let shown = Instant::from_nanosecond(i128::from(local)).map(|shown| Offset::UTC.to_datetime(shown));
        let Ok(shown) = shown else {
            return Instants::None;
        };
        let at = |offset: Offset| local.checked_sub(i64::from(offset.seconds()) * SECOND);
        match self.zone.to_ambiguous_timestamp(shown).offset() {
            AmbiguousOffset::Unambiguous { offset } => at(offset).map_or(Instants::None, Instants::One),
            AmbiguousOffset::Gap { .. } => Instants::None,
            AmbiguousOffset::Fold { before, after } => match (at(before), at(after)) {
                (Some(first), Some(second)) => Instants::Two(first, second),
                _ => Instants::None,
            },
        }
    }
}

impl std::fmt::Display for Zone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.name)
    }
}

impl std::str::FromStr for Zone {
    type Err = DataError;

    fn from_str(text: &str) -> Result<Self, DataError> {
        Self::parse(text)
    }
}

/// The instants at which a clock shows a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Instants {
    /// It never does: the clock was put forward over it.
    None,
    /// The usual case.
    One(i64),
    /// The clock was put back and showed it twice.
    Two(i64, i64),
}

/// `+05:30`, `-0500` or `+1` in seconds.
fn fixed_offset(text: &str) -> Option<i32> {
    if !text.starts_with(['+', '-']) {
        return None;
    }
    crate::moment::offset_seconds(text.as_bytes())
}

/// Turns the local stamps of one file into instants, in the order of its rows.
///
/// The rule: a time that the clock skipped is no stamp. A time that it showed twice is the first of the two,
/// unless that would not come after the row before (before it, in a file that runs backwards): then it is
/// the second (the first).
#[derive(Debug)]
pub(crate) struct LocalClock {
    zone: Zone,
    descending: bool,
    /// The instant of the row before.
    previous: Option<i64>,
    /// Stamps that the clock showed twice.
    folds: u64,
    /// A quarter of an hour without a change of the clock, and its offset from UTC: most stamps hit it.
    cached: Option<(i64, i64)>,
}

/// Clocks are changed on quarters of an hour only.
const QUARTER: i64 = 900 * SECOND;

impl LocalClock {
    pub(crate) fn new(zone: Zone, descending: bool) -> Self {
        Self {
            zone,
            descending,
            previous: None,
            folds: 0,
            cached: None,
        }
    }

    /// Stamps so far that the clock showed twice.
    pub(crate) fn folds(&self) -> u64 {
        self.folds
    }

    pub(crate) fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The instant of a row whose clock showed `local`; `None` if it never did.
    pub(crate) fn instant(&mut self, local: i64) -> Option<i64> {
        let quarter = local.div_euclid(QUARTER);
        let instant = match self.cached {
            Some((cached, offset)) if cached == quarter => local.checked_sub(offset)?,
            _ => match self.zone.instants(local) {
                Instants::None => return None,
                Instants::One(instant) => {
                    // In years before standard time offsets are not whole quarters: no cache there.
                    let whole = (local - instant) % QUARTER == 0;
                    self.cached = whole.then_some((quarter, local - instant));
                    instant
                }
                Instants::Two(first, second) => {
                    self.folds += 1;
                    self.of_two(first, second)
                }
            },
        };
        self.previous = Some(instant);
        Some(instant)
    }

    fn of_two(&self, first: i64, second: i64) -> i64 {
        match self.previous {
            Some(previous) if self.descending => {
                if second < previous {
                    second
                } else {
                    first
                }
            }
            Some(previous) if first <= previous => second,
            None if self.descending => second,
            _ => first,
        }
    }
}

#[cfg(test)]
mod tests {
    use threadx_market::Timestamp;

    use super::*;

    fn ns(text: &str) -> i64 {
        Timestamp::parse(text).unwrap().nanoseconds()
    }

    fn check(zone: &str, descending: bool, locals: &[&str], expect: &[Option<&str>]) {
        let mut clock = LocalClock::new(Zone::parse(zone).unwrap(), descending);
        for (local, expect) in locals.iter().zip(expect) {
            let instant = clock.instant(ns(local)).map(Timestamp::from_nanoseconds);
            assert_eq!(
                instant.map(|at| at.to_string()).as_deref(),
                *expect,
                "{zone} {local}"
            );
        }
    }

    #[test]
    fn converts_by_the_rules_of_the_zone() {
        check(
            "America/New_York",
            false,
            &["2019-01-02 09:30", "2019-07-01 09:30"],
            &[Some("2019-01-02T14:30:00Z"), Some("2019-07-01T13:30:00Z")],
        );
        check(
            "+05:30",
            false,
            &["2019-01-02 09:15"],
            &[Some("2019-01-02T03:45:00Z")],
        );
        check(
            "Asia/Kolkata",
            false,
            &["2019-01-02 09:15"],
            &[Some("2019-01-02T03:45:00Z")],
        );
    }

    #[test]
    fn a_time_that_the_clock_skipped_is_none() {
        check(
            "America/New_York",
            false,
            &[
                "2019-03-10 01:59",
                "2019-03-10 02:00",
                "2019-03-10 02:59",
                "2019-03-10 03:00",
            ],
            &[
                Some("2019-03-10T06:59:00Z"),
                None,
                None,
                Some("2019-03-10T07:00:00Z"),
            ],
        );
    }

    #[test]
    fn a_time_shown_twice_follows_the_rows() {
        let locals = [
            "2019-11-03 00:30",
            "2019-11-03 01:00",
            "2019-11-03 01:30",
            "2019-11-03 01:00",
            "2019-11-03 01:30",
            "2019-11-03 02:00",
        ];
        let instants = [
            "2019-11-03T04:30:00Z",
            "2019-11-03T05:00:00Z",
            "2019-11-03T05:30:00Z",
            "2019-11-03T06:00:00Z",
            "2019-11-03T06:30:00Z",
            "2019-11-03T07:00:00Z",
        ];
        let expect: Vec<_> = instants.into_iter().map(Some).collect();
        check("America/New_York", false, &locals, &expect);
        let backwards: Vec<_> = locals.into_iter().rev().collect();
        let expect: Vec<_> = expect.into_iter().rev().collect();
        check("America/New_York", true, &backwards, &expect);
    }

    #[test]
    fn an_unknown_zone_is_refused_with_near_names() {
        for text in [
            "",
            "Mars/Olympus",
            "EST5EDT4",
            "+25:00",
            "+1:5",
            "../etc/localtime",
        ] {
            assert!(
                matches!(Zone::parse(text), Err(DataError::Zone { .. })),
                "{text:?}"
            );
        }
        assert_eq!(Zone::parse("europe/paris").unwrap().name(), "Europe/Paris");
    }
}
