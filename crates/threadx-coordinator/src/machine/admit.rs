//! Which tasks are taken.

use std::time::Instant;

use threadx_error::CoordinatorError;

use super::{Due, End, Machine, Phase, Record, Stage, Step, Stop, TaskKey, Unit};
use crate::TaskId;

/// A task that asks to be taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Admission {
    pub(crate) id: TaskId,
    pub(crate) deadline: Option<Instant>,
    pub(crate) callback: bool,
}

impl Admission {
    /// Whether nothing but a place in the queue is asked for.
    pub(crate) const fn is_plain(&self) -> bool {
        self.deadline.is_none() && !self.callback
    }
}

/// A task that was not taken.
#[derive(Debug)]
pub(crate) struct Refused<J> {
    pub(crate) job: J,
    pub(crate) reason: CoordinatorError,
}

/// What became of a reserved task.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Pushed {
    /// A worker may take it.
    Ready,
    /// It was stopped before that.
    Ended(End),
}

impl<J: Clone, C> Machine<J, C> {
    /// Takes a task: it is counted as queued and registered, but no worker sees it yet.
    ///
    /// Between this and [`push`](Self::push) its event `Queued` is published.
    pub(crate) fn reserve(&mut self, job: J, admission: Admission) -> Result<TaskKey, Refused<J>> {
        if let Some(reason) = self.refuses_all() {
            return Err(Refused { job, reason });
        }
        let config = &self.config;
        let full = CoordinatorError::QueueFull {
            capacity: config.queue_capacity,
        };
        if self.ledger.queued >= config.queue_capacity as u64 {
            return Err(Refused { job, reason: full });
        }
        if admission.callback && !self.callbacks.reserve(config.callback_capacity) {
            let reason = CoordinatorError::CallbackQueueFull {
                capacity: config.callback_capacity,
            };
            return Err(Refused { job, reason });
        }
        let record = Record {
            job,
            id: admission.id,
            stage: Stage::Reserved,
            deadline: admission.deadline,
            stop: None,
            watch: None,
            fan: None,
        };
        let key = match self.tasks.insert(record) {
            Ok(key) => key,
            Err(Record { job, .. }) => {
                if admission.callback {
                    self.callbacks.release();
                }
                return Err(Refused { job, reason: full });
            }
        };
        self.ledger.accept();
        Ok(key)
    }

    /// Why no task at all is taken, if so.
    fn refuses_all(&self) -> Option<CoordinatorError> {
        if self.is_closing() {
            return Some(CoordinatorError::ShutDown);
        }
        let (hung, max_abandoned) = (self.crew.hung(), self.config.max_abandoned);
        (hung >= max_abandoned.max(1)).then_some(CoordinatorError::TooManyAbandoned { hung, max_abandoned })
    }

    /// How many plain tasks it is sure to take, whatever its threads do meanwhile: what makes it refuse
    /// all happens where those that were handed in are taken first.
    pub(crate) fn places_to_give(&self) -> usize {
        if self.refuses_all().is_some() {
            return 0;
        }
        self.places_on_offer().min(self.tasks.room())
    }

    /// How many of those who wait for a place should look for one: all of them where they would be
    /// refused.
    pub(crate) fn places_on_offer(&self) -> usize {
        if self.refuses_all().is_some() {
            return usize::MAX;
        }
        let free = (self.config.queue_capacity as u64).saturating_sub(self.ledger.queued);
        usize::try_from(free).unwrap_or(usize::MAX)
    }

    /// Lets workers see a reserved task.
    pub(crate) fn push(&mut self, key: TaskKey) -> Option<Pushed> {
        let record = self.tasks.get_mut(key)?;
        if let Some(stop) = record.stop {
            let end = match stop {
                Stop::Cancel => End::Cancelled,
                Stop::Deadline => End::TimedOut {
                    phase: Phase::Queued,
                    abandoned: false,
                },
            };
            self.remove(key);
            self.ledger.end_queued(end);
            self.untold += 1;
            return Some(Pushed::Ended(end));
        }
        record.stage = Stage::Queued;
        if let Some(deadline) = record.deadline {
            record.watch = Some(self.watch.add(deadline, Due::Deadline(key)));
        }
        self.ready.push(Unit {
            key,
            step: Step::Whole,
        });
        Some(Pushed::Ready)
    }

    /// [`reserve`](Self::reserve) and [`push`](Self::push) at once, for when nobody sees events.
    pub(crate) fn submit(&mut self, job: J, admission: Admission) -> Result<TaskKey, Refused<J>> {
        let key = self.reserve(job, admission)?;
        let pushed = self.push(key);
        debug_assert_eq!(
            pushed,
            Some(Pushed::Ready),
            "nothing stops a task within one step"
        );
        Ok(key)
    }

    /// The job of a task that has not ended.
    pub(crate) fn job(&self, key: TaskKey) -> Option<&J> {
        self.tasks.get(key).map(|record| &record.job)
    }
}
