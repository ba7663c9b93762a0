//! The standard deviation.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, Params};

use crate::{
    Definition,
    indicator::one_output,
    inputs,
    outs::Out,
    params,
    spec::specification,
    warm::Warm,
    window::{Deviation, WindowMoment, map_moments},
};

const NAME: &str = "stddev";

/// The population standard deviation of the last `period` values. In units of the price.
///
/// It has the precision of the values even where they are large and it is small; of equal values it is 0.
/// TA-Lib: `STDDEV`, which loses digits there and gives 0 below 1e-7.
///
/// ```
/// use threadx_indicators::Stddev;
///
/// let stddev = Stddev::new(2)?;
/// assert_eq!(stddev.series(&[10.0, 14.0, 14.0]).valid(), [2.0, 0.0]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stddev {
    period: usize,
}

impl Stddev {
    /// The deviation of `period` values, 2..=[`PERIOD_MAX`](crate::PERIOD_MAX).
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for another period.
    pub fn new(period: usize) -> Result<Self, IndicatorError> {
        params::check_period(NAME, "period", period, 2).map(|period| Self { period })
    }

    /// Values before the first of the indicator: `period` − 1.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.period - 1
    }

    /// The indicator value by value.
    #[must_use]
    pub fn stream(&self) -> StddevStream {
        StddevStream {
            window: WindowMoment::new(self.period),
            factor: self.factor(),
            warm: Warm::after(self.warm_up()),
        }
    }

    /// Of the sum of squares in the variance.
    fn factor(&self) -> f64 {
        1.0 / self.period as f64
    }

    fn kernel(&self, input: &[f64], out: Out<'_>) {
        fill_deviations(input, self.period, self.factor(), out);
    }
}

/// Writes the deviation of each window.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn fill_deviations(input: &[f64], period: usize, factor: f64, out: Out<'_>) {
    map_moments::<Deviation, 1>(input, period, [out], |_, moment| [(moment * factor).sqrt()]);
}

/// [`Stddev`] value by value, with the same bits.
#[derive(Debug, Clone)]
pub struct StddevStream {
    window: WindowMoment<Deviation>,
    factor: f64,
    warm: Warm,
}

impl StddevStream {
    /// Takes the next value; returns that of the indicator, `None` during the warm-up.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        let (_, moment) = self.window.push(value);
        self.warm.then(|| (moment * self.factor).sqrt())
    }
}

one_output!(Stddev, StddevStream, &[f64], inputs::close, (close));

impl Definition for Stddev {
    fn spec() -> IndicatorSpec {
        specification(
            NAME,
            "population standard deviation of the close",
            &["close"],
            &[NAME],
        )
        .with(params::period_spec("period", 20, 2, "values in the window"))
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
    fn is_of_the_population() {
        let stddev = Stddev::new(4).unwrap().series(&[2.0, 4.0, 4.0, 6.0, 4.0]);
        assert_eq!(stddev.valid(), [2f64.sqrt(), 0.75f64.sqrt()]);
    }
}
