//! The double exponential moving average.

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

const NAME: &str = "dema";

/// The double exponential moving average: 2·EMA − EMA of the EMA.
///
/// Patrick Mulloy, *Technical Analysis of Stocks & Commodities*, February 1994. TA-Lib: `DEMA`.
///
/// ```
/// use threadx_indicators::Dema;
///
/// let close = [1.0, 2.0, 3.0, 4.0, 5.0];
/// let dema = Dema::new(2)?;
/// // It follows a straight line without lag.
/// assert_eq!(dema.series(&close).get(4), Some(5.0));
///
/// let mut stream = dema.stream();
/// let values = close.map(|value| stream.push(value));
/// assert_eq!(values[1..3], [None, dema.series(&close).get(2)]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dema {
    period: usize,
}

impl Dema {
    /// The average of `period`, 1..=[`PERIOD_MAX`](crate::PERIOD_MAX).
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for another period.
    pub fn new(period: usize) -> Result<Self, IndicatorError> {
        params::check_period(NAME, "period", period, 1).map(|period| Self { period })
    }

    /// Values before the first average: 2·(`period` − 1).
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        2 * (self.period - 1)
    }

    /// The average value by value.
    #[must_use]
    pub fn stream(&self) -> DemaStream {
        DemaStream([(); 2].map(|()| SeededSmoother::of_ema(self.period)))
    }

    fn kernel(&self, input: &[f64], out: Out<'_>) {
        fill(self.stream(), input, out);
    }
}

/// Writes the average at each value from the first on that has one.
#[multiversion(targets("x86_64+avx2"))]
fn fill(mut stream: DemaStream, input: &[f64], mut out: Out<'_>) {
    let (warming, rest) = input.split_at(input.len() - out.len());
    for value in warming {
        stream.push(*value);
    }
    let [first, second] = &mut stream.0;
    let mut twice = [0.0; TILE];
    for range in tiles(rest.len(), TILE) {
        let out = out.part(range.clone());
        first.run(&rest[range], out);
        second.run(out, &mut twice);
        for (out, twice) in out.iter_mut().zip(&twice) {
            *out = dema(*out, *twice);
        }
    }
}

/// The difference is 0 for equal averages, so that a constant stays itself.
#[inline(always)]
fn dema(once: f64, twice: f64) -> f64 {
    once + (once - twice)
}

/// [`Dema`] value by value, with the same bits.
#[derive(Debug, Clone)]
pub struct DemaStream([SeededSmoother; 2]);

impl DemaStream {
    /// Takes the next value; returns the average, `None` during the warm-up.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        let [first, second] = &mut self.0;
        let once = first.push(value)?;
        Some(dema(once, second.push(once)?))
    }
}

one_output!(Dema, DemaStream, &[f64], inputs::close, (close));

impl Definition for Dema {
    fn spec() -> IndicatorSpec {
        specification(
            NAME,
            "double exponential moving average of the close",
            &["close"],
            &[NAME],
        )
        .with(params::period_spec(
            "period",
            20,
            1,
            "period of both averages, in bars",
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
    use crate::Ema;

    #[test]
    fn is_twice_the_average_less_its_average() {
        let input = [3.0, 5.0, 4.0, 8.0, 7.0, 9.0];
        let ema = Ema::new(3).unwrap();
        let once = ema.series(&input);
        let twice = ema.series(once.valid());
        let dema = Dema::new(3).unwrap().series(&input);
        assert_eq!(dema.first_valid(), 4);
        for (at, value) in dema.valid().iter().enumerate() {
            let expect = 2.0 * once.valid()[at + 2] - twice.valid()[at];
            assert!((value - expect).abs() < 1e-14, "{value} {expect}");
        }
    }
}
