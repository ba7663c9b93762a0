//! Bollinger's %b.

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
    tiles::{tiles, window_tile},
    warm::Warm,
    window::{Deviation, WindowMoment, map_moments},
};

const NAME: &str = "percent_b";

/// The largest number of standard deviations between the middle and a band.
const STD_MAX: f64 = 100.0;

/// Bollinger's %b: where the value stands between the [bands](crate::Bbands), 0 on the lower, 1 on the
/// upper, beyond them outside.
///
/// 0.5, the middle, where the bands meet. A fraction, in spite of its name. John Bollinger, *Bollinger on
/// Bollinger Bands* (2001). TA-Lib has none.
///
/// ```
/// use threadx_indicators::PercentB;
///
/// let percent_b = PercentB::new(2, 1.0)?;
/// assert_eq!(percent_b.series(&[10.0, 14.0, 14.0]).valid(), [1.0, 0.5]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PercentB {
    period: usize,
    std: f64,
}

impl PercentB {
    /// Between bands over `period` values, 2..=[`PERIOD_MAX`](crate::PERIOD_MAX), `std` deviations, above 0 and at most 100, from the middle.
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
    pub fn stream(&self) -> PercentBStream {
        PercentBStream {
            window: WindowMoment::new(self.period),
            indicator: *self,
            warm: Warm::after(self.warm_up()),
        }
    }

    /// Of the sum of squares in the variance.
    fn factor(&self) -> f64 {
        1.0 / self.period as f64
    }

    /// The distance of the bands.
    fn width(&self, deviation: f64) -> f64 {
        2.0 * self.std * deviation
    }

    fn kernel(&self, input: &[f64], out: Out<'_>) {
        fill_places(input, *self, out);
    }

    fn shared(&self, source: &dyn IndicatorSource) -> Result<Outputs, IndicatorError> {
        let mean = part(source, "sma", self.period)?;
        let deviation = part(source, "stddev", self.period)?;
        let close = source.bars().close();
        Ok(Outputs::filled(NAME, self.warm_up(), close.len(), |out| {
            let values = mean.valid().iter().zip(deviation.valid());
            let values = close.iter().skip(self.warm_up()).zip(values);
            let place_of = |(value, (mean, deviation)): (&f64, (&f64, &f64))| {
                place(*value, *mean, self.width(*deviation))
            };
            out.write_all(values.map(place_of));
        }))
    }
}

/// Writes where the newest value of each window stands between its bands.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn fill_places(input: &[f64], indicator: PercentB, mut out: Out<'_>) {
    let (period, factor) = (indicator.period, indicator.factor());
    let newest = &input[period - 1..];
    let mut widths = vec![0.0; window_tile(period).min(out.len())];
    for range in tiles(out.len(), window_tile(period)) {
        let (values, out) = (
            &input[range.start..range.end + period - 1],
            out.part(range.clone()),
        );
        let widths = &mut widths[..range.len()];
        map_moments::<Deviation, 2>(
            values,
            period,
            [Out::Given(out), Out::Given(widths)],
            |mean, moment| [mean, indicator.width((moment * factor).sqrt())],
        );
        for (out, (value, width)) in out.iter_mut().zip(newest[range].iter().zip(&*widths)) {
            *out = place(*value, *out, *width);
        }
    }
}

#[inline(always)]
fn place(value: f64, middle: f64, width: f64) -> f64 {
    let place = 0.5 + (value - middle) / width;
    if width > 0.0 { place } else { 0.5 }
}

/// [`PercentB`] value by value, with the same bits.
#[derive(Debug, Clone)]
pub struct PercentBStream {
    window: WindowMoment<Deviation>,
    indicator: PercentB,
    warm: Warm,
}

impl PercentBStream {
    /// Takes the next value; returns that of the indicator, `None` during the warm-up.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        let (mean, moment) = self.window.push(value);
        let deviation = (moment * self.indicator.factor()).sqrt();
        self.warm
            .then(|| place(value, mean, self.indicator.width(deviation)))
    }
}

one_output!(PercentB, PercentBStream, &[f64], inputs::close, (close), shared);

impl Definition for PercentB {
    fn spec() -> IndicatorSpec {
        specification(
            NAME,
            "where the close stands between its Bollinger bands, 0 on the lower, 1 on the upper",
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
        let [upper, _, lower] = crate::Bbands::new(7, 1.5).unwrap().series(&input);
        let percent_b = PercentB::new(7, 1.5).unwrap().series(&input);
        let bands = upper.valid().iter().zip(lower.valid());
        for (got, (value, (upper, lower))) in percent_b.valid().iter().zip(input[6..].iter().zip(bands)) {
            let expect = (value - lower) / (upper - lower);
            assert!((got - expect).abs() < 1e-12, "{got} {expect}");
        }
    }
}
