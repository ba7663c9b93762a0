//! How a task ends, and where it is before that.

use std::sync::Arc;
use std::time::Duration;

use threadx_error::{CoordinatorError, Error};

/// The coordinator's number of a task: from 1, in the order of submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub(crate) u64);

impl TaskId {
    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl std::fmt::Display for TaskId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.0, f)
    }
}

/// What a task was doing when its deadline passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// It waited for its first worker.
    Queued,
    /// It had started.
    Running,
}

impl Phase {
    /// The name in texts, log events and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
        }
    }

    pub(crate) const fn timed_out(self) -> CoordinatorError {
        CoordinatorError::TimedOut { phase: self.as_str() }
    }
}

/// Where a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// It waits for its first worker.
    Queued,
    /// It has started and not ended.
    Running,
    /// It ended with a value.
    Succeeded,
    /// It ended with its own error.
    Failed,
    /// It panicked.
    Panicked,
    /// It was cancelled.
    Cancelled,
    /// Its deadline passed.
    TimedOut,
}

impl Status {
    /// Whether the task has ended.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }

    /// The name in log events and metrics, `snake_case`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Panicked => "panicked",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed_out",
        }
    }
}

/// A panic that was caught.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Panic {
    /// The panic's message; a fixed text if its payload was not text.
    pub message: String,
    /// File, line and column; absent if another panic hook has taken the place of the coordinator's.
    pub location: Option<String>,
}

impl Panic {
    /// A rule of the coordinator's own that was broken: told as a panic of the task, which ends.
    pub(crate) fn internal(message: &str) -> Self {
        Self {
            message: message.to_owned(),
            location: None,
        }
    }

    pub(crate) fn to_error(&self) -> CoordinatorError {
        CoordinatorError::Panicked {
            message: self.message.clone(),
            location: self
                .location
                .clone()
                .unwrap_or_else(|| "an unknown place".to_owned()),
        }
    }
}

/// How a task ended: exactly one of these, decided once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<T, E = Error> {
    /// With a value.
    Succeeded(T),
    /// With its own error.
    Failed(E),
    /// It panicked, or one of its parts did.
    Panicked(Panic),
    /// It was cancelled before it ended by itself, by its handle or by a shutdown.
    Cancelled,
    /// Its deadline passed before it ended.
    TimedOut {
        /// What it was doing then.
        phase: Phase,
        /// Whether it ignored that for the grace and was given up: its thread may still be busy.
        abandoned: bool,
    },
}

impl<T, E> Outcome<T, E> {
    /// Where the task is: at its end.
    #[must_use]
    pub const fn status(&self) -> Status {
        match self {
            Self::Succeeded(_) => Status::Succeeded,
            Self::Failed(_) => Status::Failed,
            Self::Panicked(_) => Status::Panicked,
            Self::Cancelled => Status::Cancelled,
            Self::TimedOut { .. } => Status::TimedOut,
        }
    }

    /// The value, if the task succeeded.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Succeeded(value) => Some(value),
            _ => None,
        }
    }

    /// The reason, if the task ended otherwise than by its own success or failure.
    #[must_use]
    pub fn interruption(&self) -> Option<CoordinatorError> {
        match self {
            Self::Succeeded(_) | Self::Failed(_) => None,
            Self::Panicked(panic) => Some(panic.to_error()),
            Self::Cancelled => Some(CoordinatorError::Cancelled),
            Self::TimedOut { phase, .. } => Some(phase.timed_out()),
        }
    }

    /// The value, or whatever kept the task from it as one error.
    ///
    /// # Errors
    ///
    /// The task's own error, or a [`CoordinatorError`] if it panicked, was cancelled or timed out.
    pub fn into_result(self) -> Result<T, E>
    where
        E: From<CoordinatorError>,
    {
        match self {
            Self::Succeeded(value) => Ok(value),
            Self::Failed(error) => Err(error),
            Self::Panicked(panic) => Err(panic.to_error().into()),
            Self::Cancelled => Err(CoordinatorError::Cancelled.into()),
            Self::TimedOut { phase, .. } => Err(phase.timed_out().into()),
        }
    }
}

/// What became of a task: its outcome and what it took.
#[derive(Debug)]
#[non_exhaustive]
pub struct TaskResult<T, E = Error> {
    /// The task.
    pub id: TaskId,
    /// What it called itself.
    pub kind: &'static str,
    /// How it ended.
    pub outcome: Outcome<T, E>,
    /// From submission to its start, or to its end if it never started.
    pub queue_wait: Duration,
    /// From its start to its end; absent if it never started.
    pub run_time: Option<Duration>,
}

impl<T, E> TaskResult<T, E> {
    /// The value, if the task succeeded.
    pub const fn value(&self) -> Option<&T> {
        self.outcome.value()
    }

    /// How the task ended, without the value.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.outcome.status()
    }

    /// The result itself, if `this` is the last pointer to it.
    ///
    /// A handle that was dropped, or given up for its result, holds none.
    ///
    /// # Errors
    ///
    /// `this`, if another pointer to it exists.
    pub fn into_inner(this: Arc<Self>) -> Result<Self, Arc<Self>> {
        Arc::try_unwrap(this)
    }
}

impl<T, E: Clone + Into<Error>> TaskResult<T, E> {
    /// The value, or whatever kept the task from it as one error that names the task.
    ///
    /// # Errors
    ///
    /// The task's own error, or a [`CoordinatorError`] if it panicked, was cancelled or timed out.
    pub fn as_result(&self) -> Result<&T, Error> {
        let error = match &self.outcome {
            Outcome::Succeeded(value) => return Ok(value),
            Outcome::Failed(error) => error.clone().into(),
            Outcome::Panicked(panic) => Error::from(panic.to_error()),
            Outcome::Cancelled => Error::from(CoordinatorError::Cancelled),
            Outcome::TimedOut { phase, .. } => Error::from(phase.timed_out()),
        };
        Err(error.with_task_id(self.id.get()))
    }
}
