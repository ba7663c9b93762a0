//! The supervisor: does what is due, and never runs a caller's code.

use std::sync::Arc;

use super::Pool;
use crate::log;
use crate::machine::Action;
use crate::role::{self, Role};

impl<S: Send + Sync + 'static> Pool<S> {
    /// Does what is due until the shutdown is done.
    pub(super) fn supervise(self: &Arc<Self>) {
        role::enter(self.number, Role::Supervisor);
        loop {
            let now = self.clock.now();
            let (actions, closed, until) = self.step_with_all(|machine| {
                let actions = machine.tick(now);
                (actions, machine.is_closed(), machine.sleep())
            });
            if actions.is_empty() {
                if closed {
                    return self.report();
                }
                self.clock.sleep(&self.alarm, until);
            }
            // The shutdown is done when all that follows from its end has been told, not before.
            for action in actions {
                self.act(action);
            }
        }
    }

    fn act(self: &Arc<Self>, action: Action<Arc<dyn crate::entry::Job<S>>>) {
        match action {
            Action::Ended { job, end } => {
                job.stop(crate::machine::Stop::Deadline);
                job.end(self, end, self.clock.now());
            }
            Action::Interrupt { job, stop } => job.stop(stop),
            Action::StartWorker(worker) => {
                if let Err(error) = self.start_worker(worker) {
                    log::thread_refused(&error);
                }
            }
            Action::StartCallbackThread(thread) => {
                if let Err(error) = self.start_callback_thread(thread) {
                    log::thread_refused(&error);
                }
            }
            Action::CallbackTimedOut { task, elapsed } => log::callback_timed_out(task, elapsed),
            Action::CallbackSkipped { task } => log::callback_skipped(task),
            Action::DisposalHangs(_) => log::destructor_hangs(),
        }
    }

    fn report(&self) {
        self.events.close();
        let now = self.clock.now();
        if let Some(report) = self.lock().machine.report(now) {
            // Nobody else fills it, and handles of a shutdown never desert it.
            drop(self.end.fill(Arc::new(report)));
        }
    }
}
