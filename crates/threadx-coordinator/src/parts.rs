//! The parts of a task that fans out.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use crate::{Flow, Panic, TaskContext, panics};

/// The parts of a task that fans out, and the step that makes one value of theirs.
///
/// At most as many parts as there are workers are outstanding at once, and other tasks run between
/// them: aim at 20 ms of work for each. If a part fails, later ones are not run or told to stop, and
/// the error of the part with the lowest index is the task's, on any number of workers.
///
/// ```
/// use threadx_coordinator::{Coordinator, CoordinatorConfig, Flow, Parts, task_fn};
/// use threadx_error::CoordinatorError;
///
/// let pool = Coordinator::new(CoordinatorConfig::default(), ())?;
/// let squares = task_fn("sum_of_squares", |_: &(), _| {
///     Ok::<_, CoordinatorError>(Flow::Parts(Parts::new(
///         10,
///         |index, _, _| Ok(index * index),
///         |squares, _, _| Ok(squares.into_iter().sum::<usize>()),
///     )))
/// });
/// let handle = pool.submit(squares).map_err(|refused| refused.reason)?;
/// assert_eq!(handle.wait()?.value(), Some(&285));
/// # Ok::<(), CoordinatorError>(())
/// ```
pub struct Parts<S, T, E> {
    count: usize,
    plan: Box<dyn Plan<S, T, E>>,
}

impl<S, T, E> Parts<S, T, E>
where
    S: 'static,
    T: 'static,
    E: Send + 'static,
{
    /// `count` parts, of which `part` runs the one with the given index (from 0), and `finish`, which
    /// is given what they yielded in index order.
    pub fn new<P, F, G>(count: usize, part: F, finish: G) -> Self
    where
        P: Send + 'static,
        F: Fn(usize, &S, &TaskContext) -> Result<P, E> + Send + Sync + 'static,
        G: FnOnce(Vec<P>, &S, &TaskContext) -> Result<T, E> + Send + 'static,
    {
        Self::then(count, part, |yielded, services: &S, context: &TaskContext| {
            finish(yielded, services, context).map(Flow::Done)
        })
    }

    /// As [`new`](Self::new), but what follows may be more parts: work whose second half depends on the first.
    ///
    /// ```
    /// use threadx_coordinator::{Flow, Parts, TaskContext};
    /// use threadx_error::CoordinatorError;
    ///
    /// // Squares of 0 to 9, then as many parts as the largest has digits.
    /// let parts = Parts::then(
    ///     10,
    ///     |index, _: &(), _| Ok::<_, CoordinatorError>(index * index),
    ///     |squares, _, _| {
    ///         let digits = squares.last().map_or(0, |largest| largest.to_string().len());
    ///         Ok(Flow::Parts(Parts::new(digits, |index, _, _| Ok(index), |all, _, _| Ok(all))))
    ///     },
    /// );
    /// assert_eq!(Flow::Parts(parts).complete(&(), &TaskContext::detached())?, [0, 1]);
    /// # Ok::<(), CoordinatorError>(())
    /// ```
    pub fn then<P, F, G>(count: usize, part: F, next: G) -> Self
    where
        P: Send + 'static,
        F: Fn(usize, &S, &TaskContext) -> Result<P, E> + Send + Sync + 'static,
        G: FnOnce(Vec<P>, &S, &TaskContext) -> Result<Flow<S, T, E>, E> + Send + 'static,
    {
        Self {
            count,
            plan: Box::new(Steps {
                count,
                part,
                finish: next,
                yields: PhantomData,
            }),
        }
    }
}

impl<S, T, E> Parts<S, T, E> {
    /// How many parts there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn start(self) -> Arc<dyn Fan<S, T, E>> {
        self.plan.start()
    }

    pub(crate) fn complete(self, services: &S, context: &TaskContext) -> Result<T, E> {
        self.plan.complete(services, context)
    }
}

impl<S, T, E> std::fmt::Debug for Parts<S, T, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts")
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

/// What a part came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartEnd {
    Done,
    Failed,
    Panicked,
}

/// Why a part did not do its work.
#[derive(Debug)]
pub(crate) enum PartFailure<E> {
    Error(E),
    Panic(Panic),
}

/// The parts, whatever they yield.
pub(crate) trait Fan<S, T, E>: Send + Sync {
    /// Runs a part and keeps what it yields, or why it does not.
    fn part(&self, index: usize, services: &S, context: &TaskContext) -> PartEnd;

    /// Runs the finish step, which may yield more parts; `None` if it was run before.
    fn finish(&self, services: &S, context: &TaskContext) -> Option<Result<Flow<S, T, E>, E>>;

    /// Takes out why the part with the lowest index failed.
    fn failure(&self) -> Option<PartFailure<E>>;
}

/// Parts that have not begun, whatever they yield.
trait Plan<S, T, E>: Send {
    /// Makes them ready to be run by several workers.
    fn start(self: Box<Self>) -> Arc<dyn Fan<S, T, E>>;

    /// Runs them on the calling thread.
    fn complete(self: Box<Self>, services: &S, context: &TaskContext) -> Result<T, E>;
}

struct Steps<P, F, G> {
    count: usize,
    part: F,
    finish: G,
    yields: PhantomData<fn() -> P>,
}

impl<S, T, E, P, F, G> Plan<S, T, E> for Steps<P, F, G>
where
    P: Send + 'static,
    E: Send + 'static,
    F: Fn(usize, &S, &TaskContext) -> Result<P, E> + Send + Sync + 'static,
    G: FnOnce(Vec<P>, &S, &TaskContext) -> Result<Flow<S, T, E>, E> + Send + 'static,
{
    fn start(self: Box<Self>) -> Arc<dyn Fan<S, T, E>> {
        Arc::new(Yields {
            part: self.part,
            state: Mutex::new(State {
                yielded: std::iter::repeat_with(|| None).take(self.count).collect(),
                failure: None,
                finish: Some(self.finish),
            }),
        })
    }

    fn complete(self: Box<Self>, services: &S, context: &TaskContext) -> Result<T, E> {
        let Self {
            count, part, finish, ..
        } = *self;
        let yielded = (0..count)
            .map(|index| part(index, services, context))
            .collect::<Result<_, _>>()?;
        finish(yielded, services, context)?.complete(services, context)
    }
}

struct Yields<F, G, P, E> {
    part: F,
    state: Mutex<State<G, P, E>>,
}

struct State<G, P, E> {
    /// What the parts yielded, by index.
    yielded: Vec<Option<P>>,
    /// The failure with the lowest index.
    failure: Option<(usize, PartFailure<E>)>,
    finish: Option<G>,
}

impl<S, T, E, P, F, G> Fan<S, T, E> for Yields<F, G, P, E>
where
    P: Send,
    E: Send,
    F: Fn(usize, &S, &TaskContext) -> Result<P, E> + Send + Sync,
    G: FnOnce(Vec<P>, &S, &TaskContext) -> Result<Flow<S, T, E>, E> + Send,
{
    fn part(&self, index: usize, services: &S, context: &TaskContext) -> PartEnd {
        let (failure, end) = match panics::catch(|| (self.part)(index, services, context)) {
            Ok(Ok(yielded)) => {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(place) = state.yielded.get_mut(index) {
                    *place = Some(yielded);
                }
                return PartEnd::Done;
            }
            Ok(Err(error)) => (PartFailure::Error(error), PartEnd::Failed),
            Err(panic) => (PartFailure::Panic(panic), PartEnd::Panicked),
        };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let unwanted = if state.failure.as_ref().is_none_or(|(first, _)| index < *first) {
            state.failure.replace((index, failure))
        } else {
            Some((index, failure))
        };
        drop(state);
        panics::discard(unwanted);
        end
    }

    fn finish(&self, services: &S, context: &TaskContext) -> Option<Result<Flow<S, T, E>, E>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let finish = state.finish.take()?;
        let yielded = std::mem::take(&mut state.yielded);
        drop(state);
        Some(finish(yielded.into_iter().flatten().collect(), services, context))
    }

    fn failure(&self) -> Option<PartFailure<E>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.failure.take().map(|(_, failure)| failure)
    }
}
