//! Donchian channels.

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
    window::{Highest, Lowest, WindowExtreme, map_channel},
};

const NAME: &str = "donchian";

/// Donchian channels, three outputs: `upper`, the highest high of the last `period` bars; `lower`, their
/// lowest low; `middle`, the mean of both.
///
/// The bar itself is one of them: a breakout compares the close with the channel of the bar before.
/// Richard Donchian, 1950s. TA-Lib: `MAX` of high and `MIN` of low.
///
/// ```
/// use threadx_indicators::{Donchian, HighLow};
///
/// let prices = HighLow::new(&[3.0, 5.0, 4.0], &[1.0, 3.0, 2.0])?;
/// let [upper, middle, lower] = Donchian::new(2)?.series(prices);
/// assert_eq!((upper.valid(), lower.valid()), (&[5.0, 5.0][..], &[1.0, 2.0][..]));
/// assert_eq!(middle.valid(), [3.0, 3.5]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Donchian {
    period: usize,
}

/// The channel at one bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DonchianChannel {
    /// Highest high.
    pub upper: f64,
    /// Mean of both.
    pub middle: f64,
    /// Lowest low.
    pub lower: f64,
}

impl Donchian {
    /// The channel of `period` bars, 1..=[`PERIOD_MAX`](crate::PERIOD_MAX).
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for another period.
    pub fn new(period: usize) -> Result<Self, IndicatorError> {
        params::check_period(NAME, "period", period, 1).map(|period| Self { period })
    }

    /// Bars before the first channel: `period` − 1.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.period - 1
    }

    /// The channel bar by bar.
    #[must_use]
    pub fn stream(&self) -> DonchianStream {
        DonchianStream {
            highest: WindowExtreme::new(self.period),
            lowest: WindowExtreme::new(self.period),
            warm: Warm::after(self.warm_up()),
        }
    }

    fn kernel(&self, prices: HighLow<'_>, outs: [Out<'_>; 3]) {
        fill_channel(prices, self.period, outs);
    }
}

/// Writes upper, middle and lower of each window.
#[multiversion(targets("x86_64+avx2"))]
fn fill_channel(prices: HighLow<'_>, period: usize, outs: [Out<'_>; 3]) {
    map_channel(prices.closing_low(), period, outs, |_, highest, lowest| {
        [highest, middle_of(highest, lowest), lowest]
    });
}

#[inline(always)]
pub(crate) fn middle_of(highest: f64, lowest: f64) -> f64 {
    0.5 * (highest + lowest)
}

/// [`Donchian`] bar by bar, with the same bits.
#[derive(Debug, Clone)]
pub struct DonchianStream {
    highest: WindowExtreme<Highest>,
    lowest: WindowExtreme<Lowest>,
    warm: Warm,
}

impl DonchianStream {
    /// Takes the next bar; returns the channel, `None` during the warm-up.
    pub fn push(&mut self, high: f64, low: f64) -> Option<DonchianChannel> {
        let (upper, lower) = (self.highest.push(high), self.lowest.push(low));
        self.warm.then(|| DonchianChannel {
            upper,
            middle: middle_of(upper, lower),
            lower,
        })
    }
}

several_outputs!(
    Donchian, DonchianStream, HighLow<'_>, HighLow::of, (high, low),
    DonchianChannel [3] { upper, middle, lower }
);

impl Definition for Donchian {
    fn spec() -> IndicatorSpec {
        let outputs = ["upper", "middle", "lower"];
        specification(
            NAME,
            "highest high and lowest low of the last bars",
            &["high", "low"],
            &outputs,
        )
        .with(params::period_spec(
            "period",
            20,
            1,
            "bars in the window, the newest included",
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
    fn includes_the_bar_itself() {
        let high = [2.0, 2.0, 9.0, 2.0];
        let low = [1.0, 1.0, 1.0, 0.5];
        let [upper, _, lower] = Donchian::new(2)
            .unwrap()
            .series(HighLow::new(&high, &low).unwrap());
        assert_eq!(upper.valid(), [2.0, 9.0, 9.0]);
        assert_eq!(lower.valid(), [1.0, 1.0, 0.5]);
    }
}
