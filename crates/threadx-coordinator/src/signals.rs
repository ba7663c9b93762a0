//! What a running task and the outside tell each other, without a lock.

use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::machine::{Stop, TaskKey};
use crate::{Progress, TaskId};

const CANCELLED: u8 = 1;
const EXPIRED: u8 = 2;

/// In place of the time that a task waited for its first worker.
const NOT_STARTED: u64 = u64::MAX;

/// What a running task and the outside tell each other, without a lock.
#[derive(Debug)]
pub(crate) struct Signals {
    pub(crate) id: TaskId,
    pub(crate) kind: &'static str,
    pub(crate) deadline: Option<Instant>,
    /// The number of its pool.
    pub(crate) pool: u64,
    /// Its key in the machine, once that has it; stored and read under the pool's lock.
    key: AtomicU64,
    flags: AtomicU8,
    /// Nanoseconds from submission to start, or `NOT_STARTED`.
    waited: AtomicU64,
    done: AtomicU64,
    total: AtomicU64,
    /// The lowest index of a part that failed; parts behind it are not needed.
    failed_part: AtomicUsize,
    /// Closed by whoever ends the task over its worker's head, so that nothing follows the terminal
    /// event.
    gate: Mutex<Gate>,
}

#[derive(Debug, PartialEq, Eq)]
enum Gate {
    Open,
    Closed,
}

impl Signals {
    pub(crate) const fn new(id: TaskId, kind: &'static str, deadline: Option<Instant>, pool: u64) -> Self {
        Self {
            id,
            kind,
            deadline,
            pool,
            key: AtomicU64::new(0),
            flags: AtomicU8::new(0),
            waited: AtomicU64::new(NOT_STARTED),
            done: AtomicU64::new(0),
            total: AtomicU64::new(0),
            failed_part: AtomicUsize::new(usize::MAX),
            gate: Mutex::new(Gate::Open),
        }
    }

    /// The machine has it.
    pub(crate) fn register(&self, key: TaskKey) {
        self.key.store(key.to_bits(), Ordering::Relaxed);
    }

    /// Its key in the machine, for those under whose lock it was registered.
    pub(crate) fn key(&self) -> TaskKey {
        TaskKey::from_bits(self.key.load(Ordering::Relaxed))
    }

    /// Its first worker has it, `waited` after its submission.
    pub(crate) fn start(&self, waited: Duration) {
        let nanos = u64::try_from(waited.as_nanos()).unwrap_or(NOT_STARTED);
        self.waited.store(nanos.min(NOT_STARTED - 1), Ordering::Release);
    }

    /// How long it waited for its first worker, if it has started.
    pub(crate) fn waited(&self) -> Option<Duration> {
        let waited = self.waited.load(Ordering::Acquire);
        (waited != NOT_STARTED).then(|| Duration::from_nanos(waited))
    }

    pub(crate) fn stop(&self, stop: Stop) {
        let flag = match stop {
            Stop::Cancel => CANCELLED,
            Stop::Deadline => EXPIRED,
        };
        self.flags.fetch_or(flag, Ordering::Relaxed);
    }

    /// Why the task is to stop; part `part` also where an earlier part has failed.
    pub(crate) fn stopped(&self, part: Option<usize>) -> Option<Stop> {
        let flags = self.flags.load(Ordering::Relaxed);
        if flags & CANCELLED != 0 {
            Some(Stop::Cancel)
        } else if flags & EXPIRED != 0 {
            Some(Stop::Deadline)
        } else {
            part.filter(|&part| part > self.failed_part.load(Ordering::Relaxed))
                .map(|_| Stop::Cancel)
        }
    }

    pub(crate) fn part_failed(&self, index: usize) {
        self.failed_part.fetch_min(index, Ordering::Relaxed);
    }

    /// `total` goes first, so that whoever reads a new `done` reads a total at least as new.
    pub(crate) fn set_progress(&self, done: u64, total: u64) {
        self.total.store(total, Ordering::Relaxed);
        self.done.store(done, Ordering::Release);
    }

    pub(crate) fn advance(&self, by: u64) {
        self.done.fetch_add(by, Ordering::Release);
    }

    pub(crate) fn progress(&self) -> Progress {
        let done = self.done.load(Ordering::Acquire);
        Progress {
            done,
            total: self.total.load(Ordering::Relaxed),
        }
    }

    /// Publishes an event of the task, unless its terminal event has been published.
    pub(crate) fn while_open(&self, publish: impl FnOnce()) {
        let gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        if *gate == Gate::Open {
            publish();
        }
    }

    /// From now on only the terminal event is published.
    pub(crate) fn close_gate(&self) {
        *self.gate.lock().unwrap_or_else(PoisonError::into_inner) = Gate::Closed;
    }
}
