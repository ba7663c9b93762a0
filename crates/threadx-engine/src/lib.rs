//! Strategies, signals, fills, portfolio and metrics: pure and deterministic.
//!
//! A [`Strategy`] yields signals (masks, or orders bar by bar); the simulator turns them into fills; the
//! metrics read the equity that follows. [`backtest`] is the one entry.
//!
//! One bar, in order: pending fill at the open → liquidation, stops and target → decision at the close →
//! under [`FillModel::Close`](threadx_spec::FillModel::Close) that decision's fill → mark equity at the
//! close, after all fills and fees of the bar.
//!
//! # An own strategy
//!
//! ```
//! use threadx_engine::{SignalStrategy, Signals, StrategyInput, StrategyRegistry, crossings};
//! use threadx_error::BacktestError;
//! use threadx_spec::{ParamSpec, Params, StrategySpec};
//!
//! /// Long while the close is above its average.
//! struct AboveAverage(StrategySpec);
//!
//! impl SignalStrategy for AboveAverage {
//!     fn spec(&self) -> &StrategySpec {
//!         &self.0
//!     }
//!
//!     fn warm_up(&self, params: &Params) -> Result<usize, BacktestError> {
//!         Ok(params.int("period").map_or(0, |period| period as usize))
//!     }
//!
//!     fn signals(&self, input: &StrategyInput<'_>) -> Result<Signals, BacktestError> {
//!         let params = Params::from_iter([("period", input.int("period")?)]);
//!         let average = input.series("sma", &params, "sma")?;
//!         let crossed = crossings(input.bars().close(), &*average);
//!         Ok(Signals {
//!             long_entry: crossed.above.clone(),
//!             long_exit: crossed.below.clone(),
//!             short_entry: crossed.below,
//!             short_exit: crossed.above,
//!         })
//!     }
//! }
//!
//! let mut registry = StrategyRegistry::built_in();
//! registry.register(AboveAverage(
//!     StrategySpec::signal("above_average", 1, "long while the close is above its average")
//!         .param(ParamSpec::int("period", 50, 1..=500, "bars in the average"))
//!         .reads("sma"),
//! ))?;
//! assert!(registry.get("above_average").is_ok());
//! # Ok::<(), BacktestError>(())
//! ```
//!
//! # Invariants
//!
//! - No I/O, no clock, no threads, no global state. The same input gives the same bits, on any number of
//!   threads; transcendental functions come from `libm`.
//! - A decision at the close of bar *t* sees bars up to *t* only.
//! - final equity = portfolio value + Σ closed pnl + open pnl; equity is never negative.
//! - An order that is not executed is listed with its reason.
//! - What is undefined is `None`: no NaN, no infinity, no stand-in.

mod backtest;
mod control;
mod crossing;
mod indicator_line;
mod lines;
mod look_ahead;
mod luck;
mod mask;
mod metrics;
mod order_rejection;
mod orders;
mod portfolio;
mod registry;
mod side;
mod signal_table;
mod signals;
mod simulator;
mod spec;
mod strategies;
mod strategy;
mod sweep;
mod trade;
mod walk_forward;
mod warning;

pub use backtest::{Backtest, BacktestInput, backtest, drawdown};
pub use control::{Control, Uninterrupted};
pub use crossing::{Crossings, Line, crossings, level_crossings};
pub use indicator_line::IndicatorLine;
pub use lines::{LineCrossing, LineSignals, SharedLine};
pub use look_ahead::{Decision, Future, Leak, LookAheadCheck, LookAheadInput, check_look_ahead};
pub use luck::{
    BlockReturns, CSCV_BLOCKS, DeflatedSharpe, Moments, Overfitting, OverfittingCount, Stability,
    deflated_sharpe, stability,
};
pub use mask::Mask;
pub use metrics::{
    Activity, Annualisation, Benchmark, BenchmarkComparison, Drawdown, EquityCurve, EquityStats, Metrics,
    MetricsInput, MonthlyReturn, TradeStats, YearlyReturn, buy_and_hold_return, deepest_drawdowns, drawdowns,
    monthly_returns, yearly_returns,
};
pub use order_rejection::{RejectedOrder, RejectionReason};
pub use orders::{Entry, EntryStop, ExitSize, Orders};
pub use portfolio::{OfToken, Portfolio, PortfolioInput, PortfolioToken, TokenResult, backtest_portfolio};
pub use registry::StrategyRegistry;
pub use signal_table::{SignalTable, UnmatchedRows};
pub use signals::Signals;
pub use simulator::AccountView;
pub use spec::{BacktestOptions, BacktestSpec};
pub use strategy::{BarRun, BarStrategy, SignalStrategy, Strategy, StrategyInput};
pub use sweep::{
    EarlyStop, FAILED_MAX, FailedPoint, Narrowing, PointOutcome, Ranked, Ranking, Surface, SurfaceAxis,
    SweepInput, SweepPlan, SweepPoint, SweepRows, SweepShard, SweepSummary, block_returns, complete,
    finish as finish_sweep, run_shard,
};
pub use trade::{Side, Trade, TradeExit};
pub use walk_forward::{OutOfSample, Stitch, Window, walk_forward_windows};
pub use warning::{Warning, WarningCode};
