//! A task on its way into a coordinator.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::entry::{Callback, Entry, Job, Target};
use crate::machine::Admission;
use crate::pool::{Patience, Pool};
use crate::{SubmitError, Task, TaskHandle, TaskResult};

/// The handle of a task.
pub type HandleOf<S, Q> = TaskHandle<<Q as Task<S>>::Output, <Q as Task<S>>::Error>;

/// A task and what is asked for it.
pub(crate) struct Order<S, Q: Task<S>> {
    pub(crate) task: Q,
    deadline: Option<Instant>,
    callback: Option<Callback<Q::Output, Q::Error>>,
}

/// A task on its way into a coordinator, with a deadline or a callback.
///
/// Made by [`Coordinator::prepare`](crate::Coordinator::prepare). A refused one comes back whole, so
/// that it can be tried again.
#[must_use = "a prepared task is submitted by `submit`, `try_submit` or `submit_timeout`"]
pub struct Submission<S, Q: Task<S>> {
    pool: Arc<Pool<S>>,
    order: Order<S, Q>,
}

impl<S, Q: Task<S>> Submission<S, Q>
where
    S: Send + Sync + 'static,
{
    pub(crate) fn new(pool: &Arc<Pool<S>>, task: Q) -> Self {
        Self {
            pool: Arc::clone(pool),
            order: Order::new(task),
        }
    }

    /// When the task is to have ended, on the coordinator's clock: it covers the wait in the queue and
    /// the run. A task that ignores it for the grace is given up.
    pub fn deadline(mut self, deadline: Instant) -> Self {
        self.order.deadline = Some(deadline);
        self
    }

    /// The deadline as a time from now on.
    pub fn timeout(self, limit: Duration) -> Self {
        match self.pool.clock.now().checked_add(limit) {
            Some(deadline) => self.deadline(deadline),
            // Past the end of time is no deadline.
            None => self,
        }
    }

    /// Run when the task has ended, however: on a callback thread, for at most `callback_timeout`.
    /// It may submit, cancel, wait for other tasks, and shut down.
    ///
    /// Each task with a callback takes one of `callback_capacity` places until the callback has ended.
    pub fn callback(
        mut self,
        callback: impl FnOnce(&TaskResult<Q::Output, Q::Error>) + Send + 'static,
    ) -> Self {
        self.order.callback = Some(Box::new(callback));
        self
    }

    /// The task itself.
    pub fn into_task(self) -> Q {
        self.order.task
    }

    /// Submits the task, waiting for a place in the queue as long as it takes. On a worker of the same
    /// pool nobody waits.
    ///
    /// # Errors
    ///
    /// As [`try_submit`](Self::try_submit), `QueueFull` only on a worker.
    pub fn submit(self) -> Result<HandleOf<S, Q>, SubmitError<Self>> {
        self.hand_over(Patience::Forever)
    }

    /// Submits the task, waiting for a place in the queue at most for `limit`. On a worker of the same
    /// pool nobody waits.
    ///
    /// # Errors
    ///
    /// As [`try_submit`](Self::try_submit).
    pub fn submit_timeout(self, limit: Duration) -> Result<HandleOf<S, Q>, SubmitError<Self>> {
        self.hand_over(patience(limit))
    }

    /// Submits the task if there is a place in the queue.
    ///
    /// # Errors
    ///
    /// The submission itself, and why it was refused: `QueueFull`,
    /// `CallbackQueueFull`, `TooManyAbandoned` or `ShutDown`, all of
    /// [`CoordinatorError`](threadx_error::CoordinatorError).
    pub fn try_submit(self) -> Result<HandleOf<S, Q>, SubmitError<Self>> {
        self.hand_over(Patience::None)
    }

    fn hand_over(self, patience: Patience) -> Result<HandleOf<S, Q>, SubmitError<Self>> {
        let Self { pool, order } = self;
        order
            .hand_over(&pool, patience)
            .map_err(|refused| refused.map(|order| Self { pool, order }))
    }
}

impl<S, Q: Task<S>> Order<S, Q>
where
    S: Send + Sync + 'static,
{
    pub(crate) const fn new(task: Q) -> Self {
        Self {
            task,
            deadline: None,
            callback: None,
        }
    }

    pub(crate) fn hand_over(
        self,
        pool: &Arc<Pool<S>>,
        patience: Patience,
    ) -> Result<HandleOf<S, Q>, SubmitError<Self>> {
        let Self {
            task,
            deadline,
            callback,
        } = self;
        let id = pool.next_id();
        let admission = Admission {
            id,
            deadline,
            callback: callback.is_some(),
        };
        let entry = Arc::new(Entry::new(pool, id, task, deadline, callback));
        let job = Arc::clone(&entry) as Arc<dyn Job<S>>;
        match pool.submit(job, admission, patience) {
            Ok(()) => Ok(TaskHandle::new(entry as Arc<dyn Target<_, _>>)),
            Err(reason) => {
                let (task, callback) = entry.refuse();
                let order = Self {
                    task,
                    deadline,
                    callback,
                };
                Err(SubmitError::new(reason, order))
            }
        }
    }
}

/// How long a limited wait for a place lasts, on the operating system's clock.
pub(crate) fn patience(limit: Duration) -> Patience {
    // Past the end of time is for ever.
    Instant::now()
        .checked_add(limit)
        .map_or(Patience::Forever, Patience::Until)
}

impl<S, Q: Task<S>> std::fmt::Debug for Submission<S, Q> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Submission")
            .field("deadline", &self.order.deadline)
            .field("callback", &self.order.callback.is_some())
            .finish_non_exhaustive()
    }
}
