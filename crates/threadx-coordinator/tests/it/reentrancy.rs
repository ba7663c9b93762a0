//! Tasks that use their own pool.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use threadx_coordinator::{Shutdown, Status};
use threadx_error::CoordinatorError;

use crate::support::{config, pool, watched, yields};

#[test]
fn a_task_may_submit() {
    watched(|| {
        for workers in [1, 2, 100] {
            let pool = pool(config().workers(workers));
            let inner = Arc::clone(&pool);
            let outer = pool
                .submit(yields(move |_| inner.submit(yields(|_| 21)).unwrap()))
                .unwrap();
            let outer = outer.wait().unwrap();
            assert_eq!(outer.value().unwrap().wait().unwrap().value(), Some(&21));
        }
    });
}

#[test]
fn on_a_worker_a_full_queue_refuses_at_once() {
    watched(|| {
        let pool = pool(config().workers(1).queue_capacity(1));
        let inner = Arc::clone(&pool);
        let outer = pool.submit(yields(move |_| {
            let first = inner.submit(yields(|_| 1)).unwrap();
            // Waiting would wait for ever: this worker is the one that would make room.
            let waits = inner.submit(yields(|_| 2)).unwrap_err();
            let waits_a_while = inner
                .submit_timeout(yields(|_| 3), Duration::from_secs(3600))
                .unwrap_err();
            (first, waits.reason, waits_a_while.reason)
        }));
        let outer = outer.unwrap().into_result().unwrap();
        let (first, waits, waits_a_while) = outer.value().unwrap();
        let full = CoordinatorError::QueueFull { capacity: 1 };
        assert_eq!((waits, waits_a_while), (&full, &full));
        assert_eq!(first.wait().unwrap().value(), Some(&1));
    });
}

#[test]
fn on_a_worker_waiting_for_an_unfinished_task_would_deadlock() {
    watched(|| {
        let pool = pool(config().workers(1));
        let inner = Arc::clone(&pool);
        let outer = pool.submit(yields(move |_| {
            let handle = inner.submit(yields(|_| 1)).unwrap();
            let refused = Err(CoordinatorError::WouldDeadlock {
                task_id: handle.id().get(),
            });
            assert_eq!(handle.wait().map(|_| ()), refused);
            assert_eq!(
                handle.wait_timeout(Duration::from_secs(3600)).map(|_| ()),
                refused
            );
            assert!(handle.try_result().is_none(), "looking is not waiting");
            let polled = pin!(handle).poll(&mut Context::from_waker(Waker::noop()));
            assert_eq!(polled.map_ok(|_| ()), Poll::Ready(refused));
        }));
        assert_eq!(outer.unwrap().wait().unwrap().status(), Status::Succeeded);
        pool.shutdown(Shutdown::drain(Duration::from_secs(3600)))
            .wait()
            .unwrap();
        assert_eq!(pool.state().succeeded, 2, "the inner task was not lost");
    });
}

#[test]
fn on_a_worker_a_finished_task_gives_its_result() {
    watched(|| {
        let pool = pool(config().workers(1));
        let handle = pool.submit(yields(|_| 4)).unwrap();
        handle.wait().unwrap();
        let outer = pool.submit(yields(move |_| {
            assert_eq!(
                handle.wait_timeout(Duration::ZERO).unwrap().unwrap().value(),
                Some(&4)
            );
            *handle.wait().unwrap().value().unwrap()
        }));
        assert_eq!(outer.unwrap().wait().unwrap().value(), Some(&4));
    });
}

#[test]
fn a_worker_may_wait_for_another_pool() {
    watched(|| {
        let (pool, other) = (pool(config().workers(1)), pool(config().workers(1)));
        let outer = pool.submit(yields(move |_| {
            let handle = other.submit(yields(|_| 8)).unwrap();
            *handle.wait().unwrap().value().unwrap()
        }));
        assert_eq!(outer.unwrap().wait().unwrap().value(), Some(&8));
    });
}

#[test]
fn a_task_may_own_the_last_pointer_to_its_pool() {
    watched(|| {
        let pool = pool(config());
        let gate = crate::support::Gate::default();
        let (inner, gate_inside) = (Arc::clone(&pool), gate.clone());
        let handle = pool.submit(yields(move |context| {
            gate_inside.pass();
            // Dropping the coordinator on its own worker must not wait for this worker.
            drop(inner);
            crate::support::eventually(|| context.is_cancelled());
        }));
        gate.await_arrivals(1);
        drop(pool);
        gate.open();
        // The shutdown cancels the running task.
        assert_eq!(handle.unwrap().wait().unwrap().status(), Status::Cancelled);
    });
}
