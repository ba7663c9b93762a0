//! The stochastic oscillator of the relative strength index.

use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, Params};

use super::stoch::{FastKStream, Smooth, fill_smoothed};
use crate::{
    Definition, Hlc, IndicatorSource, Outputs, Rsi, RsiStream, Series, indicator::several_outputs, inputs,
    outs::Out, params, parts::part, spec::specification,
};

const NAME: &str = "stochrsi";

/// A range of the index that rounding makes: where prices stand still so does the index in exact
/// arithmetic.
const NO_RANGE: f64 = 1e-10;

/// The stochastic oscillator of the relative strength index, two outputs from 0 to 100: `fastk`, where
/// the RSI stands between its extremes over `fastk_period`; `fastd`, the mean of `fastk` over
/// `fastd_period`.
///
/// `fastk` is 0 where the RSI has no range but that of rounding; TA-Lib: none at all. Tushar Chande and Stanley Kroll, *The New
/// Technical Trader* (1994). TA-Lib: `STOCHRSI` with the simple average.
///
/// ```
/// use threadx_indicators::{Rsi, StochRsi};
///
/// let close = [10.0, 12.0, 11.0, 14.0, 13.0];
/// let [fastk, _fastd] = StochRsi::new(2, 2, 1)?.series(&close);
/// // The RSI rises from bar 2 to 3 and falls to 4.
/// assert_eq!((fastk.first_valid(), fastk.valid()), (3, &[100.0, 0.0][..]));
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StochRsi {
    rsi: Rsi,
    fastk_period: usize,
    fastd_period: usize,
}

/// The oscillator at one bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FastStochastic {
    /// Where the index stands in its range, 0 to 100.
    pub fastk: f64,
    /// Mean of `fastk`, 0 to 100.
    pub fastd: f64,
}

impl StochRsi {
    /// The oscillator over `fastk_period` values of the RSI over `period` changes, smoothed over
    /// `fastd_period`, each 1..=[`PERIOD_MAX`](crate::PERIOD_MAX).
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for other periods.
    pub fn new(period: usize, fastk_period: usize, fastd_period: usize) -> Result<Self, IndicatorError> {
        Ok(Self {
            rsi: Rsi::new(params::check_period(NAME, "period", period, 1)?)?,
            fastk_period: params::check_period(NAME, "fastk_period", fastk_period, 1)?,
            fastd_period: params::check_period(NAME, "fastd_period", fastd_period, 1)?,
        })
    }

    /// Values before the first of the oscillator: the sum of the periods − 2.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.rsi.warm_up() + self.fastk_period + self.fastd_period - 2
    }

    /// The oscillator value by value.
    #[must_use]
    pub fn stream(&self) -> StochRsiStream {
        StochRsiStream {
            rsi: self.rsi.stream(),
            fastk: FastKStream::new(self.fastk_period, NO_RANGE),
            fastd: Smooth::new(self.fastd_period),
        }
    }

    fn kernel(&self, input: &[f64], outs: [Out<'_>; 2]) {
        self.of(&self.rsi.series(input), outs);
    }

    fn shared(&self, source: &dyn IndicatorSource) -> Result<Outputs, IndicatorError> {
        let rsi = part(source, "rsi", self.rsi.period())?;
        let outputs = Series::filled_all(self.warm_up(), source.bars().len(), |outs: [Out<'_>; 2]| {
            if !outs[0].is_empty() {
                self.of(&rsi, outs);
            }
        });
        Ok(Outputs::new(["fastk", "fastd"].into_iter().zip(outputs)))
    }

    fn of(&self, rsi: &Series, outs: [Out<'_>; 2]) {
        let periods = [1, self.fastd_period];
        fill_smoothed(
            Hlc::of_one(rsi.valid()),
            self.fastk_period,
            NO_RANGE,
            periods,
            outs,
        );
    }
}

/// [`StochRsi`] value by value, with the same bits.
#[derive(Debug, Clone)]
pub struct StochRsiStream {
    rsi: RsiStream,
    fastk: FastKStream,
    fastd: Smooth,
}

impl StochRsiStream {
    /// Takes the next value; returns the oscillator, `None` during the warm-up.
    pub fn push(&mut self, value: f64) -> Option<FastStochastic> {
        let rsi = self.rsi.push(value)?;
        let fastk = self.fastk.push(rsi, rsi, rsi)?;
        let fastd = self.fastd.push(fastk)?;
        Some(FastStochastic { fastk, fastd })
    }
}

several_outputs!(
    StochRsi, StochRsiStream, &[f64], inputs::close, (close),
    FastStochastic [2] { fastk, fastd }, shared
);

impl Definition for StochRsi {
    fn spec() -> IndicatorSpec {
        let outputs = ["fastk", "fastd"];
        specification(
            NAME,
            "stochastic oscillator of the RSI of the close, 0 to 100",
            &["close"],
            &outputs,
        )
        .with(params::period_spec(
            "period",
            14,
            1,
            "changes in the averages of the RSI",
        ))
        .with(params::period_spec(
            "fastk_period",
            14,
            1,
            "values of the RSI of which the extremes are taken",
        ))
        .with(params::period_spec(
            "fastd_period",
            3,
            1,
            "values of fastk in the mean fastd",
        ))
        .into()
    }

    fn from_params(params: &Params) -> Result<Self, IndicatorError> {
        Self::new(
            params::period(NAME, params, "period")?,
            params::period(NAME, params, "fastk_period")?,
            params::period(NAME, params, "fastd_period")?,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Stoch;

    #[test]
    fn is_the_oscillator_over_the_index() {
        let input: Vec<f64> = (0..60).map(|i| 100.0 + f64::from(i * i % 23)).collect();
        let rsi = Rsi::new(5).unwrap().series(&input);
        let prices = Hlc::new(rsi.valid(), rsi.valid(), rsi.valid()).unwrap();
        let [expect_k, expect_d] = Stoch::new(7, 1, 4).unwrap().series(prices);
        let [fastk, fastd] = StochRsi::new(5, 7, 4).unwrap().series(&input);
        assert_eq!(fastk.first_valid(), 5 + 6 + 3);
        assert_eq!(
            (fastk.valid(), fastd.valid()),
            (expect_k.valid(), expect_d.valid())
        );
    }
}
