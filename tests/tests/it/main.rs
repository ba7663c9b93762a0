//! Tests that cross crates.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod alone;
mod bar_strategies;
mod conservation;
mod deployment;
mod determinism;
mod errors;
mod fast_sweep;
mod golden;
mod load;
mod logged;
mod look_ahead;
mod money;
mod portfolio;
mod prefix;
mod random;
mod runs;
mod streamed;
mod sweeps;
mod vectorbt;
mod walk_forward;
