//! Signals that are crossings of lines.

use std::sync::Arc;

use threadx_indicators::Series;
use threadx_market::Bars;

use crate::{Mask, Signals, side::Sides};

/// A line over bars that many parameter sets share.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum SharedLine {
    /// The close of each bar.
    Close,
    /// One output of an indicator.
    Series(Arc<Series>),
    /// `middle + times · deviation`, rounded after each operation: a band, without a series of its own for each
    /// width.
    Band {
        /// The middle of the bands.
        middle: Arc<Series>,
        /// The deviation; has its first value where `middle` has.
        deviation: Arc<Series>,
        /// How many deviations above the middle; below it if negative.
        times: f64,
    },
    /// The same value on every bar.
    Level(f64),
}

impl SharedLine {
    /// Whether it is surely the other line: the same series, or the same level.
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Close, Self::Close) => true,
            (Self::Series(one), Self::Series(other)) => Arc::ptr_eq(one, other),
            (Self::Level(one), Self::Level(other)) => one == other,
            (
                Self::Band {
                    middle,
                    deviation,
                    times,
                },
                Self::Band {
                    middle: other_middle,
                    deviation: other_deviation,
                    times: other_times,
                },
            ) => {
                Arc::ptr_eq(middle, other_middle)
                    && Arc::ptr_eq(deviation, other_deviation)
                    && times == other_times
            }
            _ => false,
        }
    }
}

impl From<Arc<Series>> for SharedLine {
    fn from(series: Arc<Series>) -> Self {
        Self::Series(series)
    }
}

/// The bars on which one line crosses another, by the rule of [`crossings`](crate::crossings).
#[derive(Debug, Clone)]
pub struct LineCrossing {
    /// The line that crosses.
    pub a: SharedLine,
    /// The line that is crossed.
    pub b: SharedLine,
    /// Whether it crosses from below to above, or from above to below.
    pub above: bool,
}

impl LineCrossing {
    /// The bars on which `a` crosses above `b`.
    #[must_use]
    pub fn above(a: impl Into<SharedLine>, b: impl Into<SharedLine>) -> Self {
        Self {
            a: a.into(),
            b: b.into(),
            above: true,
        }
    }

    /// The bars on which `a` crosses below `b`.
    #[must_use]
    pub fn below(a: impl Into<SharedLine>, b: impl Into<SharedLine>) -> Self {
        Self {
            above: false,
            ..Self::above(a, b)
        }
    }

    /// One bit per bar of `bars`.
    #[must_use]
    pub fn mask(&self, bars: &Bars) -> Mask {
        self.edges(&SideWords::of(self, bars))
    }

    /// The crossings where the side changes.
    fn edges(&self, sides: &SideWords) -> Mask {
        let mut before = sides.initial;
        let words = sides.words.iter().map(|word| {
            let shifted = *word << 1 | before;
            before = *word >> 63;
            if self.above {
                *word & !shifted
            } else {
                !*word & shifted
            }
        });
        Mask::from_words(words.collect(), sides.bars)
    }

    /// Whether the same lines cross, either way.
    fn has_lines_of(&self, other: &Self) -> bool {
        self.a.is(&other.a) && self.b.is(&other.b)
    }
}

/// On which side of one line another is, bar by bar.
struct SideWords {
    words: Vec<u64>,
    /// The side before the first bar.
    initial: u64,
    bars: usize,
}

impl SideWords {
    /// Of the lines of a crossing.
    fn of(crossing: &LineCrossing, bars: &Bars) -> Self {
        let sides = Sides::new(&crossing.a, &crossing.b, bars);
        let mut words = vec![0; bars.len().div_ceil(64)];
        sides.write(&crossing.a, &crossing.b, bars, &mut words);
        Self {
            words,
            initial: sides.initial(),
            bars: bars.len(),
        }
    }
}

/// The four masks of a signal strategy as crossings of lines.
///
/// A strategy that decides by nothing else says so in
/// [`SignalStrategy::line_signals`](crate::SignalStrategy::line_signals); a sweep then compares the lines of many
/// parameter sets tile by tile, and what two of them have in common once.
///
/// ```
/// use threadx_engine::{LineCrossing, LineSignals, SharedLine};
///
/// // Long above 100, short below it.
/// let above = LineCrossing::above(SharedLine::Close, SharedLine::Level(100.0));
/// let below = LineCrossing::below(SharedLine::Close, SharedLine::Level(100.0));
/// let signals = LineSignals {
///     long_entry: above.clone(),
///     long_exit: below.clone(),
///     short_entry: below,
///     short_exit: above,
/// };
/// # assert!(signals.long_entry.above);
/// ```
#[derive(Debug, Clone)]
pub struct LineSignals {
    /// Bars that enter long.
    pub long_entry: LineCrossing,
    /// Bars that leave a long position.
    pub long_exit: LineCrossing,
    /// Bars that enter short.
    pub short_entry: LineCrossing,
    /// Bars that leave a short position.
    pub short_exit: LineCrossing,
}

impl LineSignals {
    /// The masks over `bars`.
    #[must_use]
    pub fn signals(&self, bars: &Bars) -> Signals {
        let crossings = [
            &self.long_entry,
            &self.long_exit,
            &self.short_entry,
            &self.short_exit,
        ];
        // Most strategies cross the same lines both ways: each pair is compared once.
        let mut compared: Vec<(&LineCrossing, SideWords)> = Vec::new();
        let [long_entry, long_exit, short_entry, short_exit] = crossings.map(|crossing| {
            let known = compared.iter().find(|(known, _)| known.has_lines_of(crossing));
            if let Some((_, sides)) = known {
                return crossing.edges(sides);
            }
            let sides = SideWords::of(crossing, bars);
            let mask = crossing.edges(&sides);
            compared.push((crossing, sides));
            mask
        });
        Signals {
            long_entry,
            long_exit,
            short_entry,
            short_exit,
        }
    }
}
