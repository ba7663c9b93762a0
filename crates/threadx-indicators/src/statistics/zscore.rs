//! The z-score.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, Params};

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

const NAME: &str = "zscore";

/// The z-score: (x − mean) / standard deviation of the last `period` values, x the newest of them and
/// the deviation that of the population.
///
/// 0 where the values do not deviate. TA-Lib has none.
///
/// ```
/// use threadx_indicators::Zscore;
///
/// let zscore = Zscore::new(2)?;
/// assert_eq!(zscore.series(&[10.0, 14.0, 14.0]).valid(), [1.0, 0.0]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zscore {
    period: usize,
}

impl Zscore {
    /// The score among `period` values, 2..=[`PERIOD_MAX`](crate::PERIOD_MAX).
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for another period.
    pub fn new(period: usize) -> Result<Self, IndicatorError> {
        params::check_period(NAME, "period", period, 2).map(|period| Self { period })
    }

    /// Values before the first of the indicator: `period` − 1.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.period - 1
    }

    /// The indicator value by value.
    #[must_use]
    pub fn stream(&self) -> ZscoreStream {
        ZscoreStream {
            window: WindowMoment::new(self.period),
            factor: self.factor(),
            warm: Warm::after(self.warm_up()),
        }
    }

    /// Of the sum of squares in the variance.
    fn factor(&self) -> f64 {
        1.0 / self.period as f64
    }

    fn kernel(&self, input: &[f64], out: Out<'_>) {
        fill_scores(input, self.period, self.factor(), out);
    }

    fn shared(&self, source: &dyn IndicatorSource) -> Result<Outputs, IndicatorError> {
        let mean = part(source, "sma", self.period)?;
        let deviation = part(source, "stddev", self.period)?;
        let close = source.bars().close();
        Ok(Outputs::filled(NAME, self.warm_up(), close.len(), |out| {
            let values = mean.valid().iter().zip(deviation.valid());
            let values = close.iter().skip(self.warm_up()).zip(values);
            out.write_all(values.map(|(value, (mean, deviation))| score(*value, *mean, *deviation)));
        }))
    }
}

/// Writes the score of the newest value of each window.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn fill_scores(input: &[f64], period: usize, factor: f64, mut out: Out<'_>) {
    let newest = &input[period - 1..];
    let mut deviations = vec![0.0; window_tile(period).min(out.len())];
    for range in tiles(out.len(), window_tile(period)) {
        let (values, out) = (
            &input[range.start..range.end + period - 1],
            out.part(range.clone()),
        );
        let deviations = &mut deviations[..range.len()];
        map_moments::<Deviation, 2>(
            values,
            period,
            [Out::Given(out), Out::Given(deviations)],
            |mean, moment| [mean, (moment * factor).sqrt()],
        );
        for (out, (value, deviation)) in out.iter_mut().zip(newest[range].iter().zip(&*deviations)) {
            *out = score(*value, *out, *deviation);
        }
    }
}

#[inline(always)]
fn score(value: f64, mean: f64, deviation: f64) -> f64 {
    let score = (value - mean) / deviation;
    if deviation > 0.0 { score } else { 0.0 }
}

/// [`Zscore`] value by value, with the same bits.
#[derive(Debug, Clone)]
pub struct ZscoreStream {
    window: WindowMoment<Deviation>,
    factor: f64,
    warm: Warm,
}

impl ZscoreStream {
    /// Takes the next value; returns that of the indicator, `None` during the warm-up.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        let (mean, moment) = self.window.push(value);
        self.warm
            .then(|| score(value, mean, (moment * self.factor).sqrt()))
    }
}

one_output!(Zscore, ZscoreStream, &[f64], inputs::close, (close), shared);

impl Definition for Zscore {
    fn spec() -> IndicatorSpec {
        specification(
            NAME,
            "standard deviations of the close from its mean",
            &["close"],
            &[NAME],
        )
        .with(params::period_spec("period", 20, 2, "values in the window"))
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
    fn counts_population_deviations_from_the_mean() {
        let zscore = Zscore::new(4).unwrap().series(&[2.0, 4.0, 4.0, 6.0]);
        assert_eq!(zscore.valid(), [2.0 / 2f64.sqrt()]);
        assert_eq!(Zscore::new(3).unwrap().series(&[1.1; 4]).valid(), [0.0, 0.0]);
    }
}
