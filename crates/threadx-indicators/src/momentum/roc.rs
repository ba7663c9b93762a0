//! The rate of change.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, Params};

use crate::{
    Definition, indicator::one_output, inputs, outs::Out, params, spec::specification, warm::Warm,
    window::Ring,
};

const NAME: &str = "roc";

/// The rate of change: 100·(x / y − 1), y the value `period` bars before, above 0. In percent.
///
/// 0 where y is 0, as in TA-Lib. TA-Lib: `ROC`.
///
/// ```
/// use threadx_indicators::Roc;
///
/// let close = [10.0, 12.0, 15.0, 9.0];
/// let roc = Roc::new(2)?;
/// assert_eq!(roc.series(&close).valid(), [50.0, -25.0]);
///
/// let mut stream = roc.stream();
/// assert_eq!(close.map(|value| stream.push(value)), [None, None, Some(50.0), Some(-25.0)]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roc {
    period: usize,
}

impl Roc {
    /// The change over `period` values, 1..=[`PERIOD_MAX`](crate::PERIOD_MAX).
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for another period.
    pub fn new(period: usize) -> Result<Self, IndicatorError> {
        params::check_period(NAME, "period", period, 1).map(|period| Self { period })
    }

    /// Values before the first change: `period`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.period
    }

    /// The change value by value.
    #[must_use]
    pub fn stream(&self) -> RocStream {
        RocStream {
            before: Ring::new(self.period + 1),
            period: self.period,
            warm: Warm::after(self.period),
        }
    }

    fn kernel(&self, input: &[f64], out: Out<'_>) {
        fill_changes(input, &input[self.period..], out);
    }
}

/// Writes the change from each value to the later one.
#[multiversion(targets("x86_64+avx2"))]
fn fill_changes(before: &[f64], after: &[f64], out: Out<'_>) {
    let pairs = before.iter().zip(after);
    out.write_all(pairs.map(|(before, after)| change(*before, *after)));
}

#[inline(always)]
fn change(before: f64, after: f64) -> f64 {
    if before == 0.0 {
        0.0
    } else {
        100.0 * (after / before - 1.0)
    }
}

/// [`Roc`] value by value, with the same bits.
#[derive(Debug, Clone)]
pub struct RocStream {
    before: Ring,
    period: usize,
    warm: Warm,
}

impl RocStream {
    /// Takes the next value; returns the change, `None` during the warm-up.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        self.before.push(value);
        self.warm.then(|| change(self.before.back(self.period), value))
    }
}

one_output!(Roc, RocStream, &[f64], inputs::close, (close));

impl Definition for Roc {
    fn spec() -> IndicatorSpec {
        specification(
            NAME,
            "rate of change of the close, in percent",
            &["close"],
            &[NAME],
        )
        .with(params::period_spec(
            "period",
            10,
            1,
            "bars over which the change is taken",
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
    fn is_a_percentage_of_the_earlier_value() {
        let series = Roc::new(1).unwrap().series(&[4.0, 5.0, 0.0, 3.0]);
        assert_eq!(series.valid(), [25.0, -100.0, 0.0]);
    }
}
