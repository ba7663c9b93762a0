//! What time brings.

use std::time::Duration;

use super::{CALLBACK_TIMEOUT, Doing, GRACE, Stage, World};
use crate::Phase;
use crate::machine::crew::{self, Standing};
use crate::machine::{Action, End, Stop};

impl World {
    /// Lets time pass, and checks that everything that happened was due, and all that was due happened.
    pub(super) fn advance(&mut self, ms: u64, refuses: bool) {
        self.now += Duration::from_millis(ms);
        let missing = self.machine.crew.missing;
        let actions = self.machine.tick(self.now);
        if self.machine.has_cancelled_all() && !self.cancelled_all {
            self.cancelled_all = true;
            for id in self.unended(Stage::Reserved) {
                self.tasks.get_mut(&id).unwrap().stop.get_or_insert(Stop::Cancel);
            }
        }
        let mut started = 0;
        for action in actions {
            match action {
                Action::Ended { job, end } => {
                    self.disposals += 1;
                    self.ended_by_time(job, end);
                }
                Action::Interrupt { job, stop } => {
                    assert_eq!(self.tasks[&job].stage, Stage::Running);
                    assert!(stop == Stop::Cancel || self.tasks[&job].deadline.unwrap() <= self.now);
                    assert_eq!(self.stop(job, stop), None);
                    if stop == Stop::Deadline {
                        self.tasks.get_mut(&job).unwrap().told = Some(self.now);
                    }
                }
                Action::StartWorker(key) => {
                    started += 1;
                    if refuses {
                        self.machine.worker_refused(key, self.now);
                    } else {
                        self.workers.push((key, Doing::Nothing));
                    }
                }
                Action::StartCallbackThread(key) => {
                    if refuses {
                        self.machine.callback_thread_refused(key, self.now);
                    } else {
                        self.callback_threads.push((key, None));
                    }
                }
                Action::CallbackTimedOut { task, elapsed } => {
                    assert!(elapsed >= CALLBACK_TIMEOUT || self.machine.is_hard_ended());
                    assert!(
                        self.callback_threads
                            .iter()
                            .any(|(_, doing)| *doing == Some(task.get()))
                    );
                    self.callbacks_ended += 1;
                }
                Action::CallbackSkipped { .. } => {
                    self.disposals += 1;
                    self.callbacks_ended += 1;
                }
                Action::DisposalHangs(key) => {
                    assert!(self.workers.contains(&(key, Doing::Disposal)));
                }
            }
        }
        assert!(started <= self.config.max_abandoned + missing);
        for task in self.tasks.values() {
            let late = task.deadline.is_some_and(|deadline| deadline <= self.now);
            assert!(
                !(late && task.stage == Stage::Queued),
                "a queued task outlived its deadline"
            );
            let told = late && task.stage == Stage::Running;
            assert!(
                !told || task.stop.is_some(),
                "a running task was not told of its deadline"
            );
            let spent = task.told.is_some_and(|told| told + GRACE <= self.now);
            assert!(
                !spent || matches!(task.stage, Stage::Ended(_)),
                "a running task outlived its grace"
            );
            assert!(!(self.cancelled_all && task.stage == Stage::Queued));
        }
    }

    pub(super) fn ended_by_time(&mut self, id: u64, end: End) {
        let task = &self.tasks[&id];
        let late = task.deadline.is_some_and(|deadline| deadline <= self.now);
        match end {
            End::TimedOut {
                phase: Phase::Queued,
                abandoned,
            } => {
                assert!(task.stage == Stage::Queued && late && !abandoned);
            }
            End::TimedOut {
                phase: Phase::Running,
                abandoned: true,
            } => {
                let grace_over = task.told.is_some_and(|told| told + GRACE <= self.now);
                assert!(task.stage == Stage::Running && (grace_over || self.machine.is_hard_ended()));
                for (key, doing) in &self.workers {
                    let on_it = matches!(doing, Doing::Unit(other, _) if *other == id);
                    let serves = |worker: &crew::Worker| worker.standing == Standing::Serving;
                    assert!(!on_it || !self.machine.crew.workers.get(*key).is_some_and(serves));
                }
            }
            End::Cancelled if task.stage == Stage::Queued => assert!(self.cancelled_all),
            End::Cancelled | End::TimedOut { .. } | End::Panicked => {
                assert!(task.stage == Stage::Running && task.parts.is_some());
                // The end of draining and the task's own deadline may have come in one step.
                let stop = match (task.stop, end) {
                    (Some(stop), _) => stop,
                    (None, End::Cancelled) => Stop::Cancel,
                    (None, _) if late => Stop::Deadline,
                    (None, _) => Stop::Cancel,
                };
                assert!(task.stop.is_some() || (stop == Stop::Deadline && late) || self.cancelled_all);
                assert_eq!(self.stop(id, stop), Some(end));
            }
            End::Succeeded | End::Failed => panic!("{id} cannot come to {end:?} by time alone"),
        }
        self.end(id, end);
    }
}
