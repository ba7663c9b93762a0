//! What happens when its time has come.

use std::time::{Duration, Instant};

use super::{CallbackKey, Disposal, Due, End, Machine, Phase, Stage, Stop, TaskKey, WorkerKey};
use crate::TaskId;

/// What the supervisor is to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Action<J> {
    /// Says that the task has ended. What it holds is dropped by a worker.
    Ended {
        job: J,
        end: End,
    },
    /// Tells the task that runs to stop.
    Interrupt {
        job: J,
        stop: Stop,
    },
    StartWorker(WorkerKey),
    StartCallbackThread(CallbackKey),
    CallbackTimedOut {
        task: TaskId,
        elapsed: Duration,
    },
    CallbackSkipped {
        task: TaskId,
    },
    /// A worker hangs in the `Drop` of something of a caller's.
    DisposalHangs(WorkerKey),
}

impl<J: Clone, C> Machine<J, C> {
    /// Everything that is due at `now`.
    pub(crate) fn tick(&mut self, now: Instant) -> Vec<Action<J>> {
        let mut actions = Vec::new();
        while let Some(due) = self.watch.pop(now) {
            match due {
                Due::Deadline(key) => self.deadline_passed(key, now, &mut actions),
                Due::Grace(key) => self.abandon(key, &mut actions),
                Due::Disposal(worker) => {
                    actions.push(Action::DisposalHangs(worker));
                    self.give_up_worker(worker, &mut actions);
                }
                Due::Callback(thread) => self.callback_timed_out(thread, now, &mut actions),
                Due::CancelAll => self.cancel_all(&mut actions),
                Due::HardEnd => self.hard_end(now, &mut actions),
                Due::LastEnd => self.last_end(&mut actions),
                Due::Respawn => self.respawn(&mut actions),
            }
        }
        actions
    }

    fn deadline_passed(&mut self, key: TaskKey, now: Instant, actions: &mut Vec<Action<J>>) {
        let Some(record) = self.tasks.get_mut(key) else {
            return;
        };
        record.watch = None;
        let job = record.job.clone();
        match record.stage {
            Stage::Reserved => {
                record.stop.get_or_insert(Stop::Deadline);
            }
            Stage::Queued => self.end_queued(
                key,
                End::TimedOut {
                    phase: Phase::Queued,
                    abandoned: false,
                },
                actions,
            ),
            Stage::Running => match self.stop_running(key, Stop::Deadline) {
                Some(end) => self.ended(job, end, actions),
                None => {
                    self.start_grace(key, now);
                    actions.push(Action::Interrupt {
                        job,
                        stop: Stop::Deadline,
                    });
                }
            },
        }
    }

    /// Ends a queued task; a worker drops what it holds.
    pub(super) fn end_queued(&mut self, key: TaskKey, end: End, actions: &mut Vec<Action<J>>) {
        if let Some(record) = self.remove(key) {
            self.add_stale(1);
            self.ledger.end_queued(end);
            self.ended(record.job, end, actions);
        }
    }

    /// The supervisor says that the task has ended, and a worker drops what it holds.
    pub(super) fn ended(&mut self, job: J, end: End, actions: &mut Vec<Action<J>>) {
        self.disposals.push_back(Disposal::Job(job.clone()));
        actions.push(Action::Ended { job, end });
    }

    /// Ends a task that ignores its deadline, and gives up the threads that are on it.
    pub(super) fn abandon(&mut self, key: TaskKey, actions: &mut Vec<Action<J>>) {
        let Some(mut record) = self.remove(key) else {
            return;
        };
        if let Some(fan) = &mut record.fan {
            let stale = fan.stop();
            self.add_stale(stale);
        }
        let end = End::TimedOut {
            phase: Phase::Running,
            abandoned: true,
        };
        self.ledger.end_running(end);
        self.note_abandoned(record.id);
        self.ended(record.job, end, actions);
        for worker in self.crew.on_task(key) {
            self.give_up_worker(worker, actions);
        }
    }

    pub(super) fn give_up_worker(&mut self, worker: WorkerKey, actions: &mut Vec<Action<J>>) {
        let replace = self.crew.abandoned < self.config.max_abandoned && !self.is_hard_ended();
        actions.extend(self.crew.give_up(worker, replace).map(Action::StartWorker));
    }
}
