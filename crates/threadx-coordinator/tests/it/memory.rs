//! Nothing is kept of a finished task.

use std::time::Duration;

use threadx_coordinator::Coordinator;

use crate::HEAP;
use crate::support::{Gate, alone, config, eventually, occupy, pool, yields};

/// Live heap bytes once no thread is busy any more.
fn settled(pool: &Coordinator<()>) -> usize {
    eventually(|| {
        let state = pool.state();
        (
            state.running,
            state.queued,
            state.callbacks_pending,
            state.busy_workers,
        ) == (0, 0, 0, 0)
    });
    // Counts say that a task has ended a moment before its last pointer goes.
    let mut least = usize::MAX;
    for _ in 0..10_000 {
        least = least.min(HEAP.allocated());
        std::thread::yield_now();
    }
    least
}

fn some_tasks(pool: &Coordinator<()>, count: usize) {
    for number in 0..count {
        let task = yields(move |_| vec![number; 10]);
        match number % 5 {
            0 => drop(pool.submit(task).unwrap().wait()),
            1 => drop(pool.submit(task).unwrap()),
            2 => drop(pool.submit(task).unwrap().cancel()),
            3 => drop(
                pool.prepare(task)
                    .timeout(Duration::from_secs(3600))
                    .submit()
                    .unwrap(),
            ),
            _ => {
                let callback = |_: &_| ();
                while pool
                    .prepare(yields(|_| vec![0]))
                    .callback(callback)
                    .submit()
                    .is_err()
                {
                    std::thread::yield_now();
                }
            }
        }
    }
}

#[test]
fn live_bytes_after_a_thousand_tasks_equal_those_after_a_hundred_thousand() {
    alone(
        "memory::live_bytes_after_a_thousand_tasks_equal_those_after_a_hundred_thousand",
        || {
            let pool = pool(config().queue_capacity(64).callback_capacity(64));
            some_tasks(&pool, 5_000);
            let before = settled(&pool);
            some_tasks(&pool, 95_000);
            let after = settled(&pool);
            // Queues may have grown to their bound between; a single byte a task would be 95,000.
            assert!(after <= before + 16_384, "{before} bytes before, {after} after");
        },
    );
}

#[test]
fn cancelled_panicked_and_given_up_tasks_leave_nothing_behind() {
    alone(
        "memory::cancelled_panicked_and_given_up_tasks_leave_nothing_behind",
        || {
            std::panic::set_hook(Box::new(|_| ()));
            let pool = pool(
                config()
                    .queue_capacity(64)
                    .max_abandoned(8)
                    .callback_timeout(Duration::from_millis(1)),
            );
            some_tasks(&pool, 5_000);
            let before = settled(&pool);
            let gate = occupy(&pool);
            for _ in 0..10_000 {
                pool.submit(yields(|_| ())).unwrap().cancel();
            }
            gate.open();
            for _ in 0..1_000 {
                drop(pool.submit(yields(|_| panic!("on purpose"))).unwrap().wait());
            }
            for round in 0..13 {
                // Eight at a time hang until they are given up, then come back.
                let gate = Gate::default();
                for _ in 0..8 {
                    let inner = gate.clone();
                    drop(
                        pool.prepare(yields(|_| ()))
                            .callback(move |_| inner.pass())
                            .submit()
                            .unwrap(),
                    );
                }
                eventually(|| {
                    let state = pool.state();
                    state.callbacks_timed_out + state.callbacks_skipped >= 8 * (round + 1)
                });
                gate.open();
                eventually(|| pool.state().abandoned_callbacks == 0 && !pool.state().degraded);
            }
            let after = settled(&pool);
            assert!(after <= before + 16_384, "{before} bytes before, {after} after");
        },
    );
}
