//! What is said of a task's end in its span and in the log.

use std::time::Duration;

use threadx_error::{CoordinatorError, Error, log_failure};
use tracing::Span;

use crate::{Outcome, TaskId, TaskResult, panics};

/// Makes the span of a task: `task_span!(token = %self.token, timeframe = "1h")`.
///
/// Its name is `task`, its level `INFO`. The coordinator fills in `task_id`, `kind`, `queue_wait_us`,
/// `run_us` (both in microseconds) and `outcome`; the fields given here are the caller's. It is a
/// child of the span it is made in.
///
/// ```
/// let span = threadx_coordinator::task_span!(token = "BTCUSDT");
/// # drop(span);
/// ```
#[macro_export]
macro_rules! task_span {
    ($($fields:tt)*) => {
        $crate::__tracing::info_span!(
            "task",
            task_id = $crate::__tracing::field::Empty,
            kind = $crate::__tracing::field::Empty,
            queue_wait_us = $crate::__tracing::field::Empty,
            run_us = $crate::__tracing::field::Empty,
            outcome = $crate::__tracing::field::Empty,
            $($fields)*
        )
    };
}

/// Completes a task's span.
pub(crate) fn record<T, E>(span: &Span, result: &TaskResult<T, E>) {
    span.record("queue_wait_us", micros(result.queue_wait));
    if let Some(run_time) = result.run_time {
        span.record("run_us", micros(run_time));
    }
    span.record("outcome", result.status().as_str());
}

/// Logs the failure of a task, once. A task that was cancelled has not failed.
pub(crate) fn log<T, E: std::error::Error + 'static>(result: &TaskResult<T, E>) {
    let task = result.id.get();
    match &result.outcome {
        Outcome::Succeeded(_) | Outcome::Cancelled => {}
        Outcome::Failed(error) => {
            // `Display` and `source` of a foreign error are the caller's code.
            if let Err(panic) = panics::catch(|| failed(result.id, result.kind, error)) {
                tracing::error!(
                    task_id = task,
                    "the error of a task cannot be shown: {}",
                    panic.message
                );
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
