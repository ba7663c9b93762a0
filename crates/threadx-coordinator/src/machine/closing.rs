//! How a coordinator ends.

use std::time::{Duration, Instant};

use super::crew::{Doing, Standing};
use super::{Action, CallbackKey, Due, End, Ledger, Lifecycle, Machine, Stage, Stop, WatchKey, WorkerKey};
use crate::{ShutdownReport, TaskId};

/// How long the supervisor waits before it asks the operating system for a refused thread again.
const RESPAWN_AFTER: Duration = Duration::from_secs(1);

/// How long a shutdown whose time is over waits for threads that tell of an end: they need microseconds,
/// unless a log subscriber, a waker or a destructor of the caller's hangs.
const LAST_END_AFTER: Duration = Duration::from_secs(1);

/// A shutdown under way.
#[derive(Debug)]
pub(crate) struct Closing {
    since: Instant,
    cancel_at: Instant,
    cancel_watch: Option<WatchKey>,
    /// What has not ended was told to stop.
    cancelled: bool,
    /// What did not heed it was given up.
    hard_ended: bool,
    /// Nothing is waited for any more but threads that are about to go.
    last_ended: bool,
    before: Ledger,
    callbacks_run_before: u64,
    callbacks_skipped_before: u64,
    abandoned: Vec<TaskId>,
}

impl<J: Clone, C> Machine<J, C> {
    /// Begins the shutdown, or hastens one under way: tasks are cancelled at `cancel_at`.
    pub(crate) fn close(&mut self, now: Instant, cancel_at: Instant) {
        match &mut self.lifecycle {
            Lifecycle::Open => {
                let cancel_watch = self.watch.add(cancel_at, Due::CancelAll);
                self.lifecycle = Lifecycle::Closing(Closing {
                    since: now,
                    cancel_at,
                    cancel_watch: Some(cancel_watch),
                    cancelled: false,
                    hard_ended: false,
                    last_ended: false,
                    before: self.ledger,
                    callbacks_run_before: self.callbacks.run,
                    callbacks_skipped_before: self.callbacks.skipped,
                    abandoned: Vec::new(),
                });
                let end = super::later(cancel_at, self.config.grace);
                self.watch.add(end, Due::HardEnd);
            }
            Lifecycle::Closing(closing) if !closing.cancelled && cancel_at < closing.cancel_at => {
                self.watch.remove(closing.cancel_watch);
                closing.cancel_at = cancel_at;
                closing.cancel_watch = Some(self.watch.add(cancel_at, Due::CancelAll));
                let end = super::later(cancel_at, self.config.grace);
                self.watch.add(end, Due::HardEnd);
            }
            Lifecycle::Closing(_) => {}
        }
    }

    pub(super) const fn is_closing(&self) -> bool {
        matches!(self.lifecycle, Lifecycle::Closing(_))
    }

    /// Whether no task is left and none will come.
    pub(crate) fn is_settled(&self) -> bool {
        self.is_closing() && self.tasks.is_empty()
    }

    pub(super) const fn is_hard_ended(&self) -> bool {
        matches!(&self.lifecycle, Lifecycle::Closing(closing) if closing.hard_ended)
    }

    #[cfg(test)]
    pub(super) const fn has_cancelled_all(&self) -> bool {
        matches!(&self.lifecycle, Lifecycle::Closing(closing) if closing.cancelled)
    }

    /// Whether not even tellers are waited for.
    pub(super) const fn is_last_ended(&self) -> bool {
        matches!(&self.lifecycle, Lifecycle::Closing(closing) if closing.last_ended)
    }

    /// Whether everything has ended and every thread that does not hang has gone.
    pub(crate) fn is_closed(&self) -> bool {
        let told = self.untold == 0 && self.callbacks.places == 0;
        self.is_settled()
            && (told || self.is_last_ended())
            && self.crew.serving() == 0
            && self.callbacks.serving() == 0
    }

    /// The shutdown's deadline: queued tasks end, running ones are told to stop.
    pub(super) fn cancel_all(&mut self, actions: &mut Vec<Action<J>>) {
        let Lifecycle::Closing(closing) = &mut self.lifecycle else {
            return;
        };
        closing.cancelled = true;
        for key in self.tasks.keys_of(|_| true) {
            let Some(record) = self.tasks.get_mut(key) else {
                continue;
            };
            let job = record.job.clone();
            match record.stage {
                Stage::Reserved => {
                    record.stop.get_or_insert(Stop::Cancel);
                }
                Stage::Queued => self.end_queued(key, End::Cancelled, actions),
                Stage::Running => match self.stop_running(key, Stop::Cancel) {
                    Some(end) => self.ended(job, end, actions),
                    None => actions.push(Action::Interrupt {
                        job,
                        stop: Stop::Cancel,
                    }),
                },
            }
        }
    }

    /// The end of the time to heed it: what still runs is given up.
    pub(super) fn hard_end(&mut self, now: Instant, actions: &mut Vec<Action<J>>) {
        let Lifecycle::Closing(closing) = &mut self.lifecycle else {
            return;
        };
        if std::mem::replace(&mut closing.hard_ended, true) {
            return;
        }
        for key in self.tasks.keys_of(|record| record.stage == Stage::Running) {
            self.abandon(key, actions);
        }
        self.give_up_callbacks(now, actions);
        self.watch.add(super::later(now, LAST_END_AFTER), Due::LastEnd);
    }

    /// The end of the time to tell of what has ended: a subscriber, a waker or a destructor of a
    /// caller's hangs.
    pub(super) fn last_end(&mut self, actions: &mut Vec<Action<J>>) {
        if let Lifecycle::Closing(closing) = &mut self.lifecycle {
            closing.last_ended = true;
        }
        let busy = |worker: &super::crew::Worker| {
            worker.standing == Standing::Serving && worker.doing != Doing::Nothing
        };
        for worker in self.crew.workers.keys_of(busy) {
            self.give_up_worker(worker, actions);
        }
    }

    pub(super) fn note_abandoned(&mut self, id: TaskId) {
        if let Lifecycle::Closing(closing) = &mut self.lifecycle {
            closing.abandoned.push(id);
        }
    }

    /// What became of the tasks since the shutdown began.
    pub(crate) fn report(&self, now: Instant) -> Option<ShutdownReport> {
        let Lifecycle::Closing(closing) = &self.lifecycle else {
            return None;
        };
        let cancelled = self.ledger.cancelled - closing.before.cancelled;
        let abandoned = closing.abandoned.clone();
        let ended = self.ledger.ended() - closing.before.ended();
        Some(ShutdownReport {
            finished: ended - cancelled - abandoned.len() as u64,
            cancelled,
            abandoned,
            callbacks_run: self.callbacks.run - closing.callbacks_run_before,
            callbacks_skipped: self.callbacks.skipped - closing.callbacks_skipped_before,
            hung_workers: self.crew.hung(),
            hung_callback_threads: self.callbacks.hung(),
            drained: !closing.cancelled,
            elapsed: now.saturating_duration_since(closing.since),
        })
    }

    /// A place for a new worker thread.
    pub(crate) fn hire_worker(&mut self) -> Option<WorkerKey> {
        self.crew.hire()
    }

    /// A place for a new callback thread.
    pub(crate) fn hire_callback_thread(&mut self) -> Option<CallbackKey> {
        self.callbacks.hire()
    }

    /// The operating system refused the thread; it is asked again later.
    pub(crate) fn worker_refused(&mut self, worker: WorkerKey, now: Instant) {
        if self.crew.workers.remove(worker).is_some() {
            self.crew.missing += 1;
            self.watch.add(super::later(now, RESPAWN_AFTER), Due::Respawn);
        }
    }

    /// The operating system refused the thread; it is asked again later.
    pub(crate) fn callback_thread_refused(&mut self, thread: CallbackKey, now: Instant) {
        if self.callbacks.threads.remove(thread).is_some() {
            self.callbacks.missing += 1;
            self.watch.add(super::later(now, RESPAWN_AFTER), Due::Respawn);
        }
    }

    pub(super) fn respawn(&mut self, actions: &mut Vec<Action<J>>) {
        for _ in 0..std::mem::take(&mut self.crew.missing) {
            actions.extend(self.crew.hire().map(Action::StartWorker));
        }
        for _ in 0..std::mem::take(&mut self.callbacks.missing) {
            actions.extend(self.callbacks.hire().map(Action::StartCallbackThread));
        }
    }
}
