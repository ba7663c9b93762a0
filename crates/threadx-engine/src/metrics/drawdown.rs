//! Every drawdown of a run: peak, trough, recovery.

use serde::Serialize;
use threadx_market::Timestamp;

use super::curve::EquityCurve;

/// A fall of equity from a peak until it stands there again.
///
/// A time is the open stamp of the bar named by the index beside it, as with trades; equity is at that
/// bar's close.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Drawdown {
    /// Last bar with equity on the peak; `None` if that is the starting value, before the first bar.
    pub peak_index: Option<usize>,
    /// Its time; of the starting value the first bar's.
    pub peak_time: Timestamp,
    /// Equity on the peak, currency.
    pub peak_equity: f64,
    /// First bar with the lowest equity.
    pub trough_index: usize,
    /// Its time.
    pub trough_time: Timestamp,
    /// Lowest equity, currency.
    pub trough_equity: f64,
    /// First bar with equity at the peak or above; `None` if the run ended below it.
    pub recovery_index: Option<usize>,
    /// Its time.
    pub recovery_time: Option<Timestamp>,
    /// Equity at the trough over that at the peak, minus 1: a fraction from −1 to 0.
    pub depth: f64,
    /// Seconds from the peak to the recovery or to the end of the run: from close to close, and from
    /// the first bar's open if the peak is the starting value.
    pub duration: f64,
}

/// Every drawdown of the curve, in order of time.
///
/// The least `depth` and the largest `duration` are the metrics `max_drawdown` and
/// `max_drawdown_duration`.
///
/// ```
/// use threadx_engine::{EquityCurve, drawdowns};
/// use threadx_market::{Timeframe, Timestamp};
///
/// let first = Timestamp::parse("2019-01-01")?;
/// let time = [first, Timeframe::D1.next(first)];
/// let equity = [90.0, 100.0];
/// let curve = EquityCurve { starting_value: 100.0, timeframe: Timeframe::D1, time: &time, equity: &equity };
/// let drawdowns = drawdowns(&curve);
/// assert_eq!(drawdowns.len(), 1);
/// assert_eq!((drawdowns[0].peak_index, drawdowns[0].trough_index), (None, 0));
/// assert_eq!(drawdowns[0].recovery_index, Some(1));
/// assert_eq!(drawdowns[0].duration, 2.0 * 86_400.0);
/// # Ok::<(), threadx_error::DataError>(())
/// ```
#[must_use]
pub fn drawdowns(curve: &EquityCurve<'_>) -> Vec<Drawdown> {
    let curve = curve.paired();
    let mut found = Vec::new();
    let (mut peak_index, mut peak) = (None, curve.starting_value);
    // Index and value of the lowest equity since the peak, once it is below it.
    let mut trough: Option<(usize, f64)> = None;
    for (index, value) in curve.equity.iter().copied().enumerate() {
        if value >= peak {
            if let Some(trough) = trough.take() {
                found.push(drawdown(&curve, (peak_index, peak), trough, Some(index)));
            }
            (peak_index, peak) = (Some(index), value);
        } else if trough.is_none_or(|(_, low)| value < low) {
            trough = Some((index, value));
        }
    }
    if let Some(trough) = trough {
        found.push(drawdown(&curve, (peak_index, peak), trough, None));
    }
    found
}

/// The `count` deepest of the drawdowns, deepest first; of equally deep ones the earlier first.
#[must_use]
pub fn deepest_drawdowns(drawdowns: &[Drawdown], count: usize) -> Vec<Drawdown> {
    let mut sorted = drawdowns.to_vec();
    sorted.sort_by(|a, b| a.depth.total_cmp(&b.depth));
    sorted.truncate(count);
    sorted
}

fn drawdown(
    curve: &EquityCurve<'_>,
    (peak_index, peak_equity): (Option<usize>, f64),
    (trough_index, trough_equity): (usize, f64),
    recovery_index: Option<usize>,
) -> Drawdown {
    let end = recovery_index.unwrap_or(curve.time.len() - 1);
    let peak_time = curve.time[peak_index.unwrap_or(0)];
    let peak_instant = if peak_index.is_some() {
        curve.timeframe.next(peak_time)
    } else {
        peak_time
    };
    Drawdown {
        peak_index,
        peak_time,
        peak_equity,
        trough_index,
        trough_time: curve.time[trough_index],
        trough_equity,
        recovery_index,
        recovery_time: recovery_index.map(|index| curve.time[index]),
        depth: trough_equity / peak_equity - 1.0,
        duration: curve.timeframe.next(curve.time[end]).seconds_since(peak_instant),
    }
}

#[cfg(test)]
mod tests {
    use threadx_market::Timeframe;

    use super::*;

    #[test]
    fn the_deepest_come_first_and_equals_in_order_of_time() {
        let equity = [95.0, 100.0, 90.0, 105.0, 52.5, 110.0, 99.0];
        let time: Vec<Timestamp> = (0..7).map(Timestamp::from_nanoseconds).collect();
        let all = drawdowns(&EquityCurve {
            starting_value: 100.0,
            timeframe: Timeframe::D1,
            time: &time,
            equity: &equity,
        });
        let troughs = |count| {
            let deepest = deepest_drawdowns(&all, count);
            deepest.iter().map(|found| found.trough_index).collect::<Vec<_>>()
        };
        assert_eq!(troughs(9), [4, 2, 6, 0]);
        assert_eq!(troughs(2), [4, 2]);
        assert!(troughs(0).is_empty());
        assert_eq!(all[2].recovery_index, Some(5));
        assert_eq!((all[3].recovery_index, all[3].recovery_time), (None, None));
    }
}
