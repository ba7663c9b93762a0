//! One computation for all tasks that need the same thing at the same time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use threadx_coordinator::{Outcome, SingleFlight, Status, TaskContext};
use threadx_error::CoordinatorError;

use crate::support::{Gate, config, eventually, pool, timed_pool, watched, yields};

type Flights = Arc<SingleFlight<&'static str, usize>>;

#[test]
fn no_two_tasks_compute_the_same_at_once() {
    watched(|| {
        let pool = pool(config().workers(8));
        let flights: Flights = Arc::default();
        let computing = Arc::new(AtomicUsize::new(0));
        let handles: Vec<_> = (0..400)
            .map(|number| {
                let (flights, computing) = (Arc::clone(&flights), Arc::clone(&computing));
                let task = yields(move |context| {
                    let compute = || {
                        assert_eq!(computing.fetch_add(1, Ordering::SeqCst), 0, "a stampede");
                        std::thread::yield_now();
                        assert_eq!(computing.fetch_sub(1, Ordering::SeqCst), 1);
                        Ok::<_, CoordinatorError>(number)
                    };
                    *flights.share(context, "sma", compute).unwrap()
                });
                pool.submit(task).unwrap()
            })
            .collect();
        for handle in handles {
            assert_eq!(handle.wait().unwrap().status(), Status::Succeeded);
        }
        let again = flights
            .share(&TaskContext::detached(), "sma", || Ok::<_, CoordinatorError>(999))
            .unwrap();
        assert_eq!(*again, 999, "nothing is kept once nobody waits");
    });
}

#[test]
fn a_claim_passes_on_when_the_computing_task_fails_or_panics() {
    watched(|| {
        let pool = pool(config().workers(2));
        let flights: Flights = Arc::default();
        for panics in [false, true] {
            let gate = Gate::default();
            let (first_flights, first_gate) = (Arc::clone(&flights), gate.clone());
            let first = pool.submit(yields(move |context| {
                let failed = first_flights.share(context, "key", || {
                    first_gate.pass();
                    assert!(!panics, "on purpose");
                    Err::<usize, _>(CoordinatorError::ShutDown)
                });
                failed.unwrap_err()
            }));
            gate.await_arrivals(1);
            let second_flights = Arc::clone(&flights);
            let second = pool.submit(yields(move |context| {
                *second_flights
                    .share(context, "key", || Ok::<_, CoordinatorError>(5))
                    .unwrap()
            }));
            gate.open();
            assert_eq!(second.unwrap().wait().unwrap().value(), Some(&5));
            let first = first.unwrap().into_result().unwrap();
            assert_eq!(first.status() == Status::Panicked, panics);
            assert_eq!(
                first.value().is_some(),
                !panics,
                "the error is the first one's alone"
            );
        }
    });
}

#[test]
fn a_claim_of_a_task_that_was_given_up_passes_on_and_its_late_value_changes_nothing() {
    watched(|| {
        let (pool, clock) = timed_pool(config().workers(2));
        let flights: Flights = Arc::default();
        let gate = Gate::default();
        let (first_flights, first_gate) = (Arc::clone(&flights), gate.clone());
        let (told, hears) = mpsc::channel();
        let hung = yields(move |context: &TaskContext| {
            let value = first_flights.share(context, "key", || {
                first_gate.pass();
                Ok::<_, CoordinatorError>(1)
            });
            told.send(*value.unwrap()).unwrap();
        });
        let hung = pool
            .prepare(hung)
            .timeout(Duration::from_secs(1))
            .submit()
            .unwrap();
        gate.await_arrivals(1);
        let waiting_flights = Arc::clone(&flights);
        let waiting = pool.submit(yields(move |context| {
            *waiting_flights
                .share(context, "key", || Ok::<_, CoordinatorError>(2))
                .unwrap()
        }));
        while hung.try_result().is_none() {
            clock.advance(Duration::from_secs(1));
            std::thread::yield_now();
        }
        assert!(matches!(
            hung.wait().unwrap().outcome,
            Outcome::TimedOut { abandoned: true, .. }
        ));
        assert_eq!(waiting.unwrap().wait().unwrap().value(), Some(&2));
        gate.open();
        assert_eq!(hears.recv(), Ok(1), "the late one has its own value");
    });
}

#[test]
fn a_waiting_task_heeds_its_own_cancellation() {
    watched(|| {
        let pool = pool(config().workers(2));
        let flights: Flights = Arc::default();
        let gate = Gate::default();
        let (first_flights, first_gate) = (Arc::clone(&flights), gate.clone());
        let first = pool.submit(yields(move |context| {
            *first_flights
                .share(context, "key", || {
                    first_gate.pass();
                    Ok::<_, CoordinatorError>(3)
                })
                .unwrap()
        }));
        gate.await_arrivals(1);
        let second_flights = Arc::clone(&flights);
        let second = pool.submit(yields(move |context| {
            second_flights
                .share(context, "key", || Ok::<_, CoordinatorError>(4))
                .unwrap_err()
        }));
        let second = second.unwrap();
        eventually(|| second.status() == Status::Running);
        second.cancel();
        // The first still computes: only its own cancellation can have ended the second.
        assert_eq!(second.wait().unwrap().status(), Status::Cancelled);
        gate.open();
        assert_eq!(first.unwrap().wait().unwrap().value(), Some(&3));
    });
}

#[test]
fn different_keys_do_not_wait_for_each_other() {
    watched(|| {
        let pool = pool(config().workers(2));
        let flights: Flights = Arc::default();
        let gate = Gate::default();
        let (slow_flights, slow_gate) = (Arc::clone(&flights), gate.clone());
        let slow = pool.submit(yields(move |context| {
            let compute = || {
                slow_gate.pass();
                Ok::<_, CoordinatorError>(1)
            };
            *slow_flights.share(context, "slow", compute).unwrap()
        }));
        gate.await_arrivals(1);
        let fast = flights.share(&TaskContext::detached(), "fast", || Ok::<_, CoordinatorError>(2));
        assert_eq!(*fast.unwrap(), 2);
        gate.open();
        assert_eq!(slow.unwrap().wait().unwrap().value(), Some(&1));
    });
}
