//! Tests of the request layer through its public interface.
//!
//! The modules are marked as tests so that helpers may unwrap too.

#[cfg(test)]
mod backtest;
#[cfg(test)]
mod canonical;
#[cfg(test)]
mod data;
#[cfg(test)]
mod document;
#[cfg(test)]
mod flags;
#[cfg(test)]
mod indicators;
#[cfg(test)]
mod page;
#[cfg(test)]
mod property;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod search;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod support;
#[cfg(test)]
mod sweep;
#[cfg(test)]
mod timestamps;
