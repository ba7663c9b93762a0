//! Tests of the request layer through its public interface.

mod backtest;
mod canonical;
mod data;
mod document;
mod flags;
mod indicators;
mod page;
mod property;
mod schema;
mod settings;
mod support;
mod sweep;
mod time_zones;
mod timestamps;
