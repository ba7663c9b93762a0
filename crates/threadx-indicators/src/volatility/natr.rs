//! The normalised average true range.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, Params};

use super::atr::map_averages;
use crate::{
    Atr, AtrStream, Definition, Hlc, IndicatorSource, Outputs, indicator::one_output, outs::Out, params,
    parts::part, spec::specification,
};

const NAME: &str = "natr";

/// The normalised average true range: 100·[`Atr`] / close. In percent.
///
/// 0 where the close is 0, as in TA-Lib. John Forman, *Technical Analysis of Stocks & Commodities*, May
/// 2006. TA-Lib: `NATR`, unstable period 0.
///
/// ```
/// use threadx_indicators::{Hlc, Natr};
///
/// let prices = Hlc::new(&[6.0, 7.0, 7.0], &[5.0, 6.0, 5.0], &[5.5, 6.5, 7.0])?;
/// assert_eq!(Natr::new(2)?.series(prices).valid(), [25.0]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Natr {
    atr: Atr,
}

impl Natr {
    /// The average over `period` true ranges, 1..=[`PERIOD_MAX`](crate::PERIOD_MAX).
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for another period.
    pub fn new(period: usize) -> Result<Self, IndicatorError> {
        let period = params::check_period(NAME, "period", period, 1)?;
        Atr::new(period).map(|atr| Self { atr })
    }

    /// Bars before the first value: `period`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.atr.warm_up()
    }

    /// The value bar by bar.
    #[must_use]
    pub fn stream(&self) -> NatrStream {
        NatrStream(self.atr.stream())
    }

    fn kernel(&self, prices: Hlc<'_>, out: Out<'_>) {
        fill(self.atr.stream(), prices, out);
    }

    fn shared(&self, source: &dyn IndicatorSource) -> Result<Outputs, IndicatorError> {
        let atr = part(source, "atr", self.atr.period())?;
        let close = source.bars().close();
        Ok(Outputs::filled(NAME, self.warm_up(), close.len(), |out| {
            let bars = atr.valid().iter().zip(close.iter().skip(self.warm_up()));
            out.write_all(bars.map(|(atr, close)| percent(*atr, *close)));
        }))
    }
}

/// Writes the value of each bar from the first on that has one.
#[multiversion(targets("x86_64+avx2"))]
fn fill(stream: AtrStream, prices: Hlc<'_>, out: Out<'_>) {
    map_averages(stream, prices, out, |averages, closes| {
        to_percent(averages, closes);
    });
}

/// Divides averages by the closes of their bars.
#[inline(always)]
fn to_percent(averages: &mut [f64], closes: &[f64]) {
    for (average, close) in averages.iter_mut().zip(closes) {
        *average = percent(*average, *close);
    }
}

#[inline(always)]
fn percent(atr: f64, close: f64) -> f64 {
    let percent = 100.0 * (atr / close);
    if close == 0.0 { 0.0 } else { percent }
}

/// [`Natr`] bar by bar, with the same bits.
#[derive(Debug, Clone)]
pub struct NatrStream(AtrStream);

impl NatrStream {
    /// Takes the next bar; returns the value, `None` during the warm-up.
    pub fn push(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        self.0.push(high, low, close).map(|atr| percent(atr, close))
    }
}

one_output!(Natr, NatrStream, Hlc<'_>, Hlc::of, (high, low, close), shared);

impl Definition for Natr {
    fn spec() -> IndicatorSpec {
        specification(
            NAME,
            "average true range in percent of the close",
            &["high", "low", "close"],
            &[NAME],
        )
        .with(params::period_spec(
            "period",
            14,
            1,
            "true ranges in the average; the newest weighs 1/period",
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
    fn is_relative_to_the_close() {
        let (high, low, close) = ([3.0, 3.0], [1.0, 1.0], [2.0, 1.0]);
        let natr = Natr::new(1)
            .unwrap()
            .series(Hlc::new(&high, &low, &close).unwrap());
        assert_eq!((natr.first_valid(), natr.valid()), (1, &[200.0][..]));
    }
}
