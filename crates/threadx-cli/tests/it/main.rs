//! The program as its users run it.

mod backtest;
mod failures;
mod interrupt;
mod program;
mod strategies;
