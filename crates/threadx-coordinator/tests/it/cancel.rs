//! Cancelling queued, running and ended tasks.

use threadx_coordinator::{Cancellation, Status};

use crate::support::{Gate, config, occupy, pool, until_cancelled, watched, yields};

#[test]
fn a_queued_task_ends_at_once() {
    watched(|| {
        let pool = pool(config().workers(1));
        let gate = occupy(&pool);
        let handle = pool.submit(yields(|_| ())).unwrap();
        assert_eq!(handle.cancel(), Cancellation::Cancelled);
        // No worker is free: nothing but the cancellation can have ended it.
        let result = handle.wait().unwrap();
        assert_eq!((result.status(), result.run_time), (Status::Cancelled, None));
        assert_eq!(handle.cancel(), Cancellation::TooLate);
        gate.open();
    });
}

#[test]
fn a_running_task_is_told() {
    watched(|| {
        let pool = pool(config());
        let handle = pool.submit(until_cancelled()).unwrap();
        while handle.status() != Status::Running {
            std::thread::yield_now();
        }
        assert_eq!(handle.cancel(), Cancellation::Requested);
        assert_eq!(handle.wait().unwrap().status(), Status::Cancelled);
        assert_eq!(handle.cancel(), Cancellation::TooLate);
        assert_eq!(pool.state().cancelled, 1);
    });
}

#[test]
fn a_task_that_was_told_is_cancelled_whatever_it_returns() {
    watched(|| {
        let pool = pool(config());
        let gate = Gate::default();
        let inner = gate.clone();
        let handle = pool.submit(yields(move |context| {
            inner.pass();
            assert!(context.is_cancelled());
            "a partial result is not called a success"
        }));
        let handle = handle.unwrap();
        gate.await_arrivals(1);
        assert_eq!(handle.cancel(), Cancellation::Requested);
        gate.open();
        assert_eq!(handle.wait().unwrap().status(), Status::Cancelled);
    });
}

#[test]
fn a_panic_is_not_hidden_behind_a_cancellation() {
    watched(|| {
        let pool = pool(config());
        let gate = Gate::default();
        let inner = gate.clone();
        let handle = pool.submit(yields(move |_| {
            inner.pass();
            panic!("a defect");
        }));
        let handle = handle.unwrap();
        gate.await_arrivals(1);
        handle.cancel();
        gate.open();
        assert_eq!(handle.wait().unwrap().status(), Status::Panicked);
    });
}

#[test]
fn a_cancellation_that_comes_too_late_changes_nothing() {
    watched(|| {
        let pool = pool(config());
        let handle = pool.submit(yields(|_| 1)).unwrap();
        handle.wait().unwrap();
        let before = pool.state();
        assert_eq!(handle.cancel(), Cancellation::TooLate);
        assert_eq!(handle.status(), Status::Succeeded);
        assert_eq!(pool.state().cancelled, before.cancelled);
        drop(pool);
        assert_eq!(handle.cancel(), Cancellation::TooLate);
        assert_eq!(handle.wait().unwrap().value(), Some(&1));
    });
}
