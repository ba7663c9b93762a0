//! The coordinator itself.

use std::sync::Arc;
use std::time::Duration;

use threadx_error::CoordinatorError;

use crate::clock::{Clock, SystemClock};
use crate::pool::{Patience, Pool};
use crate::submission::{HandleOf, Order, patience};
use crate::{
    CoordinatorConfig, Shutdown, ShutdownHandle, State, Submission, SubmitError, Subscription, Task, log,
    role,
};

/// A bounded pool of workers for tasks that share the services `S`.
///
/// Share it as an `Arc`. A task that submits others holds such a pointer, or a `Weak` one if it may
/// outlive the pool's owner. Dropping it aborts: queued tasks are cancelled, running ones told to
/// stop, and it waits for them at most for the grace.
///
/// ```
/// use threadx_coordinator::{Coordinator, CoordinatorConfig, Flow, Shutdown, task_fn};
/// use threadx_error::CoordinatorError;
///
/// let pool = Coordinator::new(CoordinatorConfig::default(), "shared".to_owned())?;
/// let length = task_fn("length", |text: &String, _| Ok::<_, CoordinatorError>(Flow::Done(text.len())));
/// let handle = pool.submit(length)?;
/// assert_eq!(handle.wait()?.value(), Some(&6));
///
/// let report = pool.shutdown(Shutdown::Abort).wait()?;
/// assert!(report.abandoned.is_empty());
/// # Ok::<(), CoordinatorError>(())
/// ```
pub struct Coordinator<S: Send + Sync + 'static> {
    pool: Arc<Pool<S>>,
}

impl<S: Send + Sync + 'static> Coordinator<S> {
    /// Starts the pool's threads. `services` is a value or an `Arc` of one (then the type of the
    /// coordinator has to be written out); every task is given it.
    ///
    /// # Errors
    ///
    /// [`CoordinatorError::Spawn`] if the operating system refuses a thread.
    pub fn new(config: CoordinatorConfig, services: impl Into<Arc<S>>) -> Result<Self, CoordinatorError> {
        Self::with_clock(config, services, Arc::new(SystemClock))
    }

    /// As [`new`](Self::new), with another clock for deadlines, grace and callback limits.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with_clock(
        config: CoordinatorConfig,
        services: impl Into<Arc<S>>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CoordinatorError> {
        let pool = Pool::start(config, services.into(), clock)?;
        Ok(Self { pool })
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &CoordinatorConfig {
        &self.pool.config
    }

    /// What every task is given.
    #[must_use]
    pub fn services(&self) -> &Arc<S> {
        &self.pool.services
    }

    /// Prepares a task with a deadline or a callback.
    pub fn prepare<Q: Task<S>>(&self, task: Q) -> Submission<S, Q> {
        Submission::new(&self.pool, task)
    }

    /// Submits a task, waiting for a place in the queue as long as it takes.
    ///
    /// # Errors
    ///
    /// As [`Submission::submit`], with the task.
    pub fn submit<Q: Task<S>>(&self, task: Q) -> Result<HandleOf<S, Q>, SubmitError<Q>> {
        self.hand_over(task, Patience::Forever)
    }

    /// Submits a task if there is a place in the queue.
    ///
    /// # Errors
    ///
    /// As [`Submission::try_submit`], with the task.
    pub fn try_submit<Q: Task<S>>(&self, task: Q) -> Result<HandleOf<S, Q>, SubmitError<Q>> {
        self.hand_over(task, Patience::None)
    }

    /// Submits a task, waiting for a place in the queue at most for `limit`.
    ///
    /// # Errors
    ///
    /// As [`Submission::submit_timeout`], with the task.
    pub fn submit_timeout<Q: Task<S>>(
        &self,
        task: Q,
        limit: Duration,
    ) -> Result<HandleOf<S, Q>, SubmitError<Q>> {
        self.hand_over(task, patience(limit))
    }

    fn hand_over<Q: Task<S>>(&self, task: Q, patience: Patience) -> Result<HandleOf<S, Q>, SubmitError<Q>> {
        let order = Order::new(task);
        order
            .hand_over(&self.pool, patience)
            .map_err(|refused| refused.map(|order| order.task))
    }

    /// The events from now on, of every task.
    #[must_use = "events go to the subscription"]
    pub fn subscribe(&self) -> Subscription {
        self.pool.events.subscribe(self.pool.config.event_capacity)
    }

    /// One consistent picture of every count.
    #[must_use]
    pub fn state(&self) -> State {
        self.pool.state()
    }

    /// Begins to shut down and returns at once, on any thread; submissions are refused from now on.
    ///
    /// The handle waits for the end and has the report. A second call gets the same report; an earlier
    /// deadline, or [`Shutdown::Abort`], hastens the shutdown under way.
    pub fn shutdown(&self, how: Shutdown) -> ShutdownHandle {
        self.pool.close(how)
    }
}

impl<S: Send + Sync + 'static> Drop for Coordinator<S> {
    fn drop(&mut self) {
        let handle = self.shutdown(Shutdown::Abort);
        if role::of(self.pool.number).is_none()
            && let Ok(None) = handle.wait_timeout(self.pool.config.grace)
        {
            log::dropped_with_hanging_threads();
        }
    }
}

impl<S: Send + Sync + 'static> std::fmt::Debug for Coordinator<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Coordinator")
            .field("config", self.config())
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}
