//! Every task ends exactly once, in exactly one way, and everything that counts agrees.

use std::time::Duration;

use threadx_coordinator::{Flow, Outcome, Status, TaskHandle, task_fn};
use threadx_error::{BacktestError, CoordinatorError, Error};

use crate::support::{config, occupy, pool, until_cancelled, watched, yields};

#[test]
fn each_outcome_is_counted_once_and_found_in_the_handle() {
    watched(|| {
        let pool = pool(config());
        let succeeded = pool.submit(yields(|_| 1)).unwrap();
        let failed = pool
            .submit(task_fn("fails", |(): &(), _| {
                Err::<Flow<(), (), _>, _>(Error::from(BacktestError::NoBars))
            }))
            .unwrap();
        let panicked = pool.submit(yields(|_| panic!("on purpose"))).unwrap();
        let cancelled = pool.submit(until_cancelled()).unwrap();
        cancelled.cancel();
        let timed_out = pool
            .prepare(until_cancelled())
            .timeout(Duration::ZERO)
            .submit()
            .unwrap();

        assert_eq!(succeeded.wait().unwrap().status(), Status::Succeeded);
        let failure = failed.wait().unwrap();
        assert_eq!(failure.status(), Status::Failed);
        let error = failure.as_result().unwrap_err();
        assert_eq!(error.as_backtest(), Some(&BacktestError::NoBars));
        assert_eq!(error.context().task_id(), Some(failed.id().get()));
        assert_eq!(panicked.wait().unwrap().status(), Status::Panicked);
        assert_eq!(cancelled.wait().unwrap().status(), Status::Cancelled);
        assert_eq!(timed_out.wait().unwrap().status(), Status::TimedOut);

        let state = pool.state();
        let ends = [
            state.succeeded,
            state.failed,
            state.panicked,
            state.cancelled,
            state.timed_out,
        ];
        assert_eq!((ends, state.submitted), ([1; 5], 5));
        assert_eq!((state.queued, state.running, state.busy_workers), (0, 0, 0));
    });
}

#[test]
fn an_outcome_becomes_one_error() {
    let into = |outcome: Outcome<u8, CoordinatorError>| outcome.into_result();
    assert_eq!(into(Outcome::Succeeded(1)), Ok(1));
    assert_eq!(
        into(Outcome::Failed(CoordinatorError::ShutDown)),
        Err(CoordinatorError::ShutDown)
    );
    assert_eq!(into(Outcome::Cancelled), Err(CoordinatorError::Cancelled));
    let timed_out = Outcome::TimedOut {
        phase: threadx_coordinator::Phase::Queued,
        abandoned: false,
    };
    assert_eq!(
        into(timed_out),
        Err(CoordinatorError::TimedOut { phase: "queued" })
    );
}

#[test]
fn tasks_of_every_kind_go_one_path() {
    watched(|| {
        let pool = pool(config());
        let number: TaskHandle<i32, CoordinatorError> = pool.submit(yields(|_| 7)).unwrap();
        let text: TaskHandle<String, CoordinatorError> = pool.submit(yields(|_| "seven".to_owned())).unwrap();
        let nothing: TaskHandle<(), Error> = pool
            .submit(task_fn("nothing", |(): &(), _| Ok(Flow::Done(()))))
            .unwrap();
        assert_eq!(number.wait().unwrap().value(), Some(&7));
        assert_eq!(text.wait().unwrap().value().map(String::as_str), Some("seven"));
        assert_eq!(nothing.wait().unwrap().kind, "nothing");
        assert_eq!(
            [number.id(), text.id(), nothing.id()].map(threadx_coordinator::TaskId::get),
            [1, 2, 3]
        );
        assert_eq!(pool.state().succeeded, 3);
    });
}

#[test]
fn a_finished_task_is_never_left_active() {
    watched(|| {
        // The predecessor registered a task after it could run: of 300 finished ones, 4 stayed active.
        let pool = pool(config());
        for _ in 0..3000 {
            pool.submit(yields(|_| ())).unwrap().wait().unwrap();
            let state = pool.state();
            assert_eq!((state.queued, state.running), (0, 0));
        }
    });
}

#[test]
fn the_results_say_how_long_it_took() {
    watched(|| {
        let (pool, clock) = crate::support::timed_pool(config().workers(1));
        let gate = occupy(&pool);
        let handle = pool.submit(yields({
            let clock = std::sync::Arc::clone(&clock);
            move |_| clock.advance(Duration::from_millis(30))
        }));
        clock.advance(Duration::from_millis(200));
        gate.open();
        let handle = handle.unwrap();
        let result = handle.wait().unwrap();
        assert_eq!(result.queue_wait, Duration::from_millis(200));
        assert_eq!(result.run_time, Some(Duration::from_millis(30)));
    });
}
