//! Shutdowns: bounded, idempotent, reported, from any thread.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use threadx_coordinator::{Coordinator, Outcome, Phase, Shutdown, Status};
use threadx_error::CoordinatorError;

use crate::support::{
    DropToken, Drops, Gate, at, config, eventually, occupy, pool, timed_pool, until_cancelled, watched,
    yields,
};

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn draining_lets_everything_end() {
    watched(|| {
        let pool = pool(config().workers(2));
        let gate = occupy(&pool);
        let handles: Vec<_> = (0..100)
            .map(|number| pool.submit(yields(move |_| number)).unwrap())
            .collect();
        let shutdown = pool.shutdown(Shutdown::drain(HOUR));
        assert!(shutdown.report().is_none());
        let refused = pool.submit(yields(|_| ())).unwrap_err();
        assert_eq!(refused.reason, CoordinatorError::ShutDown);
        gate.open();
        let report = shutdown.wait().unwrap();
        assert_eq!(
            (report.finished, report.cancelled, report.drained),
            (102, 0, true)
        );
        assert!(report.abandoned.is_empty());
        for (number, handle) in handles.iter().enumerate() {
            assert_eq!(handle.try_result().unwrap().value(), Some(&number));
        }
        assert_eq!(pool.state().workers, 0);
    });
}

#[test]
fn aborting_cancels_queued_and_running_tasks() {
    watched(|| {
        let pool = pool(config().workers(1));
        let running = pool.submit(until_cancelled()).unwrap();
        eventually(|| running.status() == Status::Running);
        let drops = Drops::default();
        let queued: Vec<_> = (0..50)
            .map(|_| {
                let token = drops.token();
                pool.submit(yields(move |_| drop(token))).unwrap()
            })
            .collect();
        let report = pool.shutdown(Shutdown::Abort).wait().unwrap();
        assert_eq!(
            (report.finished, report.cancelled, report.drained),
            (0, 51, false)
        );
        assert_eq!(running.try_result().unwrap().status(), Status::Cancelled);
        assert!(queued.iter().all(|handle| handle.status() == Status::Cancelled));
        assert_eq!(
            drops.count(),
            50,
            "the workers dropped every payload before they went"
        );
    });
}

#[test]
fn the_deadline_of_draining_is_kept_and_what_hangs_is_given_up() {
    watched(|| {
        let (pool, clock) = timed_pool(config().workers(2).grace(Duration::from_secs(2)));
        let gate = Gate::default();
        let hung = pool.submit(at(&gate)).unwrap();
        let heeds = pool.submit(until_cancelled()).unwrap();
        gate.await_arrivals(1);
        eventually(|| heeds.status() == Status::Running);
        let queued = pool.submit(yields(|_| ())).unwrap();
        let deadline = threadx_coordinator::Clock::now(&*clock) + Duration::from_secs(10);
        let shutdown = pool.shutdown(Shutdown::Drain { deadline });
        clock.advance(Duration::from_secs(9));
        assert_eq!(queued.status(), Status::Queued, "it may still end by itself");
        clock.advance(Duration::from_secs(1));
        assert_eq!(queued.wait().unwrap().status(), Status::Cancelled);
        assert_eq!(heeds.wait().unwrap().status(), Status::Cancelled);
        assert!(hung.try_result().is_none(), "it has the grace");
        clock.advance(Duration::from_secs(2));
        let report = shutdown.wait().unwrap();
        assert_eq!((report.cancelled, &report.abandoned[..]), (2, &[hung.id()][..]));
        assert_eq!(
            (report.hung_workers, report.elapsed),
            (1, Duration::from_secs(12))
        );
        let abandoned = Outcome::TimedOut {
            phase: Phase::Running,
            abandoned: true,
        };
        assert_eq!(hung.wait().unwrap().outcome, abandoned);
        gate.open();
    });
}

#[test]
fn each_caller_gets_the_same_report() {
    watched(|| {
        let pool = pool(config());
        drop(pool.submit(yields(|_| ())).unwrap());
        let callers: Vec<_> = (0..4)
            .map(|_| {
                let pool = Arc::clone(&pool);
                std::thread::spawn(move || pool.shutdown(Shutdown::drain(HOUR)).wait().unwrap())
            })
            .collect();
        let reports: Vec<_> = callers.into_iter().map(|caller| caller.join().unwrap()).collect();
        assert!(reports.iter().all(|report| Arc::ptr_eq(report, &reports[0])));
        assert!(Arc::ptr_eq(
            &pool.shutdown(Shutdown::Abort).wait().unwrap(),
            &reports[0]
        ));
    });
}

#[test]
fn aborting_hastens_a_drain_under_way() {
    watched(|| {
        let pool = pool(config());
        let running = pool.submit(until_cancelled()).unwrap();
        let draining = pool.shutdown(Shutdown::drain(HOUR));
        assert!(draining.wait_timeout(Duration::from_millis(1)).unwrap().is_none());
        let report = pool.shutdown(Shutdown::Abort).wait().unwrap();
        assert_eq!(report.cancelled, 1);
        assert_eq!(running.status(), Status::Cancelled);
        assert!(Arc::ptr_eq(&draining.wait().unwrap(), &report));
    });
}

#[test]
fn a_worker_or_callback_starts_a_shutdown_and_goes_on() {
    watched(|| {
        let pool = pool(config());
        let inner = Arc::clone(&pool);
        let (told, hears) = mpsc::channel();
        drop(pool.submit(yields(move |context| {
            let shutdown = inner.shutdown(Shutdown::Abort);
            assert_eq!(
                shutdown.wait().unwrap_err(),
                CoordinatorError::ShutdownWouldDeadlock
            );
            eventually(|| context.is_cancelled());
            told.send(shutdown).unwrap();
        })));
        let report = hears.recv().unwrap().wait().unwrap();
        assert_eq!((report.cancelled, report.abandoned.len()), (1, 0));
    });
}

#[test]
fn callbacks_of_drained_tasks_are_run_and_hanging_ones_given_up() {
    watched(|| {
        let (pool, clock) = timed_pool(config().callback_threads(1));
        let gate = Gate::default();
        let inner = gate.clone();
        let hung = pool
            .prepare(yields(|_| ()))
            .callback(move |_| inner.pass())
            .submit()
            .unwrap();
        gate.await_arrivals(1);
        let (told, hears) = mpsc::channel();
        let waits = pool
            .prepare(yields(|_| ()))
            .callback(move |_| told.send(()).unwrap())
            .submit()
            .unwrap();
        waits.wait().unwrap();
        let shutdown = pool.shutdown(Shutdown::drain(HOUR));
        assert!(shutdown.wait_timeout(Duration::from_millis(1)).unwrap().is_none());
        clock.advance(Duration::from_secs(5));
        // The thread in the hanging one's place runs the other.
        hears.recv().unwrap();
        let report = shutdown.wait().unwrap();
        assert_eq!((report.callbacks_run, report.callbacks_skipped), (1, 0));
        assert_eq!(report.hung_callback_threads, 1);
        assert_eq!(hung.status(), Status::Succeeded);
        gate.open();
    });
}

#[test]
fn callbacks_that_are_left_when_the_time_is_over_are_skipped() {
    watched(|| {
        let (pool, clock) = timed_pool(config().callback_threads(1).grace(Duration::from_secs(1)));
        let gate = Gate::default();
        let inner = gate.clone();
        drop(
            pool.prepare(yields(|_| ()))
                .callback(move |_| inner.pass())
                .submit()
                .unwrap(),
        );
        gate.await_arrivals(1);
        for _ in 0..3 {
            let handle = pool.prepare(yields(|_| ())).callback(|_| ()).submit().unwrap();
            handle.wait().unwrap();
        }
        let shutdown = pool.shutdown(Shutdown::Abort);
        while shutdown.report().is_none() {
            clock.advance(Duration::from_secs(1));
            std::thread::yield_now();
        }
        let report = shutdown.wait().unwrap();
        assert_eq!((report.callbacks_run, report.callbacks_skipped), (0, 3));
        gate.open();
    });
}

#[test]
fn dropping_a_coordinator_cancels_and_waits_a_bounded_time() {
    watched(|| {
        let pool = pool(config().workers(2).grace(Duration::from_millis(20)));
        let gate = Gate::default();
        let hung = pool.submit(at(&gate)).unwrap();
        let heeds = pool.submit(until_cancelled()).unwrap();
        gate.await_arrivals(1);
        eventually(|| heeds.status() == Status::Running);
        let queued = pool.submit(yields(|_| ())).unwrap();
        // Returns although one task never ends.
        drop(pool);
        assert_eq!(heeds.wait().unwrap().status(), Status::Cancelled);
        assert_eq!(queued.wait().unwrap().status(), Status::Cancelled);
        assert_eq!(hung.wait().unwrap().status(), Status::TimedOut);
        gate.open();
    });
}

#[test]
fn the_services_are_dropped_with_the_threads() {
    watched(|| {
        let drops = Drops::default();
        let services = Arc::new(drops.token());
        let pool: Coordinator<DropToken> = Coordinator::new(config().build().unwrap(), services).unwrap();
        drop(pool);
        eventually(|| drops.count() == 1);
    });
}
