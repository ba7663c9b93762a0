//! One consistent picture of a coordinator.

use std::time::Duration;

/// One consistent picture of a coordinator: every count at the same moment.
///
/// In every picture `submitted = queued + running + succeeded + failed + panicked + cancelled +
/// timed_out`; [`accounted`](Self::accounted) is the right-hand side. A task that fans out counts as
/// one running task from its first part to the end of its finish step, so `running` may exceed
/// `workers`; `busy_workers` counts threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct State {
    /// Tasks accepted since the start.
    pub submitted: u64,
    /// Tasks that wait for their first worker; at most `queue_capacity`.
    pub queued: u64,
    /// Tasks that have started and not ended.
    pub running: u64,
    /// Tasks that ended with a value.
    pub succeeded: u64,
    /// Tasks that ended with their own error.
    pub failed: u64,
    /// Tasks that panicked.
    pub panicked: u64,
    /// Tasks that were cancelled, by their handle or by a shutdown.
    pub cancelled: u64,
    /// Tasks whose deadline passed, queued or running.
    pub timed_out: u64,
    /// Worker threads that serve.
    pub workers: usize,
    /// Worker threads that serve and run a task, a part or a finish step.
    pub busy_workers: usize,
    /// Tasks, parts and finish steps that wait for a worker.
    pub queue_depth: usize,
    /// Most tasks that may be `queued`.
    pub queue_capacity: usize,
    /// Places of `callback_capacity` in use: by tasks that have not ended, and by callbacks that wait
    /// or run.
    pub callbacks_pending: usize,
    /// Callbacks that returned within their limit.
    pub callbacks_run: u64,
    /// Callbacks that ran past their limit; they are not counted again when they return.
    pub callbacks_timed_out: u64,
    /// Callbacks that panicked within their limit.
    pub callbacks_panicked: u64,
    /// Callbacks that were not run, because too many hung or the shutdown's time was over.
    pub callbacks_skipped: u64,
    /// Worker threads that hang in a task that was given up, and were replaced; at most
    /// `max_abandoned`.
    pub abandoned_workers: usize,
    /// Callback threads that hang in a callback that was given up, and were replaced; at most
    /// `max_abandoned`.
    pub abandoned_callbacks: usize,
    /// Time since the coordinator was made.
    pub uptime: Duration,
    /// Whether it does less than it should: submissions are refused or callbacks skipped because too
    /// many threads hang, or threads are missing that hang without a successor or that the operating
    /// system refused.
    pub degraded: bool,
    /// Whether a shutdown has begun.
    pub closing: bool,
}

impl State {
    /// `queued`, `running` and every terminal count together; equals `submitted`.
    #[must_use]
    pub const fn accounted(&self) -> u64 {
        self.queued + self.running + self.ended()
    }

    /// Tasks that have ended, however.
    #[must_use]
    pub const fn ended(&self) -> u64 {
        self.succeeded + self.failed + self.panicked + self.cancelled + self.timed_out
    }
}
