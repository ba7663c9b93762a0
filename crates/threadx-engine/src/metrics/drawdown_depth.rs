//! The deepest and the longest drawdown, without keeping the curve.

use threadx_market::{Timeframe, Timestamp};

use super::lanes;

/// A fall of less than this is the rounding of equity.
const NOISE: f64 = 1e-13;

/// The depth of a drawdown (a fraction ≤ 0), or 0 where it is rounding noise.
pub(crate) fn without_rounding(depth: f64) -> f64 {
    if depth > -NOISE { 0.0 } else { depth }
}

/// Follows the running peak of equity.
///
/// A drawdown runs from the last bar on the peak to the first that reaches it again. Its duration is
/// from close to close; the starting value stands at the first bar's open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct DrawdownDepth {
    peak: f64,
    /// When equity last stood on the peak.
    peak_at: Instant,
    /// Lowest equity since then; the peak itself outside a drawdown.
    low: f64,
    /// Deepest fall of the drawdowns that are over, a fraction ≤ 0.
    deepest: f64,
    /// Longest of them, seconds.
    longest: f64,
}

/// Kept as it came, since the end of a calendar month costs a calendar.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Instant {
    /// The open of the first bar.
    Start(Timestamp),
    /// The close of the bar with this open.
    CloseOf(Timestamp),
}

impl DrawdownDepth {
    /// Before the first bar, whose open time is `start`.
    pub(super) fn new(starting_value: f64, start: Timestamp) -> Self {
        Self {
            peak: starting_value,
            peak_at: Instant::Start(start),
            low: starting_value,
            deepest: 0.0,
            longest: 0.0,
        }
    }

    /// Adds bars: their open times and equity at their closes.
    #[inline(always)]
    pub(super) fn absorb(&mut self, timeframe: Timeframe, time: &[Timestamp], equity: &[f64]) {
        if lanes::max(equity, f64::NEG_INFINITY, |value| value) < self.peak {
            self.low = -lanes::max(equity, -self.low, |value| -value);
            return;
        }
        for (open, value) in time.iter().zip(equity) {
            if *value >= self.peak {
                if self.low < self.peak {
                    (self.deepest, self.longest) = self.until(timeframe, *open);
                    self.low = *value;
                }
                self.peak = *value;
                self.low = *value;
                self.peak_at = Instant::CloseOf(*open);
            } else if *value < self.low {
                self.low = *value;
            }
        }
    }

    /// Maximum drawdown (a fraction ≤ 0) and longest drawdown (seconds), the last bar having opened at `last`.
    pub(super) fn finish(&self, timeframe: Timeframe, last: Timestamp) -> (f64, f64) {
        if self.low < self.peak {
            self.until(timeframe, last)
        } else {
            (self.deepest, self.longest)
        }
    }

    /// Both figures with the present drawdown, taken to end with the bar that opens at `open`.
    fn until(&self, timeframe: Timeframe, open: Timestamp) -> (f64, f64) {
        let peak_at = match self.peak_at {
            Instant::Start(start) => start,
            Instant::CloseOf(open) => timeframe.next(open),
        };
        let seconds = timeframe.next(open).seconds_since(peak_at);
        (
            self.deepest.min(self.low / self.peak - 1.0),
            self.longest.max(seconds),
        )
    }
}
