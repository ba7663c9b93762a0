//! How a task is cancelled from outside.

use super::{End, Machine, Stage, Stop, TaskKey};

/// What a cancellation came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Cancelled<J> {
    /// The task has ended, and whoever cancelled says so and drops what it holds.
    Ended { job: J, end: End },
    /// It runs and was told to stop.
    Requested(J),
    /// It had ended before.
    TooLate,
}

impl<J: Clone, C> Machine<J, C> {
    /// A thread outside the pool has told of a task that ended by [`cancel`](Self::cancel) or
    /// [`push`](Self::push): a shutdown waits for that.
    pub(crate) fn told(&mut self) {
        self.untold -= 1;
    }

    /// Cancels a task.
    pub(crate) fn cancel(&mut self, key: TaskKey) -> Cancelled<J> {
        let Some(record) = self.tasks.get_mut(key) else {
            return Cancelled::TooLate;
        };
        let job = record.job.clone();
        match record.stage {
            Stage::Reserved => {
                record.stop.get_or_insert(Stop::Cancel);
                Cancelled::Requested(job)
            }
            Stage::Queued => {
                self.remove(key);
                self.add_stale(1);
                self.ledger.end_queued(End::Cancelled);
                self.untold += 1;
                Cancelled::Ended {
                    job,
                    end: End::Cancelled,
                }
            }
            Stage::Running => match self.stop_running(key, Stop::Cancel) {
                Some(end) => {
                    self.untold += 1;
                    Cancelled::Ended { job, end }
                }
                None => Cancelled::Requested(job),
            },
        }
    }
}
