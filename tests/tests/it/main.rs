//! Tests that cross crates.

mod conservation;
mod determinism;
mod golden;
mod prefix;
mod random;
mod runs;
mod vectorbt;
