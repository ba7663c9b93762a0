//! Panics in tasks, payloads, values, callbacks: caught, told with their place, and survived.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use threadx_coordinator::{Outcome, Status};

use crate::support::{alone, config, eventually, occupy, on_drop, pool, watched, yields};

#[test]
fn a_panic_is_told_with_message_and_place_and_the_worker_lives_on() {
    watched(|| {
        let pool = pool(config().workers(1));
        for round in 0..100 {
            let line = line!() + 1;
            let handle = pool.submit(yields(move |_| panic!("round {round}"))).unwrap();
            let result = handle.wait().unwrap();
            let Outcome::Panicked(panic) = &result.outcome else {
                panic!("{:?}", result.outcome);
            };
            assert_eq!(panic.message, format!("round {round}"));
            let place = panic.location.as_deref().unwrap();
            assert!(place.contains(&format!("panics.rs:{line}:")), "{place}");
            assert_eq!(
                pool.submit(yields(|_| 1)).unwrap().wait().unwrap().value(),
                Some(&1)
            );
        }
        assert_eq!((pool.state().panicked, pool.state().workers), (100, 1));
    });
}

#[test]
fn a_payload_that_is_not_text_is_survived() {
    watched(|| {
        let pool = pool(config().workers(1));
        let handle = pool.submit(yields(|_| std::panic::panic_any(42))).unwrap();
        let Outcome::Panicked(panic) = handle.into_result().unwrap().outcome.clone() else {
            panic!("it panicked");
        };
        assert_eq!(panic.message, "a panic whose payload is not text");
        assert!(panic.location.is_some());
    });
}

#[test]
fn a_panic_s_payload_may_panic_when_it_is_dropped() {
    watched(|| {
        let pool = pool(config().workers(1));
        let handle = pool.submit(yields(|_| {
            std::panic::panic_any(on_drop(|| std::panic::panic_any(on_drop(|| panic!("a third")))))
        }));
        assert_eq!(handle.unwrap().wait().unwrap().status(), Status::Panicked);
        assert_eq!(
            pool.submit(yields(|_| 1)).unwrap().wait().unwrap().value(),
            Some(&1)
        );
    });
}

#[test]
fn a_request_or_value_may_panic_when_it_is_dropped() {
    watched(|| {
        let pool = pool(config().workers(1));
        let gate = occupy(&pool);
        let request = on_drop(|| panic!("the request"));
        let cancelled = pool.submit(yields(move |_| drop(request))).unwrap();
        cancelled.cancel();
        assert_eq!(cancelled.wait().unwrap().status(), Status::Cancelled);
        let value = Mutex::new(on_drop(|| panic!("the value")));
        drop(pool.submit(yields(move |_| value)));
        gate.open();
        eventually(|| pool.state().succeeded == 2);
        assert_eq!(
            pool.submit(yields(|_| 1)).unwrap().wait().unwrap().value(),
            Some(&1)
        );
        assert_eq!(pool.state().workers, 1);
    });
}

#[test]
fn the_hook_that_was_there_before_is_called_once_for_each_panic() {
    alone(
        "panics::the_hook_that_was_there_before_is_called_once_for_each_panic",
        || {
            static CALLS: AtomicUsize = AtomicUsize::new(0);
            std::panic::set_hook(Box::new(|_| {
                CALLS.fetch_add(1, Ordering::SeqCst);
            }));
            let first = pool(config());
            let second = pool(config());
            first.submit(yields(|_| panic!("one"))).unwrap().wait().unwrap();
            second.submit(yields(|_| panic!("two"))).unwrap().wait().unwrap();
            assert_eq!(CALLS.load(Ordering::SeqCst), 2);
            assert!(std::thread::spawn(|| panic!("elsewhere")).join().is_err());
            assert_eq!(CALLS.load(Ordering::SeqCst), 3);
            // Another hook in the coordinator's place costs the panic its place, not its message.
            drop(std::panic::take_hook());
            let result = first.submit(yields(|_| panic!("three"))).unwrap().wait().unwrap();
            let Outcome::Panicked(panic) = &result.outcome else {
                panic!("it panicked");
            };
            assert_eq!(
                (panic.message.as_str(), panic.location.as_deref()),
                ("three", None)
            );
        },
    );
}

#[test]
fn a_panic_that_the_task_caught_itself_is_not_taken_for_the_next() {
    watched(|| {
        let pool = pool(config());
        let handle = pool.submit(yields(|_| {
            assert!(std::panic::catch_unwind(|| panic!("caught inside")).is_err());
            // This one calls no hook, so nothing tells its place.
            std::panic::resume_unwind(Box::new("carried on"));
        }));
        let result = handle.unwrap().into_result().unwrap();
        let Outcome::Panicked(panic) = &result.outcome else {
            panic!("it panicked");
        };
        assert_eq!(
            (panic.message.as_str(), panic.location.as_deref()),
            ("carried on", None)
        );
    });
}
