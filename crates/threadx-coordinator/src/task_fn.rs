//! A task of a closure.

use std::error::Error;
use std::marker::PhantomData;

use crate::{Flow, Task, TaskContext, TaskFlow};

/// A task of a closure: see [`task_fn`].
pub struct FnTask<F, T, E> {
    kind: &'static str,
    run: F,
    yields: PhantomData<fn() -> Result<T, E>>,
}

/// Makes a task of a closure, for when a type of one's own would say no more.
///
/// ```
/// use threadx_coordinator::{Coordinator, CoordinatorConfig, Flow, task_fn};
/// use threadx_error::CoordinatorError;
///
/// let pool = Coordinator::new(CoordinatorConfig::default(), ())?;
/// let word = "task".to_owned();
/// let shout = task_fn("shout", move |_: &(), _| Ok::<_, CoordinatorError>(Flow::Done(word.to_uppercase())));
/// assert_eq!(pool.submit(shout)?.wait()?.value().map(String::as_str), Some("TASK"));
/// # Ok::<(), CoordinatorError>(())
/// ```
pub fn task_fn<S, T, E, F>(kind: &'static str, run: F) -> FnTask<F, T, E>
where
    F: FnOnce(&S, &TaskContext) -> Result<Flow<S, T, E>, E>,
{
    FnTask {
        kind,
        run,
        yields: PhantomData,
    }
}

impl<S, T, E, F> Task<S> for FnTask<F, T, E>
where
    T: Send + Sync + 'static,
    E: Error + Send + Sync + 'static,
    F: FnOnce(&S, &TaskContext) -> Result<Flow<S, T, E>, E> + Send + 'static,
{
    type Output = T;
    type Error = E;

    fn kind(&self) -> &'static str {
        self.kind
    }

    fn run(self, services: &S, context: &TaskContext) -> Result<TaskFlow<S, Self>, E> {
        (self.run)(services, context)
    }
}

impl<F, T, E> std::fmt::Debug for FnTask<F, T, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FnTask")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
