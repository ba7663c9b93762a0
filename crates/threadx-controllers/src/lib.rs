//! Controllers: the shared services behind the pool.
//!
//! A controller turns a valid request into a result: it loads the bars, builds the engine's specification,
//! runs it and says what was done to what. [`Services`] holds every controller with the caches and
//! registries that they share; it is built once, and each valid request is a task over it:
//!
//! ```
//! use threadx_controllers::{Services, ThreadX};
//! use threadx_coordinator::CoordinatorConfig;
//! use threadx_request::{BacktestRequest, Valid};
//!
//! let services = Services::builder().build()?;
//! let request = Valid::<BacktestRequest>::from_json(
//!     r#"{
//!         "token": "BTCUSDT", "timeframe": "1h", "strategy": "ma_crossover",
//!         "start_date": "2019-01-01", "end_date": "2019-02-01"
//!     }"#,
//!     &services.request_context()?,
//! )?;
//!
//! let threadx = ThreadX::new(CoordinatorConfig::default(), services)?;
//! let handle = threadx.submit(request).map_err(|refused| refused.reason)?;
//! let result = handle.wait()?;
//! let report = result.as_result()?;
//! assert_eq!(report.data.bars, 744);
//! # Ok::<(), threadx_error::Error>(())
//! ```
//!
//! # Invariants
//!
//! - A controller takes `&Valid<…>` only: a request that was not validated does not compile.
//! - Controllers, registries and caches are built once, in [`Services`], and shared; what a task allocates
//!   is freed with the task.
//! - Every error leaves with what was being done and to which token.

mod backtest;
mod backtest_document;
mod cache_figures;
mod control;
mod data;
mod data_summary;
mod identity;
mod import_quality;
mod indicators;
mod open_metrics;
mod services;
mod settings;
mod stored_bars;
mod stored_range;
mod sweep;
mod tasks;

pub use backtest::{BacktestController, BacktestReport, OfToken, TokenReport};
pub use backtest_document::BacktestDocument;
pub use cache_figures::{CacheFigures, CacheState, CacheUsage};
pub use data::{DataController, DataReport};
pub use data_summary::DataSummary;
pub use identity::{SignalsSummary, StrategyIdentity, signal_table};
pub use import_quality::import_quality;
pub use indicators::{IndicatorController, IndicatorReport, IndicatorValues};
pub use open_metrics::{OPEN_METRICS_CONTENT_TYPE, open_metrics};
pub use services::{Services, ServicesBuilder};
pub use settings::coordinator_config;
pub use sweep::{
    FailedCombination, OVERFITTING_TRIALS_MAX, SWEEP_MEMORY_BYTES, ShardReport, ShardTask, SurfaceParams,
    SweepController, SweepLuck, SweepManifest, SweepMemory, SweepOptions, SweepProgress, SweepReport,
    SweepResult, SweepTask, SweepWatch, WalkForwardReport, WalkForwardWindow, shard_plan,
};
pub use tasks::ThreadX;
