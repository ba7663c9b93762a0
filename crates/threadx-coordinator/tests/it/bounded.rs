//! The queue is bounded, and nothing is silently dropped.

use std::sync::Arc;
use std::time::Duration;

use threadx_coordinator::{Cancellation, Flow, Shutdown, Status, Task, TaskContext, TaskFlow};
use threadx_error::CoordinatorError;

use crate::support::{DropToken, Drops, Pool, config, occupy, on_drop, pool, watched, yields};

/// A request that can be told from others.
#[derive(Debug, PartialEq)]
struct Numbered(u64);

impl Task<()> for Numbered {
    type Output = u64;
    type Error = CoordinatorError;

    fn kind(&self) -> &'static str {
        "numbered"
    }

    fn run(self, (): &(), _: &TaskContext) -> Result<TaskFlow<(), Self>, CoordinatorError> {
        Ok(Flow::Done(self.0))
    }
}

fn full(capacity: usize) -> (Pool, crate::support::Gate) {
    let pool = pool(config().workers(1).queue_capacity(capacity));
    let gate = occupy(&pool);
    for number in 0..capacity {
        drop(pool.try_submit(Numbered(number as u64)).unwrap());
    }
    (pool, gate)
}

#[test]
fn a_full_queue_refuses_and_gives_the_request_back() {
    watched(|| {
        let (pool, gate) = full(3);
        let refused = pool.try_submit(Numbered(9)).unwrap_err();
        assert_eq!(refused.reason, CoordinatorError::QueueFull { capacity: 3 });
        assert_eq!(refused.request, Numbered(9));
        assert_eq!(refused.to_string(), "the queue is full: 3 tasks are waiting");
        assert_eq!(pool.state().submitted, 4, "what is refused is not counted");
        gate.open();
        // The request can be tried again.
        assert_eq!(
            pool.submit(refused.request).unwrap().wait().unwrap().value(),
            Some(&9)
        );
    });
}

#[test]
fn a_refused_submission_comes_back_with_its_callback_and_deadline() {
    watched(|| {
        let (pool, gate) = full(1);
        let (told, hears) = std::sync::mpsc::channel();
        let submission = pool.prepare(Numbered(5)).timeout(Duration::from_secs(3600));
        let submission = submission.callback(move |result| told.send(*result.value().unwrap()).unwrap());
        let refused = submission.try_submit().unwrap_err();
        gate.open();
        drop(refused.request.submit().unwrap());
        assert_eq!(hears.recv(), Ok(5));
    });
}

#[test]
fn submit_timeout_gives_up_on_a_queue_that_stays_full() {
    watched(|| {
        let (pool, gate) = full(2);
        let refused = pool
            .submit_timeout(Numbered(9), Duration::from_millis(5))
            .unwrap_err();
        assert_eq!(refused.reason, CoordinatorError::QueueFull { capacity: 2 });
        assert_eq!(refused.request, Numbered(9));
        gate.open();
    });
}

#[test]
fn a_waiting_submission_takes_the_place_of_a_cancelled_task() {
    watched(|| {
        // The only worker is busy throughout, so only the cancellation can free a place. Many times, so
        // that the submission is met asleep, looking around and not yet waiting.
        let pool = pool(config().workers(1).queue_capacity(1));
        let gate = occupy(&pool);
        let mut queued = pool.try_submit(Numbered(0)).unwrap();
        for number in 1..300 {
            let waiting = {
                let pool = Arc::clone(&pool);
                std::thread::spawn(move || pool.submit(Numbered(number)))
            };
            if number % 2 == 0 {
                std::thread::yield_now();
            }
            assert_eq!(queued.cancel(), Cancellation::Cancelled);
            queued = waiting.join().unwrap().unwrap();
            assert_eq!(queued.status(), Status::Queued);
        }
        gate.open();
        assert_eq!(queued.wait().unwrap().value(), Some(&299));
    });
}

#[test]
fn many_submitters_share_a_small_queue_and_lose_nothing() {
    watched(|| {
        let pool = pool(config().queue_capacity(2));
        let submitters: Vec<_> = (0..8_u64)
            .map(|submitter| {
                let pool = Arc::clone(&pool);
                std::thread::spawn(move || {
                    for number in 0..500 {
                        let handle = pool.submit(Numbered(submitter * 1000 + number)).unwrap();
                        let state = pool.state();
                        assert!(state.queued <= 2);
                        assert_eq!(handle.wait().unwrap().value(), Some(&(submitter * 1000 + number)));
                    }
                })
            })
            .collect();
        for submitter in submitters {
            submitter.join().unwrap();
        }
        let state = pool.state();
        assert_eq!((state.submitted, state.succeeded), (4000, 4000));
    });
}

#[test]
fn a_waiting_submission_is_refused_by_a_shutdown() {
    watched(|| {
        let (pool, gate) = full(1);
        let waiting = {
            let pool = Arc::clone(&pool);
            std::thread::spawn(move || pool.submit(Numbered(9)).unwrap_err())
        };
        let shutdown = pool.shutdown(Shutdown::drain(Duration::from_secs(3600)));
        let refused = waiting.join().unwrap();
        assert_eq!(
            (refused.reason, refused.request),
            (CoordinatorError::ShutDown, Numbered(9))
        );
        gate.open();
        assert_eq!(shutdown.wait().unwrap().finished, 2);
    });
}

#[test]
fn a_cancelled_task_frees_its_place_and_drops_its_payload_at_once() {
    watched(|| {
        let pool = pool(config().workers(1).queue_capacity(1));
        let gate = occupy(&pool);
        let drops = Drops::default();
        // Far more than the markers that may stay behind.
        for count in 1..=10_000 {
            let payload: DropToken = drops.token();
            let handle = pool.try_submit(yields(move |_| drop(payload))).unwrap();
            assert_eq!(handle.cancel(), Cancellation::Cancelled);
            assert_eq!(drops.count(), count);
        }
        let state = pool.state();
        assert_eq!((state.queued, state.cancelled, state.queue_depth), (0, 10_000, 0));
        gate.open();
    });
}

#[test]
fn a_payload_is_dropped_outside_every_lock() {
    watched(|| {
        let pool = pool(config().workers(1));
        let gate = occupy(&pool);
        let inner = Arc::clone(&pool);
        let payload = on_drop(move || {
            // Each of these takes the coordinator's lock.
            assert_eq!(inner.state().cancelled, 1);
            drop(inner.try_submit(Numbered(1)).unwrap());
        });
        let handle = pool.submit(yields(move |_| drop(payload))).unwrap();
        assert_eq!(handle.cancel(), Cancellation::Cancelled);
        assert_eq!(pool.state().queued, 1);
        gate.open();
    });
}

#[test]
fn tasks_run_in_the_order_of_submission_whatever_they_ask_for() {
    watched(|| {
        let pool = pool(config().workers(1).queue_capacity(64));
        let gate = occupy(&pool);
        let (ran, order) = std::sync::mpsc::channel();
        let mut subscription = None;
        for number in 0..60_u64 {
            let ran = ran.clone();
            let task = yields(move |_| ran.send(number).unwrap());
            // Plain ones are handed in beside the lock, others are not, and a snapshot takes all in.
            match number % 6 {
                2 => drop(
                    pool.prepare(task)
                        .timeout(Duration::from_secs(3600))
                        .submit()
                        .unwrap(),
                ),
                4 => drop(pool.prepare(task).callback(|_| ()).submit().unwrap()),
                _ => drop(pool.submit(task).unwrap()),
            }
            if number % 10 == 9 {
                assert_eq!(pool.state().queued, number + 1);
            }
            if number == 30 {
                subscription = Some(pool.subscribe());
            } else if number == 40 {
                subscription = None;
            }
        }
        assert!(subscription.is_none());
        gate.open();
        let ran: Vec<u64> = order.iter().take(60).collect();
        assert!(ran.is_sorted(), "{ran:?}");
    });
}
