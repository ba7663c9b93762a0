//! Bollinger bands.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, ParamSpec, Params};

use crate::{
    Definition, IndicatorSource, Outputs, Series,
    indicator::several_outputs,
    inputs,
    outs::{Out, Outs},
    params,
    parts::part,
    spec::specification,
    warm::Warm,
    window::{Deviation, WindowMoment, map_moments},
};

const NAME: &str = "bbands";

/// The largest number of standard deviations between the middle and a band.
const STD_MAX: f64 = 100.0;

/// Bollinger bands: the simple moving average, and `std` population standard deviations above and
/// below it.
///
/// The deviation has the precision of the values even where they are large and it is small; of equal
/// values it is 0. TA-Lib: `BBANDS` with the simple average. John Bollinger, *Bollinger on Bollinger
/// Bands* (2001).
///
/// ```
/// use threadx_indicators::Bbands;
///
/// let bands = Bbands::new(2, 2.0)?;
/// let [upper, middle, lower] = bands.series(&[10.0, 14.0, 14.0]);
/// assert_eq!(upper.valid(), [16.0, 14.0]);
/// assert_eq!(middle.valid(), [12.0, 14.0]);
/// assert_eq!(lower.valid(), [8.0, 14.0]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bbands {
    period: usize,
    std: f64,
}

/// The bands at one bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bands {
    /// Middle plus the multiple of the deviation.
    pub upper: f64,
    /// The average.
    pub middle: f64,
    /// Middle minus the multiple of the deviation.
    pub lower: f64,
}

impl Bbands {
    /// Bands over `period` values, 2..=[`PERIOD_MAX`](crate::PERIOD_MAX), `std` standard deviations,
    /// 0..=100, from the middle.
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for another period or width.
    pub fn new(period: usize, std: f64) -> Result<Self, IndicatorError> {
        Ok(Self {
            period: params::check_period(NAME, "period", period, 2)?,
            std: params::check_number(NAME, "std", std, 0.0..=STD_MAX)?,
        })
    }

    /// Values before the first bands: `period` − 1.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.period - 1
    }

    /// The bands value by value.
    #[must_use]
    pub fn stream(&self) -> BbandsStream {
        BbandsStream {
            window: WindowMoment::new(self.period),
            reciprocal: 1.0 / self.period as f64,
            std: self.std,
            warm: Warm::after(self.warm_up()),
        }
    }

    fn kernel(&self, input: &[f64], outs: [Out<'_>; 3]) {
        fill_bands(input, self.period, self.std, outs);
    }

    fn shared(&self, source: &dyn IndicatorSource) -> Result<Outputs, IndicatorError> {
        let mean = part(source, "sma", self.period)?;
        let deviation = part(source, "stddev", self.period)?;
        let values = mean.valid().iter().zip(deviation.valid());
        let fill = |mut outs: [Out<'_>; 3]| {
            outs.write_all(values.map(|(mean, deviation)| {
                let bands = bands(*mean, *deviation, self.std);
                [bands.upper, bands.middle, bands.lower]
            }));
        };
        let outputs = Series::filled_all(self.warm_up(), source.bars().len(), fill);
        Ok(Outputs::new(
            ["upper", "middle", "lower"].into_iter().zip(outputs),
        ))
    }
}

/// Writes upper, middle and lower band of each window.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn fill_bands(input: &[f64], period: usize, std: f64, outs: [Out<'_>; 3]) {
    let reciprocal = 1.0 / period as f64;
    map_moments::<Deviation, 3>(input, period, outs, |mean, moment| {
        let bands = bands(mean, (moment * reciprocal).sqrt(), std);
        [bands.upper, bands.middle, bands.lower]
    });
}

#[inline(always)]
fn bands(middle: f64, deviation: f64, std: f64) -> Bands {
    let width = deviation * std;
    Bands {
        upper: middle + width,
        middle,
        lower: middle - width,
    }
}

/// [`Bbands`] value by value, with the same bits.
#[derive(Debug, Clone)]
pub struct BbandsStream {
    window: WindowMoment<Deviation>,
    reciprocal: f64,
    std: f64,
    warm: Warm,
}

impl BbandsStream {
    /// Takes the next value; returns the bands, `None` during the warm-up.
    pub fn push(&mut self, value: f64) -> Option<Bands> {
        let (mean, moment) = self.window.push(value);
        self.warm
            .then(|| bands(mean, (moment * self.reciprocal).sqrt(), self.std))
    }
}

several_outputs!(
    Bbands, BbandsStream, &[f64], inputs::close, (close),
    Bands [3] { upper, middle, lower }, shared
);

impl Definition for Bbands {
    fn spec() -> IndicatorSpec {
        let outputs = ["upper", "middle", "lower"];
        specification(NAME, "Bollinger bands of the close", &["close"], &outputs)
            .alias("bollinger")
            .with(params::period_spec("period", 20, 2, "values in the window"))
            .with(ParamSpec::float(
                "std",
                2.0,
                0.0..=STD_MAX,
                "population standard deviations between the middle and a band",
            ))
            .into()
    }

    fn from_params(params: &Params) -> Result<Self, IndicatorError> {
        Self::new(
            params::period(NAME, params, "period")?,
            params::number(NAME, params, "std")?,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deviation_is_of_the_population() {
        let [upper, middle, lower] = Bbands::new(4, 1.0).unwrap().series(&[2.0, 4.0, 4.0, 6.0]);
        assert_eq!(middle.valid(), [4.0]);
        assert_eq!(upper.valid(), [4.0 + 2f64.sqrt()]);
        assert_eq!(lower.valid(), [4.0 - 2f64.sqrt()]);
    }

    #[test]
    fn a_small_deviation_of_large_values_is_precise() {
        let input: Vec<f64> = (0..64).map(|i| 1e9 + f64::from(i % 2) * 1e-3).collect();
        let [upper, middle, _] = Bbands::new(20, 1.0).unwrap().series(&input);
        let step = 1e9 + 1e-3 - 1e9;
        for (upper, middle) in upper.valid().iter().zip(middle.valid()) {
            // The distance of the bands themselves is rounded to the spacing of numbers at 1e9.
            assert!(
                (upper - middle - step / 2.0).abs() <= 1.2e-7,
                "{}",
                upper - middle
            );
        }
    }

    #[test]
    fn the_middle_is_the_simple_average() {
        let input: Vec<f64> = (0..500).map(|i| 100.0 + f64::from(i).sin()).collect();
        let [_, middle, _] = Bbands::new(27, 2.0).unwrap().series(&input);
        assert_eq!(middle, crate::Sma::new(27).unwrap().series(&input));
    }
}
