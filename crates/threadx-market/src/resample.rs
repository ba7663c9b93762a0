//! Coarser bars out of finer ones.

use threadx_error::DataError;

use crate::{Bars, Columns, Timeframe, Timestamp};

/// Bars of a coarser timeframe, made of finer ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Resampled {
    /// The coarser bars.
    pub bars: Bars,
    /// How many finer bars each one is made of, at least 1.
    pub sources: Vec<u32>,
    /// Whether the finer bars begin only after the first coarser one does, so that it may lack some.
    pub first_partial: bool,
    /// Whether the finer bars end before the last coarser one does, so that it may lack some.
    pub last_partial: bool,
}

/// The bars of `timeframe` that `bars` make up: first open, highest high, lowest low, last close, sum of the
/// volumes.
///
/// A finer bar belongs to the coarser one in which it opens ([`Timeframe::floor`]). Where there is no finer
/// bar there is no coarser one; nothing is filled in. Volumes are summed with compensation (Neumaier 1974), so
/// that the sum is right to the last digits however many there are.
///
/// # Errors
///
/// [`DataError::Resample`] if the coarser bars are not made of whole finer ones (`1h` to `1m`, `1w` to `1M`);
/// [`DataError::Bar`] if volumes add up to more than an `f64` holds.
///
/// ```
/// use threadx_market::{Bars, Columns, Timeframe, Timestamp, resample};
///
/// let first = Timestamp::parse("2019-01-01 22:00")?;
/// let hours = Bars::new(
///     Timeframe::H1,
///     Columns {
///         time: vec![first, Timeframe::H1.next(first), Timestamp::parse("2019-01-02")?],
///         open: vec![10.0, 11.0, 12.0],
///         high: vec![11.5, 12.5, 13.5],
///         low: vec![9.5, 10.5, 11.5],
///         close: vec![11.0, 12.0, 13.0],
///         volume: vec![1.0, 2.0, 4.0],
///     },
/// )?;
/// let days = resample(&hours, Timeframe::D1)?;
/// assert_eq!(days.bars.close(), [12.0, 13.0]);
/// assert_eq!(days.bars.volume(), [3.0, 4.0]);
/// assert!(days.first_partial && days.last_partial);
/// # Ok::<(), threadx_error::DataError>(())
/// ```
pub fn resample(bars: &Bars, timeframe: Timeframe) -> Result<Resampled, DataError> {
    if !bars.timeframe().divides(timeframe) {
        return Err(DataError::Resample {
            from: bars.timeframe().to_string(),
            to: timeframe.to_string(),
        });
    }
    let mut columns = Columns::default();
    let mut sources = Vec::new();
    let mut at = 0;
    while let Some(first) = bars.time().get(at) {
        let open = timeframe.floor(*first);
        let end = timeframe.next(open);
        let count = bars.time()[at..].partition_point(|time| *time < end);
        let part = at..at + count;
        columns.time.push(open);
        columns.open.push(bars.open()[at]);
        columns
            .high
            .push(bars.high()[part.clone()].iter().copied().fold(f64::MIN, f64::max));
        columns
            .low
            .push(bars.low()[part.clone()].iter().copied().fold(f64::MAX, f64::min));
        columns.close.push(bars.close()[at + count - 1]);
        columns.volume.push(sum(&bars.volume()[part]));
        // A month has 44,640 minutes.
        sources.push(count as u32);
        at += count;
    }
    let starts = |open: &Timestamp| bars.first().is_some_and(|first| first > *open);
    let ends = |open: &Timestamp| bars.end().is_some_and(|end| end < timeframe.next(*open));
    let (first_partial, last_partial) = (
        columns.time.first().is_some_and(starts),
        columns.time.last().is_some_and(ends),
    );
    Ok(Resampled {
        bars: Bars::new(timeframe, columns)?,
        sources,
        first_partial,
        last_partial,
    })
}

/// The sum of finite values at least 0, compensated; not finite where that is too large.
fn sum(values: &[f64]) -> f64 {
    let (mut sum, mut rest) = (0.0f64, 0.0f64);
    for value in values {
        let next = sum + value;
        rest += if sum >= *value {
            (sum - next) + value
        } else {
            (value - next) + sum
        };
        sum = next;
    }
    sum + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Hourly bars at `hours` since 2019-01-01, with prices that tell them apart.
    fn hourly(hours: &[i64]) -> Bars {
        let start = Timestamp::parse("2019-01-01").unwrap().nanoseconds();
        let price = |hour: &i64| 100.0 + (hour % 17) as f64;
        let columns = Columns {
            time: hours
                .iter()
                .map(|hour| Timestamp::from_nanoseconds(start + hour * 3_600_000_000_000))
                .collect(),
            open: hours.iter().map(price).collect(),
            high: hours.iter().map(|hour| price(hour) + 2.0).collect(),
            low: hours.iter().map(|hour| price(hour) - 3.0).collect(),
            close: hours.iter().map(|hour| price(hour) + 1.0).collect(),
            volume: hours.iter().map(|hour| 0.1 * (hour % 7) as f64).collect(),
        };
        Bars::new(Timeframe::H1, columns).unwrap()
    }

    /// The same, bucket by bucket from the definition.
    fn reference(bars: &Bars, timeframe: Timeframe) -> Vec<(Timestamp, [f64; 4], u32)> {
        let mut buckets: Vec<(Timestamp, [f64; 4], u32)> = Vec::new();
        for i in 0..bars.len() {
            let open = timeframe.floor(bars.time()[i]);
            let bar = [bars.open()[i], bars.high()[i], bars.low()[i], bars.close()[i]];
            match buckets.last_mut() {
                Some((time, held, count)) if *time == open => {
                    *held = [held[0], held[1].max(bar[1]), held[2].min(bar[2]), bar[3]];
                    *count += 1;
                }
                _ => buckets.push((open, bar, 1)),
            }
        }
        buckets
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(hours in proptest::collection::btree_set(0i64..3000, 0..400), to in 0usize..15) {
            let hours: Vec<i64> = hours.into_iter().collect();
            let bars = hourly(&hours);
            let timeframe = Timeframe::ALL[to];
            let Ok(got) = resample(&bars, timeframe) else {
                prop_assert!(!Timeframe::H1.divides(timeframe));
                return Ok(());
            };
            let coarse = &got.bars;
            let got_bars: Vec<_> = (0..coarse.len())
                .map(|i| (coarse.time()[i], [coarse.open()[i], coarse.high()[i], coarse.low()[i], coarse.close()[i]], got.sources[i]))
                .collect();
            prop_assert_eq!(got_bars, reference(&bars, timeframe));
            let total: f64 = coarse.volume().iter().sum();
            let expect: f64 = bars.volume().iter().sum();
            prop_assert!((total - expect).abs() <= 1e-12 * expect.max(1.0));
        }

        #[test]
        fn in_two_steps_or_in_one(hours in proptest::collection::btree_set(0i64..3000, 1..400)) {
            let hours: Vec<i64> = hours.into_iter().collect();
            let direct = resample(&hourly(&hours), Timeframe::Month1).unwrap().bars;
            let days = resample(&hourly(&hours), Timeframe::D1).unwrap().bars;
            let stepped = resample(&days, Timeframe::Month1).unwrap().bars;
            prop_assert_eq!(direct.time(), stepped.time());
            prop_assert_eq!(direct.high(), stepped.high());
            prop_assert_eq!(direct.close(), stepped.close());
        }
    }

    #[test]
    fn partial_ends_are_marked() {
        let check = |hours: std::ops::Range<i64>, to: Timeframe, expect: (bool, bool)| {
            let hours: Vec<i64> = hours.collect();
            let got = resample(&hourly(&hours), to).unwrap();
            assert_eq!((got.first_partial, got.last_partial), expect, "{hours:?} {to}");
        };
        check(0..48, Timeframe::D1, (false, false));
        check(1..48, Timeframe::D1, (true, false));
        check(0..47, Timeframe::D1, (false, true));
        check(0..24 * 31, Timeframe::Month1, (false, false));
        check(0..24 * 30, Timeframe::Month1, (false, true));
        check(0..24 * 7, Timeframe::W1, (true, true));
        check(0..0, Timeframe::D1, (false, false));
    }

    #[test]
    fn a_week_starts_on_monday_and_a_month_on_the_first() {
        let hours: Vec<i64> = (0..24 * 40).collect();
        let opens = |to| {
            let bars = resample(&hourly(&hours), to).unwrap().bars;
            bars.time()
                .iter()
                .take(3)
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            opens(Timeframe::W1),
            [
                "2018-12-31T00:00:00Z",
                "2019-01-07T00:00:00Z",
                "2019-01-14T00:00:00Z"
            ]
        );
        assert_eq!(
            opens(Timeframe::Month1),
            ["2019-01-01T00:00:00Z", "2019-02-01T00:00:00Z"]
        );
    }

    #[test]
    fn volumes_add_up_exactly() {
        assert_eq!(sum(&[0.1; 10]), 1.0);
        assert_eq!(sum(&[1e16, 1.0, 1.0, 1e-3]), 1e16 + 2.0);
        assert!(!sum(&[f64::MAX, f64::MAX]).is_finite());
        assert_eq!(sum(&[]), 0.0);
    }
}
