//! Deadlines, grace and abandonment, on a clock that is moved by hand.

use std::sync::mpsc;
use std::time::Duration;

use threadx_coordinator::{Outcome, Phase, Status, What};
use threadx_error::CoordinatorError;

use crate::events::events_of;
use crate::support::{
    Drops, Gate, at, config, eventually, occupy, timed_pool, until_cancelled, watched, yields,
};

const SECOND: Duration = Duration::from_secs(1);

const fn timed_out<T, E>(phase: Phase, abandoned: bool) -> Outcome<T, E> {
    Outcome::TimedOut { phase, abandoned }
}

#[test]
fn a_deadline_that_passes_in_the_queue_says_so() {
    watched(|| {
        let (pool, clock) = timed_pool(config().workers(1));
        let gate = occupy(&pool);
        let drops = Drops::default();
        let payload = drops.token();
        let late = pool
            .prepare(yields(move |_| drop(payload)))
            .timeout(SECOND)
            .submit()
            .unwrap();
        let in_time = pool.prepare(yields(|_| 1)).timeout(3 * SECOND).submit().unwrap();
        clock.advance(SECOND);
        // The worker is still busy: the supervisor ends it.
        let result = late.wait().unwrap();
        assert_eq!(result.outcome, timed_out(Phase::Queued, false));
        assert_eq!((result.queue_wait, result.run_time), (SECOND, None));
        gate.open();
        assert_eq!(in_time.wait().unwrap().value(), Some(&1));
        eventually(|| drops.count() == 1);
    });
}

#[test]
fn a_running_task_heeds_its_deadline() {
    watched(|| {
        let (pool, clock) = timed_pool(config());
        let handle = pool.prepare(until_cancelled()).timeout(SECOND).submit().unwrap();
        eventually(|| handle.status() == Status::Running);
        clock.advance(SECOND);
        assert_eq!(handle.wait().unwrap().outcome, timed_out(Phase::Running, false));
        let state = pool.state();
        assert_eq!((state.timed_out, state.abandoned_workers), (1, 0));
    });
}

#[test]
fn a_value_that_comes_after_the_deadline_is_dropped() {
    watched(|| {
        let (pool, clock) = timed_pool(config());
        let drops = Drops::default();
        let token = drops.token();
        let moved = std::sync::Arc::clone(&clock);
        let handle = pool.prepare(yields(move |_| {
            moved.advance(SECOND);
            token
        }));
        let result = handle.timeout(SECOND).submit().unwrap().wait().unwrap();
        assert!(matches!(
            result.outcome,
            Outcome::TimedOut {
                phase: Phase::Running,
                ..
            }
        ));
        eventually(|| drops.count() == 1);
    });
}

#[test]
fn a_task_that_ignores_its_deadline_is_given_up_and_its_worker_replaced() {
    watched(|| {
        let (pool, clock) = timed_pool(config().workers(1).grace(2 * SECOND));
        let mut events = pool.subscribe();
        let drops = Drops::default();
        let (gate, token) = (Gate::default(), drops.token());
        let inner = gate.clone();
        let (told, hears) = mpsc::channel();
        let hung = pool
            .prepare(yields(move |context| {
                inner.pass();
                // Long after its end: nobody may hear of it.
                context.progress(1, 2);
                told.send(context.has_ended()).unwrap();
                token
            }))
            .timeout(SECOND)
            .submit()
            .unwrap();
        gate.await_arrivals(1);
        clock.advance(SECOND);
        eventually(|| pool.state().running == 1);
        assert_eq!(hung.status(), Status::Running, "it has the grace to heed it");
        // Told, and the grace runs from then; a second advance before the first was seen would be one.
        while hung.try_result().is_none() {
            clock.advance(2 * SECOND);
            std::thread::yield_now();
        }
        assert_eq!(hung.wait().unwrap().outcome, timed_out(Phase::Running, true));
        let state = pool.state();
        assert_eq!(
            (state.timed_out, state.running, state.abandoned_workers),
            (1, 0, 1)
        );

        // Its worker hangs; the one in its place works.
        assert_eq!(
            pool.submit(yields(|_| 5)).unwrap().wait().unwrap().value(),
            Some(&5)
        );

        gate.open();
        assert_eq!(hears.recv(), Ok(true));
        eventually(|| pool.state().abandoned_workers == 0);
        eventually(|| drops.count() == 1);
        assert_eq!(hung.status(), Status::TimedOut, "what came late changes nothing");
        let id = hung.id();
        drop(pool);
        let what = events_of(&mut events, id);
        assert_eq!(
            what,
            [
                What::Queued,
                What::Started,
                What::TimedOut {
                    phase: Phase::Running,
                    abandoned: true
                }
            ]
        );
    });
}

#[test]
fn at_most_max_abandoned_threads_are_given_up_and_then_submissions_are_refused() {
    watched(|| {
        let (pool, clock) = timed_pool(config().workers(2).max_abandoned(2));
        let gate = Gate::default();
        for count in 1..=2 {
            let hung = pool.prepare(at(&gate)).timeout(SECOND).submit().unwrap();
            gate.await_arrivals(count);
            while hung.try_result().is_none() {
                clock.advance(SECOND);
                std::thread::yield_now();
            }
        }
        let state = pool.state();
        assert_eq!(
            (state.abandoned_workers, state.workers, state.degraded),
            (2, 2, true)
        );
        let refused = pool.submit(yields(|_| ())).unwrap_err();
        let reason = CoordinatorError::TooManyAbandoned {
            hung: 2,
            max_abandoned: 2,
        };
        assert_eq!(refused.reason, reason);

        // They come back after all.
        gate.open();
        eventually(|| pool.state().abandoned_workers == 0);
        assert!(!pool.state().degraded);
        assert_eq!(
            pool.submit(refused.request).unwrap().wait().unwrap().status(),
            Status::Succeeded
        );
    });
}

#[test]
fn a_hang_beyond_max_abandoned_still_ends_but_holds_its_worker() {
    watched(|| {
        let (pool, clock) = timed_pool(config().workers(2).max_abandoned(0));
        let gate = Gate::default();
        let hung = pool.prepare(at(&gate)).timeout(SECOND).submit().unwrap();
        let queued = {
            gate.await_arrivals(1);
            // Accepted before the hang is known.
            occupy_one(&pool)
        };
        while hung.try_result().is_none() {
            clock.advance(SECOND);
            std::thread::yield_now();
        }
        let state = pool.state();
        assert_eq!(
            (state.abandoned_workers, state.workers, state.degraded),
            (0, 1, true)
        );
        assert!(pool.submit(yields(|_| ())).is_err());
        queued.open();
        gate.open();
        // The worker comes back and serves again.
        eventually(|| pool.state().workers == 2);
        assert_eq!(
            pool.submit(yields(|_| 3)).unwrap().wait().unwrap().value(),
            Some(&3)
        );
    });
}

fn occupy_one(pool: &threadx_coordinator::Coordinator<()>) -> Gate {
    let gate = Gate::default();
    drop(pool.submit(at(&gate)).unwrap());
    gate.await_arrivals(1);
    gate
}

#[test]
fn a_destructor_that_hangs_is_given_up_too() {
    watched(|| {
        let (pool, clock) = timed_pool(config().workers(1));
        let gate = Gate::default();
        let inner = gate.clone();
        // The value of a task whose handle is gone is dropped by the worker.
        let value = crate::support::on_drop(move || inner.pass());
        let value = std::sync::Mutex::new(value);
        let released = Gate::default();
        let hold = released.clone();
        drop(pool.submit(yields(move |_| {
            hold.pass();
            value
        })));
        released.open();
        gate.await_arrivals(1);
        let after = pool.submit(yields(|_| 4)).unwrap();
        while after.try_result().is_none() {
            clock.advance(SECOND);
            std::thread::yield_now();
        }
        assert_eq!(pool.state().abandoned_workers, 1);
        gate.open();
        eventually(|| pool.state().abandoned_workers == 0);
    });
}

#[test]
fn a_deadline_past_the_end_of_time_is_none() {
    watched(|| {
        let (pool, clock) = timed_pool(config());
        let gate = Gate::default();
        let handle = pool.prepare(at(&gate)).timeout(Duration::MAX).submit().unwrap();
        clock.advance(1_000_000 * SECOND);
        gate.open();
        assert_eq!(handle.wait().unwrap().status(), Status::Succeeded);
    });
}
