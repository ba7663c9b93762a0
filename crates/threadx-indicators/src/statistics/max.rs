//! The highest value of a window.

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
    window::{Highest, WindowExtreme, fill_extremes},
};

const NAME: &str = "max";

/// The highest of the last `period` values. In units of the price.
///
/// Its cost does not depend on the data. TA-Lib: `MAX`.
///
/// ```
/// use threadx_indicators::Max;
///
/// let max = Max::new(2)?;
/// assert_eq!(max.series(&[1.0, 3.0, 2.0]).valid(), [3.0, 3.0]);
///
/// let mut stream = max.stream();
/// assert_eq!((stream.push(1.0), stream.push(3.0)), (None, Some(3.0)));
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Max {
    period: usize,
}

impl Max {
    /// Of `period` values, 1..=[`PERIOD_MAX`](crate::PERIOD_MAX).
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for another period.
    pub fn new(period: usize) -> Result<Self, IndicatorError> {
        params::check_period(NAME, "period", period, 1).map(|period| Self { period })
    }

    /// Values before the first extreme: `period` − 1.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.period - 1
    }

    /// The highest value by value.
    #[must_use]
    pub fn stream(&self) -> MaxStream {
        MaxStream {
            window: WindowExtreme::new(self.period),
            warm: Warm::after(self.warm_up()),
        }
    }

    fn kernel(&self, input: &[f64], out: Out<'_>) {
        fill(input, self.period, out);
    }
}

/// Writes the highest of each window.
#[multiversion(targets("x86_64+avx2"))]
fn fill(input: &[f64], period: usize, mut out: Out<'_>) {
    fill_extremes::<Highest>(input, period, &mut out);
}

/// [`Max`] value by value, with the same bits.
#[derive(Debug, Clone)]
pub struct MaxStream {
    window: WindowExtreme<Highest>,
    warm: Warm,
}

impl MaxStream {
    /// Takes the next value; returns the highest, `None` during the warm-up.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        let extreme = self.window.push(value);
        self.warm.then(|| extreme)
    }
}

one_output!(Max, MaxStream, &[f64], inputs::close, (close));

impl Definition for Max {
    fn spec() -> IndicatorSpec {
        specification(NAME, "highest close of the last bars", &["close"], &[NAME])
            .with(params::period_spec("period", 20, 1, "values in the window"))
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
    fn forgets_what_left_the_window() {
        let series = Max::new(3).unwrap().series(&[9.0, 1.0, 2.0, 3.0, 2.5, 2.0, 1.0]);
        assert_eq!(series.valid(), [9.0, 3.0, 3.0, 3.0, 2.5]);
    }
}
