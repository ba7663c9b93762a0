//! How a run is interrupted and watched.

/// How a run is interrupted and watched; the coordinator's task context is one.
///
/// The engine polls it at least every few thousand bars, far below 10 ms of work.
pub trait Control {
    /// Whether the run should stop as soon as it can.
    fn cancelled(&self) -> bool;

    /// Told how far the run is: `done` of `total` bars or combinations.
    fn progress(&self, done: u64, total: u64);
}

/// A [`Control`] that never interrupts and drops progress.
#[derive(Debug, Clone, Copy, Default)]
pub struct Uninterrupted;

impl Control for Uninterrupted {
    fn cancelled(&self) -> bool {
        false
    }

    fn progress(&self, _done: u64, _total: u64) {}
}
