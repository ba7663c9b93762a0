//! Williams' %R.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, Params};

use crate::{
    Definition, Hlc, IndicatorSource, Outputs,
    indicator::one_output,
    outs::Out,
    params,
    parts::Extremes,
    spec::specification,
    warm::Warm,
    window::{Highest, Lowest, WindowExtreme, map_channel},
};

const NAME: &str = "willr";

/// Williams' %R: −100·(H − close)/(H − L), H and L the extremes of the last `period` bars. From −100 to
/// 0.
///
/// 0 where H = L, as in TA-Lib. Larry Williams, *How I Made One Million Dollars Last Year Trading
/// Commodities* (1973). TA-Lib: `WILLR`.
///
/// ```
/// use threadx_indicators::{Hlc, Willr};
///
/// let prices = Hlc::new(&[12.0, 14.0, 13.0], &[10.0, 11.0, 9.0], &[11.0, 13.0, 10.0])?;
/// assert_eq!(Willr::new(2)?.series(prices).valid(), [-25.0, -80.0]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Willr {
    period: usize,
}

impl Willr {
    /// %R over `period` bars, 1..=[`PERIOD_MAX`](crate::PERIOD_MAX).
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for another period.
    pub fn new(period: usize) -> Result<Self, IndicatorError> {
        params::check_period(NAME, "period", period, 1).map(|period| Self { period })
    }

    /// Bars before the first value: `period` − 1.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.period - 1
    }

    /// %R bar by bar.
    #[must_use]
    pub fn stream(&self) -> WillrStream {
        WillrStream {
            highest: WindowExtreme::new(self.period),
            lowest: WindowExtreme::new(self.period),
            warm: Warm::after(self.warm_up()),
        }
    }

    fn kernel(&self, prices: Hlc<'_>, out: Out<'_>) {
        fill_percent(prices, self.period, out);
    }

    fn shared(&self, source: &dyn IndicatorSource) -> Result<Outputs, IndicatorError> {
        let channel = Extremes::of(source, self.period)?;
        let close = source.bars().close();
        Ok(Outputs::filled(NAME, self.warm_up(), close.len(), |out| {
            let extremes = channel.highest().iter().zip(channel.lowest());
            let closes = close.iter().skip(self.warm_up());
            let bars = closes.zip(extremes);
            out.write_all(bars.map(|(close, (highest, lowest))| percent(*close, *highest, *lowest)));
        }))
    }
}

/// Writes %R of each window.
#[multiversion(targets("x86_64+avx2"))]
fn fill_percent(prices: Hlc<'_>, period: usize, out: Out<'_>) {
    map_channel(prices, period, [out], |close, highest, lowest| {
        [percent(close, highest, lowest)]
    });
}

#[inline(always)]
fn percent(close: f64, highest: f64, lowest: f64) -> f64 {
    let range = highest - lowest;
    let percent = -100.0 * ((highest - close) / range);
    if range > 0.0 { percent } else { 0.0 }
}

/// [`Willr`] bar by bar, with the same bits.
#[derive(Debug, Clone)]
pub struct WillrStream {
    highest: WindowExtreme<Highest>,
    lowest: WindowExtreme<Lowest>,
    warm: Warm,
}

impl WillrStream {
    /// Takes the next bar; returns %R, `None` during the warm-up.
    pub fn push(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let (highest, lowest) = (self.highest.push(high), self.lowest.push(low));
        self.warm.then(|| percent(close, highest, lowest))
    }
}

one_output!(Willr, WillrStream, Hlc<'_>, Hlc::of, (high, low, close), shared);

impl Definition for Willr {
    fn spec() -> IndicatorSpec {
        specification(
            NAME,
            "Williams' %R, -100 to 0",
            &["high", "low", "close"],
            &[NAME],
        )
        .with(params::period_spec(
            "period",
            14,
            1,
            "bars of which the extremes are taken",
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
    fn stands_at_the_ends_of_the_range() {
        let check = |close: f64, expect: f64| {
            let closes = [2.0, close];
            let prices = Hlc::new(&[3.3, 4.7], &[1.1, 2.3], &closes).unwrap();
            assert_eq!(Willr::new(2).unwrap().series(prices).valid(), [expect]);
        };
        check(4.7, 0.0);
        check(1.1, -100.0);
    }

    #[test]
    fn without_a_range_it_is_zero() {
        let flat = [5.0; 4];
        let willr = Willr::new(3)
            .unwrap()
            .series(Hlc::new(&flat, &flat, &flat).unwrap());
        assert_eq!(willr.valid(), [0.0, 0.0]);
    }
}
