//! Where plain tasks are handed in without the pool's lock.

#[cfg(test)]
#[cfg(threadx_loom)]
mod loom;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::machine::{Admission, Machine, Refused, TaskKey};
use crate::sync::{Mutex, MutexGuard, lock};

/// Where plain tasks (no deadline, no callback, no listener) are handed in without the pool's lock, so
/// that a submitter and the workers do not pass it to and fro for each of them.
///
/// The machine says beforehand how many it takes; what is here has been accepted. Whoever asks the
/// machine anything that depends on it takes it in first, under both locks, so nobody sees a difference:
/// it is counted in every snapshot, cancelled at once, and runs in its turn. The pool's lock comes before
/// this one.
pub(super) struct Inbox<J>(Mutex<Waiting<J>>);

struct Waiting<J> {
    tasks: VecDeque<(J, Admission)>,
    /// How many more may be handed in. Invariant: the machine takes as many as this and `tasks`.
    places: usize,
    /// Whether a worker looks around for them.
    watched: bool,
}

/// The inbox while it is locked.
pub(super) struct Letters<'a, J>(MutexGuard<'a, Waiting<J>>);

impl<J: Clone> Inbox<J> {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Waiting {
            tasks: VecDeque::new(),
            places: 0,
            watched: false,
        }))
    }

    /// Hands in a task; it comes back if the machine has to be asked. `units` is what a worker that
    /// looks around reads.
    pub(super) fn hand_in(&self, job: J, admission: Admission, units: &AtomicUsize) -> Result<(), J> {
        self.lock().hand_in(job, admission, units)
    }

    /// To be called by whoever has locked the machine.
    pub(super) fn lock(&self) -> Letters<'_, J> {
        Letters(lock(&self.0))
    }
}

impl<J: Clone> Letters<'_, J> {
    /// As [`Inbox::hand_in`].
    pub(super) fn hand_in(&mut self, job: J, admission: Admission, units: &AtomicUsize) -> Result<(), J> {
        let waiting = &mut *self.0;
        if waiting.places == 0 {
            return Err(job);
        }
        waiting.places -= 1;
        waiting.tasks.push_back((job, admission));
        if waiting.watched {
            units.store(1, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Gives at most `limit` tasks to the machine, and tells each its key.
    pub(super) fn take_in<C>(
        &mut self,
        machine: &mut Machine<J, C>,
        limit: usize,
        mut register: impl FnMut(&J, TaskKey),
    ) {
        for _ in 0..limit {
            let Some((job, admission)) = self.0.tasks.pop_front() else {
                return;
            };
            match machine.submit(job, admission) {
                Ok(key) => {
                    if let Some(job) = machine.job(key) {
                        register(job, key);
                    }
                }
                // Never, by the invariant; and were it broken, the task would wait, not be lost.
                Err(Refused { job, .. }) => return self.0.tasks.push_front((job, admission)),
            }
        }
    }

    /// Nobody hands in a task without asking.
    pub(super) fn close(&mut self) {
        self.0.places = 0;
    }

    /// `places` tasks may be handed in, those that wait here included; `watched` if a worker looks around.
    pub(super) fn open(&mut self, places: usize, watched: bool) {
        self.0.places = places.saturating_sub(self.0.tasks.len());
        self.0.watched = watched;
    }
}
