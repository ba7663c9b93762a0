//! The caller's end of a task.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use threadx_error::{CoordinatorError, Error};

use crate::entry::Target;
use crate::role::{self, Role};
use crate::{Progress, Status, TaskId, TaskResult};

/// What a cancellation came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancellation {
    /// The task was queued: it has ended as cancelled.
    Cancelled,
    /// The task runs: it was told to stop, and unless it panics or its deadline passes it will end as
    /// cancelled, even if it does its work to the end.
    Requested,
    /// The task had ended: nothing changes.
    TooLate,
}

/// The caller's end of a task: asks for it, waits for it, cancels it.
///
/// It is also a future, for any runtime, of the same result. Dropping it cancels nothing; the result
/// is then dropped when it comes.
#[must_use = "a task goes on by itself; `drop` the handle to say that its result does not matter"]
pub struct TaskHandle<T, E = Error> {
    task: Arc<dyn Target<T, E>>,
}

impl<T, E> TaskHandle<T, E> {
    pub(crate) fn new(task: Arc<dyn Target<T, E>>) -> Self {
        Self { task }
    }

    /// The task.
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.task.signals().id
    }

    /// Where the task is.
    #[must_use]
    pub fn status(&self) -> Status {
        match self.try_result() {
            Some(result) => result.status(),
            None if self.task.signals().waited().is_some() => Status::Running,
            None => Status::Queued,
        }
    }

    /// How far the task says it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.task.signals().progress()
    }

    /// The result, if the task has ended.
    #[must_use]
    pub fn try_result(&self) -> Option<Arc<TaskResult<T, E>>> {
        self.task.cell().get()
    }

    /// Waits for the task's end.
    ///
    /// # Errors
    ///
    /// [`CoordinatorError::WouldDeadlock`] if the task has not ended and the calling thread is a
    /// worker of the same pool, which the task may need. A wait that goes through another thread is
    /// not detected.
    pub fn wait(&self) -> Result<Arc<TaskResult<T, E>>, CoordinatorError> {
        self.spin()?;
        Ok(self.task.cell().wait())
    }

    /// Waits for the task's end, at most for `limit`; `None` if it has not ended then.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    pub fn wait_timeout(&self, limit: Duration) -> Result<Option<Arc<TaskResult<T, E>>>, CoordinatorError> {
        self.check()?;
        Ok(match Instant::now().checked_add(limit) {
            Some(until) => self.task.cell().wait_until(until),
            None => Some(self.task.cell().wait()),
        })
    }

    /// Waits as [`wait`](Self::wait) does and gives the handle up, so that the result may be the last
    /// pointer to it: see [`TaskResult::into_inner`].
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    pub fn into_result(self) -> Result<Arc<TaskResult<T, E>>, CoordinatorError> {
        self.spin()?;
        Ok(self.task.cell().take())
    }

    /// Cancels the task: at once if it is queued, cooperatively if it runs.
    ///
    /// A task that runs and never asks whether it should stop is not given up for this alone: give it
    /// a deadline, which bounds it in any case.
    pub fn cancel(&self) -> Cancellation {
        if self.task.cell().is_filled() {
            return Cancellation::TooLate;
        }
        self.task.cancel()
    }

    fn check(&self) -> Result<(), CoordinatorError> {
        let signals = self.task.signals();
        if role::of(signals.pool) != Some(Role::Worker) || self.task.cell().is_filled() {
            Ok(())
        } else {
            Err(CoordinatorError::WouldDeadlock {
                task_id: signals.id.get(),
            })
        }
    }

    /// Looks a few times before the thread goes to sleep: waking it would take longer than a small
    /// task.
    fn spin(&self) -> Result<(), CoordinatorError> {
        self.check()?;
        for _ in 0..SPINS {
            if self.task.cell().is_filled() {
                break;
            }
            std::thread::yield_now();
        }
        Ok(())
    }
}

/// How often a waiting thread looks before it sleeps; each costs about a microsecond at most.
const SPINS: usize = 16;

impl<T, E> Future for TaskHandle<T, E> {
    type Output = Result<Arc<TaskResult<T, E>>, CoordinatorError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Err(error) = self.check() {
            return Poll::Ready(Err(error));
        }
        self.task.cell().poll(context.waker()).map(Ok)
    }
}

impl<T, E> Drop for TaskHandle<T, E> {
    fn drop(&mut self) {
        self.task.cell().desert();
    }
}

impl<T, E> std::fmt::Debug for TaskHandle<T, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TaskHandle")
            .field("signals", self.task.signals())
            .field("status", &self.status())
            .finish()
    }
}
