//! Moving average convergence/divergence.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, Params};

use crate::{
    Definition,
    indicator::several_outputs,
    inputs,
    outs::Out,
    params,
    smoothing::SeededSmoother,
    spec::specification,
    tiles::{TILE, tiles},
};

const NAME: &str = "macd";

/// Moving average convergence/divergence, three outputs: `macd`, the EMA of `fast_period` less that of
/// `slow_period`; `signal`, the EMA of `macd` over `signal_period`; `histogram`, their difference.
///
/// As in TA-Lib both averages start at the same bar, the fast one from the mean of the last
/// `fast_period` values up to there. Gerald Appel, 1979. TA-Lib: `MACD`, unstable period 0.
///
/// ```
/// use threadx_indicators::Macd;
///
/// let close = [1.0, 2.0, 3.0, 4.0, 5.0];
/// let [macd, signal, histogram] = Macd::new(1, 3, 2)?.series(&close);
/// assert_eq!(macd.valid(), [1.0, 1.0]);
/// assert_eq!(signal.valid(), [1.0, 1.0]);
/// assert_eq!(histogram.get(3), Some(0.0));
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Macd {
    fast_period: usize,
    slow_period: usize,
    signal_period: usize,
}

/// The three lines at one bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MacdLines {
    /// Fast average less slow average.
    pub macd: f64,
    /// Average of `macd`.
    pub signal: f64,
    /// `macd` − `signal`.
    pub histogram: f64,
}

impl Macd {
    /// The lines of the averages over `fast_period` and `slow_period` values, smoothed over
    /// `signal_period`, each 1..=[`PERIOD_MAX`](crate::PERIOD_MAX), the fast less than the slow one.
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for other periods, [`IndicatorError::Rule`] if the fast one is not
    /// less than the slow one.
    pub fn new(fast_period: usize, slow_period: usize, signal_period: usize) -> Result<Self, IndicatorError> {
        let macd = Self {
            fast_period: params::check_period(NAME, "fast_period", fast_period, 1)?,
            slow_period: params::check_period(NAME, "slow_period", slow_period, 2)?,
            signal_period: params::check_period(NAME, "signal_period", signal_period, 1)?,
        };
        params::check_less(NAME, ("fast_period", fast_period), ("slow_period", slow_period))?;
        Ok(macd)
    }

    /// Values before the first of the lines: `slow_period` + `signal_period` − 2.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.slow_period + self.signal_period - 2
    }

    /// The lines value by value.
    #[must_use]
    pub fn stream(&self) -> MacdStream {
        MacdStream {
            skip: self.slow_period - self.fast_period,
            fast: SeededSmoother::of_ema(self.fast_period),
            slow: SeededSmoother::of_ema(self.slow_period),
            signal: SeededSmoother::of_ema(self.signal_period),
        }
    }

    fn kernel(&self, input: &[f64], outs: [Out<'_>; 3]) {
        fill_lines(self.stream(), input, outs);
    }
}

/// Writes the lines at each value from the first signal on.
#[multiversion(targets("x86_64+avx2"))]
fn fill_lines(mut stream: MacdStream, input: &[f64], outs: [Out<'_>; 3]) {
    let [mut macd_out, mut signal_out, mut histogram_out] = outs;
    let (first, rest) = input.split_at(input.len() - macd_out.len());
    for value in first {
        stream.push(*value);
    }
    let mut slows = [0.0; TILE];
    for range in tiles(rest.len(), TILE) {
        let values = &rest[range.clone()];
        let (macd, signal) = (macd_out.part(range.clone()), signal_out.part(range.clone()));
        stream.fast.run(values, macd);
        stream.slow.run(values, &mut slows);
        for (macd, slow) in macd.iter_mut().zip(&slows) {
            *macd -= slow;
        }
        stream.signal.run(macd, signal);
        for (out, (macd, signal)) in histogram_out
            .part(range)
            .iter_mut()
            .zip(macd.iter().zip(&*signal))
        {
            *out = macd - signal;
        }
    }
}

/// [`Macd`] value by value, with the same bits.
#[derive(Debug, Clone)]
pub struct MacdStream {
    /// Values that the fast average leaves out, so that both are seeded by the same value.
    skip: usize,
    fast: SeededSmoother,
    slow: SeededSmoother,
    signal: SeededSmoother,
}

impl MacdStream {
    /// Takes the next value; returns the lines, `None` during the warm-up.
    pub fn push(&mut self, value: f64) -> Option<MacdLines> {
        let slow = self.slow.push(value);
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        let macd = self.fast.push(value)? - slow?;
        let signal = self.signal.push(macd)?;
        Some(MacdLines {
            macd,
            signal,
            histogram: macd - signal,
        })
    }
}

several_outputs!(
    Macd, MacdStream, &[f64], inputs::close, (close),
    MacdLines [3] { macd, signal, histogram }
);

impl Definition for Macd {
    fn spec() -> IndicatorSpec {
        let outputs = ["macd", "signal", "histogram"];
        specification(
            NAME,
            "moving average convergence/divergence of the close",
            &["close"],
            &outputs,
        )
        .with(params::period_spec(
            "fast_period",
            12,
            1,
            "period of the fast average, in bars",
        ))
        .with(params::period_spec(
            "slow_period",
            26,
            2,
            "period of the slow average, in bars",
        ))
        .with(params::period_spec(
            "signal_period",
            9,
            1,
            "period of the average of macd, in bars",
        ))
        .less("fast_period", "slow_period")
        .into()
    }

    fn from_params(params: &Params) -> Result<Self, IndicatorError> {
        Self::new(
            params::period(NAME, params, "fast_period")?,
            params::period(NAME, params, "slow_period")?,
            params::period(NAME, params, "signal_period")?,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ema;

    #[test]
    fn is_made_of_three_averages() {
        let input: Vec<f64> = (0..2000).map(|i| 100.0 + f64::from(i * i % 31)).collect();
        let [macd, signal, histogram] = Macd::new(12, 26, 9).unwrap().series(&input);
        assert_eq!(macd.first_valid(), 33);
        let slow = Ema::new(26).unwrap().series(&input);
        // The fast average sees nothing before the bars that seed it.
        let fast = Ema::new(12).unwrap().series(&input[14..]);
        let line: Vec<f64> = fast
            .valid()
            .iter()
            .zip(slow.valid())
            .map(|(fast, slow)| fast - slow)
            .collect();
        assert_eq!(macd.valid(), &line[8..]);
        assert_eq!(signal.valid(), Ema::new(9).unwrap().series(&line).valid());
        for ((macd, signal), histogram) in macd.valid().iter().zip(signal.valid()).zip(histogram.valid()) {
            assert_eq!(*histogram, macd - signal);
        }
    }

    #[test]
    fn of_a_constant_all_lines_are_zero() {
        for line in Macd::new(3, 7, 4).unwrap().series(&[1.1; 40]) {
            assert_eq!(line.valid(), [0.0; 31]);
        }
    }

    #[test]
    fn refuses_a_fast_average_that_is_not_the_faster() {
        let error = Macd::new(26, 26, 9).unwrap_err();
        assert_eq!(
            error.to_string(),
            "macd: the rule fast_period < slow_period is broken by fast_period=26 slow_period=26"
        );
    }
}
