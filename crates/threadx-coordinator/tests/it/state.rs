//! The state is one picture: its sum rule holds in every snapshot.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use threadx_coordinator::{Flow, Parts, Shutdown, task_fn};
use threadx_error::CoordinatorError;

use crate::support::{Gate, at, config, occupy, pool, watched, yields};

#[test]
fn the_sum_rule_holds_in_every_snapshot_under_load() {
    watched(|| {
        let pool = pool(config().workers(3).queue_capacity(16));
        let done = Arc::new(AtomicBool::new(false));
        let watcher = {
            let (pool, done) = (Arc::clone(&pool), Arc::clone(&done));
            std::thread::spawn(move || {
                let mut last = pool.state();
                let mut snapshots = 0_u64;
                while !done.load(Ordering::Relaxed) {
                    let state = pool.state();
                    assert_eq!(state.submitted, state.accounted(), "{state:?}");
                    assert!(state.queued <= 16 && state.busy_workers <= 3, "{state:?}");
                    assert!(state.submitted >= last.submitted && state.ended() >= last.ended());
                    last = state;
                    snapshots += 1;
                    std::thread::yield_now();
                }
                snapshots
            })
        };
        let submitters: Vec<_> = (0..3_u64)
            .map(|submitter| {
                let pool = Arc::clone(&pool);
                std::thread::spawn(move || {
                    for number in 0..1500 {
                        match (number + submitter) % 5 {
                            0 => pool.submit(yields(|_| ())).unwrap().cancel(),
                            1 => {
                                drop(pool.submit(yields(|_| panic!("on purpose"))));
                                continue;
                            }
                            2 => {
                                let parts = task_fn("parts", |(): &(), _| {
                                    let part = |index, (): &(), _: &_| Ok::<_, CoordinatorError>(index);
                                    Ok(Flow::Parts(Parts::new(3, part, |_, (), _| Ok(()))))
                                });
                                drop(pool.submit(parts).unwrap());
                                continue;
                            }
                            3 => {
                                drop(pool.prepare(yields(|_| ())).timeout(Duration::ZERO).submit());
                                continue;
                            }
                            _ => pool.submit(yields(|_| ())).unwrap().cancel(),
                        };
                    }
                })
            })
            .collect();
        for submitter in submitters {
            submitter.join().unwrap();
        }
        let report = pool
            .shutdown(Shutdown::drain(Duration::from_secs(3600)))
            .wait()
            .unwrap();
        assert!(report.drained);
        done.store(true, Ordering::Relaxed);
        assert!(watcher.join().unwrap() > 0);
        let state = pool.state();
        assert_eq!((state.submitted, state.ended()), (4500, 4500));
    });
}

#[test]
fn the_counts_are_what_they_say() {
    watched(|| {
        let pool = pool(config().workers(2).queue_capacity(5));
        let gate = occupy(&pool);
        let waiting = Gate::default();
        for _ in 0..3 {
            drop(pool.submit(at(&waiting)).unwrap());
        }
        let state = pool.state();
        assert_eq!(
            (state.submitted, state.running, state.busy_workers, state.workers),
            (5, 2, 2, 2)
        );
        assert_eq!((state.queued, state.queue_depth, state.queue_capacity), (3, 3, 5));
        assert!(!state.degraded && !state.closing);
        assert!(pool.state().uptime >= state.uptime);
        gate.open();
        waiting.open();
    });
}
