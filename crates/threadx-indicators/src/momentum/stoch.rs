//! The stochastic oscillator.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, Params};

use crate::{
    Definition, Hlc, IndicatorSource, Outputs, Series,
    indicator::several_outputs,
    outs::Out,
    params,
    parts::Extremes,
    spec::specification,
    tiles::{tiles, window_tile},
    warm::Warm,
    window::{Highest, Lowest, WindowExtreme, WindowMean, map_channel, map_means},
};

const NAME: &str = "stoch";

/// The slow stochastic oscillator, two outputs from 0 to 100: `slowk`, the mean over `slowk_period` of
/// the fast %K, 100·(close − L)/(H − L) with H and L the extremes of the last `fastk_period` bars; and
/// `slowd`, the mean of `slowk` over `slowd_period`.
///
/// Fast %K is 0 where H = L, as in TA-Lib. George Lane, 1950s; TA-Lib: `STOCH` with simple averages. A
/// `slowk_period` of 1 makes it the fast oscillator, `STOCHF`.
///
/// ```
/// use threadx_indicators::{Hlc, Stoch};
///
/// let prices = Hlc::new(&[12.0, 14.0, 13.0], &[10.0, 11.0, 9.0], &[11.0, 13.0, 10.0])?;
/// let [slowk, slowd] = Stoch::new(2, 1, 1)?.series(prices);
/// assert_eq!(slowk.valid(), [75.0, 20.0]);
/// assert_eq!(slowd.valid(), [75.0, 20.0]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stoch {
    fastk_period: usize,
    slowk_period: usize,
    slowd_period: usize,
}

/// The oscillator at one bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stochastic {
    /// Mean of the fast %K, 0 to 100.
    pub slowk: f64,
    /// Mean of `slowk`, 0 to 100.
    pub slowd: f64,
}

impl Stoch {
    /// The oscillator over `fastk_period` bars, smoothed over `slowk_period` and `slowd_period`, each
    /// 1..=[`PERIOD_MAX`](crate::PERIOD_MAX).
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for other periods.
    pub fn new(
        fastk_period: usize,
        slowk_period: usize,
        slowd_period: usize,
    ) -> Result<Self, IndicatorError> {
        Ok(Self {
            fastk_period: params::check_period(NAME, "fastk_period", fastk_period, 1)?,
            slowk_period: params::check_period(NAME, "slowk_period", slowk_period, 1)?,
            slowd_period: params::check_period(NAME, "slowd_period", slowd_period, 1)?,
        })
    }

    /// Bars before the first values: the sum of the periods − 3.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.fastk_period + self.slowk_period + self.slowd_period - 3
    }

    /// The oscillator bar by bar.
    #[must_use]
    pub fn stream(&self) -> StochStream {
        StochStream {
            fastk: FastKStream::new(self.fastk_period, 0.0),
            slowk: Smooth::new(self.slowk_period),
            slowd: Smooth::new(self.slowd_period),
        }
    }

    fn kernel(&self, prices: Hlc<'_>, outs: [Out<'_>; 2]) {
        let periods = [self.slowk_period, self.slowd_period];
        fill_smoothed(prices, self.fastk_period, 0.0, periods, outs);
    }

    fn shared(&self, source: &dyn IndicatorSource) -> Result<Outputs, IndicatorError> {
        let channel = Extremes::of(source, self.fastk_period)?;
        let close = source.bars().close();
        let outputs = Series::filled_all(self.warm_up(), close.len(), |outs: [Out<'_>; 2]| {
            if outs[0].is_empty() {
                return;
            }
            let extremes = channel.highest().iter().zip(channel.lowest());
            let values = close[self.fastk_period - 1..].iter().zip(extremes);
            let fastk: Vec<f64> = values
                .map(|(close, (highest, lowest))| fastk(*close, *highest, *lowest, 0.0))
                .collect();
            smooth_twice(&fastk, [self.slowk_period, self.slowd_period], outs);
        });
        Ok(Outputs::new(["slowk", "slowd"].into_iter().zip(outputs)))
    }
}

/// Writes the means over the first of `periods` of the fast %K over `period` bars, and the means over the second of
/// those means; both from where the second has a value.
#[multiversion(targets("x86_64+avx2"))]
pub(super) fn fill_smoothed(
    prices: Hlc<'_>,
    period: usize,
    no_range: f64,
    periods: [usize; 2],
    mut outs: [Out<'_>; 2],
) {
    let smoothed = periods[0] + periods[1] - 2;
    let tile = window_tile(period + smoothed).min(outs[0].len());
    let mut fastk = vec![0.0; tile + smoothed];
    for range in tiles(outs[0].len(), tile) {
        let fastk = &mut fastk[..range.len() + smoothed];
        let prices = prices.part(range.start..range.end + smoothed + period - 1);
        fill_fastk(prices, period, no_range, fastk);
        let parts = outs.each_mut().map(|out| Out::Given(out.part(range.clone())));
        smooth_twice(fastk, periods, parts);
    }
}

/// Writes the fast %K of each window; a range of no more than `no_range` is none.
#[inline(always)]
fn fill_fastk(prices: Hlc<'_>, period: usize, no_range: f64, out: &mut [f64]) {
    map_channel(prices, period, [Out::Given(out)], |close, highest, lowest| {
        [fastk(close, highest, lowest, no_range)]
    });
}

/// Writes the means of `input`, and the means of those means; both from where the second has a value.
#[inline(always)]
fn smooth_twice(input: &[f64], periods: [usize; 2], [mut once, twice]: [Out<'_>; 2]) {
    let mut means = vec![0.0; input.len() + 1 - periods[0]];
    map_means(input, periods[0], [Out::Given(&mut means)], |mean| [mean]);
    map_means(&means, periods[1], [twice], |mean| [mean]);
    once.all().copy_from_slice(&means[periods[1] - 1..]);
}

#[inline(always)]
fn fastk(close: f64, highest: f64, lowest: f64, no_range: f64) -> f64 {
    let range = highest - lowest;
    let fastk = 100.0 * ((close - lowest) / range);
    if range > no_range { fastk } else { 0.0 }
}

/// The fast %K bar by bar.
#[derive(Debug, Clone)]
pub(super) struct FastKStream {
    highest: WindowExtreme<Highest>,
    lowest: WindowExtreme<Lowest>,
    no_range: f64,
    warm: Warm,
}

impl FastKStream {
    pub(super) fn new(period: usize, no_range: f64) -> Self {
        Self {
            highest: WindowExtreme::new(period),
            lowest: WindowExtreme::new(period),
            no_range,
            warm: Warm::after(period - 1),
        }
    }

    pub(super) fn push(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let (highest, lowest) = (self.highest.push(high), self.lowest.push(low));
        self.warm.then(|| fastk(close, highest, lowest, self.no_range))
    }
}

/// A simple average value by value.
#[derive(Debug, Clone)]
pub(super) struct Smooth {
    window: WindowMean,
    warm: Warm,
}

impl Smooth {
    pub(super) fn new(period: usize) -> Self {
        Self {
            window: WindowMean::new(period),
            warm: Warm::after(period - 1),
        }
    }

    pub(super) fn push(&mut self, value: f64) -> Option<f64> {
        let mean = self.window.push(value);
        self.warm.then(|| mean)
    }
}

/// [`Stoch`] bar by bar, with the same bits.
#[derive(Debug, Clone)]
pub struct StochStream {
    fastk: FastKStream,
    slowk: Smooth,
    slowd: Smooth,
}

impl StochStream {
    /// Takes the next bar; returns the oscillator, `None` during the warm-up.
    pub fn push(&mut self, high: f64, low: f64, close: f64) -> Option<Stochastic> {
        let fastk = self.fastk.push(high, low, close)?;
        let slowk = self.slowk.push(fastk)?;
        let slowd = self.slowd.push(slowk)?;
        Some(Stochastic { slowk, slowd })
    }
}

several_outputs!(
    Stoch, StochStream, Hlc<'_>, Hlc::of, (high, low, close),
    Stochastic [2] { slowk, slowd }, shared
);

impl Definition for Stoch {
    fn spec() -> IndicatorSpec {
        let outputs = ["slowk", "slowd"];
        specification(
            NAME,
            "slow stochastic oscillator, 0 to 100",
            &["high", "low", "close"],
            &outputs,
        )
        .with(params::period_spec(
            "fastk_period",
            14,
            1,
            "bars of which the extremes are taken",
        ))
        .with(params::period_spec(
            "slowk_period",
            3,
            1,
            "values of the fast %K in the mean slowk",
        ))
        .with(params::period_spec(
            "slowd_period",
            3,
            1,
            "values of slowk in the mean slowd",
        ))
        .into()
    }

    fn from_params(params: &Params) -> Result<Self, IndicatorError> {
        Self::new(
            params::period(NAME, params, "fastk_period")?,
            params::period(NAME, params, "slowk_period")?,
            params::period(NAME, params, "slowd_period")?,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stands_at_the_ends_of_the_range() {
        let (high, low) = ([3.3, 4.7, 4.1, 3.9], [1.1, 2.3, 2.2, 2.9]);
        let fastk = |close: f64| {
            let prices = [2.0, 2.0, 2.0, close];
            Stoch::new(4, 1, 1)
                .unwrap()
                .series(Hlc::new(&high, &low, &prices).unwrap())[0]
                .last()
        };
        assert_eq!(fastk(4.7), Some(100.0));
        assert_eq!(fastk(1.1), Some(0.0));
    }

    #[test]
    fn without_a_range_it_is_zero() {
        let flat = [5.0; 6];
        let [slowk, slowd] = Stoch::new(3, 2, 2)
            .unwrap()
            .series(Hlc::new(&flat, &flat, &flat).unwrap());
        assert_eq!((slowk.first_valid(), slowk.valid()), (4, &[0.0, 0.0][..]));
        assert_eq!(slowd, slowk);
    }
}
