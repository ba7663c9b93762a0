//! Markets as data: [`Symbol`], [`Timeframe`], [`Timestamp`] (UTC) and [`Bars`], columns of OHLCV bars.
//!
//! The crate reads no file, no clock and no environment; it is the ground that every other layer
//! stands on and is useful alone wherever bars are passed around.
//!
//! ```
//! use threadx_market::{Bars, Columns, Timeframe, Timestamp};
//!
//! let first = Timestamp::parse("2019-01-01 00:00")?;
//! let bars = Bars::new(
//!     Timeframe::H1,
//!     Columns {
//!         time: vec![first, Timeframe::H1.next(first)],
//!         open: vec![3701.23, 3700.20],
//!         high: vec![3713.00, 3702.73],
//!         low: vec![3689.88, 3684.22],
//!         close: vec![3700.31, 3689.69],
//!         volume: vec![686.36, 613.53],
//!     },
//! )?;
//! assert_eq!(bars.len(), 2);
//! assert_eq!(bars.end().map(|end| end.to_string()).as_deref(), Some("2019-01-01T02:00:00Z"));
//! # Ok::<(), threadx_error::DataError>(())
//! ```
//!
//! # Invariants
//!
//! - A timestamp is nanoseconds since 1970-01-01T00:00:00Z; a naive text is UTC, an offset is
//!   converted, and the machine's time zone is never read.
//! - Bars are strictly increasing in time; prices are finite and above 0 with
//!   low ≤ open, close ≤ high; volumes are finite and at least 0. There is no other way to make
//!   [`Bars`] than through the constructor that checks this.
//! - A bar's timestamp is the open time of its interval, which is closed left and open right.

mod bars;
mod fingerprint;
mod grid;
mod memory;
mod quality;
mod resample;
mod span;
mod symbol;
mod timeframe;
mod timestamp;

pub use bars::{Bars, Columns};
pub use fingerprint::{Fingerprint, FingerprintBuilder};
pub use memory::keep_freed_memory;
pub use quality::{
    Calendar, Check, ColumnsRef, DeclaredCalendar, EXAMPLES_MAX, Example, Finding, FindingCode,
    QualityOptions, QualityReport, Severity, Verdict, check_quality,
};
pub use resample::{Resampled, resample};
pub use span::Span;
pub use symbol::Symbol;
pub use timeframe::Timeframe;
pub use timestamp::Timestamp;
