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
//! # Memory
//!
//! Columns of a million values are 8 MB each. The allocator of the GNU C library gives those of indicators with several
//! outputs back to the system when they are freed, and taking them again costs several times what most indicators
//! cost to compute. [`keep_freed_memory`](threadx_market::keep_freed_memory), called once at the start of a program,
//! has it keep them; [`Indicator::compute_into`] needs no new memory at all:
//!
//! ```
//! # use threadx_market::{Bars, Columns, Timeframe, Timestamp};
//! use threadx_spec::Params;
//!
//! # let first = Timestamp::parse("2019-01-01")?;
//! # let bars = Bars::new(Timeframe::D1, Columns {
//! #     time: vec![first, Timeframe::D1.next(first)],
//! #     open: vec![10.0, 14.0], high: vec![10.0, 14.0], low: vec![10.0, 14.0],
//! #     close: vec![10.0, 14.0], volume: vec![0.0, 0.0],
//! # })?;
//! let bands = threadx_indicators::build("bbands", &Params::from_iter([("period", 2)]))?;
//! let mut columns = Vec::new();
//! bands.compute_into(&bars, &mut columns);
//! // Upper, middle and lower band of the second bar, the first that has them.
//! assert_eq!(columns, [[16.0], [12.0], [8.0]]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
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
mod bank;
mod bar;
mod catalogue;
mod indicator;
mod inputs;
mod momentum;
mod outputs;
mod outs;
mod params;
mod parts;
mod series;
mod slices;
mod smoothing;
mod source;
mod spec;
mod statistics;
mod tiles;
mod trend;
mod volatility;
mod volume;
mod warm;
mod window;

pub use average::{
    dema::{Dema, DemaStream},
    ema::{Ema, EmaStream},
    hma::{Hma, HmaStream},
    rolling_vwap::{RollingVwap, RollingVwapStream},
    sma::{Sma, SmaStream},
    tema::{Tema, TemaStream},
    vwap::{Session, Vwap, VwapStream},
    wma::{Wma, WmaStream},
};
pub use bank::{BankFigures, BankSource, BankUsage, IndicatorBank};
pub use bar::Bar;
pub use catalogue::{build, compute, resolve, spec, specs, warm_up};
pub use indicator::{Definition, Indicator, Stream};
pub use inputs::{CloseVolume, HighLow, Hlc, Hlcv};
pub use momentum::{
    cci::{Cci, CciStream},
    macd::{Macd, MacdLines, MacdStream},
    mfi::{Mfi, MfiStream},
    mom::{Mom, MomStream},
    roc::{Roc, RocStream},
    rsi::{Rsi, RsiStream},
    stoch::{Stoch, StochStream, Stochastic},
    stochrsi::{FastStochastic, StochRsi, StochRsiStream},
    willr::{Willr, WillrStream},
};
pub use outputs::Outputs;
pub use params::{PERIOD_MAX, SCANNED_PERIOD_MAX};
pub use series::Series;
pub use source::{Direct, IndicatorSource};
pub use statistics::{
    linearreg_slope::{LinearregSlope, LinearregSlopeStream},
    max::{Max, MaxStream},
    min::{Min, MinStream},
    percent_rank::{PercentRank, PercentRankStream},
    stddev::{Stddev, StddevStream},
    zscore::{Zscore, ZscoreStream},
};
pub use trend::{
    adx::{Adx, AdxStream, DirectionalMovement},
    aroon::{Aroon, AroonLines, AroonStream},
    ichimoku::{Ichimoku, IchimokuLines, IchimokuStream},
    sar::{Sar, SarStream},
    supertrend::{Supertrend, SupertrendLine, SupertrendStream},
};
pub use volatility::{
    atr::{Atr, AtrStream},
    bandwidth::{Bandwidth, BandwidthStream},
    bbands::{Bands, Bbands, BbandsStream},
    donchian::{Donchian, DonchianChannel, DonchianStream},
    keltner::{Keltner, KeltnerChannel, KeltnerStream},
    natr::{Natr, NatrStream},
    percent_b::{PercentB, PercentBStream},
};
pub use volume::{
    ad::{Ad, AdStream},
    adosc::{Adosc, AdoscStream},
    cmf::{Cmf, CmfStream},
    obv::{Obv, ObvStream},
};
