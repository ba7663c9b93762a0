//! The threads' side of a coordinator: one lock around the state machine, and who is woken.
//!
//! Nothing of a caller's runs under the lock, and nothing else is locked under it.

mod callback_thread;
mod sleepers;
mod supervisor;
mod threads;
mod wait;
mod worker;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use threadx_error::CoordinatorError;

use crate::broadcast::Broadcast;
use crate::cell::Cell;
use crate::clock::{Alarm, Clock};
use crate::entry::Job;
use crate::machine::{
    Admission, After, Cancelled, Disposal, End, Machine, Pushed, Taken, TaskKey, Verdict, WorkerKey,
};
use crate::{
    Cancellation, CoordinatorConfig, Shutdown, ShutdownHandle, ShutdownReport, State, TaskId, log, role,
};
use sleepers::Sleepers;
pub(crate) use wait::Patience;
use wait::Wait;

/// A callback with its result, ready to run.
pub(crate) type ReadyCallback = Box<dyn FnOnce() + Send>;

/// What a worker does next.
pub(crate) type TakenJob<S> = Taken<Arc<dyn Job<S>>, ReadyCallback>;

type JobMachine<S> = Machine<Arc<dyn Job<S>>, ReadyCallback>;

/// Something on cache lines of its own: what changes with every task does not slow reading the rest.
#[repr(align(128))]
struct Apart<T>(T);

/// What is behind the lock.
struct Core<S> {
    machine: JobMachine<S>,
    /// Workers that sleep, and those that were woken or look around before they sleep.
    idle: Sleepers,
    /// Submitters that wait for a place in the queue.
    blocked: Sleepers,
}

/// What a coordinator's threads share.
pub(crate) struct Pool<S> {
    core: Apart<Mutex<Core<S>>>,
    /// Callback threads wait here.
    callbacks: Condvar,
    /// Wakes the supervisor.
    alarm: Alarm,
    /// How much waits for workers, and how many tasks are queued: hints for threads that look around
    /// before they sleep, stored under the lock while any does.
    units: AtomicUsize,
    queued: AtomicU64,
    pub(crate) number: u64,
    pub(crate) config: CoordinatorConfig,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) events: Broadcast,
    pub(crate) services: Arc<S>,
    next_id: Apart<AtomicU64>,
    born: Instant,
    end: Arc<Cell<ShutdownReport>>,
}

static NEXT_POOL: AtomicU64 = AtomicU64::new(1);

impl<S: Send + Sync + 'static> Pool<S> {
    /// Makes the pool and starts its threads.
    pub(crate) fn start(
        config: CoordinatorConfig,
        services: Arc<S>,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, CoordinatorError> {
        crate::panics::install_hook();
        let pool = Arc::new(Self {
            core: Apart(Mutex::new(Core {
                machine: Machine::new(config),
                idle: Sleepers::new(),
                blocked: Sleepers::new(),
            })),
            callbacks: Condvar::new(),
            alarm: Alarm::default(),
            units: AtomicUsize::new(0),
            queued: AtomicU64::new(0),
            number: NEXT_POOL.fetch_add(1, Ordering::Relaxed),
            config,
            born: clock.now(),
            clock,
            events: Broadcast::default(),
            services,
            next_id: Apart(AtomicU64::new(1)),
            end: Arc::new(Cell::new()),
        });
        match pool.start_threads() {
            Ok(()) => Ok(pool),
            Err(error) => {
                // The threads that did start go again.
                drop(pool.close(Shutdown::Abort));
                Err(error)
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Core<S>> {
        self.core.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One step of the machine, after which whoever it concerns is woken.
    fn step<R>(&self, step: impl FnOnce(&mut JobMachine<S>) -> R) -> R {
        let mut core = self.lock();
        let result = step(&mut core.machine);
        self.release(core);
        result
    }

    /// Ends a step: sees who has to be woken, and wakes them outside the lock.
    fn release(&self, mut core: MutexGuard<'_, Core<S>>) {
        let core_ref = &mut *core;
        let machine = &mut core_ref.machine;
        let settled = machine.is_settled();
        let units = machine.waiting_units();
        if core_ref.idle.anyone_awake() {
            self.units.store(units, Ordering::Relaxed);
        }
        if core_ref.blocked.anyone_awake() {
            self.queued.store(machine.queued(), Ordering::Relaxed);
        }
        let workers = core_ref
            .idle
            .wake_newest(if settled { usize::MAX } else { units });
        let submitters = core_ref.blocked.wake_oldest(machine.places_on_offer());
        let callbacks = settled || machine.has_callbacks();
        let supervisor = settled | machine.take_urgent();
        drop(core);
        for thread in workers.into_iter().chain(submitters) {
            thread.unpark();
        }
        if callbacks {
            self.callbacks.notify_all();
        }
        if supervisor {
            self.alarm.ring();
        }
    }

    pub(crate) fn next_id(&self) -> TaskId {
        TaskId(self.next_id.0.fetch_add(1, Ordering::Relaxed))
    }

    /// Hands a task to the workers.
    pub(crate) fn submit(
        &self,
        job: &Arc<dyn Job<S>>,
        admission: Admission,
        patience: Patience,
    ) -> Result<TaskKey, CoordinatorError> {
        // On a worker nobody waits for a place: the place may be the worker's own to free.
        let patience = match role::of(self.number) {
            Some(role::Role::Worker) => Patience::None,
            _ => patience,
        };
        let tells = self.events.has_listeners();
        let mut wait = Wait::new(patience);
        loop {
            let mut core = self.lock();
            wait.is_over(&mut core.blocked);
            let accepted = if tells {
                core.machine.reserve(job, admission)
            } else {
                core.machine.submit(job, admission)
            };
            match accepted {
                Err(CoordinatorError::QueueFull { .. }) if wait.has_patience() => {
                    wait.for_place(self, core);
                }
                accepted => {
                    self.release(core);
                    if tells && let Ok(key) = accepted {
                        self.announce(job, key);
                    }
                    return accepted;
                }
            }
        }
    }

    /// Publishes `Queued`, then lets workers see the task.
    fn announce(&self, job: &Arc<dyn Job<S>>, key: TaskKey) {
        job.announce(self);
        if let Some(Pushed::Ended(end)) = self.step(|machine| machine.push(key)) {
            self.tell(job, end);
        }
    }

    /// Tells of an end that the calling thread has decided, then drops what the task holds.
    fn tell(&self, job: &Arc<dyn Job<S>>, end: End) {
        job.end(self, end, self.clock.now());
        self.step(JobMachine::told);
        job.dispose();
    }

    /// Cancels a task for its handle.
    pub(crate) fn cancel(&self, key: TaskKey) -> Cancellation {
        match self.step(|machine| machine.cancel(key)) {
            Cancelled::Ended { job, end } => {
                job.stop(crate::machine::Stop::Cancel);
                self.tell(&job, end);
                Cancellation::Cancelled
            }
            Cancelled::Requested(job) => {
                job.stop(crate::machine::Stop::Cancel);
                Cancellation::Requested
            }
            Cancelled::TooLate => Cancellation::TooLate,
        }
    }

    /// A worker ended a step of a task. If that is a success, telling of which runs no code of the
    /// caller's that may hang, what it does next is settled too.
    pub(crate) fn finish(
        &self,
        worker: WorkerKey,
        key: TaskKey,
        verdict: Verdict,
        now: Instant,
    ) -> (After, Option<TakenJob<S>>) {
        self.step(|machine| {
            let after = machine.finish(worker, key, verdict, now);
            let next = match after {
                After::Ended(End::Succeeded) => machine.take_along(worker, now),
                After::Ended(_) | After::GoesOn | After::Late => None,
            };
            (after, next)
        })
    }

    /// Leaves a value of the caller's for a worker to drop, under the supervisor's eye.
    pub(crate) fn leave(&self, value: impl Send + 'static) {
        let disposal = Disposal::Value(Box::new(move || drop(value)) as ReadyCallback);
        self.step(|machine| machine.leave(disposal));
    }

    /// Runs `drop` on worker `worker`, under the supervisor's eye: it may hang.
    pub(crate) fn dispose_on(&self, worker: WorkerKey, drop: impl FnOnce()) {
        let now = self.clock.now();
        self.step(|machine| machine.dispose(worker, now));
        drop();
    }

    /// Hands a callback to the callback threads; one that is not to be run is dropped by a worker.
    pub(crate) fn callback_ready(&self, task: TaskId, callback: ReadyCallback) {
        let skipped = self.step(|machine| {
            machine
                .callback_ready(task, callback)
                .map_err(|callback| machine.leave(Disposal::Value(callback)))
                .is_err()
        });
        if skipped {
            log::callback_skipped(task);
        }
    }

    pub(crate) fn state(&self) -> State {
        let uptime = self.clock.now().saturating_duration_since(self.born);
        self.lock().machine.state(uptime)
    }

    /// Begins a shutdown, or hastens one under way.
    pub(crate) fn close(&self, how: Shutdown) -> ShutdownHandle {
        let now = self.clock.now();
        let cancel_at = match how {
            Shutdown::Drain { deadline } => deadline,
            Shutdown::Abort => now,
        };
        self.step(|machine| machine.close(now, cancel_at));
        ShutdownHandle {
            end: Arc::clone(&self.end),
            pool: self.number,
        }
    }
}

/// How often a thread looks around before it sleeps; each costs about a microsecond at most.
const SPINS: usize = 16;
