//! What is said of a task's end in its span and in the log.

use std::time::Duration;

use threadx_error::{CoordinatorError, Error, log_failure};
use tracing::Span;

use crate::{Outcome, Panic, TaskId, TaskResult, panics};

/// Tells the end of a task: completes and closes its span, and logs a failure in it.
pub(crate) fn end<T, E: std::error::Error + 'static>(span: Option<Span>, result: &TaskResult<T, E>) {
    match (span, &result.outcome) {
        // Nobody traces, and there is nothing to log.
        (None, Outcome::Succeeded(_) | Outcome::Cancelled) => {}
        (None, _) => shielded(|| log(result)),
        (Some(span), _) => shielded(|| {
            record(&span, result);
            span.in_scope(|| log(result));
        }),
    }
}

/// A subscriber's code is a caller's code: its panic must not end the thread. There is nowhere to tell
/// of it, because telling is what failed.
fn shielded(tell: impl FnOnce()) {
    drop(panics::catch(tell));
}

pub(crate) fn callback_timed_out(task: TaskId, elapsed: Duration) {
    shielded(|| {
        tracing::error!(
            task_id = task.get(),
            elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            "the callback of a task runs past its limit and was given up"
        );
    });
}

pub(crate) fn callback_skipped(task: TaskId) {
    shielded(|| {
        tracing::error!(
            task_id = task.get(),
            "the callback of a task was skipped: too many callbacks hang, or the shutdown's time was over"
        );
    });
}

/// `what` of the caller's panicked.
pub(crate) fn panicked(what: &'static str, task: Option<TaskId>, panic: &Panic) {
    shielded(|| {
        tracing::error!(
            task_id = task.map(TaskId::get),
            location = panic.location,
            "{what} of the caller's panicked: {}",
            panic.message
        );
    });
}

pub(crate) fn destructor_hangs() {
    shielded(|| tracing::error!("a destructor of the caller's hangs; its worker thread was given up"));
}

pub(crate) fn thread_refused(error: &CoordinatorError) {
    shielded(|| tracing::error!("{error}; it is tried again"));
}

pub(crate) fn dropped_with_hanging_threads() {
    shielded(|| tracing::warn!("a dropped coordinator still has threads that hang in their tasks"));
}

/// Completes a task's span.
fn record<T, E>(span: &Span, result: &TaskResult<T, E>) {
    span.record("queue_wait_us", micros(result.queue_wait));
    if let Some(run_time) = result.run_time {
        span.record("run_us", micros(run_time));
    }
    span.record("outcome", result.status().as_str());
}

/// Logs the failure of a task, once. A task that was cancelled has not failed.
fn log<T, E: std::error::Error + 'static>(result: &TaskResult<T, E>) {
    match &result.outcome {
        Outcome::Succeeded(_) | Outcome::Cancelled => {}
        Outcome::Failed(error) => {
            // `Display` and `source` of a foreign error are the caller's code.
            if let Err(panic) = panics::catch(|| failed(result.id, result.kind, error)) {
                panicked("an error", Some(result.id), &panic);
            }
        }
        Outcome::Panicked(panic) => interrupted(result.id, result.kind, panic.to_error()),
        Outcome::TimedOut { phase, .. } => interrupted(result.id, result.kind, phase.timed_out()),
    }
}

fn interrupted(id: TaskId, kind: &'static str, error: CoordinatorError) {
    log_failure(&Error::from(error).with_operation(kind).with_task_id(id.get()));
}

fn failed<E: std::error::Error + 'static>(id: TaskId, kind: &'static str, error: &E) {
    let any: &(dyn std::error::Error + 'static) = error;
    if let Some(error) = any.downcast_ref::<Error>() {
        log_failure(&error.clone().with_operation(kind).with_task_id(id.get()));
    } else if let Some(error) = any.downcast_ref::<CoordinatorError>() {
        interrupted(id, kind, error.clone());
    } else {
        let mut causes = Vec::new();
        let mut next = error.source();
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        tracing::error!(
            operation = kind,
            task_id = id.get(),
            error.causes = (!causes.is_empty()).then(|| causes.join(": ")),
            "{error}"
        );
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
