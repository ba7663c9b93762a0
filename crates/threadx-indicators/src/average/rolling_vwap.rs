//! The volume-weighted average price of a rolling window.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, Params};

use crate::{
    Definition, Hlcv,
    indicator::one_output,
    inputs::typical,
    outs::Out,
    params,
    spec::specification,
    tiles::{tiles, window_tile},
    warm::Warm,
    window::{WindowMean, map_means},
};

const NAME: &str = "rolling_vwap";

/// The volume-weighted average price of the last `period` bars: Σ typical price·volume / Σ volume, with
/// typical price (high + low + close)/3.
///
/// Where nothing was traded in the window it is the mean typical price. TA-Lib has none.
///
/// ```
/// use threadx_indicators::{Hlcv, RollingVwap};
///
/// let price = [10.0, 13.0, 20.0, 30.0];
/// let bars = Hlcv::new(&price, &price, &price, &[2.0, 1.0, 0.0, 0.0])?;
/// let vwap = RollingVwap::new(2)?;
/// assert_eq!(vwap.series(bars).valid(), [11.0, 13.0, 25.0]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RollingVwap {
    period: usize,
}

impl RollingVwap {
    /// The average price of `period` bars, 1..=[`PERIOD_MAX`](crate::PERIOD_MAX).
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for another period.
    pub fn new(period: usize) -> Result<Self, IndicatorError> {
        params::check_period(NAME, "period", period, 1).map(|period| Self { period })
    }

    /// Bars before the first average price: `period` − 1.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.period - 1
    }

    /// The average price bar by bar.
    #[must_use]
    pub fn stream(&self) -> RollingVwapStream {
        let mean = || WindowMean::new(self.period);
        RollingVwapStream {
            means: [mean(), mean(), mean()],
            warm: Warm::after(self.warm_up()),
        }
    }

    fn kernel(&self, bars: Hlcv<'_>, out: Out<'_>) {
        average_prices(bars, self.period, out);
    }
}

/// Writes the average price of each window.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn average_prices(bars: Hlcv<'_>, period: usize, mut out: Out<'_>) {
    let (mut prices, mut turnovers) = (Vec::new(), Vec::new());
    let mut means = [(); 3].map(|()| vec![0.0; window_tile(period)]);
    for range in tiles(out.len(), window_tile(period)) {
        let used = range.start..range.end + period - 1;
        let volumes = &bars.volume()[used.clone()];
        let columns = bars.high()[used.clone()].iter().zip(&bars.low()[used.clone()]);
        prices.clear();
        prices.extend(
            columns
                .zip(&bars.close()[used])
                .map(|((high, low), close)| typical(*high, *low, *close)),
        );
        turnovers.clear();
        turnovers.extend(prices.iter().zip(volumes).map(|(price, volume)| price * volume));
        let [price, turnover, volume] = means.each_mut().map(|mean| &mut mean[..range.len()]);
        map_means(&prices, period, [Out::Given(price)], |mean| [mean]);
        map_means(&turnovers, period, [Out::Given(turnover)], |mean| [mean]);
        map_means(volumes, period, [Out::Given(volume)], |mean| [mean]);
        let means = price.iter().zip(&*turnover).zip(&*volume);
        for (out, ((price, turnover), volume)) in out.part(range).iter_mut().zip(means) {
            *out = average_price(*price, *turnover, *volume);
        }
    }
}

#[inline(always)]
fn average_price(price: f64, turnover: f64, volume: f64) -> f64 {
    if volume > 0.0 { turnover / volume } else { price }
}

/// [`RollingVwap`] bar by bar, with the same bits.
#[derive(Debug, Clone)]
pub struct RollingVwapStream {
    /// Of the typical price, of its product with the volume, of the volume.
    means: [WindowMean; 3],
    warm: Warm,
}

impl RollingVwapStream {
    /// Takes the next bar; returns the average price, `None` during the warm-up.
    pub fn push(&mut self, high: f64, low: f64, close: f64, volume: f64) -> Option<f64> {
        let price = typical(high, low, close);
        let [of_price, of_turnover, of_volume] = &mut self.means;
        let means = (
            of_price.push(price),
            of_turnover.push(price * volume),
            of_volume.push(volume),
        );
        self.warm.then(|| average_price(means.0, means.1, means.2))
    }
}

one_output!(
    RollingVwap,
    RollingVwapStream,
    Hlcv<'_>,
    Hlcv::of,
    (high, low, close, volume)
);

impl Definition for RollingVwap {
    fn spec() -> IndicatorSpec {
        let inputs = ["high", "low", "close", "volume"];
        specification(
            NAME,
            "volume-weighted average price of the last bars",
            &inputs,
            &[NAME],
        )
        .with(params::period_spec("period", 20, 1, "bars in the window"))
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
    fn tiles_leave_no_seam() {
        let price: Vec<f64> = (0..10_000).map(|i| 100.0 + f64::from(i * 7 % 13)).collect();
        let volume: Vec<f64> = (0..10_000).map(|i| f64::from(i % 5)).collect();
        let bars = Hlcv::new(&price, &price, &price, &volume).unwrap();
        let vwap = RollingVwap::new(7).unwrap();
        let mut stream = vwap.stream();
        let series = vwap.series(bars);
        for (at, got) in series.iter().enumerate() {
            assert_eq!(
                got,
                stream.push(price[at], price[at], price[at], volume[at]),
                "bar {at}"
            );
        }
    }
}
