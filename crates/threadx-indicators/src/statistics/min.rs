//! The lowest value of a window.

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
    window::{Lowest, WindowExtreme, fill_extremes},
};

const NAME: &str = "min";

/// The lowest of the last `period` values. In units of the price.
///
/// Its cost does not depend on the data. TA-Lib: `MIN`.
///
/// ```
/// use threadx_indicators::Min;
///
/// let min = Min::new(2)?;
/// assert_eq!(min.series(&[1.0, 3.0, 2.0]).valid(), [1.0, 2.0]);
///
/// let mut stream = min.stream();
/// assert_eq!((stream.push(1.0), stream.push(3.0)), (None, Some(1.0)));
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Min {
    period: usize,
}

impl Min {
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

    /// The lowest value by value.
    #[must_use]
    pub fn stream(&self) -> MinStream {
        MinStream {
            window: WindowExtreme::new(self.period),
            warm: Warm::after(self.warm_up()),
        }
    }

    fn kernel(&self, input: &[f64], out: Out<'_>) {
        fill(input, self.period, out);
    }
}

/// Writes the lowest of each window.
#[multiversion(targets("x86_64+avx2"))]
fn fill(input: &[f64], period: usize, mut out: Out<'_>) {
    fill_extremes::<Lowest>(input, period, &mut out);
}

/// [`Min`] value by value, with the same bits.
#[derive(Debug, Clone)]
pub struct MinStream {
    window: WindowExtreme<Lowest>,
    warm: Warm,
}

impl MinStream {
    /// Takes the next value; returns the lowest, `None` during the warm-up.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        let extreme = self.window.push(value);
        self.warm.then(|| extreme)
    }
}

one_output!(Min, MinStream, &[f64], inputs::close, (close));

impl Definition for Min {
    fn spec() -> IndicatorSpec {
        specification(NAME, "lowest close of the last bars", &["close"], &[NAME])
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
        let series = Min::new(3).unwrap().series(&[0.0, 9.0, 8.0, 7.0, 7.5, 8.0, 9.0]);
        assert_eq!(series.valid(), [0.0, 7.0, 7.0, 7.0, 7.5]);
    }
}
