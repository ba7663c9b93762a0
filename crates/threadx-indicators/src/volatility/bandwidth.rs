//! Bollinger's bandwidth.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, ParamSpec, Params};

use crate::{
    Definition, IndicatorSource, Outputs,
    indicator::one_output,
    inputs,
    outs::Out,
    params,
    parts::part,
    spec::specification,
    warm::Warm,
    window::{Deviation, WindowMoment, map_moments},
};

const NAME: &str = "bandwidth";

/// The largest number of standard deviations between the middle and a band.
const STD_MAX: f64 = 100.0;

/// Bollinger's bandwidth: the distance of the [bands](crate::Bbands) over their middle. A fraction.
///
/// 0 where the middle is 0. John Bollinger, *Bollinger on Bollinger Bands* (2001). TA-Lib has none.
///
/// ```
/// use threadx_indicators::Bandwidth;
///
/// let bandwidth = Bandwidth::new(2, 1.0)?;
/// assert_eq!(bandwidth.series(&[6.0, 10.0, 10.0]).valid(), [0.5, 0.0]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bandwidth {
    period: usize,
    std: f64,
}

impl Bandwidth {
    /// Of bands over `period` values, 2..=[`PERIOD_MAX`](crate::PERIOD_MAX), `std` deviations, above 0 and at most 100, from the middle.
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for another period or width.
    pub fn new(period: usize, std: f64) -> Result<Self, IndicatorError> {
        Ok(Self {
            period: params::check_period(NAME, "period", period, 2)?,
            std: params::check_positive(NAME, "std", std, STD_MAX)?,
        })
    }

    /// Values before the first of the indicator: `period` − 1.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.period - 1
    }

    /// The indicator value by value.
    #[must_use]
    pub fn stream(&self) -> BandwidthStream {
        BandwidthStream {
            window: WindowMoment::new(self.period),
            indicator: *self,
            warm: Warm::after(self.warm_up()),
        }
    }

    /// Of the sum of squares in the variance.
    fn factor(&self) -> f64 {
        1.0 / self.period as f64
    }

    /// The distance of the bands over their middle.
    #[inline(always)]
    fn width(&self, middle: f64, deviation: f64) -> f64 {
        let width = 2.0 * self.std * deviation / middle;
        if middle == 0.0 { 0.0 } else { width }
    }

    fn kernel(&self, input: &[f64], out: Out<'_>) {
        fill_widths(input, *self, out);
    }

    fn shared(&self, source: &dyn IndicatorSource) -> Result<Outputs, IndicatorError> {
        let mean = part(source, "sma", self.period)?;
        let deviation = part(source, "stddev", self.period)?;
        let bars = source.bars().len();
        Ok(Outputs::filled(NAME, self.warm_up(), bars, |out| {
            let values = mean.valid().iter().zip(deviation.valid());
            out.write_all(values.map(|(mean, deviation)| self.width(*mean, *deviation)));
        }))
    }
}

/// Writes the width of the bands of each window.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn fill_widths(input: &[f64], indicator: Bandwidth, out: Out<'_>) {
    let factor = indicator.factor();
    map_moments::<Deviation, 1>(input, indicator.period, [out], |mean, moment| {
        [indicator.width(mean, (moment * factor).sqrt())]
    });
}

/// [`Bandwidth`] value by value, with the same bits.
#[derive(Debug, Clone)]
pub struct BandwidthStream {
    window: WindowMoment<Deviation>,
    indicator: Bandwidth,
    warm: Warm,
}

impl BandwidthStream {
    /// Takes the next value; returns that of the indicator, `None` during the warm-up.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        let (mean, moment) = self.window.push(value);
        let deviation = (moment * self.indicator.factor()).sqrt();
        self.warm.then(|| self.indicator.width(mean, deviation))
    }
}

one_output!(Bandwidth, BandwidthStream, &[f64], inputs::close, (close), shared);

impl Definition for Bandwidth {
    fn spec() -> IndicatorSpec {
        specification(
            NAME,
            "distance of the Bollinger bands of the close over their middle, a fraction",
            &["close"],
            &[NAME],
        )
        .with(params::period_spec("period", 20, 2, "values in the window"))
        .with(ParamSpec::positive(
            "std",
            2.0,
            STD_MAX,
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
    fn follows_from_the_bands() {
        let input: Vec<f64> = (0..60).map(|i| 100.0 + f64::from(i * i % 23)).collect();
        let [upper, middle, lower] = crate::Bbands::new(7, 1.5).unwrap().series(&input);
        let bandwidth = Bandwidth::new(7, 1.5).unwrap().series(&input);
        let bands = upper.valid().iter().zip(middle.valid()).zip(lower.valid());
        for (got, ((upper, middle), lower)) in bandwidth.valid().iter().zip(bands) {
            let expect = (upper - lower) / middle;
            assert!((got - expect).abs() < 1e-14, "{got} {expect}");
        }
    }
}
