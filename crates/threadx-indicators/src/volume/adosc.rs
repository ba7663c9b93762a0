//! The Chaikin oscillator.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, Params};

use crate::{
    Ad, AdStream, Definition, Hlcv,
    indicator::one_output,
    outs::Out,
    params,
    smoothing::{Smoother, Smoothing, TWOS},
    spec::specification,
    tiles::{TILE, tiles},
    volume::ad::fill_line,
    warm::Warm,
};

const NAME: &str = "adosc";

/// The Chaikin oscillator: the EMA over `fast_period` of the accumulation/distribution line less that
/// over `slow_period`.
///
/// Both averages start at the line's first value, as in TA-Lib. Marc Chaikin. TA-Lib: `ADOSC`.
///
/// ```
/// use threadx_indicators::{Adosc, Hlcv};
///
/// let bars = Hlcv::new(&[3.0; 4], &[1.0; 4], &[3.0, 1.0, 2.0, 3.0], &[4.0, 6.0, 8.0, 2.0])?;
/// // The line is 4, −2, −2, 0; the fast average is the line itself.
/// let adosc = Adosc::new(1, 3)?.series(bars);
/// for (value, expected) in adosc.valid().iter().zip([-1.5, 0.25]) {
///     assert!((value - expected).abs() < 1e-12);
/// }
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Adosc {
    fast_period: usize,
    slow_period: usize,
}

impl Adosc {
    /// The difference of the averages over `fast_period` and `slow_period` bars, each
    /// 1..=[`PERIOD_MAX`](crate::PERIOD_MAX), the fast less than the slow one.
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for other periods, [`IndicatorError::Rule`] if the fast one is not
    /// less than the slow one.
    pub fn new(fast_period: usize, slow_period: usize) -> Result<Self, IndicatorError> {
        let adosc = Self {
            fast_period: params::check_period(NAME, "fast_period", fast_period, 1)?,
            slow_period: params::check_period(NAME, "slow_period", slow_period, 2)?,
        };
        params::check_less(NAME, ("fast_period", fast_period), ("slow_period", slow_period))?;
        Ok(adosc)
    }

    /// Bars before the first value: `slow_period` − 1.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.slow_period - 1
    }

    /// The oscillator bar by bar.
    #[must_use]
    pub fn stream(&self) -> AdoscStream {
        AdoscStream {
            line: Ad.stream(),
            periods: [self.fast_period, self.slow_period],
            averages: None,
            warm: Warm::after(self.warm_up()),
        }
    }

    fn kernel(&self, bars: Hlcv<'_>, out: Out<'_>) {
        fill(self.stream(), bars, out);
    }
}

/// Writes the oscillator at each bar from the first on that has a value.
fn fill(mut stream: AdoscStream, bars: Hlcv<'_>, mut out: Out<'_>) {
    let warming = bars.len() - out.len();
    let columns = (bars.high().iter().zip(bars.low())).zip(bars.close().iter().zip(bars.volume()));
    for ((high, low), (close, volume)) in columns.take(warming) {
        stream.push(*high, *low, *close, *volume);
    }
    let mut line = [0.0; TILE];
    let mut twos = [[0.0; TWOS]; 2];
    for range in tiles(out.len(), TILE) {
        let line = &mut line[..range.len()];
        let bars = bars.part(warming + range.start..warming + range.end);
        fill_line(&mut stream.line, bars, line);
        fill_differences(stream.averages(line[0]), line, out.part(range), &mut twos);
    }
}

/// Writes what the fast average of `line` is more than the slow one.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn fill_differences(
    [fast, slow]: [&mut Smoother; 2],
    line: &[f64],
    out: &mut [f64],
    twos: &mut [[f64; TWOS]; 2],
) {
    fast.run_beside(slow, line, out, twos);
}

/// [`Adosc`] bar by bar, with the same bits.
#[derive(Debug, Clone)]
pub struct AdoscStream {
    line: AdStream,
    periods: [usize; 2],
    /// From the first value of the line on.
    averages: Option<[Smoother; 2]>,
    warm: Warm,
}

impl AdoscStream {
    /// Takes the next bar; returns the oscillator, `None` during the warm-up.
    pub fn push(&mut self, high: f64, low: f64, close: f64, volume: f64) -> Option<f64> {
        let line = self.line.push(high, low, close, volume)?;
        let [fast, slow] = self.averages(line);
        let difference = fast.push(line) - slow.push(line);
        self.warm.then(|| difference)
    }

    /// The averages, which start at `first` if they have not yet; taking it then leaves them there.
    fn averages(&mut self, first: f64) -> [&mut Smoother; 2] {
        let periods = self.periods;
        self.averages
            .get_or_insert_with(|| periods.map(|period| Smoother::new(Smoothing::of_ema(period), first)))
            .each_mut()
    }
}

one_output!(Adosc, AdoscStream, Hlcv<'_>, Hlcv::of, (high, low, close, volume));

impl Definition for Adosc {
    fn spec() -> IndicatorSpec {
        let inputs = ["high", "low", "close", "volume"];
        specification(NAME, "Chaikin oscillator", &inputs, &[NAME])
            .with(params::period_spec(
                "fast_period",
                3,
                1,
                "period of the fast average, in bars",
            ))
            .with(params::period_spec(
                "slow_period",
                10,
                2,
                "period of the slow average, in bars",
            ))
            .less("fast_period", "slow_period")
            .into()
    }

    fn from_params(params: &Params) -> Result<Self, IndicatorError> {
        Self::new(
            params::period(NAME, params, "fast_period")?,
            params::period(NAME, params, "slow_period")?,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_a_fast_average_that_is_not_the_faster() {
        assert!(Adosc::new(10, 3).is_err());
        assert!(Adosc::new(3, 3).is_err());
    }
}
