//! The simple moving average.

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
    window::{WindowMean, map_means},
};

const NAME: &str = "sma";

/// The simple moving average: the mean of the last `period` values, the newest included.
///
/// Sums do not drift and equal windows have equal averages to the last bit; the average of equal
/// values is that value. TA-Lib: `SMA`.
///
/// ```
/// use threadx_indicators::Sma;
///
/// let sma = Sma::new(3)?;
/// let close = [1.0, 2.0, 6.0, 1.0];
/// assert_eq!(sma.series(&close).valid(), [3.0, 3.0]);
///
/// let mut stream = sma.stream();
/// assert_eq!(close.map(|value| stream.push(value)), [None, None, Some(3.0), Some(3.0)]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sma {
    period: usize,
}

impl Sma {
    /// The average of `period` values, 1..=[`PERIOD_MAX`](crate::PERIOD_MAX).
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for another period.
    pub fn new(period: usize) -> Result<Self, IndicatorError> {
        params::check_period(NAME, "period", period, 1).map(|period| Self { period })
    }

    /// Values before the first average: `period` − 1.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.period - 1
    }

    /// The average value by value.
    #[must_use]
    pub fn stream(&self) -> SmaStream {
        SmaStream {
            window: WindowMean::new(self.period),
            warm: Warm::after(self.warm_up()),
        }
    }

    fn kernel(&self, input: &[f64], out: Out<'_>) {
        averages(input, self.period, out);
    }
}

/// Writes the average of each window.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn averages(input: &[f64], period: usize, out: Out<'_>) {
    map_means(input, period, [out], |mean| [mean]);
}

/// [`Sma`] value by value, with the same bits.
#[derive(Debug, Clone)]
pub struct SmaStream {
    window: WindowMean,
    warm: Warm,
}

impl SmaStream {
    /// Takes the next value; returns the average, `None` during the warm-up.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        let mean = self.window.push(value);
        self.warm.then(|| mean)
    }
}

one_output!(Sma, SmaStream, &[f64], inputs::close, (close));

impl Definition for Sma {
    fn spec() -> IndicatorSpec {
        specification(NAME, "simple moving average of the close", &["close"], &[NAME])
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
    fn is_the_mean_of_the_window() {
        let sma = Sma::new(4).unwrap();
        let series = sma.series(&[1.0, 2.0, 3.0, 4.0, 9.0]);
        assert_eq!((series.first_valid(), series.valid()), (3, &[2.5, 4.5][..]));
        assert!(sma.series(&[1.0; 3]).valid().is_empty());
    }

    #[test]
    fn a_window_has_one_average_wherever_it_stands() {
        let window = [7250.12, 7251.03, 7249.5, 7250.0, 7250.7, 7250.1, 7250.33];
        let mut input = window.to_vec();
        input.extend([1e12, 3e-8, 512.4]);
        input.extend(window);
        let series = Sma::new(window.len()).unwrap().series(&input);
        assert_eq!(series.valid().first(), series.valid().last());
    }

    #[test]
    fn refuses_lengths_and_periods_that_do_not_fit() {
        let error = Sma::new(0).unwrap_err();
        assert_eq!(
            error.to_string(),
            "sma: parameter period must be a whole number between 1 and 100000, got 0"
        );
        let error = Sma::new(2).unwrap().fill(&[1.0; 5], &mut [0.0; 5]).unwrap_err();
        assert_eq!(error.to_string(), "sma: out has 5 values, expected 4");
    }
}
