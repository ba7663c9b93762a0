//! A task that was refused.

use threadx_error::{CoordinatorError, Error};

/// A task that was refused: why, and the request itself.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubmitError<R> {
    /// Why it was refused.
    pub reason: CoordinatorError,
    /// What was refused, untouched.
    pub request: R,
}

impl<R> SubmitError<R> {
    pub(crate) const fn new(reason: CoordinatorError, request: R) -> Self {
        Self { reason, request }
    }

    pub(crate) fn map<Q>(self, change: impl FnOnce(R) -> Q) -> SubmitError<Q> {
        SubmitError::new(self.reason, change(self.request))
    }
}

impl<R> std::fmt::Display for SubmitError<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.reason, f)
    }
}

impl<R> std::fmt::Debug for SubmitError<R> {
    /// Without the request, which need not be printable.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SubmitError")
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

impl<R> std::error::Error for SubmitError<R> {}

impl<R> From<SubmitError<R>> for Error {
    fn from(refused: SubmitError<R>) -> Self {
        refused.reason.into()
    }
}

impl<R> From<SubmitError<R>> for CoordinatorError {
    fn from(refused: SubmitError<R>) -> Self {
        refused.reason
    }
}
