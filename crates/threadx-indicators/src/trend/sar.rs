//! The parabolic stop and reverse.

use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, ParamSpec, Params};

use crate::{
    Definition, HighLow,
    indicator::one_output,
    outs::Out,
    params,
    spec::specification,
    tiles::{TILE, tiles},
};

const NAME: &str = "sar";

/// The parabolic stop and reverse: a stop level that follows the trend at a growing pace and changes
/// sides when it is reached. In units of the price.
///
/// The level moves by f·(extreme − level) a bar; f grows by `acceleration` with each new extreme up to
/// `maximum`. As in TA-Lib the first trend is down if the second bar has a directional movement down,
/// else up. J. Welles Wilder, *New Concepts in Technical Trading Systems* (1978). TA-Lib: `SAR`.
///
/// ```
/// use threadx_indicators::{HighLow, Sar};
///
/// let prices = HighLow::new(&[10.0, 11.0, 12.0, 11.0], &[9.0, 10.0, 11.0, 8.0])?;
/// let sar = Sar::new(0.02, 0.2)?.series(prices);
/// // Up from the first low; the third low breaks it, and the stop is the highest high.
/// assert_eq!((sar.first_valid(), sar.get(1), sar.get(3)), (1, Some(9.0), Some(12.0)));
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sar {
    acceleration: f64,
    maximum: f64,
}

impl Sar {
    /// The level with steps of `acceleration`, 0..=1, up to `maximum`, 0..=1; an `acceleration` above
    /// the `maximum` is the maximum.
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for other values.
    pub fn new(acceleration: f64, maximum: f64) -> Result<Self, IndicatorError> {
        let maximum = params::check_number(NAME, "maximum", maximum, 0.0..=1.0)?;
        let acceleration = params::check_number(NAME, "acceleration", acceleration, 0.0..=1.0)?;
        Ok(Self {
            acceleration: acceleration.min(maximum),
            maximum,
        })
    }

    /// Bars before the first level: 1.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        1
    }

    /// The level bar by bar.
    #[must_use]
    pub const fn stream(&self) -> SarStream {
        SarStream {
            sar: *self,
            last: None,
            trend: None,
        }
    }

    fn kernel(&self, prices: HighLow<'_>, mut out: Out<'_>) {
        let mut stream = self.stream();
        // The trend begins with the second bar.
        for (high, low) in prices.high().iter().zip(prices.low()).take(2) {
            if let Some(level) = stream.push(*high, *low) {
                out.part(0..1).fill(level);
            }
        }
        let (Some(mut last), Some(mut trend)) = (stream.last, stream.trend) else {
            return;
        };
        for tile in tiles(out.len() - 1, TILE) {
            let bars = prices.part(tile.start + 2..tile.end + 2);
            let outs = out.part(tile.start + 1..tile.end + 1);
            for (out, (high, low)) in outs.iter_mut().zip(bars.high().iter().zip(bars.low())) {
                let bar = (*high, *low);
                *out = trend.follow(self, last, bar);
                last = bar;
            }
        }
    }
}

/// [`Sar`] bar by bar, with the same bits.
#[derive(Debug, Clone)]
pub struct SarStream {
    sar: Sar,
    /// High and low of the bar before.
    last: Option<(f64, f64)>,
    trend: Option<Trend>,
}

/// A trend that is followed.
#[derive(Debug, Clone, Copy)]
struct Trend {
    up: bool,
    /// The level for the next bar.
    level: f64,
    /// The highest high of a trend up, the lowest low of one down.
    extreme: f64,
    /// The pace f.
    pace: f64,
}

impl SarStream {
    /// Takes the next bar; returns the level, `None` at the first.
    pub fn push(&mut self, high: f64, low: f64) -> Option<f64> {
        let last = self.last.replace((high, low))?;
        // TA-Lib takes the second bar for its own predecessor once the trend has begun there.
        let (before, mut trend) = match self.trend {
            Some(trend) => (last, trend),
            None => ((high, low), self.begin(last, (high, low))),
        };
        let level = trend.follow(&self.sar, before, (high, low));
        self.trend = Some(trend);
        Some(level)
    }

    fn begin(&self, first: (f64, f64), second: (f64, f64)) -> Trend {
        let (rise, fall) = (second.0 - first.0, first.1 - second.1);
        let down = fall > 0.0 && rise < fall;
        Trend {
            up: !down,
            level: if down { first.0 } else { first.1 },
            extreme: if down { second.1 } else { second.0 },
            pace: self.sar.acceleration,
        }
    }
}

impl Trend {
    /// The level at `bar`, (high, low), which follows `before`; moves on to the next bar.
    #[inline(always)]
    fn follow(&mut self, sar: &Sar, before: (f64, f64), bar: (f64, f64)) -> f64 {
        if self.up {
            self.follow_one_way::<true>(sar, before, bar)
        } else {
            self.follow_one_way::<false>(sar, before, bar)
        }
    }

    /// As [`follow`](Self::follow), knowing the way: the processor need not choose in every step.
    #[inline(always)]
    fn follow_one_way<const UP: bool>(&mut self, sar: &Sar, before: (f64, f64), bar: (f64, f64)) -> f64 {
        let reached = if UP {
            bar.1 <= self.level
        } else {
            bar.0 >= self.level
        };
        if reached {
            self.up = !UP;
            let level = if UP {
                above(self.extreme, before, bar)
            } else {
                below(self.extreme, before, bar)
            };
            self.extreme = if UP { bar.1 } else { bar.0 };
            self.pace = sar.acceleration;
            let next = self.towards_extreme(level);
            self.level = if UP {
                above(next, before, bar)
            } else {
                below(next, before, bar)
            };
            return level;
        }
        let level = self.level;
        let newest = if UP { bar.0 } else { bar.1 };
        let further = if UP {
            newest > self.extreme
        } else {
            newest < self.extreme
        };
        // Both are chosen without a jump, which would be hard to foresee.
        let faster = lower(self.pace + sar.acceleration, sar.maximum);
        self.pace = if further { faster } else { self.pace };
        self.extreme = if further { newest } else { self.extreme };
        let next = self.towards_extreme(level);
        self.level = if UP {
            below(next, before, bar)
        } else {
            above(next, before, bar)
        };
        level
    }

    /// The level moved towards the extreme.
    #[inline(always)]
    fn towards_extreme(&self, level: f64) -> f64 {
        level + self.pace * (self.extreme - level)
    }
}

/// The level, but not within the ranges of two bars: in a trend up it lies below them.
#[inline(always)]
fn below(level: f64, before: (f64, f64), bar: (f64, f64)) -> f64 {
    lower(level, lower(before.1, bar.1))
}

/// The level in a trend down, above two bars.
#[inline(always)]
fn above(level: f64, before: (f64, f64), bar: (f64, f64)) -> f64 {
    higher(level, higher(before.0, bar.0))
}

#[inline(always)]
fn lower(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

#[inline(always)]
fn higher(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

one_output!(Sar, SarStream, HighLow<'_>, HighLow::of, (high, low));

impl Definition for Sar {
    fn spec() -> IndicatorSpec {
        specification(NAME, "parabolic stop and reverse", &["high", "low"], &[NAME])
            .with(ParamSpec::float(
                "acceleration",
                0.02,
                0.0..=1.0,
                "growth of the pace with each new extreme",
            ))
            .with(ParamSpec::float(
                "maximum",
                0.2,
                0.0..=1.0,
                "largest pace, a fraction of the distance a bar",
            ))
            .into()
    }

    fn from_params(params: &Params) -> Result<Self, IndicatorError> {
        Self::new(
            params::number(NAME, params, "acceleration")?,
            params::number(NAME, params, "maximum")?,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_a_trend_and_never_enters_the_last_two_bars() {
        let high: Vec<f64> = (0..30).map(|i| 10.0 + f64::from(i)).collect();
        let low: Vec<f64> = high.iter().map(|high| high - 1.0).collect();
        let sar = Sar::new(0.02, 0.2)
            .unwrap()
            .series(HighLow::new(&high, &low).unwrap());
        // At bar 2 TA-Lib heeds the second bar only.
        for bar in 3..30 {
            let level = sar.get(bar).unwrap();
            assert!(level <= low[bar - 1].min(low[bar - 2]), "bar {bar}: {level}");
        }
        assert!(sar.valid().windows(2).all(|pair| pair[0] <= pair[1]));
    }

    #[test]
    fn begins_down_only_after_a_movement_down() {
        let first = |second: (f64, f64)| {
            let (high, low) = ([10.0, second.0], [9.0, second.1]);
            Sar::new(0.02, 0.2)
                .unwrap()
                .series(HighLow::new(&high, &low).unwrap())
                .get(1)
        };
        assert_eq!(first((9.9, 8.0)), Some(10.0));
        assert_eq!(first((10.5, 9.5)), Some(9.0));
        assert_eq!(first((9.8, 9.2)), Some(9.0));
    }
}
