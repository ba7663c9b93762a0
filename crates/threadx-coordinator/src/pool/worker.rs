//! A worker thread.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::{BATCH, Pool, SPINS, TakenJob, take_in};
use crate::entry::Next;
use crate::machine::{Disposal, Taken, Work, WorkerKey};
use crate::panics;
use crate::role::{self, Role};

impl<S: Send + Sync + 'static> Pool<S> {
    /// Works until the thread is not needed any more.
    pub(super) fn work(self: &Arc<Self>, worker: WorkerKey) {
        role::enter(self.number, Role::Worker);
        let mut next = Next::Ask;
        loop {
            let (taken, now) = match std::mem::take(&mut next) {
                Next::Ask => self.take(worker, None),
                Next::AskAt(now) => self.take(worker, Some(now)),
                Next::Known(taken, now) => (taken, now),
            };
            match taken {
                Taken::Run(Work { job, key, step }) => next = job.run(self, worker, key, step, now),
                Taken::Expired { job, end } => {
                    job.end(self, end, now);
                    job.dispose();
                }
                Taken::Dispose(Disposal::Job(job)) => job.dispose(),
                Taken::Dispose(Disposal::Value(callback)) => panics::discard(callback),
                Taken::Idle => {}
                Taken::Exit => return,
            }
        }
    }

    /// Waits for something to do: looks around first, then sleeps. Reading the clock costs as much as
    /// the rest of this, so the time that is `known` counts as now.
    fn take(&self, worker: WorkerKey, mut known: Option<Instant>) -> (TakenJob<S>, Instant) {
        let mut awake = false;
        let mut looked = false;
        loop {
            let now = known.take().unwrap_or_else(|| self.clock.now());
            let mut core = self.lock();
            if std::mem::take(&mut awake) {
                core.idle.come_back();
            }
            let mut taken = core.machine.take(worker, now);
            let mut letters = None;
            if let Taken::Idle = taken {
                let mut inbox = self.inbox.0.lock();
                take_in(&mut core.machine, &mut inbox, BATCH);
                taken = core.machine.take(worker, now);
                letters = Some(inbox);
            }
            match taken {
                Taken::Idle if !looked => {
                    core.idle.look_around();
                    self.units.store(0, Ordering::Relaxed);
                    if let Some(mut letters) = letters {
                        core.reopen(&mut letters);
                    }
                    drop(core);
                    looked = true;
                    self.look_around();
                }
                Taken::Idle => {
                    let ticket = core.idle.sleep();
                    if let Some(mut letters) = letters {
                        letters.close();
                    }
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
                    if let Some(mut letters) = letters {
                        core.reopen(&mut letters);
                    }
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
