//! Every interleaving of those who fill, wait for, poll and desert a cell, and of those who end a task.
//!
//! `RUSTFLAGS="--cfg threadx_loom" LOOM_MAX_PREEMPTIONS=2 cargo test -p threadx-coordinator --lib --release loom`

use std::future::poll_fn;
use std::sync::Arc;
use std::time::{Duration, Instant};

use loom::sync::Mutex;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use super::Cell;
use crate::machine::{Action, Admission, After, Cancelled, End, Machine, Taken, Verdict};
use crate::{CoordinatorConfig, TaskId};

/// Fills the cell as the pool does: wakes outside the lock. Whether this filler was the first.
fn fill<R>(cell: &Cell<R>, result: R) -> bool {
    let filled = cell.fill(Arc::new(result));
    if let Some(waker) = filled.waker {
        waker.wake();
    }
    filled.unwanted.is_none()
}

#[test]
fn one_of_two_fillers_wins_and_the_waiter_gets_its_result() {
    loom::model(|| {
        let cell = Arc::new(Cell::new());
        let fillers = [1, 2].map(|result| {
            let cell = Arc::clone(&cell);
            thread::spawn(move || fill(&cell, result))
        });
        let got = *cell.wait();
        let won = fillers.map(|filler| filler.join().unwrap());
        assert_eq!(won, [got == 1, got == 2]);
        assert_eq!(cell.get().as_deref(), Some(&got));
    });
}

#[test]
fn a_result_that_is_taken_out_is_the_only_pointer_to_it() {
    loom::model(|| {
        let cell = Arc::new(Cell::new());
        let filler = {
            let cell = Arc::clone(&cell);
            thread::spawn(move || fill(&cell, 7))
        };
        let got = cell.take();
        cell.desert();
        assert!(filler.join().unwrap());
        assert_eq!(Arc::into_inner(got), Some(7));
        assert!(cell.is_filled());
        assert!(!fill(&cell, 8), "a later result comes back");
    });
}

#[test]
fn a_poller_is_woken() {
    loom::model(|| {
        let cell = Arc::new(Cell::new());
        let filler = {
            let cell = Arc::clone(&cell);
            thread::spawn(move || fill(&cell, 7))
        };
        let got = loom::future::block_on(poll_fn(|context| cell.poll(context.waker())));
        assert_eq!(*got, 7);
        assert!(filler.join().unwrap());
    });
}

#[test]
fn a_result_is_dropped_once_whether_the_handle_goes_before_or_after() {
    struct Counted(Arc<AtomicUsize>);

    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    loom::model(|| {
        let dropped = Arc::new(AtomicUsize::new(0));
        let cell = Arc::new(Cell::new());
        let filler = {
            let (cell, counted) = (Arc::clone(&cell), Counted(Arc::clone(&dropped)));
            thread::spawn(move || drop(cell.fill(Arc::new(counted)).unwanted))
        };
        cell.desert();
        filler.join().unwrap();
        assert_eq!(
            dropped.load(Ordering::Relaxed),
            1,
            "the cell still lives, the result does not"
        );
        assert!(cell.is_filled());
    });
}

/// The pool's way to an end: the machine decides under the lock, the winner fills the cell outside it.
struct Ends {
    machine: Mutex<Machine<u64, u64>>,
    cell: Cell<End>,
}

impl Ends {
    fn end(&self, end: End) {
        assert!(fill(&self.cell, end), "a task ended twice");
    }
}

#[test]
fn a_worker_a_canceller_and_the_supervisor_end_a_task_once() {
    loom::model(|| {
        let grace = Duration::from_millis(1);
        let config = CoordinatorConfig::builder()
            .workers(1)
            .grace(grace)
            .build()
            .unwrap();
        let now = Instant::now();
        let mut machine = Machine::new(config);
        let worker = machine.hire_worker().unwrap();
        let admission = Admission {
            id: TaskId(1),
            deadline: Some(now + grace),
            callback: false,
        };
        let key = machine.submit(1, admission).unwrap();
        assert!(matches!(machine.take(worker, now), Taken::Run(_)));
        // The task was told of its deadline.
        assert!(matches!(
            machine.tick(now + grace)[..],
            [Action::Interrupt { .. }]
        ));
        let ends = Arc::new(Ends {
            machine: Mutex::new(machine),
            cell: Cell::new(),
        });

        let working = {
            let ends = Arc::clone(&ends);
            thread::spawn(move || {
                let after = ends
                    .machine
                    .lock()
                    .unwrap()
                    .finish(worker, key, Verdict::Succeeded, now);
                if let After::Ended(end) = after {
                    ends.end(end);
                }
            })
        };
        let supervising = {
            let ends = Arc::clone(&ends);
            thread::spawn(move || {
                let actions = ends.machine.lock().unwrap().tick(now + 3 * grace);
                for action in actions {
                    if let Action::Ended { end, .. } = action {
                        ends.end(end);
                    }
                }
            })
        };
        let cancelled = ends.machine.lock().unwrap().cancel(key);
        assert!(
            !matches!(cancelled, Cancelled::Ended { .. }),
            "it runs, or has ended"
        );
        let end = *ends.cell.wait();
        assert!(matches!(end, End::TimedOut { .. }));
        working.join().unwrap();
        supervising.join().unwrap();
        let state = ends.machine.lock().unwrap().state(Duration::ZERO);
        assert_eq!((state.timed_out, state.accounted()), (1, state.submitted));
    });
}
