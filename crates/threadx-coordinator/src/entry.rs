//! One task in a coordinator: what its handle, its worker and the supervisor share.

mod conclude;
mod run;

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use tracing::Span;

use crate::cell::Cell;
use crate::machine::{End, Step, Stop, TaskKey, WorkerKey};
use crate::parts::Fan;
use crate::pool::{Pool, TakenJob};
use crate::signals::Signals;
use crate::{Cancellation, Outcome, Task, TaskEvent, TaskId, TaskResult, What};

/// A callback as the caller gave it.
pub(crate) type Callback<T, E> = Box<dyn FnOnce(&TaskResult<T, E>) + Send>;

/// What a callback of task `Q` is given.
type CallbackOf<S, Q> = Callback<<Q as Task<S>>::Output, <Q as Task<S>>::Error>;

type FanOf<S, Q> = Arc<dyn Fan<S, <Q as Task<S>>::Output, <Q as Task<S>>::Error>>;

/// Something that is taken out once.
type Place<T> = Mutex<Option<T>>;

/// What a task's context needs of it.
pub(crate) trait Tracked: Send + Sync {
    fn signals(&self) -> &Signals;
    fn has_ended(&self) -> bool;
    fn publish_progress(&self);
}

/// What a task's handle needs of it.
pub(crate) trait Target<T, E>: Send + Sync {
    fn signals(&self) -> &Signals;
    fn cell(&self) -> &Cell<TaskResult<T, E>>;
    fn cancel(&self) -> Cancellation;
}

/// What a worker knows of what it does next.
#[derive(Default)]
pub(crate) enum Next<S> {
    /// Nothing.
    #[default]
    Ask,
    /// The time.
    AskAt(Instant),
    /// All, as of that time.
    Known(TakenJob<S>, Instant),
}

/// What the pool needs of a task.
pub(crate) trait Job<S>: Send + Sync {
    /// Runs a step of it on worker `worker`, and says what became of it.
    fn run(
        self: Arc<Self>,
        pool: &Pool<S>,
        worker: WorkerKey,
        key: TaskKey,
        step: Step,
        now: Instant,
    ) -> Next<S>;

    /// Notes its key in the machine.
    fn register(&self, key: TaskKey);

    /// Says that it was accepted.
    fn announce(&self, pool: &Pool<S>);

    /// Says that it has ended, without a value.
    fn end(&self, pool: &Pool<S>, end: End, now: Instant);

    /// Tells it to stop.
    fn stop(&self, stop: Stop);

    /// Drops what it still holds of the caller's; panics are caught.
    fn dispose(&self);
}

/// One task: its request, what it came to, and everything between.
pub(crate) struct Entry<S, Q: Task<S>> {
    signals: Signals,
    cell: Cell<TaskResult<Q::Output, Q::Error>>,
    /// The request, until a worker takes it.
    request: Place<Prepared<S, Q>>,
    /// Its parts, from when it fans out to its end.
    fan: Place<FanOf<S, Q>>,
    /// Apart, because most tasks have none: a small entry is a fast one.
    extras: Option<Box<Extras<Q::Output, Q::Error>>>,
    submitted: Instant,
    pool: Weak<Pool<S>>,
}

/// A request, and the place of what will become of it: made by the submitter, because the thread that
/// lets go of memory is best the one that made it.
struct Prepared<S, Q: Task<S>> {
    request: Q,
    result: ResultOf<S, Q>,
}

type ResultOf<S, Q> = Arc<TaskResult<<Q as Task<S>>::Output, <Q as Task<S>>::Error>>;

/// What only some tasks have.
struct Extras<T, E> {
    callback: Place<Callback<T, E>>,
    /// Absent if nobody traces; taken at the end, so that a handle that is kept does not keep it open.
    span: Place<Span>,
}

impl<S, Q: Task<S>> Entry<S, Q>
where
    S: Send + Sync + 'static,
{
    pub(crate) fn new(
        pool: &Arc<Pool<S>>,
        id: TaskId,
        request: Q,
        deadline: Option<Instant>,
        callback: Option<CallbackOf<S, Q>>,
    ) -> Self {
        let kind = request.kind();
        let span = request.span();
        let span = (!span.is_disabled()).then_some(span);
        if let Some(span) = &span {
            span.record("task_id", id.get());
            span.record("kind", kind);
        }
        let has_extras = callback.is_some() || span.is_some();
        Self {
            signals: Signals::new(id, kind, deadline, pool.number),
            cell: Cell::new(),
            request: Mutex::new(Some(Prepared {
                request,
                result: Arc::new(TaskResult {
                    id,
                    kind,
                    outcome: Outcome::Cancelled,
                    queue_wait: Duration::ZERO,
                    run_time: None,
                }),
            })),
            fan: Mutex::new(None),
            extras: has_extras.then(|| {
                Box::new(Extras {
                    callback: Mutex::new(callback),
                    span: Mutex::new(span),
                })
            }),
            submitted: pool.clock.now(),
            pool: Arc::downgrade(pool),
        }
    }

    /// Gives the request and the callback back, of a task that was not accepted.
    #[expect(
        clippy::expect_used,
        reason = "only a worker takes the request, and none has seen a task that was not accepted"
    )]
    pub(crate) fn refuse(&self) -> (Q, Option<CallbackOf<S, Q>>) {
        if let Some(span) = self.take_span() {
            span.record("outcome", "refused");
        }
        let prepared = take(&self.request).expect("the request of a refused task is in its place");
        (prepared.request, self.take_callback())
    }

    fn take_callback(&self) -> Option<CallbackOf<S, Q>> {
        take(&self.extras.as_ref()?.callback)
    }

    fn take_span(&self) -> Option<Span> {
        take(&self.extras.as_ref()?.span)
    }

    /// Runs `code` in the task's span.
    fn in_span<R>(&self, code: impl FnOnce() -> R) -> R {
        let span = self
            .extras
            .as_ref()
            .and_then(|extras| extras.span.lock().unwrap_or_else(PoisonError::into_inner).clone());
        match span {
            Some(span) => span.in_scope(code),
            None => code(),
        }
    }

    fn event(&self, what: What) -> TaskEvent {
        TaskEvent {
            id: self.signals.id,
            kind: self.signals.kind,
            what,
        }
    }

    /// Publishes an event that is not the last, if anybody listens.
    pub(crate) fn publish(&self, pool: &Pool<S>, what: impl FnOnce() -> What) {
        if pool.events.has_listeners() {
            self.signals.while_open(|| pool.events.send(&self.event(what())));
        }
    }
}

fn take<T>(place: &Place<T>) -> Option<T> {
    place.lock().unwrap_or_else(PoisonError::into_inner).take()
}

impl<S, Q: Task<S>> Tracked for Entry<S, Q>
where
    S: Send + Sync + 'static,
{
    fn signals(&self) -> &Signals {
        &self.signals
    }

    fn has_ended(&self) -> bool {
        self.cell.is_filled()
    }

    fn publish_progress(&self) {
        if let Some(pool) = self.pool.upgrade()
            && !self.has_ended()
        {
            self.publish(&pool, || What::Progress(self.signals.progress()));
        }
    }
}

impl<S, Q: Task<S>> Target<Q::Output, Q::Error> for Entry<S, Q>
where
    S: Send + Sync + 'static,
{
    fn signals(&self) -> &Signals {
        &self.signals
    }

    fn cell(&self) -> &Cell<TaskResult<Q::Output, Q::Error>> {
        &self.cell
    }

    fn cancel(&self) -> Cancellation {
        // Without a pool every task has ended.
        self.pool
            .upgrade()
            .map_or(Cancellation::TooLate, |pool| pool.cancel(&self.signals))
    }
}
