//! Equity over time, and the returns it makes.

use threadx_market::{Bars, Timeframe, Timestamp};

/// Equity at the close of each bar of a run, and what it started from.
///
/// `time` and `equity` hold one value per bar; if their lengths differ, what the longer has more is
/// ignored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EquityCurve<'a> {
    /// E₀: equity before the first bar, currency, above 0.
    pub starting_value: f64,
    /// The interval that each bar covers.
    pub timeframe: Timeframe,
    /// Open time of each bar, strictly increasing.
    pub time: &'a [Timestamp],
    /// E₁ to Eₙ: equity at each bar's close, after all fills and fees of the bar; currency, finite and
    /// at least 0.
    pub equity: &'a [f64],
}

impl<'a> EquityCurve<'a> {
    /// The curve of a run over `bars`.
    #[must_use]
    pub fn new(starting_value: f64, bars: &'a Bars, equity: &'a [f64]) -> Self {
        Self {
            starting_value,
            timeframe: bars.timeframe(),
            time: bars.time(),
            equity,
        }
    }

    /// The same curve with as many stamps as values.
    pub(super) fn paired(self) -> Self {
        let bars = self.time.len().min(self.equity.len());
        Self {
            time: &self.time[..bars],
            equity: &self.equity[..bars],
            ..self
        }
    }

    /// E₀ for bar 0, otherwise the equity of the bar before.
    pub(super) fn base(&self, bar: usize) -> f64 {
        if bar == 0 {
            self.starting_value
        } else {
            self.equity[bar - 1]
        }
    }
}

/// `value / base − 1`, and 0 on a base of 0.
///
/// Equity of 0 stays 0 (a liquidated run takes no more trades): nothing is gained or lost on it.
#[inline(always)]
pub(super) fn simple_return(base: f64, value: f64) -> f64 {
    // Divided before it is asked whether that may be: so a vector unit does both for many bars at once.
    let gain = value / base - 1.0;
    if base > 0.0 { gain } else { 0.0 }
}

/// Writes the returns of `values`, the first of them on `base`, to the front of `returns`.
#[inline(always)]
pub(super) fn write_returns(base: f64, values: &[f64], returns: &mut [f64]) {
    let (Some((first, later)), Some((first_return, later_returns))) =
        (values.split_first(), returns.split_first_mut())
    else {
        return;
    };
    *first_return = simple_return(base, *first);
    for ((to, value), base) in later_returns.iter_mut().zip(later).zip(values) {
        *to = simple_return(*base, *value);
    }
}

/// The number if it is one; a quotient may overflow where its parts did not.
pub(crate) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// The quotient; `None` over nothing or beyond the range of an `f64`.
pub(crate) fn ratio(over: f64, under: f64) -> Option<f64> {
    if under == 0.0 || !under.is_finite() {
        None
    } else {
        finite(over / under)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn returns_are_on_the_value_before_and_0_on_nothing() {
        let mut returns = [9.0; 5];
        write_returns(100.0, &[110.0, 55.0, 0.0, 0.0], &mut returns);
        assert_eq!(returns, [110.0 / 100.0 - 1.0, -0.5, -1.0, 0.0, 9.0]);
    }
}
