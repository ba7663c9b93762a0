//! Indicators that other indicators are made of.

use std::sync::Arc;

use threadx_error::IndicatorError;
use threadx_spec::Params;

use crate::{IndicatorSource, Outputs, Series};

/// All outputs of the indicator `name`, whose only parameter is the period, from a source.
pub(crate) fn parts(
    source: &dyn IndicatorSource,
    name: &str,
    period: usize,
) -> Result<Arc<Outputs>, IndicatorError> {
    // Periods are at most 100,000.
    source.outputs(name, &Params::from_iter([("period", period as i64)]))
}

/// The only output of the indicator `name`, whose only parameter is the period, from a source.
pub(crate) fn part(
    source: &dyn IndicatorSource,
    name: &str,
    period: usize,
) -> Result<Arc<Series>, IndicatorError> {
    source.series(name, &Params::from_iter([("period", period as i64)]), name)
}

/// The highest highs and lowest lows of windows, from a source.
pub(crate) struct Extremes(Arc<Outputs>);

impl Extremes {
    pub(crate) fn of(source: &dyn IndicatorSource, period: usize) -> Result<Self, IndicatorError> {
        parts(source, "donchian", period).map(Self)
    }

    /// One value per window.
    pub(crate) fn highest(&self) -> &[f64] {
        self.output("upper")
    }

    /// One value per window.
    pub(crate) fn lowest(&self) -> &[f64] {
        self.output("lower")
    }

    /// The mean of both, one value per window.
    pub(crate) fn middle(&self) -> &[f64] {
        self.output("middle")
    }

    fn output(&self, name: &str) -> &[f64] {
        self.0.get(name).map_or(&[], |series| series.valid())
    }
}
