//! How a coordinator is shut down, and what it says afterwards.

use std::sync::Arc;
use std::time::{Duration, Instant};

use threadx_error::CoordinatorError;

use crate::cell::Cell;
use crate::{TaskId, role};

/// How a coordinator is shut down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shutdown {
    /// Lets queued and running tasks end, until `deadline`; what has not ended then is cancelled, and
    /// what ignores that for the grace is given up.
    Drain {
        /// When draining ends, on the coordinator's clock.
        deadline: Instant,
    },
    /// Cancels every task; what ignores that for the grace is given up.
    Abort,
}

impl Shutdown {
    /// Drains for at most `limit` from now, on the operating system's clock.
    #[must_use]
    pub fn drain(limit: Duration) -> Self {
        let now = Instant::now();
        Self::Drain {
            deadline: now.checked_add(limit).unwrap_or(now),
        }
    }
}

/// What became of the tasks since the shutdown began.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShutdownReport {
    /// Tasks that ended by themselves: succeeded, failed, panicked, or at their own deadline.
    pub finished: u64,
    /// Tasks that were cancelled.
    pub cancelled: u64,
    /// Tasks that ignored it and were given up; their threads may still be busy.
    pub abandoned: Vec<TaskId>,
    /// Callbacks that returned.
    pub callbacks_run: u64,
    /// Callbacks that were not run.
    pub callbacks_skipped: u64,
    /// Worker threads that hang, from before too; they go when they come back.
    pub hung_workers: usize,
    /// Callback threads that hang, from before too.
    pub hung_callback_threads: usize,
    /// Whether everything ended by itself, so that nothing had to be told to stop.
    pub drained: bool,
    /// From the shutdown's begin to its end.
    pub elapsed: Duration,
}

/// A shutdown under way, or done.
#[derive(Debug, Clone)]
#[must_use = "a shutdown goes on by itself; wait for it to know that it is done"]
pub struct ShutdownHandle {
    pub(crate) end: Arc<Cell<ShutdownReport>>,
    pub(crate) pool: u64,
}

impl ShutdownHandle {
    /// The report, if the shutdown is done.
    #[must_use]
    pub fn report(&self) -> Option<Arc<ShutdownReport>> {
        self.end.get()
    }

    /// Waits for the shutdown's end. Its deadline and the grace bound that; each caller gets the same
    /// report.
    ///
    /// # Errors
    ///
    /// [`CoordinatorError::ShutdownWouldDeadlock`] on a thread of the same pool, for which the
    /// shutdown waits.
    pub fn wait(&self) -> Result<Arc<ShutdownReport>, CoordinatorError> {
        self.check()?;
        Ok(self.end.wait())
    }

    /// Waits for the shutdown's end, at most for `limit`; `None` if it is not done then.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    pub fn wait_timeout(&self, limit: Duration) -> Result<Option<Arc<ShutdownReport>>, CoordinatorError> {
        self.check()?;
        Ok(match Instant::now().checked_add(limit) {
            Some(until) => self.end.wait_until(until),
            None => Some(self.end.wait()),
        })
    }

    fn check(&self) -> Result<(), CoordinatorError> {
        if self.end.is_filled() || role::of(self.pool).is_none() {
            Ok(())
        } else {
            Err(CoordinatorError::ShutdownWouldDeadlock)
        }
    }
}
