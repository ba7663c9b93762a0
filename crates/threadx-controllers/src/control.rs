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
