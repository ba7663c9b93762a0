//! Chaikin money flow.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, Params};

use super::ad::{fill_flows, flow};
use crate::{
    Definition, Hlcv,
    indicator::one_output,
    outs::Out,
    params,
    spec::specification,
    tiles::{tiles, window_tile},
    warm::Warm,
    window::{WindowMean, map_means},
};

const NAME: &str = "cmf";

/// Chaikin money flow: Σ volume × ((close − low) − (high − close))/(high − low) over Σ volume, both over
/// the last `period` bars. From −1 to 1.
///
/// A bar without a range adds nothing above; 0 where nothing was traded. Marc Chaikin. TA-Lib has none.
///
/// ```
/// use threadx_indicators::{Cmf, Hlcv};
///
/// let bars = Hlcv::new(&[3.0; 3], &[1.0; 3], &[3.0, 1.0, 2.0], &[4.0, 12.0, 4.0])?;
/// assert_eq!(Cmf::new(2)?.series(bars).valid(), [-0.5, -0.75]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cmf {
    period: usize,
}

impl Cmf {
    /// The flow over `period` bars, 1..=[`PERIOD_MAX`](crate::PERIOD_MAX).
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for another period.
    pub fn new(period: usize) -> Result<Self, IndicatorError> {
        params::check_period(NAME, "period", period, 1).map(|period| Self { period })
    }

    /// Bars before the first value: `period` − 1.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.period - 1
    }

    /// The flow bar by bar.
    #[must_use]
    pub fn stream(&self) -> CmfStream {
        CmfStream {
            flows: WindowMean::new(self.period),
            volumes: WindowMean::new(self.period),
            warm: Warm::after(self.warm_up()),
        }
    }

    fn kernel(&self, bars: Hlcv<'_>, out: Out<'_>) {
        fill_ratios(bars, self.period, out);
    }
}

/// Writes the flow of each window.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn fill_ratios(bars: Hlcv<'_>, period: usize, mut out: Out<'_>) {
    let tile = window_tile(period).min(out.len());
    let mut flows = vec![0.0; tile + period - 1];
    let [mut flow_means, mut volume_means] = [(); 2].map(|()| vec![0.0; tile]);
    for range in tiles(out.len(), tile) {
        let bars = bars.part(range.start..range.end + period - 1);
        let flows = &mut flows[..bars.len()];
        fill_flows(bars, flows);
        let (flow, volume) = (&mut flow_means[..range.len()], &mut volume_means[..range.len()]);
        map_means(flows, period, [Out::Given(flow)], |mean| [mean]);
        map_means(bars.volume(), period, [Out::Given(volume)], |mean| [mean]);
        for (out, (flow, volume)) in out.part(range).iter_mut().zip(flow.iter().zip(&*volume)) {
            *out = ratio(*flow, *volume);
        }
    }
}

#[inline(always)]
fn ratio(flow: f64, volume: f64) -> f64 {
    let ratio = flow / volume;
    if volume > 0.0 { ratio } else { 0.0 }
}

/// [`Cmf`] bar by bar, with the same bits.
#[derive(Debug, Clone)]
pub struct CmfStream {
    flows: WindowMean,
    volumes: WindowMean,
    warm: Warm,
}

impl CmfStream {
    /// Takes the next bar; returns the flow, `None` during the warm-up.
    pub fn push(&mut self, high: f64, low: f64, close: f64, volume: f64) -> Option<f64> {
        let means = (
            self.flows.push(flow(high, low, close, volume)),
            self.volumes.push(volume),
        );
        self.warm.then(|| ratio(means.0, means.1))
    }
}

one_output!(Cmf, CmfStream, Hlcv<'_>, Hlcv::of, (high, low, close, volume));

impl Definition for Cmf {
    fn spec() -> IndicatorSpec {
        let inputs = ["high", "low", "close", "volume"];
        specification(NAME, "Chaikin money flow, -1 to 1", &inputs, &[NAME])
            .with(params::period_spec("period", 20, 1, "bars in the window"))
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
    fn without_volume_it_is_zero() {
        let bars = Hlcv::new(&[3.0; 3], &[1.0; 3], &[3.0; 3], &[0.0; 3]).unwrap();
        assert_eq!(Cmf::new(2).unwrap().series(bars).valid(), [0.0, 0.0]);
    }
}
