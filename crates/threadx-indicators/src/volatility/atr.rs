//! The average true range.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, Params};

use crate::{
    Definition, Hlc,
    indicator::one_output,
    outs::Out,
    params,
    smoothing::SeededSmoother,
    spec::specification,
    tiles::{TILE, tiles},
};

const NAME: &str = "atr";

/// The average true range: the true range in Wilder's smoothing, seeded with the mean of the first
/// `period`. In units of the price.
///
/// The true range of a bar is the largest of high − low, |high − previous close| and |low − previous
/// close|; the first bar has none. J. Welles Wilder, *New Concepts in Technical Trading Systems* (1978).
/// TA-Lib: `ATR`, unstable period 0.
///
/// ```
/// use threadx_indicators::{Atr, Hlc};
///
/// let prices = Hlc::new(&[11.0, 12.0, 12.0], &[10.0, 11.0, 10.0], &[10.5, 11.5, 11.0])?;
/// let atr = Atr::new(2)?;
/// assert_eq!(atr.series(prices).valid(), [(1.5 + 2.0) / 2.0]);
///
/// let mut stream = atr.stream();
/// assert_eq!(stream.push(11.0, 10.0, 10.5), None);
/// assert_eq!(stream.push(12.0, 11.0, 11.5), None);
/// assert_eq!(stream.push(12.0, 10.0, 11.0), Some(1.75));
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Atr {
    period: usize,
}

impl Atr {
    /// The average over `period` true ranges, 1..=[`PERIOD_MAX`](crate::PERIOD_MAX).
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

    /// Bars before the first average: `period`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.period
    }

    /// The average bar by bar.
    #[must_use]
    pub fn stream(&self) -> AtrStream {
        AtrStream {
            last_close: None,
            ranges: SeededSmoother::of_wilder(self.period),
        }
    }

    fn kernel(&self, prices: Hlc<'_>, out: Out<'_>) {
        fill_averages(self.stream(), prices, out);
    }
}

/// Writes the average at each bar from the first on that has one.
#[multiversion(targets("x86_64+avx2"))]
fn fill_averages(stream: AtrStream, prices: Hlc<'_>, out: Out<'_>) {
    map_averages(stream, prices, out, |_, _| ());
}

/// Writes the averages, tile by tile through `map`, which also takes the closes of their bars.
#[inline(always)]
pub(super) fn map_averages(
    mut stream: AtrStream,
    prices: Hlc<'_>,
    mut out: Out<'_>,
    map: impl Fn(&mut [f64], &[f64]),
) {
    let warming = prices.len() - out.len();
    let (high, low, close) = (prices.high(), prices.low(), prices.close());
    for ((high, low), close) in high.iter().zip(low).zip(close).take(warming) {
        stream.push(*high, *low, *close);
    }
    let mut ranges = [0.0; TILE];
    for tile in tiles(out.len(), TILE) {
        let ranges = &mut ranges[..tile.len()];
        let first = warming + tile.start;
        fill_true_ranges(prices, first - 1, ranges);
        let out = out.part(tile);
        stream.ranges.run(ranges, out);
        map(out, &close[first..]);
    }
}

/// Writes the true ranges of the bars from `first` + 1 on.
#[inline(always)]
pub(crate) fn fill_true_ranges(prices: Hlc<'_>, first: usize, out: &mut [f64]) {
    let columns = prices.high()[first + 1..].iter().zip(&prices.low()[first + 1..]);
    let closes = &prices.close()[first..];
    for (out, ((high, low), last_close)) in out.iter_mut().zip(columns.zip(closes)) {
        *out = true_range(*high, *low, *last_close);
    }
}

#[inline(always)]
pub(crate) fn true_range(high: f64, low: f64, last_close: f64) -> f64 {
    let larger = |a: f64, b: f64| if a > b { a } else { b };
    larger(
        larger(high - low, (high - last_close).abs()),
        (low - last_close).abs(),
    )
}

/// [`Atr`] bar by bar, with the same bits.
#[derive(Debug, Clone)]
pub struct AtrStream {
    last_close: Option<f64>,
    ranges: SeededSmoother,
}

impl AtrStream {
    /// Takes the next bar; returns the average, `None` during the warm-up.
    pub fn push(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let last_close = self.last_close.replace(close)?;
        self.ranges.push(true_range(high, low, last_close))
    }
}

one_output!(Atr, AtrStream, Hlc<'_>, Hlc::of, (high, low, close));

impl Definition for Atr {
    fn spec() -> IndicatorSpec {
        specification(
            NAME,
            "average true range, in units of the price",
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
    fn the_true_range_counts_the_gap() {
        assert_eq!(true_range(12.0, 11.0, 11.5), 1.0);
        assert_eq!(true_range(12.0, 11.0, 9.0), 3.0);
        assert_eq!(true_range(12.0, 11.0, 15.0), 4.0);
    }

    #[test]
    fn smooths_as_wilder_does() {
        let close = [10.0; 4];
        let high = [10.0, 11.0, 13.0, 12.0];
        let atr = Atr::new(2)
            .unwrap()
            .series(Hlc::new(&high, &close, &close).unwrap());
        assert_eq!((atr.first_valid(), atr.valid()), (2, &[2.0, 2.0][..]));
    }

    #[test]
    fn tiles_leave_no_seam() {
        let close: Vec<f64> = (0..2000).map(|i| 100.0 + f64::from(i * 7 % 13)).collect();
        let high: Vec<f64> = close.iter().map(|close| close + 0.3).collect();
        let atr = Atr::new(600).unwrap();
        let mut stream = atr.stream();
        let series = atr.series(Hlc::new(&high, &close, &close).unwrap());
        for (at, got) in series.iter().enumerate() {
            assert_eq!(got, stream.push(high[at], close[at], close[at]), "bar {at}");
        }
    }
}
