//! The average directional index and the directional indicators.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, Params};

use crate::{
    Definition, Hlc,
    indicator::staggered_outputs,
    outs::Out,
    params,
    smoothing::{NOTHING_LEFT, SeededSmoother, Smoother, Smoothing},
    spec::specification,
    tiles::{TILE, tiles},
    volatility::atr::{fill_true_ranges, true_range},
};

const NAME: &str = "adx";

/// The directional movement system, three outputs from 0 to 100: `plus_di` and `minus_di`, how much of
/// the true range is movement up and down; `adx`, the average of 100·|`plus_di` − `minus_di`| /
/// (`plus_di` + `minus_di`).
///
/// All in Wilder's smoothing. As in TA-Lib, movements and ranges start from the sum of bars 1 to
/// `period` − 1, so the indicators have values from bar `period` on, and `adx` starts from the mean of
/// the first `period` of what it averages, at bar 2·`period` − 1. Without any range or movement they
/// are 0. J. Welles Wilder, *New Concepts in Technical Trading Systems* (1978). TA-Lib: `ADX`,
/// `PLUS_DI`, `MINUS_DI`, unstable period 0.
///
/// ```
/// use threadx_indicators::{Adx, Hlc};
///
/// let high = [10.0, 11.0, 12.0, 13.0, 14.0];
/// let low = [9.0, 10.0, 11.0, 12.0, 13.0];
/// let [adx, plus_di, minus_di] = Adx::new(2)?.series(Hlc::new(&high, &low, &low)?);
/// // Every range is 2 (from the close before, at the low), half of it movement up.
/// assert_eq!(plus_di.get(2), Some(50.0));
/// assert_eq!(minus_di.get(2), Some(0.0));
/// assert_eq!((adx.get(2), adx.get(3)), (None, Some(100.0)));
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Adx {
    period: usize,
}

/// The system at one bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DirectionalMovement {
    /// Average directional index, from bar 2·`period` − 1 on.
    pub adx: Option<f64>,
    /// Positive directional indicator, from bar `period` on.
    pub plus_di: Option<f64>,
    /// Negative directional indicator, from bar `period` on.
    pub minus_di: Option<f64>,
}

impl Adx {
    /// The system over `period` bars, 2..=[`PERIOD_MAX`](crate::PERIOD_MAX).
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for another period.
    pub fn new(period: usize) -> Result<Self, IndicatorError> {
        params::check_period(NAME, "period", period, 2).map(|period| Self { period })
    }

    /// Bars before the first value of `adx`, `plus_di` and `minus_di`.
    #[must_use]
    pub const fn warm_ups(&self) -> [usize; 3] {
        [2 * self.period - 1, self.period, self.period]
    }

    /// The system bar by bar.
    #[must_use]
    pub fn stream(&self) -> AdxStream {
        let smoothing = Smoothing::of_wilder(self.period);
        AdxStream {
            period: self.period,
            last: None,
            seen: 0,
            smoothed: [(); 3].map(|()| Smoother::new(smoothing, 0.0)),
            sums: [0.0; 3],
            adx: SeededSmoother::new(smoothing, self.period),
        }
    }

    fn kernel(&self, prices: Hlc<'_>, outs: [Out<'_>; 3]) {
        fill_system(self.stream(), prices, outs);
    }
}

/// Writes the three outputs, each from its first bar on.
#[multiversion(targets("x86_64+avx2"))]
fn fill_system(mut stream: AdxStream, prices: Hlc<'_>, outs: [Out<'_>; 3]) {
    let [mut adx, mut plus_di, mut minus_di] = outs;
    let (high, low, close) = (prices.high(), prices.low(), prices.close());
    // The bars before the indicators' first are summed.
    let period = stream.period;
    for ((high, low), close) in high.iter().zip(low).zip(close).take(period) {
        stream.push(*high, *low, *close);
    }
    let mut movements = [[0.0; TILE]; 3];
    let mut smoothed = [[0.0; TILE]; 3];
    let [mut directions, mut averages] = [[0.0; TILE]; 2];
    let mut written = 0;
    for tile in tiles(plus_di.len(), TILE) {
        let (len, before) = (tile.len(), period + tile.start - 1);
        let [ups, downs, ranges] = movements.each_mut().map(|column| &mut column[..len]);
        let highs = high[before..].iter().zip(&high[before + 1..]);
        let lows = low[before..].iter().zip(&low[before + 1..]);
        for ((up, down), (high, low)) in ups.iter_mut().zip(&mut *downs).zip(highs.zip(lows)) {
            (*up, *down) = directional((*high.0, *low.0), (*high.1, *low.1));
        }
        fill_true_ranges(prices, before, ranges);
        let [up, down, range] = smoothed.each_mut().map(|column| &mut column[..len]);
        let [of_up, of_down, of_range] = &mut stream.smoothed;
        of_up.run(ups, up);
        of_down.run(downs, down);
        of_range.run(ranges, range);
        let values = up.iter().zip(&*down).zip(&*range);
        let outs = plus_di.part(tile.clone()).iter_mut().zip(minus_di.part(tile));
        for (((plus, minus), direction), ((up, down), range)) in outs.zip(&mut directions).zip(values) {
            [*plus, *minus, *direction] = indicators(*up, *down, *range);
        }
        let count = stream.adx.run(&directions[..len], &mut averages);
        adx.part(written..written + count)
            .copy_from_slice(&averages[..count]);
        written += count;
    }
}

/// The movement up and down between two bars, each (high, low): the greater counts, if it is one.
#[inline(always)]
fn directional(before: (f64, f64), bar: (f64, f64)) -> (f64, f64) {
    let (up, down) = (bar.0 - before.0, before.1 - bar.1);
    (
        if (up > down) & (up > 0.0) { up } else { 0.0 },
        if (down > up) & (down > 0.0) { down } else { 0.0 },
    )
}

/// Both indicators and what the index averages.
#[inline(always)]
fn indicators(up: f64, down: f64, range: f64) -> [f64; 3] {
    let (plus, minus) = (100.0 * (up / range), 100.0 * (down / range));
    let movement = up + down;
    let direction = 100.0 * ((up - down).abs() / movement);
    [
        if range > NOTHING_LEFT { plus } else { 0.0 },
        if range > NOTHING_LEFT { minus } else { 0.0 },
        if movement > NOTHING_LEFT { direction } else { 0.0 },
    ]
}

/// [`Adx`] bar by bar, with the same bits.
#[derive(Debug, Clone)]
pub struct AdxStream {
    period: usize,
    /// High, low and close of the bar before.
    last: Option<(f64, f64, f64)>,
    /// Movements seen while they are summed, at most `period` − 1.
    seen: usize,
    /// Movements up and down and true ranges, averaged.
    smoothed: [Smoother; 3],
    sums: [f64; 3],
    adx: SeededSmoother,
}

impl AdxStream {
    /// Takes the next bar; returns the system, in which is absent what has no value yet.
    pub fn push(&mut self, high: f64, low: f64, close: f64) -> DirectionalMovement {
        let values = self.step(high, low, close);
        let adx = values.and_then(|[_, _, direction]| self.adx.push(direction));
        DirectionalMovement {
            adx,
            plus_di: values.map(|[plus, _, _]| plus),
            minus_di: values.map(|[_, minus, _]| minus),
        }
    }

    fn step(&mut self, high: f64, low: f64, close: f64) -> Option<[f64; 3]> {
        let (last_high, last_low, last_close) = self.last.replace((high, low, close))?;
        let (up, down) = directional((last_high, last_low), (high, low));
        let movements = [up, down, true_range(high, low, last_close)];
        if self.seen + 1 < self.period {
            self.seen += 1;
            for (sum, movement) in self.sums.iter_mut().zip(movements) {
                *sum += movement;
            }
            // The sum over one value more than was summed is Wilder's start.
            let smoothing = Smoothing::of_wilder(self.period);
            self.smoothed = self
                .sums
                .map(|sum| Smoother::new(smoothing, sum / self.period as f64));
            return None;
        }
        let [of_up, of_down, of_range] = &mut self.smoothed;
        Some(indicators(
            of_up.push(movements[0]),
            of_down.push(movements[1]),
            of_range.push(movements[2]),
        ))
    }
}

staggered_outputs!(
    Adx, AdxStream, Hlc<'_>, Hlc::of, (high, low, close),
    [3] { adx, plus_di, minus_di }
);

impl Definition for Adx {
    fn spec() -> IndicatorSpec {
        let outputs = ["adx", "plus_di", "minus_di"];
        let description = "average directional index and directional indicators, 0 to 100";
        specification(NAME, description, &["high", "low", "close"], &outputs)
            .with(params::period_spec(
                "period",
                14,
                2,
                "bars in the averages; the newest weighs 1/period",
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
    fn only_the_greater_movement_counts() {
        assert_eq!(directional((10.0, 8.0), (12.0, 7.0)), (2.0, 0.0));
        assert_eq!(directional((10.0, 8.0), (11.0, 5.0)), (0.0, 3.0));
        assert_eq!(directional((10.0, 8.0), (11.0, 7.0)), (0.0, 0.0));
        assert_eq!(directional((10.0, 8.0), (9.0, 9.0)), (0.0, 0.0));
    }

    #[test]
    fn without_movement_all_are_zero() {
        let flat = [5.0; 12];
        for series in Adx::new(3)
            .unwrap()
            .series(Hlc::new(&flat, &flat, &flat).unwrap())
        {
            assert!(series.valid().iter().all(|value| *value == 0.0));
        }
    }
}
