//! The accumulation/distribution line.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, Params};

use crate::{Definition, Hlcv, indicator::one_output, outs::Out, spec::specification};

const NAME: &str = "ad";

/// Bars whose flows are divided at once.
const BLOCK: usize = 4;

/// The accumulation/distribution line: the sum of volume × ((close − low) − (high − close))/(high − low).
///
/// A bar without a range adds nothing. Only its changes mean something. Marc Chaikin. TA-Lib: `AD`.
///
/// ```
/// use threadx_indicators::{Ad, Hlcv};
///
/// let bars = Hlcv::new(&[3.0, 4.0], &[1.0, 2.0], &[3.0, 2.5], &[10.0, 8.0])?;
/// assert_eq!(Ad::new().series(bars).valid(), [10.0, 6.0]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ad;

impl Ad {
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

    /// The line bar by bar.
    #[must_use]
    pub const fn stream(&self) -> AdStream {
        AdStream { sum: 0.0 }
    }

    fn kernel(&self, bars: Hlcv<'_>, mut out: Out<'_>) {
        fill_line(&mut self.stream(), bars, out.all());
    }
}

/// Writes the line.
#[multiversion(targets("x86_64+avx2"))]
pub(super) fn fill_line(stream: &mut AdStream, bars: Hlcv<'_>, out: &mut [f64]) {
    stream.run(bars, out);
}

/// Writes the flow of each bar.
#[inline(always)]
pub(super) fn fill_flows(bars: Hlcv<'_>, out: &mut [f64]) {
    let columns = bars
        .high()
        .iter()
        .zip(bars.low())
        .zip(bars.close())
        .zip(bars.volume());
    for (out, (((high, low), close), volume)) in out.iter_mut().zip(columns) {
        *out = flow(*high, *low, *close, *volume);
    }
}

/// The volume times where the close stands in the bar's range, −1 at its low to 1 at its high.
#[inline(always)]
pub(super) fn flow(high: f64, low: f64, close: f64, volume: f64) -> f64 {
    let range = high - low;
    let flow = ((close - low) - (high - close)) / range * volume;
    if range > 0.0 { flow } else { 0.0 }
}

/// [`Ad`] bar by bar, with the same bits.
#[derive(Debug, Clone)]
pub struct AdStream {
    sum: f64,
}

impl AdStream {
    /// Takes `bars`; writes the line, as many values.
    #[inline(always)]
    fn run(&mut self, bars: Hlcv<'_>, out: &mut [f64]) {
        let (blocks, rest) = out.as_chunks_mut::<BLOCK>();
        let mut bars = bars;
        for out in blocks {
            fill_flows(bars, out);
            bars = bars.part(BLOCK..bars.len());
            self.add_up(out);
        }
        fill_flows(bars, rest);
        self.add_up(rest);
    }

    #[inline(always)]
    fn add_up(&mut self, flows: &mut [f64]) {
        for flow in flows {
            self.sum += *flow;
            *flow = self.sum;
        }
    }

    /// Takes the next bar; returns the line.
    pub fn push(&mut self, high: f64, low: f64, close: f64, volume: f64) -> Option<f64> {
        self.sum += flow(high, low, close, volume);
        Some(self.sum)
    }
}

one_output!(Ad, AdStream, Hlcv<'_>, Hlcv::of, (high, low, close, volume));

impl Definition for Ad {
    fn spec() -> IndicatorSpec {
        let inputs = ["high", "low", "close", "volume"];
        specification(NAME, "accumulation/distribution line", &inputs, &[NAME]).into()
    }

    fn from_params(_params: &Params) -> Result<Self, IndicatorError> {
        Ok(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_close_at_an_end_takes_the_whole_volume() {
        assert_eq!(flow(4.7, 1.1, 4.7, 8.0), 8.0);
        assert_eq!(flow(4.7, 1.1, 1.1, 8.0), -8.0);
        assert_eq!(flow(2.0, 2.0, 2.0, 8.0), 0.0);
    }
}
