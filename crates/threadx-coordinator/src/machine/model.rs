//! The machine against a model of it: a plain list of tasks, looked through at every step.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use threadx_error::CoordinatorError;

use super::crew::Standing;
use super::{
    Action, Admission, After, CallbackEnd, CallbackKey, CallbackTaken, Cancelled, Disposal, End, Machine,
    Pushed, Step, Stop, Taken, TaskKey, Verdict, Work, WorkerKey,
};
use crate::{CoordinatorConfig, Phase, TaskId};

const GRACE: Duration = Duration::from_millis(50);
const CALLBACK_TIMEOUT: Duration = Duration::from_millis(70);

/// What a driver of the machine may do next. Numbers pick among what there is.
#[derive(Debug, Clone)]
enum Act {
    Submit {
        deadline_ms: Option<u64>,
        callback: bool,
    },
    Reserve {
        deadline_ms: Option<u64>,
    },
    Push(usize),
    Take(usize),
    Finish {
        worker: usize,
        how: u8,
        parts: usize,
    },
    Cancel(usize),
    Advance {
        ms: u64,
        /// Whether the operating system refuses threads.
        refuses: bool,
    },
    TakeCallback(usize),
    EndCallback {
        thread: usize,
        panics: bool,
    },
    Close {
        drain_ms: u64,
    },
    Tell,
}

fn act() -> impl Strategy<Value = Act> {
    let deadline = prop::option::of(0..150_u64);
    prop_oneof![
        6 => (deadline.clone(), any::<bool>())
            .prop_map(|(deadline_ms, callback)| Act::Submit { deadline_ms, callback }),
        2 => deadline.prop_map(|deadline_ms| Act::Reserve { deadline_ms }),
        2 => any::<usize>().prop_map(Act::Push),
        8 => any::<usize>().prop_map(Act::Take),
        7 => (any::<usize>(), any::<u8>(), 0..6_usize)
            .prop_map(|(worker, how, parts)| Act::Finish { worker, how, parts }),
        3 => any::<usize>().prop_map(Act::Cancel),
        3 => (0..60_u64, prop::bool::weighted(0.3))
            .prop_map(|(ms, refuses)| Act::Advance { ms, refuses }),
        1 => Just(Act::Advance { ms: 1000, refuses: false }),
        2 => Just(Act::Tell),
        3 => any::<usize>().prop_map(Act::TakeCallback),
        2 => (any::<usize>(), any::<bool>())
            .prop_map(|(thread, panics)| Act::EndCallback { thread, panics }),
        1 => (0..200_u64).prop_map(|drain_ms| Act::Close { drain_ms }),
    ]
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Reserved,
    Queued,
    Running,
    Ended(End),
}

#[derive(Debug)]
struct Parts {
    count: usize,
    issued: usize,
    ended: usize,
    failed: BTreeMap<usize, End>,
}

#[derive(Debug)]
struct Task {
    key: TaskKey,
    stage: Stage,
    deadline: Option<Instant>,
    stop: Option<Stop>,
    callback: bool,
    parts: Option<Parts>,
    /// When it was told of its deadline.
    told: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    Nothing,
    Unit(u64, Step),
    Telling,
    Disposal,
}

/// The model: every task there ever was, and what each thread does.
struct World {
    config: CoordinatorConfig,
    machine: Machine<u64, u64>,
    now: Instant,
    tasks: BTreeMap<u64, Task>,
    /// What is ready, without markers.
    ready: VecDeque<(u64, Step)>,
    disposals: usize,
    workers: Vec<(WorkerKey, Doing)>,
    callback_threads: Vec<(CallbackKey, Option<u64>)>,
    /// Tasks that ended and whose callback is not ready yet.
    uncalled: BTreeSet<u64>,
    callbacks_ended: u64,
    /// Ends of cancelled tasks that the canceller has not told yet.
    untold: usize,
    closing: bool,
    cancelled_all: bool,
}

impl World {
    fn new(config: CoordinatorConfig) -> Self {
        let mut machine = Machine::new(config);
        let workers = (0..config.workers)
            .map(|_| (machine.hire_worker().unwrap(), Doing::Nothing))
            .collect();
        let callback_threads = (0..config.callback_threads)
            .map(|_| (machine.hire_callback_thread().unwrap(), None))
            .collect();
        Self {
            config,
            machine,
            now: Instant::now(),
            tasks: BTreeMap::new(),
            ready: VecDeque::new(),
            disposals: 0,
            workers,
            callback_threads,
            uncalled: BTreeSet::new(),
            callbacks_ended: 0,
            untold: 0,
            closing: false,
            cancelled_all: false,
        }
    }

    fn count(&self, wanted: impl Fn(Stage) -> bool) -> u64 {
        self.tasks.values().filter(|task| wanted(task.stage)).count() as u64
    }

    fn hung(&self) -> usize {
        self.machine.crew.hung()
    }

    /// What the machine must answer to a submission.
    fn refusal(&self, callback: bool) -> Option<CoordinatorError> {
        let config = &self.config;
        let queued = self.count(|stage| matches!(stage, Stage::Reserved | Stage::Queued));
        if self.closing {
            Some(CoordinatorError::ShutDown)
        } else if self.hung() >= config.max_abandoned.max(1) {
            Some(CoordinatorError::TooManyAbandoned {
                hung: self.hung(),
                max_abandoned: config.max_abandoned,
            })
        } else if queued >= config.queue_capacity as u64 {
            Some(CoordinatorError::QueueFull {
                capacity: config.queue_capacity,
            })
        } else if callback && self.places() >= config.callback_capacity {
            Some(CoordinatorError::CallbackQueueFull {
                capacity: config.callback_capacity,
            })
        } else {
            None
        }
    }

    fn places(&self) -> usize {
        let accepted = self.tasks.values().filter(|task| task.callback).count();
        accepted - usize::try_from(self.callbacks_ended).unwrap()
    }

    fn reserve(&mut self, deadline_ms: Option<u64>, callback: bool) -> Option<u64> {
        let id = self.tasks.len() as u64;
        let deadline = deadline_ms.map(|ms| self.now + Duration::from_millis(ms));
        let expected = self.refusal(callback);
        let admission = Admission {
            id: TaskId(id),
            deadline,
            callback,
        };
        match self.machine.reserve(id, admission) {
            Ok(key) => {
                assert_eq!(expected, None);
                let task = Task {
                    key,
                    stage: Stage::Reserved,
                    deadline,
                    stop: None,
                    callback,
                    parts: None,
                    told: None,
                };
                self.tasks.insert(id, task);
                Some(id)
            }
            Err(refused) => {
                assert_eq!((refused.job, Some(refused.reason)), (id, expected));
                None
            }
        }
    }

    fn push(&mut self, id: u64) {
        let task = self.tasks.get_mut(&id).unwrap();
        match self.machine.push(task.key) {
            Some(Pushed::Ready) => {
                assert_eq!(task.stop, None);
                task.stage = Stage::Queued;
                self.ready.push_back((id, Step::Whole));
            }
            Some(Pushed::Ended(end)) => {
                assert_eq!((task.stop, end), (Some(Stop::Cancel), End::Cancelled));
                self.untold += 1;
                self.end(id, end);
            }
            None => panic!("a reserved task stays until it is pushed"),
        }
    }

    /// The one end of a task.
    fn end(&mut self, id: u64, end: End) {
        let task = self.tasks.get_mut(&id).unwrap();
        assert!(!matches!(task.stage, Stage::Ended(_)), "{id} ended twice");
        task.stage = Stage::Ended(end);
        self.ready.retain(|(other, _)| *other != id);
        if task.callback {
            self.uncalled.insert(id);
        }
    }

    fn take(&mut self, index: usize) {
        let (key, doing) = self.workers[index];
        assert!(!matches!(doing, Doing::Unit(..)));
        self.workers[index].1 = Doing::Nothing;
        let replaced = |worker: &super::crew::Worker| worker.standing == Standing::Replaced;
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
    fn take_along(&mut self, index: usize) {
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

    fn check_taken(&mut self, index: usize, known: bool, taken: &Taken<u64, u64>) {
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
    fn active(&self, id: u64) -> usize {
        self.workers
            .iter()
            .filter(|(_, doing)| matches!(doing, Doing::Unit(other, _) if *other == id))
            .count()
    }

    fn finish(&mut self, index: usize, how: u8, parts: usize) {
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

    fn part_failed(&mut self, id: u64, index: usize, end: End) -> After {
        let parts = self
            .tasks
            .get_mut(&id)
            .and_then(|task| task.parts.as_mut())
            .unwrap();
        parts.failed.insert(index, end);
        self.go_on(id)
    }

    fn came_to(&self, id: u64, end: End) -> After {
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
    fn go_on(&mut self, id: u64) -> After {
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

    /// A running task is told to stop: its end, if no worker is on it.
    fn stop(&mut self, id: u64, stop: Stop) -> Option<End> {
        let active = self.active(id);
        let task = self.tasks.get_mut(&id).unwrap();
        task.stop.get_or_insert(stop);
        let parts = task.parts.as_ref()?;
        let first = parts.failed.first_key_value().map(|(_, end)| *end);
        self.ready.retain(|(other, _)| *other != id);
        match self.came_to(id, first.unwrap_or(End::Failed)) {
            After::Ended(end) if active == 0 => Some(end),
            _ => None,
        }
    }

    fn cancel(&mut self, id: u64) {
        let (key, stage) = (self.tasks[&id].key, self.tasks[&id].stage);
        let cancelled = self.machine.cancel(key);
        match stage {
            Stage::Ended(_) => assert_eq!(cancelled, Cancelled::TooLate),
            Stage::Reserved => {
                self.tasks.get_mut(&id).unwrap().stop = Some(Stop::Cancel);
                assert_eq!(cancelled, Cancelled::Requested(id));
            }
            Stage::Queued => {
                assert_eq!(
                    cancelled,
                    Cancelled::Ended {
                        job: id,
                        end: End::Cancelled
                    }
                );
                self.untold += 1;
                self.end(id, End::Cancelled);
            }
            Stage::Running => match self.stop(id, Stop::Cancel) {
                Some(end) => {
                    assert_eq!(cancelled, Cancelled::Ended { job: id, end });
                    self.untold += 1;
                    self.end(id, end);
                }
                None => assert_eq!(cancelled, Cancelled::Requested(id)),
            },
        }
    }

    fn close(&mut self, drain_ms: u64) {
        self.machine
            .close(self.now, self.now + Duration::from_millis(drain_ms));
        self.closing = true;
    }

    /// Lets time pass, and checks that everything that happened was due, and all that was due happened.
    fn advance(&mut self, ms: u64, refuses: bool) {
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

    fn ended_by_time(&mut self, id: u64, end: End) {
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
                    let serves = |worker: &super::crew::Worker| worker.standing == Standing::Serving;
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

    fn unended(&self, stage: Stage) -> Vec<u64> {
        self.tasks
            .iter()
            .filter(|(_, task)| task.stage == stage)
            .map(|(id, _)| *id)
            .collect()
    }

    /// A canceller tells of an end.
    fn tell(&mut self) {
        if self.untold > 0 {
            self.untold -= 1;
            self.machine.told();
        }
    }

    fn deliver_callbacks(&mut self) {
        while let Some(id) = self.uncalled.pop_first() {
            let skips = self.machine.skips_callbacks();
            match self.machine.callback_ready(TaskId(id), id) {
                Ok(()) => assert!(!skips),
                Err(callback) => {
                    assert!(skips);
                    assert_eq!(callback, id);
                    self.callbacks_ended += 1;
                }
            }
        }
    }

    fn take_callback(&mut self, index: usize) {
        let (key, doing) = self.callback_threads[index];
        assert_eq!(doing, None);
        match self.machine.take_callback(key, self.now) {
            CallbackTaken::Run(task, callback) => {
                assert_eq!(task.get(), callback);
                assert!(
                    matches!(self.tasks[&callback].stage, Stage::Ended(_)),
                    "called before the end"
                );
                self.callback_threads[index].1 = Some(callback);
            }
            CallbackTaken::Idle => {}
            CallbackTaken::Exit => drop(self.callback_threads.remove(index)),
        }
    }

    fn end_callback(&mut self, index: usize, panics: bool) {
        let (key, doing) = self.callback_threads[index];
        if doing.is_none() {
            return;
        }
        self.callback_threads[index].1 = None;
        let before = self.machine.callbacks.places;
        let end = if panics {
            CallbackEnd::Panicked
        } else {
            CallbackEnd::Returned
        };
        self.machine.callback_ended(key, end);
        self.callbacks_ended += (before - self.machine.callbacks.places) as u64;
    }

    fn act(&mut self, act: &Act) {
        match *act {
            Act::Submit {
                deadline_ms,
                callback,
            } => {
                if let Some(id) = self.reserve(deadline_ms, callback) {
                    self.push(id);
                }
            }
            Act::Reserve { deadline_ms } => drop(self.reserve(deadline_ms, false)),
            Act::Push(pick) => {
                if let Some(&id) = nth(&self.unended(Stage::Reserved), pick) {
                    self.push(id);
                }
            }
            Act::Take(pick) => {
                let idle = self.workers_that(|doing| !matches!(doing, Doing::Unit(..)));
                if let Some(&index) = nth(&idle, pick) {
                    self.take(index);
                }
            }
            Act::Finish { worker, how, parts } => {
                let busy = self.workers_that(|doing| matches!(doing, Doing::Unit(..)));
                if let Some(&index) = nth(&busy, worker) {
                    self.finish(index, how, parts);
                }
            }
            Act::Cancel(pick) => {
                let ids: Vec<u64> = self.tasks.keys().copied().collect();
                if let Some(&id) = nth(&ids, pick) {
                    self.cancel(id);
                }
            }
            Act::Advance { ms, refuses } => self.advance(ms, refuses),
            Act::Tell => self.tell(),
            Act::TakeCallback(pick) => {
                let idle = self.callback_threads_that(|doing| doing.is_none());
                if let Some(&index) = nth(&idle, pick) {
                    self.take_callback(index);
                }
            }
            Act::EndCallback { thread, panics } => {
                let busy = self.callback_threads_that(|doing| doing.is_some());
                if let Some(&index) = nth(&busy, thread) {
                    self.end_callback(index, panics);
                }
            }
            Act::Close { drain_ms } => self.close(drain_ms),
        }
        self.deliver_callbacks();
    }

    fn workers_that(&self, wanted: impl Fn(Doing) -> bool) -> Vec<usize> {
        (0..self.workers.len())
            .filter(|&index| wanted(self.workers[index].1))
            .collect()
    }

    fn callback_threads_that(&self, wanted: impl Fn(Option<u64>) -> bool) -> Vec<usize> {
        (0..self.callback_threads.len())
            .filter(|&index| wanted(self.callback_threads[index].1))
            .collect()
    }

    /// Everything that must hold between any two steps.
    fn check(&self) {
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
    fn end_it_all(&mut self) {
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

fn nth<T>(list: &[T], pick: usize) -> Option<&T> {
    list.get(pick.checked_rem(list.len())?)
}

fn config() -> impl Strategy<Value = CoordinatorConfig> {
    (1..4_usize, 1..6_usize, 1..3_usize, 1..4_usize, 0..3_usize).prop_map(
        |(workers, queue, threads, callbacks, abandoned)| {
            CoordinatorConfig::builder()
                .workers(workers)
                .queue_capacity(queue)
                .callback_threads(threads)
                .callback_capacity(callbacks)
                .max_abandoned(abandoned)
                .grace(GRACE)
                .callback_timeout(CALLBACK_TIMEOUT)
                .build()
                .unwrap()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(4000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_machine_agrees_with_the_model(config in config(), acts in prop::collection::vec(act(), 1..160)) {
        let mut world = World::new(config);
        for act in &acts {
            world.act(act);
            world.check();
        }
        world.end_it_all();
    }
}
