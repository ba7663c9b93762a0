//! Tasks that hand back parts and a finish step.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use threadx_coordinator::{Cancellation, Flow, Outcome, Parts, Phase, Status, Task, TaskContext, task_fn};
use threadx_error::CoordinatorError;

use crate::support::{Drops, Gate, config, eventually, pool, timed_pool, watched, yields};

/// A task of parts whose value is what the parts yielded, in index order.
fn parts<P: Send + Sync + 'static>(
    count: usize,
    part: impl Fn(usize, &TaskContext) -> Result<P, CoordinatorError> + Send + Sync + 'static,
) -> impl Task<(), Output = Vec<P>, Error = CoordinatorError> {
    task_fn("parts", move |(): &(), _| {
        let part = move |index, (): &(), context: &TaskContext| part(index, context);
        Ok(Flow::Parts(Parts::new(count, part, |yielded, (), _| Ok(yielded))))
    })
}

#[test]
fn the_finish_step_sees_the_parts_in_index_order() {
    watched(|| {
        for workers in [1, 2, 16] {
            let pool = pool(config().workers(workers));
            let handle = pool.submit(parts(200, |index, context| {
                assert_eq!(context.part(), Some(index));
                assert!(!context.is_cancelled(), "nobody cancelled and no part failed");
                Ok(index)
            }));
            let result = handle.unwrap().into_result().unwrap();
            assert_eq!(result.value().unwrap(), &(0..200).collect::<Vec<_>>());
            let state = pool.state();
            assert_eq!((state.submitted, state.succeeded, state.queue_depth), (1, 1, 0));
        }
    });
}

#[test]
fn parts_may_follow_parts() {
    /// `rounds` rounds of parts, each twice as many as the last, that count what they run.
    fn round(ran: Arc<AtomicUsize>, count: usize, rounds: usize) -> Flow<(), usize, CoordinatorError> {
        let counts = Arc::clone(&ran);
        Flow::Parts(Parts::then(
            count,
            move |_, (): &(), _: &TaskContext| Ok(counts.fetch_add(1, Ordering::Relaxed)),
            move |yielded, (), context| {
                assert_eq!(yielded.len(), count);
                assert_eq!(context.part(), None);
                Ok(match rounds {
                    0 => Flow::Done(ran.load(Ordering::Relaxed)),
                    _ => round(ran, count * 2, rounds - 1),
                })
            },
        ))
    }
    watched(|| {
        for workers in [1, 2, 16] {
            let pool = pool(config().workers(workers));
            let handle = pool.submit(task_fn("rounds", |(): &(), _| Ok(round(Arc::default(), 3, 4))));
            let result = handle.unwrap().into_result().unwrap();
            assert_eq!(result.value(), Some(&(3 + 6 + 12 + 24 + 48)));
            let state = pool.state();
            assert_eq!((state.submitted, state.succeeded, state.queue_depth), (1, 1, 0));
        }
        let alone = round(Arc::default(), 3, 1).complete(&(), &TaskContext::detached());
        assert_eq!(alone.unwrap(), 9);
    });
}

#[test]
fn cancelling_between_two_rounds_of_parts_ends_the_whole() {
    watched(|| {
        let pool = pool(config().workers(2));
        let gate = Gate::default();
        let inner = gate.clone();
        let handle = pool.submit(task_fn("rounds", move |(): &(), _| {
            let next = move |_: Vec<()>, (): &(), _: &TaskContext| {
                inner.pass();
                Ok(Flow::Parts(Parts::new(
                    5,
                    |_, (): &(), _| -> Result<(), CoordinatorError> {
                        panic!("a part of a cancelled task was run")
                    },
                    |_, (), _| Ok(()),
                )))
            };
            Ok(Flow::Parts(Parts::then(5, |_, (): &(), _| Ok(()), next)))
        }));
        let handle = handle.unwrap();
        gate.await_arrivals(1);
        assert_eq!(handle.cancel(), Cancellation::Requested);
        gate.open();
        assert!(matches!(handle.wait().unwrap().outcome, Outcome::Cancelled));
        eventually(|| pool.state().busy_workers == 0);
    });
}

#[test]
fn no_parts_are_a_finish_step_alone() {
    watched(|| {
        let pool = pool(config());
        let handle = pool.submit(parts(0, |index, _| Ok(index))).unwrap();
        assert_eq!(handle.wait().unwrap().value(), Some(&Vec::new()));
    });
}

#[test]
fn parts_need_no_place_in_the_queue_and_are_not_tasks() {
    watched(|| {
        let pool = pool(config().workers(2).queue_capacity(1));
        let gate = Gate::default();
        let inner = gate.clone();
        let handle = pool.submit(parts(50, move |index, _| {
            inner.pass();
            Ok(index)
        }));
        let handle = handle.unwrap();
        gate.await_arrivals(2);
        let state = pool.state();
        assert_eq!(
            (state.submitted, state.queued, state.running, state.busy_workers),
            (1, 0, 1, 2)
        );
        // The one place of the queue is free.
        let small = pool.try_submit(yields(|_| 1)).unwrap();
        gate.open();
        assert_eq!(small.wait().unwrap().value(), Some(&1));
        assert_eq!(handle.wait().unwrap().value().map(Vec::len), Some(50));
    });
}

#[test]
fn at_most_as_many_parts_as_workers_are_outstanding() {
    watched(|| {
        let pool = pool(config().workers(3));
        let gate = Gate::default();
        let inner = gate.clone();
        let handle = pool.submit(parts(20, move |_, _| {
            inner.pass();
            Ok(())
        }));
        let handle = handle.unwrap();
        gate.await_arrivals(3);
        // All workers are on a part; nothing more of the task waits.
        let state = pool.state();
        assert_eq!((state.busy_workers, state.queue_depth), (3, 0));
        gate.open();
        handle.wait().unwrap();
    });
}

#[test]
fn a_small_task_waits_for_at_most_one_part_of_each_sweep() {
    watched(|| {
        for sweeps in 1..=4 {
            let pool = pool(config().workers(1));
            let done = Arc::new(AtomicUsize::new(0));
            let gate = Gate::default();
            let handles: Vec<_> = (0..sweeps)
                .map(|_| {
                    let (done, gate) = (Arc::clone(&done), gate.clone());
                    pool.submit(parts(100, move |index, _| {
                        if index == 10 {
                            gate.pass();
                        }
                        done.fetch_add(1, Ordering::SeqCst);
                        Ok(())
                    }))
                    .unwrap()
                })
                .collect();
            gate.await_arrivals(1);
            let before = done.load(Ordering::SeqCst);
            let seen = Arc::clone(&done);
            let small = pool.submit(yields(move |_| seen.load(Ordering::SeqCst))).unwrap();
            gate.open();
            let parts_before_it = small.wait().unwrap().value().unwrap() - before;
            assert!(
                parts_before_it <= sweeps,
                "{parts_before_it} parts of {sweeps} sweeps"
            );
            for handle in handles {
                assert_eq!(handle.wait().unwrap().status(), Status::Succeeded);
            }
        }
    });
}

#[test]
fn running_may_exceed_the_workers() {
    watched(|| {
        let pool = pool(config().workers(1));
        let gate = Gate::default();
        let handles: Vec<_> = (0..3)
            .map(|_| {
                let gate = gate.clone();
                let at_the_end = move |index, _: &TaskContext| {
                    if index == 1 {
                        gate.pass();
                    }
                    Ok(())
                };
                pool.submit(parts(2, at_the_end)).unwrap()
            })
            .collect();
        gate.await_arrivals(1);
        let state = pool.state();
        assert_eq!((state.running, state.busy_workers, state.workers), (3, 1, 1));
        gate.open();
        for handle in handles {
            handle.wait().unwrap();
        }
    });
}

#[test]
fn the_failure_of_the_lowest_index_is_the_task_s_on_any_number_of_workers() {
    watched(|| {
        for workers in [1, 2, 7] {
            let pool = pool(config().workers(workers));
            for round in 0..50 {
                let handle = pool.submit(parts(30, move |index, _| {
                    if index >= 11 && (index + round) % 3 != 0 || index == 11 {
                        let got = index.to_string();
                        let expected = String::new();
                        return Err(CoordinatorError::Setting {
                            setting: "part",
                            expected,
                            got,
                        });
                    }
                    Ok(index)
                }));
                let result = handle.unwrap().into_result().unwrap();
                let Outcome::Failed(CoordinatorError::Setting { got, .. }) = &result.outcome else {
                    panic!("{:?}", result.outcome);
                };
                assert_eq!(got, "11");
            }
            assert_eq!(pool.state().failed, 50);
        }
    });
}

#[test]
fn a_part_that_panics_ends_the_task_and_later_parts_are_told() {
    watched(|| {
        let pool = pool(config().workers(2));
        let gate = Gate::default();
        let inner = gate.clone();
        let finished = Drops::default();
        let token = finished.token();
        let handle = pool.submit(task_fn("panics", move |(): &(), _| {
            let part = move |index, (): &(), context: &TaskContext| match index {
                0 => {
                    inner.pass();
                    panic!("the first part");
                }
                _ => {
                    inner.pass();
                    // Told because an earlier part failed; nobody cancelled the task.
                    eventually(|| context.is_cancelled());
                    context.checkpoint()
                }
            };
            Ok(Flow::Parts(Parts::new(100, part, move |_, (), _| {
                drop(token);
                Ok(())
            })))
        }));
        let handle = handle.unwrap();
        gate.await_arrivals(2);
        gate.open();
        let result = handle.wait().unwrap();
        let Outcome::Panicked(panic) = &result.outcome else {
            panic!("{:?}", result.outcome);
        };
        assert_eq!(panic.message, "the first part");
        assert!(
            panic
                .location
                .as_deref()
                .is_some_and(|place| place.contains("fan_out.rs"))
        );
        eventually(|| finished.count() == 1);
        let state = pool.state();
        assert_eq!((state.panicked, state.queue_depth, state.busy_workers), (1, 0, 0));
    });
}

#[test]
fn cancelling_ends_the_whole() {
    watched(|| {
        let pool = pool(config().workers(2));
        let gate = Gate::default();
        let inner = gate.clone();
        let run = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&run);
        let handle = pool.submit(parts(1000, move |_, context| {
            count.fetch_add(1, Ordering::SeqCst);
            inner.pass();
            eventually(|| context.is_cancelled());
            Ok(())
        }));
        let handle = handle.unwrap();
        gate.await_arrivals(2);
        assert_eq!(handle.cancel(), Cancellation::Requested);
        gate.open();
        assert_eq!(handle.wait().unwrap().status(), Status::Cancelled);
        assert_eq!(run.load(Ordering::SeqCst), 2, "no part is run after it");
    });
}

#[test]
fn a_task_whose_parts_only_wait_ends_at_once() {
    watched(|| {
        let pool = pool(config().workers(1));
        let gate = Gate::default();
        let inner = gate.clone();
        let drops = Drops::default();
        let token = drops.token();
        let sweep = pool.submit(parts(5, move |_, _| {
            let _held = &token;
            Ok(())
        }));
        let sweep = sweep.unwrap();
        // The worker takes this one while the first part waits behind it, or after some parts.
        let blocker = pool.submit(yields(move |_| inner.pass())).unwrap();
        gate.await_arrivals(1);
        let cancelled = sweep.cancel();
        if cancelled == Cancellation::Cancelled {
            assert_eq!(sweep.wait().unwrap().status(), Status::Cancelled);
            assert_eq!(drops.count(), 1, "what the parts hold is dropped at once");
        } else {
            assert_eq!(cancelled, Cancellation::TooLate);
        }
        gate.open();
        blocker.wait().unwrap();
    });
}

#[test]
fn a_deadline_holds_for_the_whole_and_hanging_parts_are_given_up() {
    watched(|| {
        let (pool, clock) = timed_pool(config().workers(2).max_abandoned(4));
        let gate = Gate::default();
        let inner = gate.clone();
        let hangs = parts(10, move |index, _| {
            inner.pass();
            Ok(index)
        });
        let handle = pool
            .prepare(hangs)
            .timeout(Duration::from_secs(1))
            .submit()
            .unwrap();
        gate.await_arrivals(2);
        while handle.try_result().is_none() {
            clock.advance(Duration::from_secs(1));
            std::thread::yield_now();
        }
        let abandoned = Outcome::TimedOut {
            phase: Phase::Running,
            abandoned: true,
        };
        assert_eq!(handle.wait().unwrap().outcome, abandoned);
        assert_eq!(pool.state().abandoned_workers, 2, "both workers were on it");
        assert_eq!(
            pool.submit(yields(|_| 6)).unwrap().wait().unwrap().value(),
            Some(&6)
        );
        gate.open();
        eventually(|| pool.state().abandoned_workers == 0);
    });
}

#[test]
fn progress_holds_for_the_whole() {
    watched(|| {
        let pool = pool(config().workers(4));
        let task = task_fn("progress", |(): &(), context: &TaskContext| {
            context.progress(0, 1000);
            let part = |_, (): &(), context: &TaskContext| {
                for _ in 0..10 {
                    context.advance(1);
                }
                Ok::<_, CoordinatorError>(())
            };
            Ok(Flow::Parts(Parts::new(100, part, |_, (), _| Ok(()))))
        });
        let handle = pool.submit(task).unwrap();
        handle.wait().unwrap();
        let progress = handle.progress();
        assert_eq!((progress.done, progress.total), (1000, 1000));
    });
}

#[test]
fn parts_run_on_the_caller_s_thread_without_a_pool() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&order);
    let task = parts(5, move |index, _| {
        seen.lock().unwrap().push(index);
        Ok(index * 2)
    });
    let context = TaskContext::detached();
    let yielded = task.run(&(), &context).unwrap().complete(&(), &context).unwrap();
    assert_eq!(yielded, [0, 2, 4, 6, 8]);
    assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4]);
}
