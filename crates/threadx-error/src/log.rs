//! The one place where a failure is logged.

use crate::Error;

/// Logs a failure as one structured event at level `ERROR` and target `threadx::failure`.
///
/// Call it once, where the failure leaves the system. Fields: `operation`, `token`, `timeframe`,
/// `strategy`, `indicator`, `path`, `task_id` (those that are known), `error.kind`, `error.code`,
/// `error.details` (the violations as JSON, if there are any) and `error.causes` (nearest first).
pub fn log_failure(error: &Error) {
    let context = error.context();
    let causes = error.causes();
    let details = serde_json::to_string(error.violations())
        .ok()
        .filter(|_| !error.violations().is_empty());
    tracing::error!(
        target: "threadx::failure",
        operation = context.operation(),
        token = context.token(),
        timeframe = context.timeframe(),
        strategy = context.strategy(),
        indicator = context.indicator(),
        path = context.path(),
        task_id = context.task_id(),
        error.kind = error.kind().as_str(),
        error.code = error.code(),
        error.details = details,
        error.causes = (!causes.is_empty()).then(|| causes.join(": ")),
        "{error}"
    );
}
