//! How the end of a task is told.

use std::sync::{Arc, PoisonError};
use std::time::Instant;

use super::{Entry, ResultOf};
use crate::machine::End;
use crate::parts::PartFailure;
use crate::pool::Pool;
use crate::{Outcome, Panic, Task, TaskResult, What, log, panics};

/// What a task came to by itself.
pub(super) enum Produced<T, E> {
    Value(T),
    Error(E),
    Panic(Panic),
    Nothing,
}

/// What nobody wants: what the task came to after it was ended otherwise, and a result whose handle
/// has gone.
type Unwanted<S, Q> = (
    ProducedBy<S, Q>,
    Option<Arc<TaskResult<<Q as Task<S>>::Output, <Q as Task<S>>::Error>>>,
);

pub(super) type ProducedBy<S, Q> = Produced<<Q as Task<S>>::Output, <Q as Task<S>>::Error>;

type OutcomeOf<S, Q> = Outcome<<Q as Task<S>>::Output, <Q as Task<S>>::Error>;

impl<S, Q: Task<S>> Entry<S, Q>
where
    S: Send + Sync + 'static,
{
    /// Tells the end that the machine has decided: to the span, the log, the subscribers, the handle,
    /// the callback, in this order, so that whoever has the result finds the rest done.
    pub(super) fn conclude(
        &self,
        pool: &Pool<S>,
        end: End,
        produced: ProducedBy<S, Q>,
        place: Option<ResultOf<S, Q>>,
        now: Instant,
    ) -> Unwanted<S, Q> {
        let (outcome, unwanted) = self.outcome(end, produced);
        let waited = self.signals.waited();
        let age = now.saturating_duration_since(self.submitted);
        let result = TaskResult {
            id: self.signals.id,
            kind: self.signals.kind,
            outcome,
            queue_wait: waited.unwrap_or(age),
            run_time: waited.map(|waited| age.saturating_sub(waited)),
        };
        log::end(self.take_span(), &result);
        let abandoned = matches!(end, End::TimedOut { abandoned: true, .. });
        if abandoned || pool.events.has_listeners() {
            self.signals.close_gate();
            pool.events.send(&self.event(what(&result.outcome)));
        }
        let result = put(result, place);
        let callback = self
            .take_callback()
            .map(|callback| (callback, Arc::clone(&result)));
        let filled = self.cell.fill(result);
        if let Some(waker) = filled.waker
            && let Err(panic) = panics::catch(|| waker.wake())
        {
            log::panicked("a waker", Some(self.signals.id), &panic);
        }
        if let Some((callback, result)) = callback {
            pool.callback_ready(self.signals.id, Box::new(move || callback(&result)));
        }
        (unwanted, filled.unwanted)
    }

    fn outcome(&self, end: End, produced: ProducedBy<S, Q>) -> (OutcomeOf<S, Q>, ProducedBy<S, Q>) {
        let interrupted = match end {
            End::Cancelled => Outcome::Cancelled,
            End::TimedOut { phase, abandoned } => Outcome::TimedOut { phase, abandoned },
            End::Succeeded | End::Failed | End::Panicked => {
                let produced = match produced {
                    Produced::Nothing => self.part_failure(),
                    produced => produced,
                };
                let outcome = match produced {
                    Produced::Value(value) => Outcome::Succeeded(value),
                    Produced::Error(error) => Outcome::Failed(error),
                    Produced::Panic(panic) => Outcome::Panicked(panic),
                    Produced::Nothing => Outcome::Panicked(Panic::internal("the task came to nothing")),
                };
                return (outcome, Produced::Nothing);
            }
        };
        (interrupted, produced)
    }

    fn part_failure(&self) -> ProducedBy<S, Q> {
        let fan = self.fan.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match fan.and_then(|fan| fan.failure()) {
            Some(PartFailure::Error(error)) => Produced::Error(error),
            Some(PartFailure::Panic(panic)) => Produced::Panic(panic),
            None => Produced::Nothing,
        }
    }
}

/// The result in the place that was made for it.
fn put<R>(result: R, place: Option<Arc<R>>) -> Arc<R> {
    if let Some(mut place) = place
        && let Some(inside) = Arc::get_mut(&mut place)
    {
        *inside = result;
        place
    } else {
        Arc::new(result)
    }
}

fn what<T, E: std::error::Error>(outcome: &Outcome<T, E>) -> What {
    match outcome {
        Outcome::Succeeded(_) => What::Succeeded,
        Outcome::Failed(error) => What::Failed {
            // `Display` is the caller's code.
            message: panics::catch(|| error.to_string()).unwrap_or_else(|panic| panic.message),
        },
        Outcome::Panicked(panic) => What::Panicked(panic.clone()),
        Outcome::Cancelled => What::Cancelled,
        Outcome::TimedOut { phase, abandoned } => What::TimedOut {
            phase: *phase,
            abandoned: *abandoned,
        },
    }
}
