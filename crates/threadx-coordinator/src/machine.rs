//! The coordinator's state machine: every decision and every count; no thread, clock or channel.
//!
//! The threads of a pool drive it under one lock; the tests drive it with numbers for jobs and
//! invented times. It never calls a job, so nothing of a caller can run under that lock.

mod admit;
mod callbacks;
mod cancel;
mod closing;
mod crew;
mod fan;
mod finish;
mod ledger;
#[cfg(test)]
mod model;
mod ready;
mod slab;
mod snapshot;
mod take;
mod tick;
mod watch;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

pub(crate) use admit::{Admission, Pushed, Refused};
pub(crate) use callbacks::{CallbackEnd, CallbackTaken};
use callbacks::{CallbackThreads, Callbacks};
pub(crate) use cancel::Cancelled;
pub(crate) use closing::Closing;
use crew::{Crew, Workers};
use fan::Fan;
pub(crate) use finish::{After, Verdict};
use ledger::Ledger;
pub(crate) use ready::Step;
use ready::{Ready, Unit};
use slab::{Key, Slab};
pub(crate) use take::{Taken, Work};
pub(crate) use tick::Action;
use watch::{Due, Watch, WatchKey};

use crate::{CoordinatorConfig, Phase, TaskId};

/// Marks the keys of tasks.
#[derive(Debug)]
pub(crate) enum Tasks {}

pub(crate) type TaskKey = Key<Tasks>;
pub(crate) type WorkerKey = Key<Workers>;
pub(crate) type CallbackKey = Key<CallbackThreads>;

/// How a task ended; the value or error itself is not the machine's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Succeeded,
    Failed,
    Panicked,
    Cancelled,
    TimedOut { phase: Phase, abandoned: bool },
}

/// Why a running task is to stop; the first reason stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    Cancel,
    Deadline,
}

/// Where a registered task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Counted and registered, but not yet to be seen by a worker.
    Reserved,
    Queued,
    Running,
}

/// A registered task; it goes in the moment it ends.
#[derive(Debug)]
struct Record<J> {
    job: J,
    id: TaskId,
    stage: Stage,
    deadline: Option<Instant>,
    stop: Option<Stop>,
    /// Its deadline, or the end of its grace.
    watch: Option<WatchKey>,
    /// Apart, because few tasks fan out.
    fan: Option<Box<Fan>>,
}

/// Something of a caller that is to be dropped by a worker.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Disposal<J, C> {
    /// What an ended task still holds.
    Job(J),
    /// A callback that is not run, or a value in the shape of one.
    Value(C),
}

/// Whether tasks are taken.
#[derive(Debug)]
enum Lifecycle {
    Open,
    Closing(Closing),
}

/// The state of a coordinator. `J` stands for a job, `C` for a callback that is ready to run.
///
/// What every task changes stands together in front: these lines go from core to core with the lock.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Machine<J, C> {
    /// What a worker may take next.
    ready: Ready,
    /// Every task that has not ended. Invariant: as many as `ledger.queued + ledger.running`.
    tasks: Slab<Tasks, Record<J>>,
    ledger: Ledger,
    crew: Crew,
    /// What a worker drops before it takes anything.
    disposals: VecDeque<Disposal<J, C>>,
    callbacks: Callbacks<C>,
    watch: Watch,
    /// Ends that threads outside the pool have decided and not yet told.
    untold: usize,
    lifecycle: Lifecycle,
    config: CoordinatorConfig,
}

impl<J: Clone, C> Machine<J, C> {
    pub(crate) const fn new(config: CoordinatorConfig) -> Self {
        Self {
            config,
            lifecycle: Lifecycle::Open,
            ledger: Ledger::NONE,
            tasks: Slab::new(),
            ready: Ready::new(),
            disposals: VecDeque::new(),
            crew: Crew::new(),
            callbacks: Callbacks::new(),
            watch: Watch::new(),
            untold: 0,
        }
    }

    /// Units and disposals that an idle worker could take.
    pub(crate) fn waiting_units(&self) -> usize {
        self.ready.live() + self.disposals.len()
    }

    /// Whether a worker that has nothing to drop would find nothing to run.
    pub(crate) fn has_none_ready(&self) -> bool {
        self.ready.live() == 0
    }

    /// Tasks that wait for their first worker.
    pub(crate) const fn queued(&self) -> u64 {
        self.ledger.queued
    }

    /// Whether the supervisor sleeps past something that is due earlier; says so once.
    pub(crate) fn take_urgent(&mut self) -> bool {
        self.watch.take_urgent()
    }

    /// Notes that the supervisor goes to sleep, and returns until when; `None` for ever.
    pub(crate) fn sleep(&mut self) -> Option<Instant> {
        self.watch.sleep()
    }

    /// Leaves something of a caller's for a worker to drop.
    pub(crate) fn leave(&mut self, disposal: Disposal<J, C>) {
        self.disposals.push_back(disposal);
    }

    #[cfg(test)]
    fn watch_len(&self) -> usize {
        self.watch.len()
    }

    /// Takes an ended task out; its places in the ready queue become stale.
    fn remove(&mut self, key: TaskKey) -> Option<Record<J>> {
        let record = self.tasks.remove(key)?;
        self.watch.remove(record.watch);
        Some(record)
    }
}

/// `at + by`, or `at` where that is past the end of time.
fn later(at: Instant, by: Duration) -> Instant {
    at.checked_add(by).unwrap_or(at)
}
