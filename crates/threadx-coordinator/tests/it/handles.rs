//! What a caller holds of a task.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use threadx_coordinator::{Outcome, Status, TaskResult};

use crate::support::{Drops, Gate, at, config, eventually, occupy, pool, watched, yields};

#[test]
fn a_handle_tells_where_the_task_is() {
    watched(|| {
        let pool = pool(config().workers(1));
        let gate = occupy(&pool);
        let running = Gate::default();
        let handle = pool.submit(at(&running)).unwrap();
        assert_eq!(handle.status(), Status::Queued);
        assert!(handle.try_result().is_none());
        assert!(handle.wait_timeout(Duration::from_millis(1)).unwrap().is_none());
        gate.open();
        running.await_arrivals(1);
        assert_eq!(handle.status(), Status::Running);
        running.open();
        assert_eq!(handle.wait().unwrap().status(), Status::Succeeded);
        assert_eq!(handle.status(), Status::Succeeded);
        assert!(handle.wait_timeout(Duration::ZERO).unwrap().is_some());
    });
}

#[test]
fn the_result_is_stored_once_and_handed_out_as_one() {
    watched(|| {
        let pool = pool(config());
        let handle = pool.submit(yields(|_| vec![1, 2, 3])).unwrap();
        let first = handle.wait().unwrap();
        let second = handle.try_result().unwrap();
        assert!(Arc::ptr_eq(&first, &second));
        drop(second);
        let first = TaskResult::into_inner(first).expect_err("the handle still holds it");
        drop(handle);
        let result = TaskResult::into_inner(first).expect("nobody else holds it");
        assert_eq!(result.outcome, Outcome::Succeeded(vec![1, 2, 3]));
    });
}

#[test]
fn a_handle_given_up_for_its_result_gives_the_last_pointer() {
    watched(|| {
        let pool = pool(config());
        // Often: no worker may still hold the result when the waiter has it.
        for number in 0..2000 {
            let result = pool
                .submit(yields(move |_| number))
                .unwrap()
                .into_result()
                .unwrap();
            assert_eq!(
                TaskResult::into_inner(result).unwrap().outcome,
                Outcome::Succeeded(number)
            );
        }
    });
}

#[test]
fn dropping_a_handle_does_not_cancel() {
    watched(|| {
        let pool = pool(config());
        let drops = Drops::default();
        let (told, hears) = std::sync::mpsc::channel();
        let token = drops.token();
        drop(pool.submit(yields(move |_| {
            told.send(()).unwrap();
            token
        })));
        hears.recv().unwrap();
        eventually(|| pool.state().succeeded == 1);
        // The value that nobody asks for is dropped, too.
        eventually(|| drops.count() == 1);
    });
}

#[test]
fn many_threads_may_wait_for_one_task() {
    watched(|| {
        let pool = pool(config());
        let gate = Gate::default();
        let handle = Arc::new(pool.submit(at(&gate)).unwrap());
        let waiting: Vec<_> = (0..4)
            .map(|_| {
                let handle = Arc::clone(&handle);
                std::thread::spawn(move || handle.wait().unwrap().status())
            })
            .collect();
        gate.open();
        for waiting in waiting {
            assert_eq!(waiting.join().unwrap(), Status::Succeeded);
        }
    });
}

/// Wakes by unparking the thread that polls.
struct Unpark(std::thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        std::thread::park();
    }
}

#[test]
fn a_handle_is_a_future_that_needs_no_runtime() {
    watched(|| {
        let pool = pool(config());
        for number in 0..500 {
            assert_eq!(
                block_on(pool.submit(yields(move |_| number)).unwrap())
                    .unwrap()
                    .value(),
                Some(&number)
            );
        }
    });
}

#[test]
fn a_handle_can_be_awaited_in_tokio() {
    watched(|| {
        let pool = pool(config());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let sum = runtime.block_on(async {
            let mut sum = 0;
            for number in 0..100 {
                sum += pool
                    .submit(yields(move |_| number))
                    .unwrap()
                    .await
                    .unwrap()
                    .value()
                    .unwrap();
            }
            sum
        });
        assert_eq!(sum, 4950);
    });
}

#[test]
fn a_waker_that_panics_harms_nobody() {
    struct Panics;

    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("a waker panics");
        }
    }

    watched(|| {
        let pool = pool(config().workers(1));
        let gate = Gate::default();
        let mut handle = pool.submit(at(&gate)).unwrap();
        let waker = Waker::from(Arc::new(Panics));
        let polled = std::pin::Pin::new(&mut handle).poll(&mut Context::from_waker(&waker));
        assert!(polled.is_pending());
        gate.open();
        assert_eq!(handle.wait().unwrap().status(), Status::Succeeded);
        assert_eq!(
            pool.submit(yields(|_| 2)).unwrap().wait().unwrap().value(),
            Some(&2)
        );
    });
}
