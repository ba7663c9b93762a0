//! What a running task and the outside tell each other, without a lock.

use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::machine::Stop;
use crate::{Progress, TaskId};

const STARTED: u8 = 1;
const CANCELLED: u8 = 2;
const EXPIRED: u8 = 4;

/// What a running task and the outside tell each other, without a lock.
#[derive(Debug)]
pub(crate) struct Signals {
    pub(crate) id: TaskId,
    pub(crate) kind: &'static str,
    pub(crate) deadline: Option<Instant>,
    /// The number of its pool.
    pub(crate) pool: u64,
    flags: AtomicU8,
    /// Nanoseconds from submission to start; stored before the flag `STARTED`.
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
            flags: AtomicU8::new(0),
            waited: AtomicU64::new(0),
            done: AtomicU64::new(0),
            total: AtomicU64::new(0),
            failed_part: AtomicUsize::new(usize::MAX),
            gate: Mutex::new(Gate::Open),
        }
    }

    /// Its first worker has it, `waited` after its submission.
    pub(crate) fn start(&self, waited: Duration) {
        let nanos = u64::try_from(waited.as_nanos()).unwrap_or(u64::MAX);
        self.waited.store(nanos, Ordering::Relaxed);
        self.flags.fetch_or(STARTED, Ordering::Release);
    }

    /// How long it waited for its first worker, if it has started.
    pub(crate) fn waited(&self) -> Option<Duration> {
        let started = self.flags.load(Ordering::Acquire) & STARTED != 0;
        started.then(|| Duration::from_nanos(self.waited.load(Ordering::Relaxed)))
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
