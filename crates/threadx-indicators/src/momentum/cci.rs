//! The commodity channel index.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, ParamSpec, Params};

use crate::{
    Definition, Hlc,
    indicator::one_output,
    inputs::typical,
    params::{self, SCANNED_PERIOD_MAX},
    spec::specification,
    tiles::{TILE, tiles, window_tile},
    warm::Warm,
    window::{Ring, WindowMean, map_means},
};

const NAME: &str = "cci";

/// Scales the index so that most values lie between −100 and 100.
const LAMBERT: f64 = 0.015;

/// The commodity channel index: (p − m) / (0.015·d), p the typical price (high + low + close)/3, m its
/// mean over the last `period` bars and d their mean absolute deviation from m.
///
/// 0 where p = m or d = 0, as in TA-Lib. Its cost grows with the period. Donald Lambert, *Commodities*,
/// October 1980. TA-Lib: `CCI`.
///
/// ```
/// use threadx_indicators::{Cci, Hlc};
///
/// let price = [1.0, 2.0, 6.0];
/// let cci = Cci::new(3)?.series(Hlc::new(&price, &price, &price)?);
/// // Mean 3, deviations 2, 1 and 3.
/// assert_eq!(cci.valid(), [3.0 / (0.015 * 2.0)]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cci {
    period: usize,
}

impl Cci {
    /// The index over `period` bars, 2..=[`SCANNED_PERIOD_MAX`].
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for another period.
    pub fn new(period: usize) -> Result<Self, IndicatorError> {
        params::check_scanned_period(NAME, "period", period, 2).map(|period| Self { period })
    }

    /// Bars before the first index: `period` − 1.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.period - 1
    }

    /// The index bar by bar.
    #[must_use]
    pub fn stream(&self) -> CciStream {
        CciStream {
            period: self.period,
            window: WindowMean::new(self.period),
            prices: Ring::new(self.period),
            warm: Warm::after(self.warm_up()),
        }
    }

    fn kernel(&self, prices: Hlc<'_>, out: &mut [f64]) {
        fill_index(prices, self.period, out);
    }
}

/// Writes the index of each window.
#[multiversion(targets("x86_64+avx2"))]
fn fill_index(prices: Hlc<'_>, period: usize, out: &mut [f64]) {
    let mut typicals = Vec::new();
    let mut means = vec![0.0; window_tile(period).min(out.len())];
    let mut deviations = [0.0; TILE];
    for range in tiles(out.len(), window_tile(period)) {
        let used = range.start..range.end + period - 1;
        let columns = prices.high()[used.clone()]
            .iter()
            .zip(&prices.low()[used.clone()]);
        typicals.clear();
        typicals.extend(
            columns
                .zip(&prices.close()[used])
                .map(|((high, low), close)| typical(*high, *low, *close)),
        );
        let means = &mut means[..range.len()];
        map_means(&typicals, period, [&mut *means], |mean| [mean]);
        let out = &mut out[range];
        for piece in tiles(out.len(), TILE) {
            let (means, deviations) = (&means[piece.clone()], &mut deviations[..piece.len()]);
            deviations.fill(0.0);
            // Many windows at a time, from their oldest value to the newest.
            for back in 0..period {
                let values = &typicals[piece.start + back..];
                for (deviation, (value, mean)) in deviations.iter_mut().zip(values.iter().zip(means)) {
                    *deviation += (value - mean).abs();
                }
            }
            let newest = &typicals[piece.start + period - 1..];
            let values = newest.iter().zip(means).zip(&*deviations);
            for (out, ((value, mean), deviation)) in out[piece].iter_mut().zip(values) {
                *out = index(*value, *mean, *deviation, period);
            }
        }
    }
}

/// The index of a window with its newest value, mean and sum of absolute deviations.
#[inline(always)]
fn index(value: f64, mean: f64, deviation: f64, period: usize) -> f64 {
    let index = (value - mean) / (LAMBERT * (deviation / period as f64));
    if deviation > 0.0 { index } else { 0.0 }
}

/// [`Cci`] bar by bar, with the same bits.
#[derive(Debug, Clone)]
pub struct CciStream {
    period: usize,
    window: WindowMean,
    prices: Ring,
    warm: Warm,
}

impl CciStream {
    /// Takes the next bar; returns the index, `None` during the warm-up.
    pub fn push(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let price = typical(high, low, close);
        let mean = self.window.push(price);
        self.prices.push(price);
        self.warm.then(|| {
            let mut deviation = 0.0;
            for back in (0..self.period).rev() {
                deviation += (self.prices.back(back) - mean).abs();
            }
            index(price, mean, deviation, self.period)
        })
    }
}

one_output!(Cci, CciStream, Hlc<'_>, Hlc::of, (high, low, close));

impl Definition for Cci {
    fn spec() -> IndicatorSpec {
        specification(
            NAME,
            "commodity channel index",
            &["high", "low", "close"],
            &[NAME],
        )
        .with(ParamSpec::int(
            "period",
            20,
            2..=SCANNED_PERIOD_MAX as i64,
            "bars in the window",
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
    fn is_zero_where_nothing_deviates() {
        let flat = [7.7; 9];
        let cci = Cci::new(5)
            .unwrap()
            .series(Hlc::new(&flat, &flat, &flat).unwrap());
        assert_eq!(cci.valid(), [0.0; 5]);
    }

    #[test]
    fn tiles_leave_no_seam() {
        let price: Vec<f64> = (0..9000).map(|i| 100.0 + f64::from(i * 7 % 13)).collect();
        let prices = Hlc::new(&price, &price, &price).unwrap();
        let cci = Cci::new(11).unwrap();
        let mut stream = cci.stream();
        for (at, got) in cci.series(prices).iter().enumerate() {
            assert_eq!(got, stream.push(price[at], price[at], price[at]), "bar {at}");
        }
    }
}
