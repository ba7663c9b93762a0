//! The linearly weighted moving average.

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

const NAME: &str = "wma";

/// The linearly weighted moving average: weights 1, 2, …, `period` from the oldest to the newest value.
///
/// Computed as the mean plus a multiple of the window's tilt, so equal windows have equal averages to
/// the last bit, and the average of equal values is that value. TA-Lib: `WMA`.
///
/// ```
/// use threadx_indicators::Wma;
///
/// let wma = Wma::new(3)?;
/// let close = [1.0, 4.0, 7.0, 4.0];
/// assert_eq!(wma.series(&close).get(2), Some((1.0 + 2.0 * 4.0 + 3.0 * 7.0) / 6.0));
///
/// let mut stream = wma.stream();
/// assert_eq!(close.map(|value| stream.push(value)), [None, None, Some(5.0), Some(5.0)]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wma {
    period: usize,
}

impl Wma {
    /// The average of `period` values, 1..=[`PERIOD_MAX`](crate::PERIOD_MAX).
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for another period.
    pub fn new(period: usize) -> Result<Self, IndicatorError> {
        params::check_period(NAME, "period", period, 1).map(|period| Self { period })
    }

    /// The period.
    pub(crate) const fn period(&self) -> usize {
        self.period
    }

    /// Values before the first average: `period` − 1.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.period - 1
    }

    /// The average value by value.
    #[must_use]
    pub fn stream(&self) -> WmaStream {
        WmaStream {
            window: WindowMoment::new(self.period),
            of_tilt: self.of_tilt(),
            warm: Warm::after(self.warm_up()),
        }
    }

    /// Σ i·x / Σ i = mean + 2/(n·(n + 1))·Σ (i − mean of i)·x.
    fn of_tilt(&self) -> f64 {
        let count = self.period as f64;
        2.0 / (count * (count + 1.0))
    }

    pub(super) fn kernel(&self, input: &[f64], out: Out<'_>) {
        averages(input, self.period, self.of_tilt(), out);
    }
}

/// Writes the average of each window, mean + `of_tilt`·Σ (i − mean of i)·x.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn averages(input: &[f64], period: usize, of_tilt: f64, out: Out<'_>) {
    map_moments::<Tilt, 1>(input, period, [out], |mean, tilt| [mean + of_tilt * tilt]);
}

/// [`Wma`] value by value, with the same bits.
#[derive(Debug, Clone)]
pub struct WmaStream {
    window: WindowMoment<Tilt>,
    of_tilt: f64,
    warm: Warm,
}

impl WmaStream {
    /// Takes the next value; returns the average, `None` during the warm-up.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        let (mean, tilt) = self.window.push(value);
        self.warm.then(|| mean + self.of_tilt * tilt)
    }
}

one_output!(Wma, WmaStream, &[f64], inputs::close, (close));

impl Definition for Wma {
    fn spec() -> IndicatorSpec {
        specification(
            NAME,
            "linearly weighted moving average of the close",
            &["close"],
            &[NAME],
        )
        .with(params::period_spec("period", 20, 1, "values in the window"))
        .into()
    }

    fn from_params(params: &Params) -> Result<Self, IndicatorError> {
        Self::new(params::period(NAME, params, "period")?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn is_the_weighted_mean(input in prop::collection::vec(1.0..1e3, 1..200), period in 1usize..60) {
            let series = Wma::new(period).unwrap().series(&input);
            prop_assert_eq!(series.len(), input.len());
            for (window, got) in input.windows(period).zip(series.valid()) {
                let weighted: f64 = (1u32..).zip(window).map(|(weight, x)| f64::from(weight) * x).sum();
                let expect = weighted / (period * (period + 1) / 2) as f64;
                prop_assert!((got - expect).abs() <= 1e-14 * 1e3, "{got} {expect}");
            }
        }
    }
}
