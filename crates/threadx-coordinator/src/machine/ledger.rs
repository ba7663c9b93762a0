//! The count of every task.

use super::End;

/// The count of every task that was accepted.
///
/// Every change is one step of one task, so `submitted = queued + running + Σ ended` always.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ledger {
    pub(crate) submitted: u64,
    pub(crate) queued: u64,
    pub(crate) running: u64,
    pub(crate) succeeded: u64,
    pub(crate) failed: u64,
    pub(crate) panicked: u64,
    pub(crate) cancelled: u64,
    pub(crate) timed_out: u64,
}

impl Ledger {
    pub(crate) const NONE: Self = Self {
        submitted: 0,
        queued: 0,
        running: 0,
        succeeded: 0,
        failed: 0,
        panicked: 0,
        cancelled: 0,
        timed_out: 0,
    };

    pub(crate) fn accept(&mut self) {
        self.submitted += 1;
        self.queued += 1;
    }

    pub(crate) fn start(&mut self) {
        self.queued -= 1;
        self.running += 1;
    }

    pub(crate) fn end_queued(&mut self, end: End) {
        self.queued -= 1;
        self.count(end);
    }

    pub(crate) fn end_running(&mut self, end: End) {
        self.running -= 1;
        self.count(end);
    }

    fn count(&mut self, end: End) {
        let count = match end {
            End::Succeeded => &mut self.succeeded,
            End::Failed => &mut self.failed,
            End::Panicked => &mut self.panicked,
            End::Cancelled => &mut self.cancelled,
            End::TimedOut { .. } => &mut self.timed_out,
        };
        *count += 1;
    }

    /// Tasks that have ended.
    pub(crate) const fn ended(&self) -> u64 {
        self.succeeded + self.failed + self.panicked + self.cancelled + self.timed_out
    }
}
