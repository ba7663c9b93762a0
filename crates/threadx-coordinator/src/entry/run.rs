//! How a worker runs a task.

use std::mem::needs_drop;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use super::conclude::{Produced, ProducedBy};
use super::{Entry, Job, Next, Prepared, ResultOf, Tracked, take};
use crate::machine::{After, End, Step, Stop, TaskKey, Verdict, WorkerKey};
use crate::parts::PartEnd;
use crate::pool::Pool;
use crate::{Flow, Panic, Task, TaskContext, What, panics};

impl<S, Q: Task<S>> Job<S> for Entry<S, Q>
where
    S: Send + Sync + 'static,
{
    fn run(
        self: Arc<Self>,
        pool: &Pool<S>,
        worker: WorkerKey,
        key: TaskKey,
        step: Step,
        now: Instant,
    ) -> Next<S> {
        let mut place = None;
        let (verdict, produced) = match step {
            Step::Whole => self.run_whole(pool, now, &mut place),
            Step::Part(index) => self.run_part(pool, index),
            Step::Finish => self.run_finish(pool),
        };
        let now = pool.clock.now();
        let (after, next) = pool.finish(worker, key, verdict, now);
        let unwanted = match after {
            After::Ended(end) => self.conclude(pool, end, produced, place, now),
            After::GoesOn => return Next::AskAt(now),
            After::Late => (produced, None),
        };
        // What is left over is the caller's and may take its time: the supervisor watches.
        let left_over = !matches!(unwanted.0, Produced::Nothing) || unwanted.1.is_some();
        let may_linger = needs_drop::<Q::Output>() || needs_drop::<Q::Error>();
        let of_fan = step.is_of_fan() || matches!(verdict, Verdict::FanOut(_));
        let disposes = of_fan || (left_over && may_linger);
        match next {
            Some(next) => {
                if disposes {
                    // Not here: the next task would have to wait for it.
                    pool.leave((unwanted, take(&self.fan)));
                }
                Next::Known(next, now)
            }
            None if disposes => {
                pool.dispose_on(worker, || {
                    panics::discard(unwanted);
                    self.dispose();
                });
                Next::Ask
            }
            None => Next::AskAt(now),
        }
    }

    fn register(&self, key: TaskKey) {
        self.signals.register(key);
    }

    fn announce(&self, pool: &Pool<S>) {
        self.publish(pool, || What::Queued);
    }

    fn end(&self, pool: &Pool<S>, end: End, now: Instant) {
        let (produced, result) = self.conclude(pool, end, Produced::Nothing, None, now);
        // Neither holds anything of the caller's but the error of a part.
        panics::discard((produced, result));
    }

    fn stop(&self, stop: Stop) {
        self.signals.stop(stop);
    }

    fn dispose(&self) {
        let request = take(&self.request);
        panics::discard(request);
        let fan = take(&self.fan);
        panics::discard(fan);
    }
}

impl<S, Q: Task<S>> Entry<S, Q>
where
    S: Send + Sync + 'static,
{
    fn context(self: &Arc<Self>, part: Option<usize>) -> TaskContext {
        TaskContext::new(Arc::clone(self) as Arc<dyn Tracked>, part)
    }

    /// `place` is where the result goes if the task ends with this.
    fn run_whole(
        self: &Arc<Self>,
        pool: &Pool<S>,
        now: Instant,
        place: &mut Option<ResultOf<S, Q>>,
    ) -> (Verdict, ProducedBy<S, Q>) {
        self.signals.start(now.saturating_duration_since(self.submitted));
        self.publish(pool, || What::Started);
        let Some(Prepared { request, result }) = take(&self.request) else {
            return panicked(Panic::internal("the task was run twice"));
        };
        *place = Some(result);
        let context = self.context(None);
        let ran = panics::catch(|| self.in_span(|| request.run(&pool.services, &context)));
        match ran {
            Ok(Ok(flow)) => self.go_on(flow),
            Ok(Err(error)) => (Verdict::Failed, Produced::Error(error)),
            Err(panic) => panicked(panic),
        }
    }

    /// What a step came to that handed back the value, or parts.
    fn go_on(&self, flow: Flow<S, Q::Output, Q::Error>) -> (Verdict, ProducedBy<S, Q>) {
        match flow {
            Flow::Done(value) => (Verdict::Succeeded, Produced::Value(value)),
            Flow::Parts(parts) => {
                let count = parts.count();
                let fan = parts.start();
                let before = self
                    .fan
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .replace(fan);
                panics::discard(before);
                (Verdict::FanOut(count), Produced::Nothing)
            }
        }
    }

    fn run_part(self: &Arc<Self>, pool: &Pool<S>, index: usize) -> (Verdict, ProducedBy<S, Q>) {
        let fan = self.fan.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // The parts are gone if the task was given up meanwhile.
        let Some(fan) = fan else {
            return (Verdict::PartDone, Produced::Nothing);
        };
        let context = self.context(Some(index));
        let end = panics::catch(|| self.in_span(|| fan.part(index, &pool.services, &context)));
        let verdict = match end {
            Ok(PartEnd::Done) => Verdict::PartDone,
            Ok(PartEnd::Failed) => {
                self.signals.part_failed(index);
                Verdict::PartFailed(index)
            }
            // The part's own panic is caught and kept inside; a subscriber's is not.
            Ok(PartEnd::Panicked) | Err(_) => {
                self.signals.part_failed(index);
                Verdict::PartPanicked(index)
            }
        };
        (verdict, Produced::Nothing)
    }

    fn run_finish(self: &Arc<Self>, pool: &Pool<S>) -> (Verdict, ProducedBy<S, Q>) {
        let fan = self.fan.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let context = self.context(None);
        let ran = fan.map(|fan| panics::catch(|| self.in_span(|| fan.finish(&pool.services, &context))));
        match ran {
            Some(Ok(Some(Ok(flow)))) => self.go_on(flow),
            Some(Ok(Some(Err(error)))) => (Verdict::Failed, Produced::Error(error)),
            Some(Err(panic)) => panicked(panic),
            Some(Ok(None)) | None => panicked(Panic::internal("the finish step has nothing to finish")),
        }
    }
}

fn panicked<T, E>(panic: Panic) -> (Verdict, Produced<T, E>) {
    (Verdict::Panicked, Produced::Panic(panic))
}
