//! Aroon.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, Params};

use crate::{
    Definition, HighLow,
    indicator::several_outputs,
    outs::Out,
    params,
    spec::specification,
    warm::Warm,
    window::{Highest, Lowest, WindowAge, map_ages},
};

const NAME: &str = "aroon";

/// Aroon, two outputs from 0 to 100: 100·(`period` − bars since the extreme)/`period`, `aroon_down` of
/// the lowest low, `aroon_up` of the highest high, among the bar and the `period` before it.
///
/// Of equal extremes the newest counts. Tushar Chande, *Technical Analysis of Stocks & Commodities*,
/// September 1995. TA-Lib: `AROON`.
///
/// ```
/// use threadx_indicators::{Aroon, HighLow};
///
/// let prices = HighLow::new(&[3.0, 5.0, 4.0], &[1.0, 3.0, 2.0])?;
/// let [down, up] = Aroon::new(2)?.series(prices);
/// assert_eq!((down.valid(), up.valid()), (&[0.0][..], &[50.0][..]));
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aroon {
    period: usize,
}

/// Aroon at one bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AroonLines {
    /// 100 if the bar has the lowest low, 0 if that was `period` bars ago.
    pub aroon_down: f64,
    /// 100 if the bar has the highest high, 0 if that was `period` bars ago.
    pub aroon_up: f64,
}

impl Aroon {
    /// Aroon over `period` bars before the bar itself, 1..=[`PERIOD_MAX`](crate::PERIOD_MAX).
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for another period.
    pub fn new(period: usize) -> Result<Self, IndicatorError> {
        params::check_period(NAME, "period", period, 1).map(|period| Self { period })
    }

    /// Bars before the first values: `period`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.period
    }

    /// Aroon bar by bar.
    #[must_use]
    pub fn stream(&self) -> AroonStream {
        AroonStream {
            period: self.period as f64,
            lowest: WindowAge::new(self.period + 1),
            highest: WindowAge::new(self.period + 1),
            warm: Warm::after(self.period),
        }
    }

    fn kernel(&self, prices: HighLow<'_>, outs: [Out<'_>; 2]) {
        fill_lines(prices, self.period, outs);
    }
}

/// Writes both lines of each window.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn fill_lines(prices: HighLow<'_>, period: usize, [mut down, mut up]: [Out<'_>; 2]) {
    let line_of = |age| line(age, period as f64);
    map_ages::<Lowest>(prices.low(), period + 1, &mut down, line_of);
    map_ages::<Highest>(prices.high(), period + 1, &mut up, line_of);
}

#[inline(always)]
fn line(age: f64, period: f64) -> f64 {
    100.0 * (period - age) / period
}

/// [`Aroon`] bar by bar, with the same bits.
#[derive(Debug, Clone)]
pub struct AroonStream {
    period: f64,
    lowest: WindowAge<Lowest>,
    highest: WindowAge<Highest>,
    warm: Warm,
}

impl AroonStream {
    /// Takes the next bar; returns the lines, `None` during the warm-up.
    pub fn push(&mut self, high: f64, low: f64) -> Option<AroonLines> {
        let (lowest, highest) = (self.lowest.push(low), self.highest.push(high));
        self.warm.then(|| AroonLines {
            aroon_down: line(lowest, self.period),
            aroon_up: line(highest, self.period),
        })
    }
}

several_outputs!(
    Aroon, AroonStream, HighLow<'_>, HighLow::of, (high, low),
    AroonLines [2] { aroon_down, aroon_up }
);

impl Definition for Aroon {
    fn spec() -> IndicatorSpec {
        let outputs = ["aroon_down", "aroon_up"];
        let description = "how recent the lowest low and the highest high are, 0 to 100";
        specification(NAME, description, &["high", "low"], &outputs)
            .with(params::period_spec(
                "period",
                14,
                1,
                "bars before the bar itself that are looked at",
            ))
            .into()
    }

    fn from_params(params: &Params) -> Result<Self, IndicatorError> {
        Self::new(params::period(NAME, params, "period")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_equal_extremes_the_newest_counts() {
        let flat = [5.0; 4];
        let [down, up] = Aroon::new(3).unwrap().series(HighLow::new(&flat, &flat).unwrap());
        assert_eq!((down.valid(), up.valid()), (&[100.0][..], &[100.0][..]));
    }
}
