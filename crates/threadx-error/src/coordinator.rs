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
    /// The coordinator is shutting down or has shut down.
    #[error("the coordinator is shutting down and takes no more tasks")]
    ShutDown,
    /// A configuration value that cannot be used.
    #[error("{setting} must be {expected}, got {got}")]
    Setting {
        /// The setting.
        setting: &'static str,
        /// What it accepts.
        expected: &'static str,
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
            Self::ShutDown => "shut_down",
            Self::Setting { .. } => "bad_setting",
            Self::Spawn { .. } => "no_thread",
            Self::WouldDeadlock { .. } => "would_deadlock",
            Self::Cancelled => "cancelled",
            Self::Panicked { .. } => "panicked",
        }
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::QueueFull { .. } | Self::Spawn { .. })
    }
}
