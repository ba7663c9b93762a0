//! The triple exponential moving average.

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

const NAME: &str = "tema";

/// The triple exponential moving average: 3·EMA − 3·EMA of EMA + EMA of EMA of EMA.
///
/// Patrick Mulloy, *Technical Analysis of Stocks & Commodities*, January 1994. TA-Lib: `TEMA`.
///
/// ```
/// use threadx_indicators::Tema;
///
/// let close = [1.0, 2.0, 3.0, 4.0, 5.0];
/// let tema = Tema::new(2)?;
/// // It follows a straight line without lag.
/// assert_eq!(tema.series(&close).get(4), Some(5.0));
///
/// let mut stream = tema.stream();
/// let values = close.map(|value| stream.push(value));
/// assert_eq!(values[2..4], [None, tema.series(&close).get(3)]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tema {
    period: usize,
}

impl Tema {
    /// The average of `period`, 1..=[`PERIOD_MAX`](crate::PERIOD_MAX).
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for another period.
    pub fn new(period: usize) -> Result<Self, IndicatorError> {
        params::check_period(NAME, "period", period, 1).map(|period| Self { period })
    }

    /// Values before the first average: 3·(`period` − 1).
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        3 * (self.period - 1)
    }

    /// The average value by value.
    #[must_use]
    pub fn stream(&self) -> TemaStream {
        TemaStream([(); 3].map(|()| SeededSmoother::of_ema(self.period)))
    }

    fn kernel(&self, input: &[f64], out: Out<'_>) {
        fill(self.stream(), input, out);
    }
}

/// Writes the average at each value from the first on that has one.
#[multiversion(targets("x86_64+avx2"))]
fn fill(mut stream: TemaStream, input: &[f64], mut out: Out<'_>) {
    let (warming, rest) = input.split_at(input.len() - out.len());
    for value in warming {
        stream.push(*value);
    }
    let [first, second, third] = &mut stream.0;
    let [mut twice, mut thrice] = [[0.0; TILE]; 2];
    for range in tiles(rest.len(), TILE) {
        let (out, twice) = (out.part(range.clone()), &mut twice[..range.len()]);
        first.run(&rest[range], out);
        second.run(out, twice);
        third.run(twice, &mut thrice);
        for (out, (twice, thrice)) in out.iter_mut().zip(twice.iter().zip(&thrice)) {
            *out = tema(*out, *twice, *thrice);
        }
    }
}

/// The difference is 0 for equal averages, so that a constant stays itself.
#[inline(always)]
fn tema(once: f64, twice: f64, thrice: f64) -> f64 {
    3.0 * (once - twice) + thrice
}

/// [`Tema`] value by value, with the same bits.
#[derive(Debug, Clone)]
pub struct TemaStream([SeededSmoother; 3]);

impl TemaStream {
    /// Takes the next value; returns the average, `None` during the warm-up.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        let [first, second, third] = &mut self.0;
        let once = first.push(value)?;
        let twice = second.push(once)?;
        Some(tema(once, twice, third.push(twice)?))
    }
}

one_output!(Tema, TemaStream, &[f64], inputs::close, (close));

impl Definition for Tema {
    fn spec() -> IndicatorSpec {
        specification(
            NAME,
            "triple exponential moving average of the close",
            &["close"],
            &[NAME],
        )
        .with(params::period_spec(
            "period",
            20,
            1,
            "period of all three averages, in bars",
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
    fn combines_three_averages() {
        let input = [3.0, 5.0, 4.0, 8.0, 7.0, 9.0];
        let ema = Ema::new(2).unwrap();
        let once = ema.series(&input);
        let twice = ema.series(once.valid());
        let thrice = ema.series(twice.valid());
        let tema = Tema::new(2).unwrap().series(&input);
        assert_eq!(tema.first_valid(), 3);
        for (at, value) in tema.valid().iter().enumerate() {
            let expect = 3.0 * once.valid()[at + 2] - 3.0 * twice.valid()[at + 1] + thrice.valid()[at];
            assert!((value - expect).abs() < 1e-14, "{value} {expect}");
        }
    }
}
