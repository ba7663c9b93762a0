//! What subscribers are told.

use crate::{Panic, Phase, Progress, TaskId};

/// Something that happened to a task.
///
/// The events of one task come as `Queued`, `Started`, any number of `Progress`, and one terminal
/// event, which is the last; `Started` is missing if the task ended in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskEvent {
    /// The task.
    pub id: TaskId,
    /// What it calls itself.
    pub kind: &'static str,
    /// What happened.
    pub what: What,
}

/// What happened to a task.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// It was accepted.
    Queued,
    /// A worker began to run it.
    Started,
    /// It said how far it is.
    Progress(Progress),
    /// It ended with a value.
    Succeeded,
    /// It ended with its own error.
    Failed {
        /// The error's text.
        message: String,
    },
    /// It panicked.
    Panicked(Panic),
    /// It was cancelled.
    Cancelled,
    /// Its deadline passed.
    TimedOut {
        /// What it was doing then.
        phase: Phase,
        /// Whether it ignored that and was given up.
        abandoned: bool,
    },
}

impl What {
    /// Whether this is the end of the task.
    #[must_use]
    pub const fn is_terminal(&self) -> bool {
        !matches!(self, Self::Queued | Self::Started | Self::Progress(_))
    }
}
