//! Returns of calendar months and years, in UTC.

use serde::Serialize;
use threadx_market::Timestamp;

use super::curve::{EquityCurve, finite};

/// Return of a calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MonthlyReturn {
    /// Year, UTC.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u8,
    /// Equity at the close of the month's last bar over equity before its first, minus 1: a fraction.
    /// `None` on a base of 0 (after a liquidation).
    #[serde(rename = "return")]
    pub return_fraction: Option<f64>,
}

/// Return of a calendar year.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct YearlyReturn {
    /// Year, UTC.
    pub year: i32,
    /// Equity at the close of the year's last bar over equity before its first, minus 1: a fraction.
    /// `None` on a base of 0 (after a liquidation).
    #[serde(rename = "return")]
    pub return_fraction: Option<f64>,
}

/// Returns of the months that have bars, in order.
///
/// A bar belongs to the month in which it opens, so 1 + return over all months multiplies to
/// 1 + total return. First and last month may be partial.
///
/// ```
/// use threadx_engine::{EquityCurve, monthly_returns};
/// use threadx_market::{Timeframe, Timestamp};
///
/// let time = [Timestamp::parse("2019-01-31")?, Timestamp::parse("2019-02-01")?];
/// let equity = [110.0, 99.0];
/// let curve = EquityCurve { starting_value: 100.0, timeframe: Timeframe::D1, time: &time, equity: &equity };
/// let months = monthly_returns(&curve);
/// assert_eq!((months[0].year, months[0].month), (2019, 1));
/// assert_eq!(months[0].return_fraction, Some(110.0 / 100.0 - 1.0));
/// assert_eq!(months[1].return_fraction, Some(99.0 / 110.0 - 1.0));
/// # Ok::<(), threadx_error::DataError>(())
/// ```
#[must_use]
pub fn monthly_returns(curve: &EquityCurve<'_>) -> Vec<MonthlyReturn> {
    let month_of = |time: Timestamp| {
        let date = time.to_datetime();
        (date.year(), u8::from(date.month()))
    };
    returns_by(curve, month_of)
        .into_iter()
        .map(|((year, month), return_fraction)| MonthlyReturn {
            year,
            month,
            return_fraction,
        })
        .collect()
}

/// Returns of the years that have bars, in order; as [`monthly_returns`].
#[must_use]
pub fn yearly_returns(curve: &EquityCurve<'_>) -> Vec<YearlyReturn> {
    returns_by(curve, |time| time.to_datetime().year())
        .into_iter()
        .map(|(year, return_fraction)| YearlyReturn {
            year,
            return_fraction,
        })
        .collect()
}

/// Return of each run of bars whose opens fall in the same period.
fn returns_by<K: PartialEq + PartialOrd>(
    curve: &EquityCurve<'_>,
    period_of: impl Fn(Timestamp) -> K,
) -> Vec<(K, Option<f64>)> {
    let curve = curve.paired();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(first) = curve.time.get(from) {
        let period = period_of(*first);
        // Stamps increase, so a period's end is found without a calendar for every bar.
        let bars = curve.time[from..].partition_point(|time| period_of(*time) <= period);
        let base = curve.base(from);
        from += bars.max(1);
        // On a base of 0 this is not a number.
        let return_fraction = finite(curve.equity[from - 1] / base - 1.0);
        found.push((period, return_fraction));
    }
    found
}
