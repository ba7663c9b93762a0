//! Walk-forward analysis.

use serde::Serialize;
use threadx_market::Span;

/// How a walk-forward analysis cuts a range: parameters are chosen in each train window and tried in the test window
/// behind it (Pardo, "The Evaluation and Optimization of Trading Strategies", 2008, chapter 11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WalkForward {
    /// Length of a train window; of an anchored one, of the first.
    pub train: Span,
    /// Length of a test window; the windows move on by as much.
    pub test: Span,
    /// Whether every train window begins where the range does, and grows.
    pub anchored: bool,
    /// Bars at the end of each train window that are left out of it, so that nothing known of the test is learned.
    pub purge: u64,
    /// Bars at the start of each test window in which nothing is traded.
    pub embargo: u64,
}
