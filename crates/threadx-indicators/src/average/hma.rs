//! The Hull moving average.

use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, Params};

use crate::{
    Definition, IndicatorSource, Outputs, Series, Wma, WmaStream, indicator::one_output, inputs, outs::Out,
    params, parts::part, spec::specification,
};

const NAME: &str = "hma";

/// The Hull moving average: WMA(2·WMA(x, ⌊`period`/2⌋) − WMA(x, `period`), ⌊√`period`⌋).
///
/// Alan Hull, 2005, <https://alanhull.com/hull-moving-average>. TA-Lib has none.
///
/// ```
/// use threadx_indicators::Hma;
///
/// let close = [2.0, 4.0, 6.0, 8.0, 10.0];
/// let hma = Hma::new(4)?;
/// let last = hma.series(&close).get(4);
/// // It follows a straight line without lag.
/// assert!(last.is_some_and(|last| (last - 10.0).abs() < 1e-12));
///
/// let mut stream = hma.stream();
/// assert_eq!(close.map(|value| stream.push(value))[3..], [None, last]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hma {
    short: Wma,
    long: Wma,
    smoothing: Wma,
}

impl Hma {
    /// The average of `period`, 2..=[`PERIOD_MAX`](crate::PERIOD_MAX).
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for another period.
    pub fn new(period: usize) -> Result<Self, IndicatorError> {
        let period = params::check_period(NAME, "period", period, 2)?;
        Ok(Self {
            short: Wma::new(period / 2)?,
            long: Wma::new(period)?,
            smoothing: Wma::new(period.isqrt())?,
        })
    }

    /// Values before the first average: `period` − 1 + ⌊√`period`⌋ − 1.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.long.warm_up() + self.smoothing.warm_up()
    }

    /// The average value by value.
    #[must_use]
    pub fn stream(&self) -> HmaStream {
        HmaStream {
            short: self.short.stream(),
            long: self.long.stream(),
            smoothing: self.smoothing.stream(),
        }
    }

    fn kernel(&self, input: &[f64], out: Out<'_>) {
        self.of(&self.short.series(input), &self.long.series(input), out);
    }

    fn shared(&self, source: &dyn IndicatorSource) -> Result<Outputs, IndicatorError> {
        let short = part(source, "wma", self.short.period())?;
        let long = part(source, "wma", self.long.period())?;
        let bars = source.bars().len();
        Ok(Outputs::filled(NAME, self.warm_up(), bars, |out| {
            self.of(&short, &long, out);
        }))
    }

    fn of(&self, short: &Series, long: &Series, out: Out<'_>) {
        let averages = short.from(self.long.warm_up()).iter().zip(long.valid());
        let raw: Vec<f64> = averages.map(|(short, long)| ahead(*short, *long)).collect();
        self.smoothing.kernel(&raw, out);
    }
}

/// 2·short − long, exact for equal averages.
fn ahead(short: f64, long: f64) -> f64 {
    short + (short - long)
}

/// [`Hma`] value by value, with the same bits.
#[derive(Debug, Clone)]
pub struct HmaStream {
    short: WmaStream,
    long: WmaStream,
    smoothing: WmaStream,
}

impl HmaStream {
    /// Takes the next value; returns the average, `None` during the warm-up.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        let short = self.short.push(value);
        let long = self.long.push(value)?;
        self.smoothing.push(ahead(short?, long))
    }
}

one_output!(Hma, HmaStream, &[f64], inputs::close, (close), shared);

impl Definition for Hma {
    fn spec() -> IndicatorSpec {
        specification(NAME, "Hull moving average of the close", &["close"], &[NAME])
            .with(params::period_spec(
                "period",
                20,
                2,
                "values in the longer window",
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
    fn is_made_of_three_weighted_averages() {
        let input: Vec<f64> = (0..40).map(|i| 50.0 + f64::from(i * i % 17)).collect();
        let wma = |period: usize, input: &[f64]| Wma::new(period).unwrap().series(input);
        let (short, long) = (wma(4, &input), wma(9, &input));
        let raw: Vec<f64> = (8..40)
            .map(|i| 2.0 * short.get(i).unwrap() - long.get(i).unwrap())
            .collect();
        let expect = wma(3, &raw);
        let hma = Hma::new(9).unwrap().series(&input);
        assert_eq!(hma.first_valid(), 10);
        for (got, expect) in hma.valid().iter().zip(expect.valid()) {
            assert!((got - expect).abs() < 1e-12, "{got} {expect}");
        }
    }
}
