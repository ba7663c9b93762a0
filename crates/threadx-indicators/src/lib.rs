//! Technical indicators: pure kernels over slices, their catalogue and parameters.
//!
//! Three ways in, from plain to general:
//!
//! - a type per indicator, [`Sma`], [`Bbands`], …: parameters checked once by its constructor, then
//!   `fill` writes into a given buffer, `series` allocates one, and `stream` is the incremental form;
//! - the catalogue: [`specs`] publishes every indicator, [`compute`] runs one by name;
//! - [`IndicatorSource`]: what a strategy asks for its indicators, computed for it ([`Direct`]) or shared.
//!
//! ```
//! use threadx_indicators::{Bbands, Sma};
//!
//! let close = [10.0, 11.0, 12.0, 11.0];
//! let average = Sma::new(2)?.series(&close);
//! assert_eq!(average.get(0), None);
//! assert_eq!(average.valid(), [10.5, 11.5, 11.5]);
//!
//! let [upper, middle, _lower] = Bbands::new(2, 2.0)?.series(&close);
//! assert_eq!((upper.get(3), middle.get(3)), (Some(12.5), Some(11.5)));
//! # Ok::<(), threadx_error::IndicatorError>(())
//! ```
//!
//! # Invariants
//!
//! - No value depends on a later bar: cutting off the future changes no bit of the past.
//! - The incremental form of an indicator gives the same bits as the form over slices.
//! - What is not defined is absent, never 0, NaN or infinite; from finite prices come finite values.
//! - Equal windows have equal sums, means and deviations to the last bit, wherever they stand; nothing
//!   drifts over a long series.
//! - No clock, no file, no thread, no global state, and no unsafe code.

mod average;
mod bar;
mod catalogue;
mod indicator;
mod outputs;
mod outs;
mod params;
mod series;
mod slices;
mod smoothing;
mod source;
mod spec;
mod volatility;
mod warm;
mod window;

pub use average::{
    ema::{Ema, EmaStream},
    sma::{Sma, SmaStream},
    wma::{Wma, WmaStream},
};
pub use bar::Bar;
pub use catalogue::{build, compute, resolve, spec, specs, warm_up};
pub use indicator::{Definition, Indicator, Stream};
pub use outputs::Outputs;
pub use params::PERIOD_MAX;
pub use series::Series;
pub use source::{Direct, IndicatorSource};
pub use volatility::bbands::{Bands, Bbands, BbandsStream};
