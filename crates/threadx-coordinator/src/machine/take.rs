//! What a worker does next.

use std::time::Instant;

use super::crew::Doing;
use super::{Disposal, Due, End, Machine, Phase, Stage, Step, TaskKey, Unit, WorkerKey};

/// A step of a task for a worker to run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Work<J> {
    pub(crate) job: J,
    pub(crate) key: TaskKey,
    pub(crate) step: Step,
}

/// What a worker does next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken<J, C> {
    Run(Work<J>),
    /// The task's deadline passed while it was queued; it has ended, and the worker says so.
    Expired {
        job: J,
        end: End,
    },
    /// Drops what a caller left.
    Dispose(Disposal<J, C>),
    /// There is nothing to do.
    Idle,
    /// The thread is no longer needed.
    Exit,
}

impl<J: Clone, C> Machine<J, C> {
    /// What `worker` does next at `now`.
    pub(crate) fn take(&mut self, worker: WorkerKey, now: Instant) -> Taken<J, C> {
        // Back from whatever it did; a thread that another has replaced has no place any more.
        if let Doing::Disposal(watch) = self.crew.come_back(worker) {
            self.watch.remove(Some(watch));
        }
        if self.crew.workers.get(worker).is_none() {
            return Taken::Exit;
        }
        if let Some(disposal) = self.disposals.pop_front() {
            self.dispose(worker, now);
            return Taken::Dispose(disposal);
        }
        while let Some(unit) = self.ready.pop() {
            if !self.is_live(unit) {
                self.ready.popped_stale();
                continue;
            }
            if let Some(taken) = self.start(worker, unit, now) {
                return taken;
            }
        }
        if self.is_settled() {
            self.crew.workers.remove(worker);
            return Taken::Exit;
        }
        Taken::Idle
    }

    /// What a worker does next that has only to tell of a success: known in the step that ends the
    /// task, which spares the lock. `None` if it is to ask again when it has told.
    pub(crate) fn take_along(&mut self, worker: WorkerKey, now: Instant) -> Option<Taken<J, C>> {
        if self.is_closing() || !self.disposals.is_empty() {
            return None;
        }
        match self.take(worker, now) {
            Taken::Idle => {
                self.crew.begin(worker, Doing::Telling);
                None
            }
            taken => Some(taken),
        }
    }

    fn start(&mut self, worker: WorkerKey, unit: Unit, now: Instant) -> Option<Taken<J, C>> {
        let Unit { key, step } = unit;
        let record = self.tasks.get_mut(key)?;
        if let Some(fan) = &mut record.fan {
            fan.take();
        } else if record.deadline.is_some_and(|deadline| deadline <= now) {
            let end = End::TimedOut {
                phase: Phase::Queued,
                abandoned: false,
            };
            self.ledger.end_queued(end);
            let record = self.remove(key)?;
            // The worker drops the payload, which may hang: it is watched while it does.
            self.dispose(worker, now);
            return Some(Taken::Expired { job: record.job, end });
        } else {
            record.stage = Stage::Running;
            self.ledger.start();
        }
        let job = record.job.clone();
        self.crew.begin(worker, Doing::Task(key));
        Some(Taken::Run(Work { job, key, step }))
    }

    /// Whether a unit of the ready queue is to be run.
    fn is_live(&self, unit: Unit) -> bool {
        self.tasks
            .get(unit.key)
            .is_some_and(|record| match (unit.step, &record.fan) {
                (Step::Whole, _) => record.stage == Stage::Queued,
                (Step::Part(_) | Step::Finish, fan) => fan.as_ref().is_some_and(|fan| !fan.is_stopped()),
            })
    }

    /// Notes that `count` units of the ready queue are not to be run any more.
    pub(super) fn add_stale(&mut self, count: usize) {
        let mut ready = std::mem::replace(&mut self.ready, super::Ready::new());
        ready.add_stale(count, self.config.queue_capacity, |unit| self.is_live(unit));
        self.ready = ready;
    }

    /// The worker begins to drop something of a caller's, which may hang; its next
    /// [`take`](Self::take) says that it is done.
    pub(crate) fn dispose(&mut self, worker: WorkerKey, now: Instant) {
        if self.crew.workers.get(worker).is_some() {
            let until = super::later(now, self.config.grace);
            let watch = self.watch.add(until, Due::Disposal(worker));
            self.crew.begin(worker, Doing::Disposal(watch));
        }
    }
}
