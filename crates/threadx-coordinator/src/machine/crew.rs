//! The worker threads as the machine sees them.

use super::{Key, Slab, TaskKey, WatchKey, WorkerKey};

/// Marks the keys of workers.
#[derive(Debug)]
pub(crate) enum Workers {}

/// What a thread is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    Nothing,
    Task(TaskKey),
    /// It says that a task has ended: to the log, the subscribers, the handle.
    Telling,
    Disposal(WatchKey),
}

/// Whether a thread still serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Serving,
    /// It hangs and another thread has its place; it goes when it comes back.
    Replaced,
    /// It hangs and no other thread has its place; it serves again when it comes back.
    Stuck,
}

#[derive(Debug)]
pub(super) struct Worker {
    pub(super) doing: Doing,
    pub(super) standing: Standing,
}

/// The worker threads.
#[derive(Debug)]
pub(super) struct Crew {
    pub(super) workers: Slab<Workers, Worker>,
    /// Threads that hang and were replaced; at most `max_abandoned`.
    pub(super) abandoned: usize,
    /// Threads that hang and were not replaced.
    pub(super) stuck: usize,
    /// Threads that the operating system refused to start.
    pub(super) missing: usize,
}

impl Crew {
    pub(super) const fn new() -> Self {
        Self {
            workers: Slab::new(),
            abandoned: 0,
            stuck: 0,
            missing: 0,
        }
    }

    pub(super) const fn hung(&self) -> usize {
        self.abandoned + self.stuck
    }

    /// A place for a new thread.
    pub(super) fn hire(&mut self) -> Option<WorkerKey> {
        self.workers
            .insert(Worker {
                doing: Doing::Nothing,
                standing: Standing::Serving,
            })
            .ok()
    }

    /// Gives a hanging thread up; the place of its successor, if it is to have one.
    pub(super) fn give_up(&mut self, key: WorkerKey, replace: bool) -> Option<WorkerKey> {
        let worker = self
            .workers
            .get_mut(key)
            .filter(|worker| worker.standing == Standing::Serving)?;
        if replace {
            worker.standing = Standing::Replaced;
            self.abandoned += 1;
            self.hire()
        } else {
            worker.standing = Standing::Stuck;
            self.stuck += 1;
            None
        }
    }

    /// A thread is done with what it was busy with: a replaced one loses its place.
    pub(super) fn come_back(&mut self, key: WorkerKey) -> Doing {
        let Some(worker) = self.workers.get_mut(key) else {
            return Doing::Nothing;
        };
        match worker.standing {
            Standing::Serving => {}
            Standing::Stuck => {
                worker.standing = Standing::Serving;
                self.stuck -= 1;
            }
            Standing::Replaced => {
                self.abandoned -= 1;
                return self
                    .workers
                    .remove(key)
                    .map_or(Doing::Nothing, |worker| worker.doing);
            }
        }
        std::mem::replace(&mut worker.doing, Doing::Nothing)
    }

    pub(super) fn begin(&mut self, key: WorkerKey, doing: Doing) {
        if let Some(worker) = self.workers.get_mut(key) {
            worker.doing = doing;
        }
    }

    /// Threads that serve and are busy with a task.
    pub(super) fn busy(&self) -> usize {
        self.workers
            .iter()
            .filter(|(_, worker)| {
                worker.standing == Standing::Serving && matches!(worker.doing, Doing::Task(_))
            })
            .count()
    }

    /// Threads that serve.
    pub(super) fn serving(&self) -> usize {
        self.workers.len() - self.hung()
    }

    pub(super) fn on_task(&self, key: TaskKey) -> Vec<Key<Workers>> {
        self.workers
            .keys_of(|worker| worker.standing == Standing::Serving && worker.doing == Doing::Task(key))
    }
}
