//! How far a task is.

/// How far a task is, in steps that it counts itself; the latest value only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Steps done.
    pub done: u64,
    /// Steps in all; 0 as long as the task has not said.
    pub total: u64,
}

impl Progress {
    /// The done part, 0 to 1; absent as long as the task has not said how much there is to do.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "a share for display needs no more than f64 has"
    )]
    pub fn fraction(&self) -> Option<f64> {
        (self.total > 0).then(|| (self.done as f64 / self.total as f64).min(1.0))
    }
}
