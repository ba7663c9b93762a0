//! On-balance volume.

use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, Params};

use crate::{
    CloseVolume, Definition,
    indicator::one_output,
    outs::Out,
    spec::specification,
    tiles::{TILE, tiles},
};

const NAME: &str = "obv";

/// On-balance volume: the sum of volumes, added where the close rose and taken away where it fell.
///
/// Starts at the first bar's volume, as in TA-Lib, so only its changes mean something: cutting bars off
/// the front shifts all of it. Joseph Granville, *New Key to Stock Market Profits* (1963). TA-Lib:
/// `OBV`.
///
/// ```
/// use threadx_indicators::{CloseVolume, Obv};
///
/// let bars = CloseVolume::new(&[1.0, 2.0, 2.0, 1.0], &[10.0, 5.0, 7.0, 2.0])?;
/// assert_eq!(Obv::new().series(bars).valid(), [10.0, 15.0, 15.0, 13.0]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Obv;

impl Obv {
    /// The indicator; it has no parameters.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }

    /// Bars before the first value: none.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        0
    }

    /// The sum bar by bar.
    #[must_use]
    pub const fn stream(&self) -> ObvStream {
        ObvStream {
            last_close: None,
            sum: 0.0,
        }
    }

    #[expect(clippy::unused_self, reason = "the shape that all indicators share")]
    fn kernel(&self, bars: CloseVolume<'_>, mut out: Out<'_>) {
        let (close, volume) = (bars.close(), bars.volume());
        let mut sum = volume[0];
        out.part(0..1).fill(sum);
        for tile in tiles(close.len() - 1, TILE) {
            let closes = close[tile.clone()].iter().zip(&close[tile.start + 1..]);
            let bars = closes.zip(&volume[tile.start + 1..]);
            for (out, ((before, after), volume)) in
                out.part(tile.start + 1..tile.end + 1).iter_mut().zip(bars)
            {
                sum += signed(*before, *after, *volume);
                *out = sum;
            }
        }
    }
}

/// The volume with the sign of the change; without branches, whose outcome nobody could predict.
#[inline(always)]
fn signed(before: f64, after: f64, volume: f64) -> f64 {
    let rose = if after > before { volume } else { 0.0 };
    let fell = if after < before { volume } else { 0.0 };
    rose - fell
}

/// [`Obv`] bar by bar, with the same bits.
#[derive(Debug, Clone)]
pub struct ObvStream {
    last_close: Option<f64>,
    sum: f64,
}

impl ObvStream {
    /// Takes the next bar; returns the sum.
    pub fn push(&mut self, close: f64, volume: f64) -> Option<f64> {
        match self.last_close.replace(close) {
            None => self.sum = volume,
            Some(before) => self.sum += signed(before, close, volume),
        }
        Some(self.sum)
    }
}

one_output!(Obv, ObvStream, CloseVolume<'_>, CloseVolume::of, (close, volume));

impl Definition for Obv {
    fn spec() -> IndicatorSpec {
        let description = "volumes summed with the sign of the change of the close";
        specification(NAME, description, &["close", "volume"], &[NAME]).into()
    }

    fn from_params(_params: &Params) -> Result<Self, IndicatorError> {
        Ok(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bar_has_a_value() {
        let bars = CloseVolume::new(&[3.0], &[7.0]).unwrap();
        assert_eq!(Obv.series(bars).valid(), [7.0]);
    }
}
