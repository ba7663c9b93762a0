//! Results in, pictures out: bars with trades and indicators, and a metric over two parameters, as SVG.
//!
//! ```
//! use threadx_market::{Bars, Columns, Timeframe, Timestamp};
//! use threadx_report::PriceChart;
//!
//! let price = vec![10.0, 11.0, 12.0];
//! let bars = Bars::new(Timeframe::D1, Columns {
//!     time: (1..=3).map(|day| Timestamp::parse(&format!("2019-01-0{day}"))).collect::<Result<_, _>>()?,
//!     open: price.clone(), high: price.clone(), low: price.clone(), close: price,
//!     volume: vec![0.0; 3],
//! })?;
//! let svg = PriceChart::new("three days", &bars).to_svg();
//! assert!(svg.starts_with("<svg ") && svg.contains("three days"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Invariants
//!
//! - Pure: no file, no clock, nothing random; the same chart gives the same bytes.
//! - A picture needs nothing from elsewhere: no script, no font, no link.
//! - No value, however wild, makes a picture that is not well-formed.

mod heatmap;
mod price_chart;
mod scale;
mod svg;

pub use heatmap::Heatmap;
pub use price_chart::{ChartLine, PriceChart};
