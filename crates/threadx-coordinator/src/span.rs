//! The span of a task.

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
