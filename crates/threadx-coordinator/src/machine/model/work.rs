//! What workers take, and what their steps come to.

use std::collections::BTreeMap;

use super::{Doing, Parts, Stage, World};
use crate::Phase;
use crate::machine::crew::{self, Standing};
use crate::machine::{After, Disposal, End, Step, Stop, Taken, Verdict, Work};

impl World {
    pub(super) fn take(&mut self, index: usize) {
        let (key, doing) = self.workers[index];
        assert!(!matches!(doing, Doing::Unit(..)));
        self.workers[index].1 = Doing::Nothing;
        let replaced = |worker: &crew::Worker| worker.standing == Standing::Replaced;
        let known = self
            .machine
            .crew
            .workers
            .get(key)
            .is_some_and(|worker| !replaced(worker));
        let taken = self.machine.take(key, self.now);
        self.check_taken(index, known, &taken);
    }

    /// A worker that has ended a task takes the next one in the same step, where that is allowed.
    pub(super) fn take_along(&mut self, index: usize) {
        let (key, _) = self.workers[index];
        let known = self.machine.crew.workers.get(key).is_some();
        let may = !self.closing && self.disposals == 0;
        match self.machine.take_along(key, self.now) {
            Some(taken) => {
                assert!(may);
                self.check_taken(index, known, &taken);
            }
            None => assert!(!may || self.ready.is_empty()),
        }
    }

    pub(super) fn check_taken(&mut self, index: usize, known: bool, taken: &Taken<u64, u64>) {
        if !known {
            assert_eq!(taken, &Taken::Exit);
            self.workers.remove(index);
            return;
        }
        if self.disposals > 0 {
            assert!(matches!(
                taken,
                Taken::Dispose(Disposal::Job(_) | Disposal::Value(_))
            ));
            self.disposals -= 1;
            self.workers[index].1 = Doing::Disposal;
            return;
        }
        match self.ready.pop_front() {
            None => {
                let settled = self.closing && self.count(|stage| !matches!(stage, Stage::Ended(_))) == 0;
                assert_eq!(taken, &if settled { Taken::Exit } else { Taken::Idle });
                if settled {
                    self.workers.remove(index);
                }
            }
            Some((id, step)) => {
                let task = self.tasks.get_mut(&id).unwrap();
                let late = task.deadline.is_some_and(|deadline| deadline <= self.now);
                if step == Step::Whole && late {
                    let end = End::TimedOut {
                        phase: Phase::Queued,
                        abandoned: false,
                    };
                    assert_eq!(taken, &Taken::Expired { job: id, end });
                    self.end(id, end);
                    self.workers[index].1 = Doing::Disposal;
                } else {
                    task.stage = Stage::Running;
                    assert_eq!(
                        taken,
                        &Taken::Run(Work {
                            job: id,
                            key: task.key,
                            step
                        })
                    );
                    self.workers[index].1 = Doing::Unit(id, step);
                }
            }
        }
    }

    /// How many steps of a task are on workers; those of a task that was given up do not count.
    pub(super) fn active(&self, id: u64) -> usize {
        self.workers
            .iter()
            .filter(|(_, doing)| matches!(doing, Doing::Unit(other, _) if *other == id))
            .count()
    }

    pub(super) fn finish(&mut self, index: usize, how: u8, parts: usize) {
        let (key, doing) = self.workers[index];
        self.workers[index].1 = Doing::Nothing;
        let (id, step) = match doing {
            Doing::Nothing | Doing::Telling | Doing::Disposal => return,
            Doing::Unit(id, step) => (id, step),
        };
        let verdict = match (step, how % 8) {
            (Step::Part(index), 0) => Verdict::PartFailed(index),
            (Step::Part(index), 1) => Verdict::PartPanicked(index),
            (Step::Part(_), _) => Verdict::PartDone,
            (Step::Whole, 0..=3) | (Step::Finish, 3) => Verdict::FanOut(parts),
            (_, 4) => Verdict::Failed,
            (_, 5) => Verdict::Panicked,
            _ => Verdict::Succeeded,
        };
        let task = self.tasks.get_mut(&id).unwrap();
        let task_key = task.key;
        let expected = if matches!(task.stage, Stage::Ended(_)) {
            After::Late
        } else {
            if task.deadline.is_some_and(|deadline| deadline <= self.now) {
                task.stop.get_or_insert(Stop::Deadline);
            }
            if let Some(parts) = &mut task.parts {
                parts.ended += 1;
            }
            match verdict {
                Verdict::FanOut(count) => {
                    task.parts = Some(Parts {
                        count,
                        issued: 0,
                        ended: 0,
                        failed: BTreeMap::new(),
                    });
                    self.go_on(id)
                }
                Verdict::PartDone => self.go_on(id),
                Verdict::PartFailed(index) => self.part_failed(id, index, End::Failed),
                Verdict::PartPanicked(index) => self.part_failed(id, index, End::Panicked),
                Verdict::Succeeded => self.came_to(id, End::Succeeded),
                Verdict::Failed => self.came_to(id, End::Failed),
                Verdict::Panicked => self.came_to(id, End::Panicked),
            }
        };
        assert_eq!(self.machine.finish(key, task_key, verdict, self.now), expected);
        if let After::Ended(end) = expected {
            self.workers[index].1 = Doing::Telling;
            self.end(id, end);
            if how >= 128 {
                self.take_along(index);
            }
        }
    }

    pub(super) fn part_failed(&mut self, id: u64, index: usize, end: End) -> After {
        let parts = self
            .tasks
            .get_mut(&id)
            .and_then(|task| task.parts.as_mut())
            .unwrap();
        parts.failed.insert(index, end);
        self.go_on(id)
    }

    pub(super) fn came_to(&self, id: u64, end: End) -> After {
        After::Ended(match (end, self.tasks[&id].stop) {
            (End::Panicked, _) | (_, None) => end,
            (_, Some(Stop::Cancel)) => End::Cancelled,
            (_, Some(Stop::Deadline)) => End::TimedOut {
                phase: Phase::Running,
                abandoned: false,
            },
        })
    }

    /// The parts that follow, or the end of a task that was stopped or has failed.
    pub(super) fn go_on(&mut self, id: u64) -> After {
        let active = self.active(id);
        let task = self.tasks.get_mut(&id).unwrap();
        let parts = task.parts.as_mut().unwrap();
        let first = parts.failed.first_key_value().map(|(_, end)| *end);
        if task.stop.is_some() || first.is_some() {
            self.ready.retain(|(other, _)| *other != id);
            return if active == 0 {
                self.came_to(id, first.unwrap_or(End::Failed))
            } else {
                After::GoesOn
            };
        }
        if parts.ended == parts.count {
            self.ready.push_back((id, Step::Finish));
        }
        while parts.issued < parts.count && parts.issued - parts.ended < self.config.workers {
            self.ready.push_back((id, Step::Part(parts.issued)));
            parts.issued += 1;
        }
        After::GoesOn
    }
}
