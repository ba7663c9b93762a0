//! The program as its users run it.

mod backtest;
mod failures;
mod interrupt;
mod logging;
mod program;
mod strategies;
mod sweep;
