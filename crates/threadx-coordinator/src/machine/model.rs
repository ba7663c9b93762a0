//! The machine against a model of it: a plain list of tasks, looked through at every step.

mod acts;
mod admit;
mod callbacks;
mod check;
mod stop;
mod time;
mod work;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use acts::act;
use proptest::prelude::*;

use super::{CallbackKey, End, Machine, Step, Stop, TaskKey, WorkerKey};
use crate::CoordinatorConfig;

const GRACE: Duration = Duration::from_millis(50);
const CALLBACK_TIMEOUT: Duration = Duration::from_millis(70);

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
