//! What a coordinator runs.

use std::error::Error;

use tracing::Span;

use crate::{Parts, TaskContext};

/// What a coordinator runs: one request with everything it needs, except the services that all tasks
/// share.
///
/// ```
/// use threadx_coordinator::{Coordinator, CoordinatorConfig, Flow, Task, TaskContext, TaskFlow};
/// use threadx_error::CoordinatorError;
///
/// /// The services: here only a factor.
/// struct Factor(u64);
///
/// /// The job of somebody who knows nothing of markets.
/// struct Multiply(u64);
///
/// impl Task<Factor> for Multiply {
///     type Output = u64;
///     type Error = CoordinatorError;
///
///     fn kind(&self) -> &'static str {
///         "multiply"
///     }
///
///     fn run(self, factor: &Factor, context: &TaskContext) -> Result<TaskFlow<Factor, Self>, Self::Error> {
///         context.checkpoint()?;
///         Ok(Flow::Done(self.0 * factor.0))
///     }
/// }
///
/// let pool = Coordinator::new(CoordinatorConfig::default(), Factor(6))?;
/// let handle = pool.submit(Multiply(7)).map_err(|refused| refused.reason)?;
/// assert_eq!(handle.wait()?.value(), Some(&42));
/// # Ok::<(), CoordinatorError>(())
/// ```
pub trait Task<S>: Send + Sized + 'static {
    /// What it yields.
    type Output: Send + Sync + 'static;
    /// Why it may fail. [`threadx_error::Error`] where nothing speaks for another type.
    type Error: Error + Send + Sync + 'static;

    /// What it calls itself in results, events, spans and logs: a word, `snake_case`.
    fn kind(&self) -> &'static str;

    /// Its span, made where it is submitted: a child of the submitter's. Make it with
    /// [`task_span!`](crate::task_span) to add fields of your own.
    fn span(&self) -> Span {
        crate::task_span!()
    }

    /// Does the work, on a worker thread, or hands back the parts of it.
    ///
    /// Asks `context` at least every 10 ms of work whether it should stop.
    ///
    /// # Errors
    ///
    /// The task's own; if it was told to stop, the error is dropped and the outcome says so.
    fn run(self, services: &S, context: &TaskContext) -> Result<TaskFlow<S, Self>, Self::Error>;
}

/// The [`Flow`] of a task.
pub type TaskFlow<S, Q> = Flow<S, <Q as Task<S>>::Output, <Q as Task<S>>::Error>;

/// What a task hands back: its value, or the parts of the work.
#[derive(Debug)]
pub enum Flow<S, T, E> {
    /// The work is done.
    Done(T),
    /// The work is in parts, which run on any workers, and a finish step, which makes the value.
    Parts(Parts<S, T, E>),
}

impl<S, T, E> Flow<S, T, E> {
    /// Runs what is left on the calling thread: the parts in index order, then the finish step.
    ///
    /// The value is the same as on any number of workers.
    ///
    /// # Errors
    ///
    /// That of the first part that fails, or of the finish step.
    pub fn complete(self, services: &S, context: &TaskContext) -> Result<T, E> {
        match self {
            Self::Done(value) => Ok(value),
            Self::Parts(parts) => parts.complete(services, context),
        }
    }
}
