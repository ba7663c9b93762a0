//! The commodity channel index.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, ParamSpec, Params};

use crate::{
    Definition, Hlc,
    indicator::one_output,
    outs::Out,
    params::{self, SCANNED_PERIOD_MAX},
    spec::specification,
    tiles::{TILE, tiles},
    warm::Warm,
    window::{Ring, two_sum},
};

const NAME: &str = "cci";

/// A smaller deviation, beside the price, is rounding: TA-Lib's tolerance.
const NO_DEVIATION: f64 = 1e-14;

/// Scales the index so that most values lie between −100 and 100.
const LAMBERT: f64 = 0.015;

/// The commodity channel index: (p − m) / (0.015·d), p the typical price (high + low + close)/3, m its
/// mean over the last `period` bars and d their mean absolute deviation from m.
///
/// 0 where |p − m| or d is no more than rounding, 1e-14·p, as in TA-Lib. Computed from the differences to
/// the newest price, so no digits are lost where prices are large and deviations small. Its cost grows
/// with the period. Donald Lambert, *Commodities*,
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
            prices: [(); 2].map(|()| Ring::new(self.period)),
            warm: Warm::after(self.warm_up()),
        }
    }

    fn kernel(&self, prices: Hlc<'_>, out: Out<'_>) {
        fill_index(prices, self.period, out);
    }
}

/// Writes the index of each window.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn fill_index(prices: Hlc<'_>, period: usize, mut out: Out<'_>) {
    let [mut sums, mut rests] = [(); 2].map(|()| Vec::new());
    let [mut means, mut deviations] = [[0.0; TILE]; 2];
    for range in tiles(out.len(), TILE) {
        let used = prices.part(range.start..range.end + period - 1);
        let bars = used.high().iter().zip(used.low()).zip(used.close());
        sums.clear();
        rests.clear();
        for ((high, low), close) in bars {
            let (sum, rest) = price(*high, *low, *close);
            sums.push(sum);
            rests.push(rest);
        }
        let (means, deviations) = (&mut means[..range.len()], &mut deviations[..range.len()]);
        means.fill(0.0);
        deviations.fill(0.0);
        let newest = || sums[period - 1..].iter().zip(&rests[period - 1..]);
        // Many windows at a time, from their oldest value to the newest.
        for back in 0..period {
            let values = sums[back..].iter().zip(&rests[back..]);
            for (mean, (value, newest)) in means.iter_mut().zip(values.zip(newest())) {
                *mean += difference((*value.0, *value.1), (*newest.0, *newest.1));
            }
        }
        for mean in &mut *means {
            *mean /= period as f64;
        }
        for back in 0..period {
            let values = sums[back..].iter().zip(&rests[back..]);
            let windows = deviations.iter_mut().zip(&*means);
            for ((deviation, mean), (value, newest)) in windows.zip(values.zip(newest())) {
                *deviation += (difference((*value.0, *value.1), (*newest.0, *newest.1)) - mean).abs();
            }
        }
        let windows = means.iter().zip(&*deviations).zip(&sums[period - 1..]);
        for (out, ((mean, deviation), newest)) in out.part(range).iter_mut().zip(windows) {
            *out = index(*mean, *deviation, *newest, period);
        }
    }
}

/// Three times the typical price: the rounded sum, and what rounding took from it.
#[inline(always)]
fn price(high: f64, low: f64, close: f64) -> (f64, f64) {
    let (both, lost) = two_sum(high, low);
    let (all, lost_again) = two_sum(both, close);
    (all, lost + lost_again)
}

/// The difference of two prices, precise also where it is small beside them.
#[inline(always)]
fn difference(price: (f64, f64), newest: (f64, f64)) -> f64 {
    (price.0 - newest.0) + (price.1 - newest.1)
}

/// The index of a window from the mean of the differences to its newest price, the sum of their absolute
/// deviations from it, and that price, all threefold.
#[inline(always)]
fn index(mean: f64, deviation: f64, newest: f64, period: usize) -> f64 {
    let deviation = deviation / period as f64;
    let rounding = NO_DEVIATION * newest.abs();
    let index = -mean / (LAMBERT * deviation);
    let counts = (deviation > rounding) & (mean.abs() > rounding);
    if counts { index } else { 0.0 }
}

/// [`Cci`] bar by bar, with the same bits.
#[derive(Debug, Clone)]
pub struct CciStream {
    period: usize,
    /// Sums and rests.
    prices: [Ring; 2],
    warm: Warm,
}

impl CciStream {
    /// Takes the next bar; returns the index, `None` during the warm-up.
    pub fn push(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let newest = price(high, low, close);
        let [sums, rests] = &mut self.prices;
        sums.push(newest.0);
        rests.push(newest.1);
        self.warm.tick().then(|| self.index(newest))
    }

    fn index(&self, newest: (f64, f64)) -> f64 {
        let [sums, rests] = &self.prices;
        let differences = || {
            (0..self.period)
                .rev()
                .map(|back| difference((sums.back(back), rests.back(back)), newest))
        };
        let mean = differences().fold(0.0, |sum, difference| sum + difference) / self.period as f64;
        let deviation = differences().fold(0.0, |sum, difference| sum + (difference - mean).abs());
        index(mean, deviation, newest.0, self.period)
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
