//! The rolling percentile rank.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, ParamSpec, Params};

use crate::{
    Definition,
    indicator::one_output,
    inputs,
    outs::Out,
    params::{self, SCANNED_PERIOD_MAX},
    spec::specification,
    tiles::{TILE, tiles},
    warm::Warm,
    window::Ring,
};

const NAME: &str = "percent_rank";

/// The percentile rank: how many of the `period` values before it are at most the value. In percent of
/// `period`, from 0 to 100.
///
/// As `ta.percentrank` of TradingView's Pine Script defines it. Its cost grows with the period. TA-Lib
/// has none.
///
/// ```
/// use threadx_indicators::PercentRank;
///
/// let percent_rank = PercentRank::new(2)?;
/// assert_eq!(percent_rank.series(&[1.0, 3.0, 2.0, 3.0]).valid(), [50.0, 100.0]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PercentRank {
    period: usize,
}

impl PercentRank {
    /// The rank among `period` values before, 1..=[`SCANNED_PERIOD_MAX`].
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for another period.
    pub fn new(period: usize) -> Result<Self, IndicatorError> {
        params::check_scanned_period(NAME, "period", period, 1).map(|period| Self { period })
    }

    /// Values before the first rank: `period`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.period
    }

    /// The rank value by value.
    #[must_use]
    pub fn stream(&self) -> PercentRankStream {
        PercentRankStream {
            period: self.period,
            before: Ring::new(self.period),
            warm: Warm::after(self.period),
        }
    }

    fn kernel(&self, input: &[f64], out: Out<'_>) {
        fill_ranks(input, self.period, out);
    }
}

/// Writes the rank of each value after the warm-up.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn fill_ranks(input: &[f64], period: usize, mut out: Out<'_>) {
    for tile in tiles(out.len(), TILE) {
        let values = &input[tile.start + period..tile.end + period];
        let out = out.part(tile.clone());
        out.fill(0.0);
        // Many windows at a time; a count below 2^53 is exact.
        for back in 0..period {
            let before = &input[tile.start + back..];
            for (count, (value, before)) in out.iter_mut().zip(values.iter().zip(before)) {
                *count += if before <= value { 1.0 } else { 0.0 };
            }
        }
        for count in out {
            *count = percent(*count, period);
        }
    }
}

#[inline(always)]
fn percent(count: f64, period: usize) -> f64 {
    100.0 * count / period as f64
}

/// [`PercentRank`] value by value, with the same bits.
#[derive(Debug, Clone)]
pub struct PercentRankStream {
    period: usize,
    before: Ring,
    warm: Warm,
}

impl PercentRankStream {
    /// Takes the next value; returns its rank, `None` during the warm-up.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        let rank = self.warm.then(|| {
            let count = (0..self.period)
                .filter(|back| self.before.back(*back) <= value)
                .count();
            percent(count as f64, self.period)
        });
        self.before.push(value);
        rank
    }
}

one_output!(PercentRank, PercentRankStream, &[f64], inputs::close, (close));

impl Definition for PercentRank {
    fn spec() -> IndicatorSpec {
        let description = "percent of the closes before that are at most the close, 0 to 100";
        specification(NAME, description, &["close"], &[NAME])
            .with(ParamSpec::int(
                "period",
                100,
                1..=SCANNED_PERIOD_MAX as i64,
                "values before that are counted",
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
    fn counts_what_is_at_most_the_value() {
        let series = PercentRank::new(4)
            .unwrap()
            .series(&[1.0, 2.0, 2.0, 5.0, 2.0, 0.5, 9.0]);
        assert_eq!(series.valid(), [75.0, 0.0, 100.0]);
    }
}
