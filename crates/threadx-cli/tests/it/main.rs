//! The program as its users run it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod backtest;
mod batch;
mod check_strategy;
mod checkpoint;
mod data;
mod failures;
mod indicators;
mod interrupt;
mod logging;
mod portfolio;
mod program;
mod rerun;
mod signals;
mod strategies;
mod strategies_page;
mod sweep;
mod sweep_files;
