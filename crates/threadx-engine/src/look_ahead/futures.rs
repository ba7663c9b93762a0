//! Other futures of the same past.

use serde::Serialize;
use threadx_error::BacktestError;
use threadx_market::{Bars, Columns};

/// What becomes of the bars from a cut on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Future {
    /// They stay: a second run on the same bars.
    Same,
    /// They are cut off.
    CutOff,
    /// They come in another order.
    Shuffled,
    /// Their prices are three times as high.
    Raised,
    /// Their prices are a third as high.
    Lowered,
}

impl Future {
    /// Those that differ.
    pub(super) const OTHER: [Self; 4] = [Self::CutOff, Self::Shuffled, Self::Raised, Self::Lowered];

    /// The bars with this future from bar `cut` on.
    pub(super) fn of(self, bars: &Bars, cut: usize, seed: u64) -> Result<Bars, BacktestError> {
        let rest = cut..bars.len();
        match self {
            Self::Same => Ok(bars.clone()),
            Self::CutOff => Ok(bars.slice(0..cut)),
            Self::Shuffled => rebuilt(bars, cut, &shuffled(rest.collect(), seed ^ cut as u64), 1.0),
            Self::Raised => rebuilt(bars, cut, &rest.collect::<Vec<_>>(), 3.0),
            Self::Lowered => rebuilt(bars, cut, &rest.collect::<Vec<_>>(), 1.0 / 3.0),
        }
    }
}

impl std::fmt::Display for Future {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Same => "unchanged",
            Self::CutOff => "cut off",
            Self::Shuffled => "shuffled",
            Self::Raised => "raised",
            Self::Lowered => "lowered",
        })
    }
}

/// The bars up to `cut`, then those of `order` with prices times `factor`, at the stamps that there are.
fn rebuilt(bars: &Bars, cut: usize, order: &[usize], factor: f64) -> Result<Bars, BacktestError> {
    let column = |values: &[f64], factor: f64| {
        let rest = order.iter().map(|row| values[*row] * factor);
        values[..cut].iter().copied().chain(rest).collect::<Vec<f64>>()
    };
    let columns = Columns {
        time: bars.time().to_vec(),
        open: column(bars.open(), factor),
        high: column(bars.high(), factor),
        low: column(bars.low(), factor),
        close: column(bars.close(), factor),
        volume: column(bars.volume(), 1.0),
    };
    // A price near the end of the range of an f64 may leave it.
    Bars::new(bars.timeframe(), columns).map_err(|error| BacktestError::Future {
        rule: error.to_string(),
    })
}

/// The rows in another order (Fisher and Yates), by the generator `SplitMix64` of Steele, Lea and Flood.
fn shuffled(mut rows: Vec<usize>, seed: u64) -> Vec<usize> {
    let mut state = seed;
    let mut draw = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    for last in (1..rows.len()).rev() {
        let other = draw() % (last as u64 + 1);
        rows.swap(last, other as usize);
    }
    rows
}
