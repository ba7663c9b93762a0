//! What must hold between any two steps, and at the end.

use std::time::Duration;

use super::{Doing, Stage, World};
use crate::machine::End;

impl World {
    /// Everything that must hold between any two steps.
    pub(super) fn check(&self) {
        let waits_for_tellers = self.untold > 0 && !self.machine.is_last_ended();
        assert!(
            !(self.machine.is_closed() && waits_for_tellers),
            "closed before an end was told"
        );
        let state = self.machine.state(Duration::ZERO);
        let ended =
            |wanted: fn(End) -> bool| self.count(|stage| matches!(stage, Stage::Ended(end) if wanted(end)));
        assert_eq!(state.submitted, self.tasks.len() as u64);
        assert_eq!(
            state.queued,
            self.count(|stage| matches!(stage, Stage::Reserved | Stage::Queued))
        );
        assert_eq!(state.running, self.count(|stage| stage == Stage::Running));
        assert_eq!(state.succeeded, ended(|end| end == End::Succeeded));
        assert_eq!(state.failed, ended(|end| end == End::Failed));
        assert_eq!(state.panicked, ended(|end| end == End::Panicked));
        assert_eq!(state.cancelled, ended(|end| end == End::Cancelled));
        assert_eq!(state.timed_out, ended(|end| matches!(end, End::TimedOut { .. })));
        assert_eq!(state.accounted(), state.submitted);
        assert!(state.queued <= self.config.queue_capacity as u64);
        assert_eq!(state.queue_depth, self.ready.len());
        assert!(
            self.machine.ready.stale() <= self.config.queue_capacity,
            "too many empty markers"
        );
        assert_eq!(self.machine.disposals.len(), self.disposals);
        assert_eq!(
            self.machine.tasks.len() as u64,
            state.queued + state.running,
            "a task is kept past its end"
        );
        assert!(state.abandoned_workers <= self.config.max_abandoned);
        assert!(state.abandoned_callbacks <= self.config.max_abandoned);
        assert!(state.workers <= self.config.workers);
        let missing = self.machine.crew.missing + self.machine.crew.stuck;
        assert!(
            self.closing || state.workers + missing == self.config.workers,
            "a worker is lost"
        );
        assert!(missing == 0 || state.degraded);
        let callbacks = state.callbacks_run
            + state.callbacks_timed_out
            + state.callbacks_panicked
            + state.callbacks_skipped;
        assert_eq!(callbacks, self.callbacks_ended);
        assert_eq!(state.callbacks_pending, self.places());
        // Deadlines, callback limits, disposals, and at most a few of the shutdown: nothing of an ended
        // task.
        let timed = self.tasks.values().filter(|task| task.deadline.is_some());
        let timed = timed
            .filter(|task| matches!(task.stage, Stage::Queued | Stage::Running))
            .count();
        let disposing = self.workers_that(|doing| doing == Doing::Disposal).len();
        let calling = self.callback_threads_that(|doing| doing.is_some()).len();
        assert!(self.machine.watch_len() <= timed + disposing + calling + 12);
    }

    /// Ends everything: whatever happened before, a shutdown comes to its end.
    pub(super) fn end_it_all(&mut self) {
        self.close(0);
        for round in 0.. {
            for id in self.unended(Stage::Reserved) {
                self.push(id);
            }
            self.advance(600, false);
            for index in self.workers_that(|doing| matches!(doing, Doing::Unit(..))) {
                self.finish(index, 7, 0);
            }
            for index in self.callback_threads_that(|doing| doing.is_some()) {
                self.end_callback(index, false);
            }
            self.deliver_callbacks();
            for index in (0..self.workers.len()).rev() {
                self.take(index);
            }
            for index in (0..self.callback_threads.len()).rev() {
                self.take_callback(index);
            }
            self.check();
            if self.machine.is_closed() {
                break;
            }
            assert!(round < 100, "the shutdown does not end");
        }
        let report = self.machine.report(self.now).unwrap();
        assert_eq!(self.count(|stage| !matches!(stage, Stage::Ended(_))), 0);
        assert_eq!((report.hung_workers, report.hung_callback_threads), (0, 0));
        assert!(self.workers.is_empty() && self.callback_threads.is_empty());
    }
}
