//! Gates, clocks and watchdogs. No test sleeps to wait for another thread.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex, Once};
use std::time::{Duration, Instant};

use threadx_coordinator::{
    Alarm, Clock, Coordinator, CoordinatorConfig, CoordinatorConfigBuilder, Flow, Task, TaskContext, task_fn,
};
use threadx_error::CoordinatorError;

/// Far longer than any test takes; only a hang gets here.
pub(crate) const WATCHDOG: Duration = Duration::from_secs(60);

pub(crate) type Pool = Arc<Coordinator<()>>;

/// Runs a test on a thread of its own, and fails if it hangs.
pub(crate) fn watched(test: impl FnOnce() + Send + 'static) {
    let (done, ended) = mpsc::channel();
    let thread = std::thread::Builder::new().name("test".into()).spawn(move || {
        test();
        done.send(()).unwrap();
    });
    match ended.recv_timeout(WATCHDOG) {
        Err(RecvTimeoutError::Timeout) => panic!("the test hangs"),
        Ok(()) | Err(RecvTimeoutError::Disconnected) => {
            if let Err(panic) = thread.unwrap().join() {
                std::panic::resume_unwind(panic);
            }
        }
    }
}

/// Keeps the panics that tests provoke on pools' threads from flooding the output.
fn quiet() {
    static QUIET: Once = Once::new();
    if std::env::var_os(ALONE).is_some() {
        return;
    }
    QUIET.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let current = std::thread::current();
            let name = current.name().unwrap_or_default();
            if !name.starts_with("worker-") && !name.starts_with("callback-") {
                previous(info);
            }
        }));
    });
}

const ALONE: &str = "THREADX_TEST_ALONE";

/// Runs a test in a process of its own, for what is counted a process: threads, heap, panic hooks.
pub(crate) fn alone(name: &str, test: impl FnOnce() + Send + 'static) {
    if std::env::var_os(ALONE).is_some() {
        return watched(test);
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture", "--test-threads=1"])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

pub(crate) fn config() -> CoordinatorConfigBuilder {
    CoordinatorConfig::builder().workers(2)
}

pub(crate) fn pool(config: CoordinatorConfigBuilder) -> Pool {
    quiet();
    Arc::new(Coordinator::new(config.build().unwrap(), ()).unwrap())
}

/// A pool whose time moves by hand.
pub(crate) fn timed_pool(config: CoordinatorConfigBuilder) -> (Pool, Arc<ManualClock>) {
    quiet();
    let clock = Arc::new(ManualClock::new());
    let pool = Coordinator::with_clock(config.build().unwrap(), (), Arc::clone(&clock) as Arc<dyn Clock>);
    (Arc::new(pool.unwrap()), clock)
}

/// A task of a closure that yields a value.
pub(crate) fn yields<T: Send + Sync + 'static>(
    run: impl FnOnce(&TaskContext) -> T + Send + 'static,
) -> impl Task<(), Output = T, Error = CoordinatorError> {
    task_fn("yields", move |(): &(), context| Ok(Flow::Done(run(context))))
}

/// A task that heeds its cancellation: it waits for nothing else.
pub(crate) fn until_cancelled() -> impl Task<(), Output = (), Error = CoordinatorError> {
    task_fn("until_cancelled", |(): &(), context| {
        loop {
            context.checkpoint()?;
            std::thread::yield_now();
        }
    })
}

/// Waits for something that nobody signals; the watchdog ends it if it never comes.
pub(crate) fn eventually(mut is_so: impl FnMut() -> bool) {
    while !is_so() {
        std::thread::yield_now();
    }
}

/// A gate that threads wait at; clones are the same gate.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gate(Arc<(Mutex<GateState>, Condvar)>);

#[derive(Debug, Default)]
struct GateState {
    open: bool,
    arrived: usize,
}

impl Gate {
    /// Waits at the gate until it is open.
    pub(crate) fn pass(&self) {
        let mut state = self.0.0.lock().unwrap();
        state.arrived += 1;
        self.0.1.notify_all();
        while !state.open {
            state = self.0.1.wait(state).unwrap();
        }
    }

    pub(crate) fn open(&self) {
        self.0.0.lock().unwrap().open = true;
        self.0.1.notify_all();
    }

    /// Waits until so many threads have come to the gate.
    pub(crate) fn await_arrivals(&self, count: usize) {
        let mut state = self.0.0.lock().unwrap();
        while state.arrived < count {
            state = self.0.1.wait(state).unwrap();
        }
    }
}

/// A task that waits at a gate.
pub(crate) fn at(gate: &Gate) -> impl Task<(), Output = (), Error = CoordinatorError> + use<> {
    let gate = gate.clone();
    yields(move |_| gate.pass())
}

/// Keeps every worker of a pool busy until the gate opens.
pub(crate) fn occupy(pool: &Coordinator<()>) -> Gate {
    let gate = Gate::default();
    let workers = pool.config().workers();
    for _ in 0..workers {
        drop(pool.submit(at(&gate)).unwrap());
    }
    gate.await_arrivals(workers);
    gate
}

/// Counts how many of them were dropped.
#[derive(Debug, Clone, Default)]
pub(crate) struct Drops(Arc<AtomicUsize>);

impl Drops {
    pub(crate) fn token(&self) -> DropToken {
        DropToken(self.clone())
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

#[derive(Debug)]
pub(crate) struct DropToken(Drops);

impl PartialEq for DropToken {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0.0, &other.0.0)
    }
}

impl Drop for DropToken {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Something that runs code when it is dropped.
pub(crate) struct OnDrop<F: FnOnce()>(pub(crate) Option<F>);

pub(crate) fn on_drop<F: FnOnce()>(run: F) -> OnDrop<F> {
    OnDrop(Some(run))
}

impl<F: FnOnce()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        self.0.take().unwrap()();
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub(crate) struct ManualClock {
    now: Mutex<Instant>,
    alarm: Mutex<Option<Alarm>>,
}

impl ManualClock {
    fn new() -> Self {
        Self {
            now: Mutex::new(Instant::now()),
            alarm: Mutex::new(None),
        }
    }

    pub(crate) fn advance(&self, by: Duration) {
        *self.now.lock().unwrap() += by;
        if let Some(alarm) = &*self.alarm.lock().unwrap() {
            alarm.ring();
        }
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        *self.now.lock().unwrap()
    }

    fn sleep(&self, alarm: &Alarm, until: Option<Instant>) {
        // Known before the time is looked at, so that no move is missed.
        *self.alarm.lock().unwrap() = Some(alarm.clone());
        if until.is_none_or(|until| until > self.now()) {
            alarm.wait();
        }
    }
}
