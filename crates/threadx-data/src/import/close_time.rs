//! From the time at which a bar ended to the time at which it opened.

use threadx_market::{Timeframe, Timestamp};

use crate::moment::{DAY, SECOND};

/// The open time of the bar of `timeframe` that ended at `close`.
///
/// A close that is up to a millisecond short of a full second is the last instant of its bar, as Binance has
/// it. A week opens on the Monday, a month on the first, of the week or month in which the instant before
/// the close lies: also a close that is only the date of the last day says so.
pub(crate) fn open_of_close(close: i64, timeframe: Timeframe) -> i64 {
    const MILLISECOND: i64 = 1_000_000;
    let missing = close.wrapping_neg().rem_euclid(SECOND);
    let close = if missing <= MILLISECOND {
        close.saturating_add(missing)
    } else {
        close
    };
    let eve = close.saturating_sub(1);
    match (timeframe, timeframe.nanoseconds()) {
        (Timeframe::W1, _) => {
            // 1970-01-01 was a Thursday.
            let monday = (eve.div_euclid(DAY) + 3).rem_euclid(7);
            (eve.div_euclid(DAY) - monday).saturating_mul(DAY)
        }
        (_, Some(length)) => close.saturating_sub(length),
        (_, None) => {
            let day = Timestamp::from_nanoseconds(eve).to_datetime().day();
            (eve.div_euclid(DAY) - (i64::from(day) - 1)).saturating_mul(DAY)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_opened_one_interval_before_its_end() {
        let check = |close: &str, timeframe: Timeframe, expect: &str| {
            let close = Timestamp::parse(close).unwrap().nanoseconds();
            let open = Timestamp::from_nanoseconds(open_of_close(close, timeframe));
            assert_eq!(open.to_string(), expect);
        };
        check("2019-01-01 10:00", Timeframe::H1, "2019-01-01T09:00:00Z");
        check("2018-03-06 23:59:59.999", Timeframe::D1, "2018-03-06T00:00:00Z");
        check(
            "2018-03-06 23:59:59.999999",
            Timeframe::D1,
            "2018-03-06T00:00:00Z",
        );
        check("2018-03-06 23:59:59", Timeframe::M1, "2018-03-06T23:58:59Z");
        check("2012-01-31", Timeframe::Month1, "2012-01-01T00:00:00Z");
        check("2012-03-01", Timeframe::Month1, "2012-02-01T00:00:00Z");
        check("2012-02-29", Timeframe::Month1, "2012-02-01T00:00:00Z");
        check("2019-01-04", Timeframe::W1, "2018-12-31T00:00:00Z");
        check("2019-01-06", Timeframe::W1, "2018-12-31T00:00:00Z");
        check("2019-01-07", Timeframe::W1, "2018-12-31T00:00:00Z");
        check("1969-12-31", Timeframe::Month1, "1969-12-01T00:00:00Z");
    }
}
