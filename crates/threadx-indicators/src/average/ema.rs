//! The exponential moving average.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, Params};

use crate::{
    Definition,
    indicator::one_output,
    inputs,
    outs::Out,
    params,
    smoothing::SeededSmoother,
    spec::specification,
    tiles::{TILE, tiles},
};

const NAME: &str = "ema";

/// The exponential moving average: y += 2/(`period` + 1)·(x − y), seeded with the mean of the first
/// `period` values.
///
/// The average of equal values is that value to the last bit. TA-Lib: `EMA`, unstable period 0.
///
/// ```
/// use threadx_indicators::Ema;
///
/// let ema = Ema::new(3)?;
/// let close = [1.0, 2.0, 6.0, 1.0];
/// assert_eq!(ema.series(&close).valid(), [3.0, 2.0]);
///
/// let mut stream = ema.stream();
/// assert_eq!(close.map(|value| stream.push(value)), [None, None, Some(3.0), Some(2.0)]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ema {
    period: usize,
}

impl Ema {
    /// The average of `period`, 1..=[`PERIOD_MAX`](crate::PERIOD_MAX); of 1 it is the value itself.
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
    pub fn stream(&self) -> EmaStream {
        EmaStream(SeededSmoother::of_ema(self.period))
    }

    fn kernel(&self, input: &[f64], out: Out<'_>) {
        fill(self.stream(), input, out);
    }
}

/// Writes the average at each value from the seed on.
#[multiversion(targets("x86_64+avx2"))]
fn fill(mut stream: EmaStream, input: &[f64], mut out: Out<'_>) {
    let (warming, rest) = input.split_at(input.len() - out.len());
    for value in warming {
        stream.push(*value);
    }
    for range in tiles(rest.len(), TILE) {
        stream.0.run(&rest[range.clone()], out.part(range));
    }
}

/// [`Ema`] value by value, with the same bits.
#[derive(Debug, Clone)]
pub struct EmaStream(SeededSmoother);

impl EmaStream {
    /// Takes the next value; returns the average, `None` during the warm-up.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        self.0.push(value)
    }
}

one_output!(Ema, EmaStream, &[f64], inputs::close, (close));

impl Definition for Ema {
    fn spec() -> IndicatorSpec {
        specification(
            NAME,
            "exponential moving average of the close",
            &["close"],
            &[NAME],
        )
        .with(params::period_spec(
            "period",
            20,
            1,
            "bars; the newest weighs 2/(period + 1)",
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
    fn starts_from_the_mean_and_follows_by_its_weight() {
        let series = Ema::new(4).unwrap().series(&[1.0, 2.0, 3.0, 4.0, 5.0, 5.0]);
        assert_eq!(series.first_valid(), 3);
        for (got, expect) in series.valid().iter().zip([2.5, 3.5, 4.1]) {
            assert!((got - expect).abs() < 1e-15, "{got} {expect}");
        }
    }

    #[test]
    fn of_one_value_is_that_value() {
        let input = [3.1, 1e-8, 1e12];
        assert_eq!(Ema::new(1).unwrap().series(&input).valid(), input);
    }
}
