//! Tasks that the coordinator refuses or that do not succeed.

/// A task that was refused, or that ended otherwise than by its own success or failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CoordinatorError {
    /// The queue holds as many tasks as it may.
    #[error("the queue is full: {capacity} tasks are waiting")]
    QueueFull {
        /// Most tasks that may wait.
        capacity: usize,
    },
    /// A task with a callback was refused: as many callbacks are outstanding as may be.
    #[error("the callback queue is full: {capacity} callbacks are outstanding")]
    CallbackQueueFull {
        /// Most callbacks that may be outstanding.
        capacity: usize,
    },
    /// Too many tasks ignored their deadline; their threads cannot be had back.
    #[error(
        "{hung} tasks ignored their deadline and still hold their threads, no more than {max_abandoned} are given up"
    )]
    TooManyAbandoned {
        /// Threads that hang in such tasks.
        hung: usize,
        /// Most threads that are given up and replaced.
        max_abandoned: usize,
    },
    /// The coordinator is shutting down or has shut down.
    #[error("the coordinator is shutting down and takes no more tasks")]
    ShutDown,
    /// A configuration value that cannot be used.
    #[error("{setting} must be {expected}, got {got}")]
    Setting {
        /// The setting.
        setting: &'static str,
        /// What it accepts.
        expected: String,
        /// What came.
        got: String,
    },
    /// The operating system gave no thread.
    #[error("cannot start thread {name}: {reason}")]
    Spawn {
        /// The thread's name.
        name: String,
        /// What the operating system said.
        reason: String,
    },
    /// Waiting here would wait for ever: the caller is a worker of the same pool.
    #[error("waiting for task {task_id} on a worker of its own pool could wait for ever")]
    WouldDeadlock {
        /// The task.
        task_id: u64,
    },
    /// The task was cancelled.
    #[error("the task was cancelled")]
    Cancelled,
    /// The task did not end before its deadline.
    #[error("the task's deadline passed while it was {phase}")]
    TimedOut {
        /// What the task was doing: `queued` or `running`.
        phase: &'static str,
    },
    /// Waiting here would wait for ever: the shutdown waits for the calling thread.
    #[error("waiting for the shutdown on a thread of the same pool would wait for ever")]
    ShutdownWouldDeadlock,
    /// The task's code panicked.
    #[error("the task panicked at {location}: {message}")]
    Panicked {
        /// The panic's message.
        message: String,
        /// File, line and column.
        location: String,
    },
}

impl CoordinatorError {
    /// The stable name of the reason.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::QueueFull { .. } => "queue_full",
            Self::CallbackQueueFull { .. } => "callback_queue_full",
            Self::TooManyAbandoned { .. } => "too_many_abandoned",
            Self::ShutDown => "shut_down",
            Self::Setting { .. } => "bad_setting",
            Self::Spawn { .. } => "no_thread",
            Self::WouldDeadlock { .. } => "would_deadlock",
            Self::Cancelled => "cancelled",
            Self::TimedOut { .. } => "timed_out",
            Self::ShutdownWouldDeadlock => "shutdown_would_deadlock",
            Self::Panicked { .. } => "panicked",
        }
    }

    /// Whether the same call may succeed later.
    ///
    /// [`TooManyAbandoned`](Self::TooManyAbandoned) is not: threads that hang seldom come back, the
    /// remedy is a restart.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::QueueFull { .. } | Self::CallbackQueueFull { .. } | Self::Spawn { .. }
        )
    }
}
