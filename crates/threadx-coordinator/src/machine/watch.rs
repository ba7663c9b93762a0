//! What is to happen at which time.

use std::collections::BTreeMap;
use std::time::Instant;

use super::{CallbackKey, TaskKey, WorkerKey};

/// Something that happens when its time comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// The deadline of a task.
    Deadline(TaskKey),
    /// The end of the time that a task has to heed its deadline.
    Grace(TaskKey),
    /// The end of the time that a worker has to drop what a caller left.
    Disposal(WorkerKey),
    /// The limit of the callback that runs on this thread.
    Callback(CallbackKey),
    /// The deadline of the shutdown: what has not ended is cancelled.
    CancelAll,
    /// The end of the time that tasks and callbacks have to heed it.
    HardEnd,
    /// The end of the time that threads have to tell of what has ended.
    LastEnd,
    /// Another attempt to start threads that the operating system refused.
    Respawn,
}

/// An entry of the [`Watch`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WatchKey(Instant, u64);

/// What is to happen at which time, earliest first.
#[derive(Debug)]
pub(crate) struct Watch {
    entries: BTreeMap<WatchKey, Due>,
    sequence: u64,
    /// Until when the supervisor sleeps; `None` for ever.
    asleep_until: Option<Instant>,
    urgent: bool,
}

impl Watch {
    pub(crate) const fn new() -> Self {
        Self {
            entries: BTreeMap::new(),
            sequence: 0,
            asleep_until: None,
            urgent: false,
        }
    }

    pub(crate) fn add(&mut self, at: Instant, due: Due) -> WatchKey {
        self.sequence += 1;
        let key = WatchKey(at, self.sequence);
        self.entries.insert(key, due);
        self.urgent |= self.asleep_until.is_none_or(|until| at < until);
        key
    }

    pub(crate) fn remove(&mut self, key: Option<WatchKey>) {
        if let Some(key) = key {
            self.entries.remove(&key);
        }
    }

    /// Takes the earliest entry whose time has come.
    pub(crate) fn pop(&mut self, now: Instant) -> Option<Due> {
        let entry = self.entries.first_entry()?;
        (entry.key().0 <= now).then(|| entry.remove())
    }

    /// Notes that the supervisor sleeps now, and until when.
    pub(crate) fn sleep(&mut self) -> Option<Instant> {
        self.asleep_until = self.entries.first_key_value().map(|(key, _)| key.0);
        self.urgent = false;
        self.asleep_until
    }

    /// Whether the supervisor sleeps past an entry; says so once.
    pub(crate) fn take_urgent(&mut self) -> bool {
        std::mem::take(&mut self.urgent)
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}
