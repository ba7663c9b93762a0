//! The threads' side of a coordinator: one lock around the state machine, and who is woken.
//!
//! Nothing of a caller's runs under the lock, and nothing but the inbox is locked under it.

mod callback_thread;
mod inbox;
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
use crate::signals::Signals;
use crate::{
    Cancellation, CoordinatorConfig, Shutdown, ShutdownHandle, ShutdownReport, State, TaskId, log, role,
};
use inbox::{Inbox, Letters};
use sleepers::Sleepers;
pub(crate) use wait::Patience;
use wait::Wait;

/// A callback with its result, ready to run.
pub(crate) type ReadyCallback = Box<dyn FnOnce() + Send>;

/// What a worker does next.
pub(crate) type TakenJob<S> = Taken<Arc<dyn Job<S>>, ReadyCallback>;

type LettersOf<'a, S> = Letters<'a, Arc<dyn Job<S>>>;

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
    inbox: Apart<Inbox<Arc<dyn Job<S>>>>,
    pub(crate) number: u64,
    pub(crate) config: CoordinatorConfig,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) events: Broadcast,
    pub(crate) services: Arc<S>,
    next_id: Apart<AtomicU64>,
    born: Instant,
    end: Arc<Cell<ShutdownReport>>,
}

impl<S: Send + Sync + 'static> Core<S> {
    /// Says how many tasks may be handed in without asking: none where somebody has to be woken, or has
    /// waited for a place.
    fn reopen(&self, letters: &mut LettersOf<'_, S>) {
        if self.idle.anyone_asleep() || self.blocked.anyone() {
            letters.close();
        } else {
            letters.open(self.machine.places_to_give(), self.idle.anyone_awake());
        }
    }
}

/// Takes in at most `limit` of the tasks that were handed in.
fn take_in<S: Send + Sync + 'static>(
    machine: &mut JobMachine<S>,
    letters: &mut LettersOf<'_, S>,
    limit: usize,
) {
    letters.take_in(machine, limit, |job, key| job.register(key));
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
            inbox: Apart(Inbox::new()),
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

    /// Locks the machine and the inbox and takes in what was handed in: now the machine knows all.
    fn lock_all(&self) -> (MutexGuard<'_, Core<S>>, LettersOf<'_, S>) {
        let mut core = self.lock();
        let mut letters = self.inbox.0.lock();
        take_in(&mut core.machine, &mut letters, usize::MAX);
        (core, letters)
    }

    /// Ends what [`lock_all`](Self::lock_all) began.
    fn release_all(&self, core: MutexGuard<'_, Core<S>>, mut letters: LettersOf<'_, S>) {
        core.reopen(&mut letters);
        drop(letters);
        self.release(core);
    }

    /// One step of the machine that depends on every task, or may make it refuse some.
    fn step_with_all<R>(&self, step: impl FnOnce(&mut JobMachine<S>) -> R) -> R {
        let (mut core, letters) = self.lock_all();
        let result = step(&mut core.machine);
        self.release_all(core, letters);
        result
    }

    /// One step of the machine that has to do with what it knows only, after which whoever it concerns
    /// is woken.
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
        job: Arc<dyn Job<S>>,
        admission: Admission,
        patience: Patience,
    ) -> Result<(), CoordinatorError> {
        let tells = self.events.has_listeners();
        let mut job = job;
        if !tells && admission.is_plain() {
            match self.hand_in(job, admission) {
                Ok(()) => return Ok(()),
                Err(back) => job = back,
            }
        }
        // On a worker nobody waits for a place: the place may be the worker's own to free.
        let patience = match role::of(self.number) {
            Some(role::Role::Worker) => Patience::None,
            _ => patience,
        };
        let mut wait = Wait::new(patience);
        loop {
            let (mut core, mut letters) = self.lock_all();
            wait.is_over(&mut core.blocked);
            let accepted = if tells {
                core.machine.reserve(job, admission)
            } else {
                core.machine.submit(job, admission)
            };
            match accepted {
                Ok(key) => {
                    let job = core.machine.job(key).inspect(|job| job.register(key));
                    let told = job.filter(|_| tells).map(Arc::clone);
                    self.release_all(core, letters);
                    if let Some(job) = told {
                        self.announce(&job, key);
                    }
                    return Ok(());
                }
                Err(refused)
                    if matches!(refused.reason, CoordinatorError::QueueFull { .. })
                        && wait.has_patience() =>
                {
                    job = refused.job;
                    letters.close();
                    drop(letters);
                    wait.for_place(self, core);
                }
                Err(refused) => {
                    self.release_all(core, letters);
                    return Err(refused.reason);
                }
            }
        }
    }

    /// Hands in a plain task where the machine has places to give and nobody has to be woken.
    fn hand_in(&self, job: Arc<dyn Job<S>>, admission: Admission) -> Result<(), Arc<dyn Job<S>>> {
        let job = match self.inbox.0.hand_in(job, admission, &self.units) {
            Ok(()) => return Ok(()),
            Err(job) => job,
        };
        // Its places are used up: workers may have freed some since.
        let core = self.lock();
        let mut letters = self.inbox.0.lock();
        core.reopen(&mut letters);
        letters.hand_in(job, admission, &self.units)
    }

    /// Publishes `Queued`, then lets workers see the task.
    fn announce(&self, job: &Arc<dyn Job<S>>, key: TaskKey) {
        job.announce(self);
        if let Some(Pushed::Ended(end)) = self.step_with_all(|machine| machine.push(key)) {
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
    pub(crate) fn cancel(&self, task: &Signals) -> Cancellation {
        match self.step_with_all(|machine| machine.cancel(task.key())) {
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
        match verdict {
            Verdict::Succeeded | Verdict::Failed | Verdict::Panicked => {}
            // What was submitted before the parts that follow runs before them.
            Verdict::FanOut(_) | Verdict::PartDone | Verdict::PartFailed(_) | Verdict::PartPanicked(_) => {
                let after = self.step_with_all(|machine| machine.finish(worker, key, verdict, now));
                return (after, None);
            }
        }
        let mut core = self.lock();
        let after = core.machine.finish(worker, key, verdict, now);
        let next = match after {
            After::Ended(End::Succeeded) => {
                if core.machine.has_none_ready() {
                    let mut letters = self.inbox.0.lock();
                    take_in(&mut core.machine, &mut letters, BATCH);
                    core.reopen(&mut letters);
                }
                core.machine.take_along(worker, now)
            }
            After::Ended(_) | After::GoesOn | After::Late => None,
        };
        self.release(core);
        (after, next)
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
        self.step_with_all(|machine| machine.state(uptime))
    }

    /// Begins a shutdown, or hastens one under way.
    pub(crate) fn close(&self, how: Shutdown) -> ShutdownHandle {
        let now = self.clock.now();
        let cancel_at = match how {
            Shutdown::Drain { deadline } => deadline,
            Shutdown::Abort => now,
        };
        self.step_with_all(|machine| machine.close(now, cancel_at));
        ShutdownHandle {
            end: Arc::clone(&self.end),
            pool: self.number,
        }
    }
}

/// How often a thread looks around before it sleeps; each costs about a microsecond at most.
const SPINS: usize = 16;

/// How many tasks a worker takes in at once: enough that the inbox's lock costs little for each, few
/// enough that the other workers do not wait for it.
const BATCH: usize = 32;
