//! A worker thread.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::{Pool, ReadyCallback, SPINS};
use crate::entry::Job;
use crate::machine::{Disposal, Taken, Work, WorkerKey};
use crate::panics;
use crate::role::{self, Role};

impl<S: Send + Sync + 'static> Pool<S> {
    /// Works until the thread is not needed any more.
    pub(super) fn work(self: &Arc<Self>, worker: WorkerKey) {
        role::enter(self.number, Role::Worker);
        loop {
            let (taken, now) = self.take(worker);
            match taken {
                Taken::Run(Work { job, key, step }) => job.run(self, worker, key, step, now),
                Taken::Expired { job, end } => {
                    job.end(self, end, now);
                    job.dispose();
                }
                Taken::Dispose(Disposal::Job(job)) => job.dispose(),
                Taken::Dispose(Disposal::Callback(callback)) => panics::discard(callback),
                Taken::Idle => {}
                Taken::Exit => return,
            }
        }
    }

    /// Waits for something to do: looks around first, then sleeps.
    fn take(&self, worker: WorkerKey) -> (Taken<Arc<dyn Job<S>>, ReadyCallback>, Instant) {
        let mut awake = false;
        let mut looked = false;
        loop {
            let now = self.clock.now();
            let mut core = self.lock();
            if std::mem::take(&mut awake) {
                core.idle.come_back();
            }
            match core.machine.take(worker, now) {
                Taken::Idle if !looked => {
                    core.idle.look_around();
                    drop(core);
                    looked = true;
                    self.look_around();
                }
                Taken::Idle => {
                    let ticket = core.idle.sleep();
                    drop(core);
                    loop {
                        std::thread::park();
                        if self.lock().idle.was_woken(ticket) {
                            break;
                        }
                    }
                    looked = false;
                }
                taken => {
                    self.release(core);
                    return (taken, now);
                }
            }
            awake = true;
        }
    }

    fn look_around(&self) {
        for _ in 0..SPINS {
            if self.units.load(Ordering::Relaxed) > 0 {
                return;
            }
            std::thread::yield_now();
        }
    }
}
