//! What a task is given while it runs.

use std::sync::Arc;
use std::time::Instant;

use threadx_error::CoordinatorError;

use crate::entry::Tracked;
use crate::machine::Stop;
use crate::signals::Signals;
use crate::{Phase, TaskId};

/// What a task is given while it runs: who it is, whether it should stop, and where to say how far
/// it is.
///
/// Clones speak for the same task, also after its end.
#[derive(Clone)]
pub struct TaskContext {
    task: Arc<dyn Tracked>,
    part: Option<usize>,
}

impl TaskContext {
    pub(crate) fn new(task: Arc<dyn Tracked>, part: Option<usize>) -> Self {
        Self { task, part }
    }

    /// A context of no coordinator, for running a task on the caller's own thread: its id is 0, it is
    /// never cancelled, and nobody is told of its progress.
    ///
    /// ```
    /// use threadx_coordinator::TaskContext;
    ///
    /// let context = TaskContext::detached();
    /// assert!(!context.is_cancelled());
    /// assert!(context.checkpoint().is_ok());
    /// ```
    #[must_use]
    pub fn detached() -> Self {
        Self::new(
            Arc::new(Detached(Signals::new(TaskId(0), "detached", None, 0))),
            None,
        )
    }

    /// The task.
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.task.signals().id
    }

    /// The index of the part that runs, from 0; absent outside parts.
    #[must_use]
    pub const fn part(&self) -> Option<usize> {
        self.part
    }

    /// The task's deadline, on the coordinator's clock.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.task.signals().deadline
    }

    /// Whether the task should stop: it was cancelled, its deadline passed, the coordinator shuts
    /// down, or an earlier part of it failed.
    ///
    /// Reading it costs about as much as reading a variable. Ask at least every 10 ms of work.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.task.signals().stopped(self.part).is_some()
    }

    /// Stops the task where it should: `context.checkpoint()?`.
    ///
    /// # Errors
    ///
    /// [`CoordinatorError::Cancelled`] or [`CoordinatorError::TimedOut`] if the task should stop.
    pub fn checkpoint(&self) -> Result<(), CoordinatorError> {
        match self.task.signals().stopped(self.part) {
            None => Ok(()),
            Some(Stop::Cancel) => Err(CoordinatorError::Cancelled),
            Some(Stop::Deadline) => Err(Phase::Running.timed_out()),
        }
    }

    /// Says that `done` of `total` steps are done. Never waits.
    pub fn progress(&self, done: u64, total: u64) {
        self.task.signals().set_progress(done, total);
        self.task.publish_progress();
    }

    /// Says that `by` more steps are done: for parts, which know only their own. Never waits.
    pub fn advance(&self, by: u64) {
        self.task.signals().advance(by);
        self.task.publish_progress();
    }

    /// Whether the task has ended. A task that was given up may go on running after its end; what it
    /// holds claim to is then free for others.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.task.has_ended()
    }
}

impl std::fmt::Debug for TaskContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TaskContext")
            .field("signals", self.task.signals())
            .field("part", &self.part)
            .finish()
    }
}

/// A task of no coordinator.
struct Detached(Signals);

impl Tracked for Detached {
    fn signals(&self) -> &Signals {
        &self.0
    }

    fn has_ended(&self) -> bool {
        false
    }

    fn publish_progress(&self) {}
}
