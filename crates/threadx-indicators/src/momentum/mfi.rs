//! The money flow index.

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

const NAME: &str = "mfi";

/// The money flow index: 100·P/(P + N), P and N the sums over the last `period` bars of typical price
/// (high + low + close)/3 × volume where that price rose and where it fell. From 0 to 100.
///
/// A change that is no more than rounding is none, as in TA-Lib. 0 where there was neither; TA-Lib gives 0
/// also where P + N is less than 1. Gene Quong and Avrum
/// Soudack, *Technical Analysis of Stocks & Commodities*, March 1989. TA-Lib: `MFI`.
///
/// ```
/// use threadx_indicators::{Hlcv, Mfi};
///
/// let price = [10.0, 15.0, 10.0];
/// let mfi = Mfi::new(2)?.series(Hlcv::new(&price, &price, &price, &[1.0, 2.0, 1.0])?);
/// assert_eq!(mfi.valid(), [100.0 * 30.0 / (30.0 + 10.0)]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mfi {
    period: usize,
}

impl Mfi {
    /// The index over `period` changes, 1..=[`PERIOD_MAX`](crate::PERIOD_MAX).
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for another period.
    pub fn new(period: usize) -> Result<Self, IndicatorError> {
        params::check_period(NAME, "period", period, 1).map(|period| Self { period })
    }

    /// Bars before the first index: `period`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.period
    }

    /// The index bar by bar.
    #[must_use]
    pub fn stream(&self) -> MfiStream {
        MfiStream {
            last: None,
            positive: WindowMean::new(self.period),
            negative: WindowMean::new(self.period),
            warm: Warm::after(self.period - 1),
        }
    }

    fn kernel(&self, bars: Hlcv<'_>, out: Out<'_>) {
        fill_index(bars, self.period, out);
    }
}

/// Writes the index of each window of changes.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn fill_index(bars: Hlcv<'_>, period: usize, mut out: Out<'_>) {
    let tile = window_tile(period).min(out.len());
    let mut prices = Vec::new();
    let [mut positives, mut negatives] = [(); 2].map(|()| vec![0.0; tile + period - 1]);
    let [mut positive, mut negative] = [(); 2].map(|()| vec![0.0; tile]);
    for range in tiles(out.len(), tile) {
        // One price more than there are changes.
        let used = range.start..range.end + period;
        let columns = bars.high()[used.clone()].iter().zip(&bars.low()[used.clone()]);
        prices.clear();
        prices.extend(
            columns
                .zip(&bars.close()[used.clone()])
                .map(|((high, low), close)| typical(*high, *low, *close)),
        );
        let changes = prices.len() - 1;
        let (positives, negatives) = (&mut positives[..changes], &mut negatives[..changes]);
        let volumes = &bars.volume()[used.start + 1..used.end];
        let pairs = prices.iter().zip(&prices[1..]).zip(volumes);
        for ((positive, negative), ((before, after), volume)) in
            positives.iter_mut().zip(&mut *negatives).zip(pairs)
        {
            (*positive, *negative) = flows(*before, *after, *volume);
        }
        let (positive, negative) = (&mut positive[..range.len()], &mut negative[..range.len()]);
        map_means(positives, period, [Out::Given(positive)], |mean| [mean]);
        map_means(negatives, period, [Out::Given(negative)], |mean| [mean]);
        for (out, (positive, negative)) in out.part(range).iter_mut().zip(positive.iter().zip(&*negative)) {
            *out = index(*positive, *negative);
        }
    }
}

/// A smaller change of the typical price, beside the sum of both, is none: prices that are equal in
/// decimals differ by the rounding of their sums. TA-Lib's tolerance.
const NO_CHANGE: f64 = 1e-14;

/// The positive and the negative flow of a bar whose typical price went from `before` to `after`.
#[inline(always)]
fn flows(before: f64, after: f64, volume: f64) -> (f64, f64) {
    let change = after - before;
    let flow = after * volume;
    let moved = change.abs() > NO_CHANGE * (before.abs() + after.abs());
    (
        if (change > 0.0) & moved { flow } else { 0.0 },
        if (change < 0.0) & moved { flow } else { 0.0 },
    )
}

#[inline(always)]
fn index(positive: f64, negative: f64) -> f64 {
    let total = positive + negative;
    let index = 100.0 * (positive / total);
    if total > 0.0 { index } else { 0.0 }
}

/// [`Mfi`] bar by bar, with the same bits.
#[derive(Debug, Clone)]
pub struct MfiStream {
    last: Option<f64>,
    positive: WindowMean,
    negative: WindowMean,
    warm: Warm,
}

impl MfiStream {
    /// Takes the next bar; returns the index, `None` during the warm-up.
    pub fn push(&mut self, high: f64, low: f64, close: f64, volume: f64) -> Option<f64> {
        let price = typical(high, low, close);
        let (positive, negative) = flows(self.last.replace(price)?, price, volume);
        let means = (self.positive.push(positive), self.negative.push(negative));
        self.warm.then(|| index(means.0, means.1))
    }
}

one_output!(Mfi, MfiStream, Hlcv<'_>, Hlcv::of, (high, low, close, volume));

impl Definition for Mfi {
    fn spec() -> IndicatorSpec {
        let inputs = ["high", "low", "close", "volume"];
        specification(NAME, "money flow index, 0 to 100", &inputs, &[NAME])
            .with(params::period_spec("period", 14, 1, "changes in the window"))
            .into()
    }

    fn from_params(params: &Params) -> Result<Self, IndicatorError> {
        Self::new(params::period(NAME, params, "period")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mfi(period: usize, price: &[f64], volume: &[f64]) -> Vec<f64> {
        let bars = Hlcv::new(price, price, price, volume).unwrap();
        Mfi::new(period).unwrap().series(bars).valid().to_vec()
    }

    #[test]
    fn stands_at_the_ends_when_prices_go_one_way() {
        assert_eq!(mfi(2, &[1.0, 2.0, 3.0], &[1.0, 1.0, 1.0]), [100.0]);
        assert_eq!(mfi(2, &[3.0, 2.0, 1.0], &[1.0, 1.0, 1.0]), [0.0]);
    }

    #[test]
    fn prices_that_are_equal_but_for_rounding_do_not_move() {
        // The sums are 110.45 in decimals; 110.45000000000002 and 110.44999999999999 in binary.
        let (high, low, close) = ([37.2, 37.29, 40.0], [36.1, 36.47, 39.0], [37.15, 36.69, 39.5]);
        let bars = Hlcv::new(&high, &low, &close, &[1.0; 3]).unwrap();
        assert!(typical(37.2, 36.1, 37.15) != typical(37.29, 36.47, 36.69));
        assert_eq!(Mfi::new(2).unwrap().series(bars).valid(), [100.0]);
    }

    #[test]
    fn without_flow_it_is_zero() {
        assert_eq!(mfi(2, &[3.0, 3.0, 3.0], &[1.0, 1.0, 1.0]), [0.0]);
        assert_eq!(mfi(2, &[3.0, 4.0, 5.0], &[0.0, 0.0, 0.0]), [0.0]);
    }
}
