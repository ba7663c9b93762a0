//! The seam through which strategies get indicators.

use std::sync::Arc;

use threadx_error::IndicatorError;
use threadx_market::Bars;
use threadx_spec::Params;

use crate::{Outputs, Series, compute};

/// Indicators over one set of bars, by name and parameters.
///
/// A strategy asks for what it reads and does not know whether it is computed for it or shared:
/// [`Direct`] computes at every call, a bank computes once for all who ask.
pub trait IndicatorSource {
    /// The bars that the indicators are computed over.
    fn bars(&self) -> &Bars;

    /// Every output of the indicator `name` over [`bars`](Self::bars); defaults are taken for the
    /// parameters that `params` leaves out.
    ///
    /// # Errors
    ///
    /// [`IndicatorError`] if the indicator or a parameter is unknown or a value does not fit, or if
    /// the wait for it was given up.
    fn outputs(&self, name: &str, params: &Params) -> Result<Arc<Outputs>, IndicatorError>;

    /// One output of the indicator `name`.
    ///
    /// # Errors
    ///
    /// As [`outputs`](Self::outputs), and [`IndicatorError::UnknownOutput`].
    fn series(&self, name: &str, params: &Params, output: &str) -> Result<Arc<Series>, IndicatorError> {
        let outputs = self.outputs(name, params)?;
        outputs
            .get(output)
            .cloned()
            .ok_or_else(|| IndicatorError::UnknownOutput {
                indicator: name.to_owned(),
                output: output.to_owned(),
                known: outputs.iter().map(|(known, _)| known.to_owned()).collect(),
            })
    }
}

/// Computes an indicator each time that it is asked for.
///
/// ```
/// # use threadx_market::{Bars, Columns, Timeframe, Timestamp};
/// use threadx_indicators::{Direct, IndicatorSource};
/// use threadx_spec::Params;
///
/// # let first = Timestamp::parse("2019-01-01")?;
/// # let bars = Bars::new(Timeframe::D1, Columns {
/// #     time: vec![first, Timeframe::D1.next(first)],
/// #     open: vec![10.0, 11.0], high: vec![10.0, 11.0], low: vec![10.0, 11.0],
/// #     close: vec![10.0, 11.0], volume: vec![0.0, 0.0],
/// # })?;
/// let source = Direct::new(&bars);
/// let sma = source.series("sma", &Params::from_iter([("period", 2)]), "sma")?;
/// assert_eq!(sma.get(1), Some(10.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Direct<'a> {
    bars: &'a Bars,
}

impl<'a> Direct<'a> {
    /// Indicators over `bars`.
    #[must_use]
    pub const fn new(bars: &'a Bars) -> Self {
        Self { bars }
    }
}

impl IndicatorSource for Direct<'_> {
    fn bars(&self) -> &Bars {
        self.bars
    }

    fn outputs(&self, name: &str, params: &Params) -> Result<Arc<Outputs>, IndicatorError> {
        compute(name, params, self.bars).map(Arc::new)
    }
}
