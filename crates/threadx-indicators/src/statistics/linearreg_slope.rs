//! The slope of the linear regression.

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
    window::{Tilt, WindowMoment, map_moments},
};

const NAME: &str = "linearreg_slope";

/// The slope of the straight line of least squares through the last `period` values. In units of the
/// price per bar.
///
/// It has the precision of the values even where they are large and it is small; of equal values it is 0.
/// TA-Lib: `LINEARREG_SLOPE`.
///
/// ```
/// use threadx_indicators::LinearregSlope;
///
/// let slope = LinearregSlope::new(3)?;
/// assert_eq!(slope.series(&[1.0, 3.0, 5.0, 4.0]).valid(), [2.0, 0.5]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinearregSlope {
    period: usize,
}

impl LinearregSlope {
    /// The slope over `period` values, 2..=[`PERIOD_MAX`](crate::PERIOD_MAX).
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
    pub fn stream(&self) -> LinearregSlopeStream {
        LinearregSlopeStream {
            window: WindowMoment::new(self.period),
            factor: self.factor(),
            warm: Warm::after(self.warm_up()),
        }
    }

    /// 1 / Σ (i − mean of i)², by which Σ (i − mean of i)·x is the slope.
    fn factor(&self) -> f64 {
        let count = self.period as f64;
        12.0 / (count * (count * count - 1.0))
    }

    fn kernel(&self, input: &[f64], out: Out<'_>) {
        fill_slopes(input, self.period, self.factor(), out);
    }
}

/// Writes the slope of each window.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn fill_slopes(input: &[f64], period: usize, factor: f64, out: Out<'_>) {
    map_moments::<Tilt, 1>(input, period, [out], |_, tilt| [tilt * factor]);
}

/// [`LinearregSlope`] value by value, with the same bits.
#[derive(Debug, Clone)]
pub struct LinearregSlopeStream {
    window: WindowMoment<Tilt>,
    factor: f64,
    warm: Warm,
}

impl LinearregSlopeStream {
    /// Takes the next value; returns that of the indicator, `None` during the warm-up.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        let (_, tilt) = self.window.push(value);
        self.warm.then(|| tilt * self.factor)
    }
}

one_output!(
    LinearregSlope,
    LinearregSlopeStream,
    &[f64],
    inputs::close,
    (close)
);

impl Definition for LinearregSlope {
    fn spec() -> IndicatorSpec {
        specification(
            NAME,
            "slope of the linear regression of the close, in units of the price per bar",
            &["close"],
            &[NAME],
        )
        .with(params::period_spec("period", 14, 2, "values in the window"))
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
    fn is_that_of_a_straight_line() {
        let line: Vec<f64> = (0..50).map(|i| 7.0 - 0.25 * f64::from(i)).collect();
        for slope in LinearregSlope::new(14).unwrap().series(&line).valid() {
            assert!((slope + 0.25).abs() < 1e-15, "{slope}");
        }
    }
}
