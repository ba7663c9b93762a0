//! Callbacks: on threads of their own, limited, replaced, counted, and never in a task's way.

use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use threadx_coordinator::{Cancellation, Shutdown, Status};
use threadx_error::CoordinatorError;

use crate::support::{Gate, alone, config, eventually, pool, timed_pool, until_cancelled, watched, yields};
use crate::traced;

const LIMIT: Duration = Duration::from_secs(5);

#[test]
fn a_callback_gets_the_result_on_a_callback_thread() {
    watched(|| {
        let pool = pool(config());
        let (told, hears) = mpsc::channel();
        let task = yields(|_| std::thread::current().name().unwrap().to_owned());
        let handle = pool.prepare(task).callback(move |result| {
            let thread = std::thread::current().name().unwrap().to_owned();
            told.send((result.id, result.value().unwrap().clone(), thread))
                .unwrap();
        });
        let handle = handle.submit().unwrap();
        let (id, worker, callback) = hears.recv().unwrap();
        assert_eq!(id, handle.id());
        assert!(
            worker.starts_with("worker-") && callback.starts_with("callback-"),
            "{worker} {callback}"
        );
        eventually(|| pool.state().callbacks_run == 1);
        assert_eq!(pool.state().callbacks_pending, 0);
    });
}

#[test]
fn every_outcome_is_called_back() {
    watched(|| {
        let pool = pool(config().workers(1));
        let (told, hears) = mpsc::channel();
        let tell = || {
            let told = told.clone();
            move |result: &threadx_coordinator::TaskResult<(), CoordinatorError>| {
                told.send(result.status()).unwrap();
            }
        };
        drop(pool.prepare(yields(|_| ())).callback(tell()).submit().unwrap());
        assert_eq!(hears.recv(), Ok(Status::Succeeded));
        drop(
            pool.prepare(yields(|_| panic!("on purpose")))
                .callback(tell())
                .submit()
                .unwrap(),
        );
        assert_eq!(hears.recv(), Ok(Status::Panicked));
        let running = pool.prepare(until_cancelled()).callback(tell()).submit().unwrap();
        let queued = pool.prepare(until_cancelled()).callback(tell()).submit().unwrap();
        assert_eq!(queued.cancel(), Cancellation::Cancelled);
        assert_eq!(hears.recv(), Ok(Status::Cancelled));
        running.cancel();
        assert_eq!(hears.recv(), Ok(Status::Cancelled));
        drop(
            pool.prepare(until_cancelled())
                .timeout(Duration::ZERO)
                .callback(tell())
                .submit()
                .unwrap(),
        );
        assert_eq!(hears.recv(), Ok(Status::TimedOut));
    });
}

#[test]
fn a_callback_that_panics_is_counted_and_its_thread_lives_on() {
    watched(|| {
        let pool = pool(config().callback_threads(1));
        let handle = pool
            .prepare(yields(|_| 1))
            .callback(|_| panic!("on purpose"))
            .submit()
            .unwrap();
        let (told, hears) = mpsc::channel();
        drop(
            pool.prepare(yields(|_| 2))
                .callback(move |_| told.send(()).unwrap())
                .submit()
                .unwrap(),
        );
        hears.recv().unwrap();
        assert_eq!(
            handle.wait().unwrap().value(),
            Some(&1),
            "the result is unaffected"
        );
        assert_eq!(pool.state().callbacks_panicked, 1);
    });
}

#[test]
fn a_callback_past_its_limit_is_logged_counted_and_its_thread_replaced() {
    alone(
        "callbacks::a_callback_past_its_limit_is_logged_counted_and_its_thread_replaced",
        || {
            let logs = traced::logs();
            let (pool, clock) = timed_pool(config().callback_threads(1));
            let gate = Gate::default();
            let inner = gate.clone();
            let slow = pool
                .prepare(yields(|_| 1))
                .callback(move |_| inner.pass())
                .submit()
                .unwrap();
            gate.await_arrivals(1);
            clock.advance(LIMIT);
            eventually(|| pool.state().callbacks_timed_out == 1);
            let state = pool.state();
            assert_eq!(
                (state.abandoned_callbacks, state.callbacks_pending, state.degraded),
                (1, 0, false)
            );
            let line = eventually_some(|| {
                logs.lines_of(slow.id())
                    .into_iter()
                    .find(|line| line.contains("runs past its limit"))
            });
            assert!(line.contains("elapsed_ms=5000"), "{line}");

            let (told, hears) = mpsc::channel();
            drop(
                pool.prepare(yields(|_| 2))
                    .callback(move |_| told.send(()).unwrap())
                    .submit()
                    .unwrap(),
            );
            hears.recv().unwrap();
            eventually(|| pool.state().callbacks_run == 1);
            assert_eq!(slow.wait().unwrap().value(), Some(&1), "the result is unaffected");

            gate.open();
            eventually(|| pool.state().abandoned_callbacks == 0);
            let state = pool.state();
            assert_eq!(
                (state.callbacks_run, state.callbacks_timed_out),
                (1, 1),
                "it is not counted again"
            );
        },
    );
}

fn eventually_some<T>(mut look: impl FnMut() -> Option<T>) -> T {
    loop {
        if let Some(found) = look() {
            return found;
        }
        std::thread::yield_now();
    }
}

#[test]
fn too_many_hanging_callbacks_are_skipped_and_tasks_go_on() {
    alone(
        "callbacks::too_many_hanging_callbacks_are_skipped_and_tasks_go_on",
        || {
            let logs = traced::logs();
            let (pool, clock) = timed_pool(config().callback_threads(1).max_abandoned(2));
            let gate = Gate::default();
            let hang = |gate: &Gate| {
                let gate = gate.clone();
                move |_: &threadx_coordinator::TaskResult<i32, CoordinatorError>| gate.pass()
            };
            for count in 1..=2 {
                drop(
                    pool.prepare(yields(|_| 1))
                        .callback(hang(&gate))
                        .submit()
                        .unwrap(),
                );
                gate.await_arrivals(count);
                clock.advance(LIMIT);
                eventually(|| pool.state().callbacks_timed_out == count as u64);
            }
            assert!(pool.state().degraded);
            for skipped in 1..=50 {
                let handle = pool
                    .prepare(yields(|_| 2))
                    .callback(hang(&gate))
                    .submit()
                    .unwrap();
                assert_eq!(handle.wait().unwrap().value(), Some(&2));
                eventually(|| pool.state().callbacks_skipped == skipped);
                let lines = eventually_some(|| {
                    let lines = logs.lines_of(handle.id());
                    (!lines.is_empty()).then_some(lines)
                });
                assert_eq!(lines.len(), 1, "logged once a task: {lines:?}");
                assert!(lines[0].contains("was skipped"));
            }
            let state = pool.state();
            assert_eq!((state.abandoned_callbacks, state.callbacks_pending), (2, 0));
            assert_eq!((state.succeeded, state.callbacks_run), (52, 0));

            // They come back after all, and callbacks are run again.
            gate.open();
            eventually(|| !pool.state().degraded);
            drop(
                pool.prepare(yields(|_| 3))
                    .callback(hang(&gate))
                    .submit()
                    .unwrap(),
            );
            eventually(|| pool.state().callbacks_run == 1);
        },
    );
}

#[test]
fn a_task_with_a_callback_takes_a_place_until_the_callback_ends() {
    watched(|| {
        let pool = pool(config().callback_capacity(2));
        let gate = Gate::default();
        let slow = |gate: &Gate| {
            let gate = gate.clone();
            move |_: &threadx_coordinator::TaskResult<i32, CoordinatorError>| gate.pass()
        };
        drop(
            pool.prepare(yields(|_| 1))
                .callback(slow(&gate))
                .submit()
                .unwrap(),
        );
        drop(
            pool.prepare(yields(|_| 2))
                .callback(slow(&gate))
                .submit()
                .unwrap(),
        );
        let refused = pool
            .prepare(yields(|_| 3))
            .callback(slow(&gate))
            .submit()
            .unwrap_err();
        assert_eq!(
            refused.reason,
            CoordinatorError::CallbackQueueFull { capacity: 2 }
        );
        assert!(refused.reason.is_retryable());
        // A task without one needs no place.
        assert_eq!(
            pool.submit(yields(|_| 4)).unwrap().wait().unwrap().value(),
            Some(&4)
        );
        gate.open();
        eventually(|| pool.state().callbacks_run == 2);
        drop(refused.request.submit().unwrap());
        eventually(|| pool.state().callbacks_run == 3);
    });
}

#[test]
fn a_callback_may_submit_cancel_wait_and_shut_down() {
    watched(|| {
        let pool = pool(config().workers(2).callback_threads(1).queue_capacity(1));
        let victim = pool.submit(until_cancelled()).unwrap();
        eventually(|| victim.status() == Status::Running);
        let (told, hears) = mpsc::channel();
        let inner = Arc::clone(&pool);
        let first = pool.prepare(yields(|_| 1)).callback(move |result| {
            assert_eq!(result.value(), Some(&1));
            assert_eq!(victim.cancel(), Cancellation::Requested);
            assert_eq!(victim.wait().unwrap().status(), Status::Cancelled);
            let second = inner.submit(yields(|_| 2)).unwrap();
            assert_eq!(second.wait().unwrap().value(), Some(&2));
            let shutdown = inner.shutdown(Shutdown::Abort);
            // The shutdown waits for this very callback.
            assert_eq!(
                shutdown.wait().unwrap_err(),
                CoordinatorError::ShutdownWouldDeadlock
            );
            told.send(shutdown).unwrap();
        });
        drop(first.submit().unwrap());
        let report = hears.recv().unwrap().wait().unwrap();
        assert_eq!((report.callbacks_run, report.callbacks_skipped), (1, 0));
        assert_eq!(pool.state().succeeded, 2);
    });
}

#[test]
fn a_thousand_callbacks_that_never_return_hold_up_no_task() {
    alone(
        "callbacks::a_thousand_callbacks_that_never_return_hold_up_no_task",
        || {
            let (workers, callback_threads, max_abandoned) = (3, 2, 4);
            let pool = pool(
                config()
                    .workers(workers)
                    .callback_threads(callback_threads)
                    .max_abandoned(max_abandoned)
                    .callback_timeout(Duration::from_millis(1)),
            );
            let gate = Gate::default();
            let handles: Vec<_> = (0..1000)
                .map(|number| {
                    let gate = gate.clone();
                    loop {
                        let gate = gate.clone();
                        let submission = pool
                            .prepare(yields(move |_| number))
                            .callback(move |_| gate.pass());
                        match submission.submit() {
                            Ok(handle) => break handle,
                            Err(refused) => assert!(refused.reason.is_retryable()),
                        }
                    }
                })
                .collect();
            for (number, handle) in handles.iter().enumerate() {
                assert_eq!(handle.wait().unwrap().value(), Some(&number));
            }
            eventually(|| {
                let state = pool.state();
                state.callbacks_timed_out + state.callbacks_skipped == 1000
            });
            let state = pool.state();
            assert!(state.degraded);
            assert_eq!(state.abandoned_callbacks, max_abandoned);
            assert!(
                state.callbacks_timed_out <= (max_abandoned + callback_threads) as u64,
                "{state:?}"
            );
            if let Ok(threads) = std::fs::read_dir("/proc/self/task") {
                // The test harness has two threads of its own, the coordinator one supervisor.
                let threads = threads.count() - 2;
                assert!(
                    threads <= workers + callback_threads + 2 * max_abandoned + 3,
                    "{threads} threads"
                );
            }
            gate.open();
            eventually(|| pool.state().abandoned_callbacks == 0);
        },
    );
}

#[test]
fn a_skipped_callback_is_dropped_outside_every_lock() {
    watched(|| {
        let (pool, clock) = timed_pool(config().callback_threads(1).max_abandoned(1));
        let gate = Gate::default();
        let inner = gate.clone();
        drop(
            pool.prepare(yields(|_| ()))
                .callback(move |_| inner.pass())
                .submit()
                .unwrap(),
        );
        gate.await_arrivals(1);
        // This one waits when the limit is reached; dropping it takes the coordinator's lock.
        let (told, hears) = mpsc::channel();
        let again = Arc::downgrade(&pool);
        let captured = Mutex::new(crate::support::on_drop(move || {
            told.send(again.upgrade().unwrap().state().callbacks_skipped)
                .unwrap();
        }));
        let handle = pool
            .prepare(yields(|_| ()))
            .callback(move |_| drop(captured))
            .submit()
            .unwrap();
        handle.wait().unwrap();
        clock.advance(LIMIT);
        assert_eq!(hears.recv(), Ok(1));
        gate.open();
    });
}
