//! What every indicator can do, whatever its parameters and outputs.

use std::fmt::Debug;

use threadx_error::IndicatorError;
use threadx_market::Bars;
use threadx_spec::{IndicatorSpec, Params};

use crate::{Bar, Outputs};

/// An indicator with its parameters, checked: over all bars at once, or bar by bar.
///
/// Both forms give the same bits. Made by [`build`](crate::build) from a name and parameters, or by
/// the constructor of a concrete type such as [`Sma`](crate::Sma).
pub trait Indicator: Debug + Send + Sync {
    /// Bars before the first on which every output has a value.
    fn warm_up(&self) -> usize;

    /// Every output over `bars`, in the order of the specification.
    fn compute(&self, bars: &Bars) -> Outputs;

    /// The incremental form, before its first bar.
    fn start(&self) -> Box<dyn Stream>;
}

/// An indicator bar by bar.
pub trait Stream: Debug + Send {
    /// Takes the next bar and writes the value of each output on it, in the order of the
    /// specification, `None` during the warm-up.
    ///
    /// Entries of `out` beyond the number of outputs are left alone, and outputs beyond its end are
    /// not written.
    fn push_bar(&mut self, bar: &Bar, out: &mut [Option<f64>]);
}

/// An indicator of the catalogue: what it publishes, and how it is made from parameters.
pub trait Definition: Indicator + Sized + 'static {
    /// Name, parameters with their bounds, inputs and outputs.
    fn spec() -> IndicatorSpec;

    /// The indicator with `params`, of which each is known, typed and within its bounds, as
    /// [`resolve`](crate::resolve) returns them.
    ///
    /// # Errors
    ///
    /// [`IndicatorError`] if a parameter is absent, of another type or outside its bounds.
    fn from_params(params: &Params) -> Result<Self, IndicatorError>;
}

/// Writes output number `output`, if `out` reaches so far.
pub(crate) fn put(out: &mut [Option<f64>], output: usize, value: Option<f64>) {
    if let Some(slot) = out.get_mut(output) {
        *slot = value;
    }
}

/// Implements [`Indicator`] and [`Stream`] for an indicator that reads the close and has one output,
/// named as the indicator.
macro_rules! indicator_of_close {
    ($indicator:ty, $stream:ty) => {
        impl crate::Indicator for $indicator {
            fn warm_up(&self) -> usize {
                self.warm_up()
            }

            fn compute(&self, bars: &threadx_market::Bars) -> crate::Outputs {
                crate::Outputs::new([(NAME, self.series(bars.close()))])
            }

            fn start(&self) -> Box<dyn crate::Stream> {
                Box::new(self.stream())
            }
        }

        impl crate::Stream for $stream {
            fn push_bar(&mut self, bar: &crate::Bar, out: &mut [Option<f64>]) {
                crate::indicator::put(out, 0, self.push(bar.close));
            }
        }
    };
}

pub(crate) use indicator_of_close;
