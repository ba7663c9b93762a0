//! How a pool's threads are started.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use threadx_error::CoordinatorError;

use super::Pool;
use crate::machine::{CallbackKey, WorkerKey};

/// Numbers the threads of the process, for their names.
static NEXT_THREAD: AtomicU64 = AtomicU64::new(0);

impl<S: Send + Sync + 'static> Pool<S> {
    pub(super) fn start_threads(self: &Arc<Self>) -> Result<(), CoordinatorError> {
        // First, because it is what ends the others if one of them cannot be started.
        let pool = Arc::clone(self);
        spawn("supervisor", move || pool.supervise())?;
        for _ in 0..self.config.workers {
            if let Some(worker) = self.step(super::JobMachine::hire_worker) {
                self.start_worker(worker)?;
            }
        }
        for _ in 0..self.config.callback_threads {
            if let Some(thread) = self.step(super::JobMachine::hire_callback_thread) {
                self.start_callback_thread(thread)?;
            }
        }
        Ok(())
    }

    /// Starts the thread of a worker; the machine knows if there is none.
    pub(super) fn start_worker(self: &Arc<Self>, worker: WorkerKey) -> Result<(), CoordinatorError> {
        let pool = Arc::clone(self);
        spawn("worker", move || pool.work(worker)).inspect_err(|_| {
            let now = self.clock.now();
            self.step(|machine| machine.worker_refused(worker, now));
        })
    }

    /// Starts a callback thread; the machine knows if there is none.
    pub(super) fn start_callback_thread(
        self: &Arc<Self>,
        thread: CallbackKey,
    ) -> Result<(), CoordinatorError> {
        let pool = Arc::clone(self);
        spawn("callback", move || pool.call_back(thread)).inspect_err(|_| {
            let now = self.clock.now();
            self.step(|machine| machine.callback_thread_refused(thread, now));
        })
    }
}

/// Starts a thread that nobody joins: a thread that hangs must not hold up whoever would.
fn spawn(role: &str, run: impl FnOnce() + Send + 'static) -> Result<(), CoordinatorError> {
    let name = format!("{role}-{}", NEXT_THREAD.fetch_add(1, Ordering::Relaxed));
    match std::thread::Builder::new().name(name.clone()).spawn(run) {
        Ok(_detached) => Ok(()),
        Err(error) => Err(CoordinatorError::Spawn {
            name,
            reason: error.to_string(),
        }),
    }
}
