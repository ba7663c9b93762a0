//! The relative strength index.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, Params};

use crate::{
    Definition,
    indicator::one_output,
    inputs,
    outs::Out,
    params,
    smoothing::{NOTHING_LEFT, SeededSmoother},
    spec::specification,
    tiles::{TILE, tiles},
};

const NAME: &str = "rsi";

/// The relative strength index: 100·G/(G + L), G and L the averages of gains and losses from bar to bar
/// in Wilder's smoothing, seeded with the mean of the first `period`. From 0 to 100.
///
/// Without any movement it is 0, as in TA-Lib. J. Welles Wilder, *New Concepts in Technical Trading
/// Systems* (1978). TA-Lib: `RSI`, unstable period 0.
///
/// ```
/// use threadx_indicators::Rsi;
///
/// let close = [10.0, 13.0, 12.0, 12.0];
/// let rsi = Rsi::new(2)?;
/// assert_eq!(rsi.series(&close).get(2), Some(100.0 * 3.0 / (3.0 + 1.0)));
///
/// let mut stream = rsi.stream();
/// let values = close.map(|value| stream.push(value));
/// assert_eq!(values[1..], [None, rsi.series(&close).get(2), rsi.series(&close).get(3)]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rsi {
    period: usize,
}

impl Rsi {
    /// The index over `period` changes, 1..=[`PERIOD_MAX`](crate::PERIOD_MAX).
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

    /// Values before the first index: `period`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.period
    }

    /// The index value by value.
    #[must_use]
    pub fn stream(&self) -> RsiStream {
        RsiStream {
            last: None,
            gains: SeededSmoother::of_wilder(self.period),
            losses: SeededSmoother::of_wilder(self.period),
        }
    }

    fn kernel(&self, input: &[f64], out: Out<'_>) {
        fill_index(self.stream(), input, out);
    }
}

/// Writes the index at each value from the first on that has one.
#[multiversion(targets("x86_64+avx2"))]
fn fill_index(mut stream: RsiStream, input: &[f64], mut out: Out<'_>) {
    let warming = input.len() - out.len();
    for value in &input[..warming] {
        stream.push(*value);
    }
    let [mut gains, mut losses, mut gain, mut loss] = [[0.0; TILE]; 4];
    for range in tiles(out.len(), TILE) {
        let (len, before) = (range.len(), warming + range.start - 1);
        let pairs = input[before..before + len].iter().zip(&input[before + 1..]);
        for ((gain, loss), (before, after)) in gains.iter_mut().zip(&mut losses).zip(pairs) {
            (*gain, *loss) = gain_and_loss(*before, *after);
        }
        stream.gains.run(&gains[..len], &mut gain);
        stream.losses.run(&losses[..len], &mut loss);
        let averages = gain.iter().zip(&loss);
        for (out, (gain, loss)) in out.part(range).iter_mut().zip(averages) {
            *out = index(*gain, *loss);
        }
    }
}

#[inline(always)]
fn gain_and_loss(before: f64, after: f64) -> (f64, f64) {
    let change = after - before;
    (
        if change > 0.0 { change } else { 0.0 },
        if change < 0.0 { -change } else { 0.0 },
    )
}

#[inline(always)]
fn index(gain: f64, loss: f64) -> f64 {
    let movement = gain + loss;
    let index = 100.0 * (gain / movement);
    if movement > NOTHING_LEFT { index } else { 0.0 }
}

/// [`Rsi`] value by value, with the same bits.
#[derive(Debug, Clone)]
pub struct RsiStream {
    last: Option<f64>,
    gains: SeededSmoother,
    losses: SeededSmoother,
}

impl RsiStream {
    /// Takes the next value; returns the index, `None` during the warm-up.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        let (gain, loss) = gain_and_loss(self.last.replace(value)?, value);
        let (gain, loss) = (self.gains.push(gain), self.losses.push(loss));
        Some(index(gain?, loss?))
    }
}

one_output!(Rsi, RsiStream, &[f64], inputs::close, (close));

impl Definition for Rsi {
    fn spec() -> IndicatorSpec {
        specification(
            NAME,
            "relative strength index of the close, 0 to 100",
            &["close"],
            &[NAME],
        )
        .with(params::period_spec(
            "period",
            14,
            1,
            "changes in the averages; the newest weighs 1/period",
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

    fn rsi(period: usize, input: &[f64]) -> Vec<f64> {
        Rsi::new(period).unwrap().series(input).valid().to_vec()
    }

    #[test]
    fn stands_at_the_ends_when_prices_go_one_way() {
        let up: Vec<f64> = (1..30).map(|i| f64::from(i) * 1.1).collect();
        let down: Vec<f64> = up.iter().rev().copied().collect();
        assert_eq!(rsi(14, &up), [100.0; 15]);
        assert_eq!(rsi(14, &down), [0.0; 15]);
        assert_eq!(rsi(14, &[7.3; 20]), [0.0; 6]);
    }

    #[test]
    fn smooths_as_wilder_does() {
        let got = rsi(2, &[10.0, 12.0, 11.0, 14.0]);
        // Gains 2, 0, 3: averages 1, then (1 + 3)/2. Losses 0, 1, 0: averages 0.5, then 0.25.
        for (got, expect) in got.iter().zip([100.0 / 1.5, 200.0 / 2.25]) {
            assert!((got - expect).abs() < 1e-12, "{got} {expect}");
        }
    }

    #[test]
    fn a_halt_of_any_length_leaves_a_number() {
        let mut input = vec![10.0, 11.0, 10.5];
        input.extend(vec![10.5; 10_000]);
        let got = rsi(2, &input);
        assert_eq!(got.last(), Some(&0.0));
        assert!(got.iter().all(|value| (0.0..=100.0).contains(value)));
    }
}
