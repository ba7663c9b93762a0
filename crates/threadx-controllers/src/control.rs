//! The engine's control over a task's context.

use threadx_coordinator::TaskContext;
use threadx_engine::Control;

/// Lets the engine see and tell what the coordinator's context does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TaskControl<'a>(pub(crate) &'a TaskContext);

impl Control for TaskControl<'_> {
    fn cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    fn progress(&self, done: u64, total: u64) {
        self.0.progress(done, total);
    }
}

/// Lets the engine see that the task is cancelled, and keeps its progress to itself: the caller counts in other units.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cancelled<'a>(pub(crate) &'a TaskContext);

impl Control for Cancelled<'_> {
    fn cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    fn progress(&self, _done: u64, _total: u64) {}
}
