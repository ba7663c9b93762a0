//! The momentum.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, Params};

use crate::{
    Definition, indicator::one_output, inputs, outs::Out, params, spec::specification, warm::Warm,
    window::Ring,
};

const NAME: &str = "mom";

/// The momentum: x − y, y the value `period` bars before. In units of the price.
///
/// TA-Lib: `MOM`.
///
/// ```
/// use threadx_indicators::Mom;
///
/// let close = [10.0, 12.0, 15.0, 9.0];
/// let mom = Mom::new(2)?;
/// assert_eq!(mom.series(&close).valid(), [5.0, -3.0]);
///
/// let mut stream = mom.stream();
/// assert_eq!(close.map(|value| stream.push(value)), [None, None, Some(5.0), Some(-3.0)]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mom {
    period: usize,
}

impl Mom {
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
    pub fn stream(&self) -> MomStream {
        MomStream {
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
    after - before
}

/// [`Mom`] value by value, with the same bits.
#[derive(Debug, Clone)]
pub struct MomStream {
    before: Ring,
    period: usize,
    warm: Warm,
}

impl MomStream {
    /// Takes the next value; returns the change, `None` during the warm-up.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        self.before.push(value);
        self.warm.then(|| change(self.before.back(self.period), value))
    }
}

one_output!(Mom, MomStream, &[f64], inputs::close, (close));

impl Definition for Mom {
    fn spec() -> IndicatorSpec {
        specification(
            NAME,
            "change of the close, in units of the price",
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
    fn is_the_difference_to_the_earlier_value() {
        let series = Mom::new(3).unwrap().series(&[4.0, 5.0, 0.0, 3.0, 9.5]);
        assert_eq!((series.first_valid(), series.valid()), (3, &[-1.0, 4.5][..]));
    }
}
