//! Every interleaving of those who hand tasks in, a worker that goes to sleep, and a shutdown.
//!
//! `RUSTFLAGS="--cfg threadx_loom" LOOM_MAX_PREEMPTIONS=2 cargo test -p threadx-coordinator --lib --release loom`

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use loom::sync::Mutex;
use loom::thread;

use super::Inbox;
use crate::machine::{Admission, Machine, Taken};
use crate::{CoordinatorConfig, TaskId};

/// What is behind the pool's lock: the machine, and whether its one worker sleeps.
struct Core {
    machine: Machine<u64, u64>,
    asleep: bool,
}

struct Pool {
    core: Mutex<Core>,
    inbox: Inbox<u64>,
    units: AtomicUsize,
}

/// What became of a submission.
#[derive(Debug, PartialEq, Eq)]
enum Submitted {
    HandedIn,
    /// The machine took it; whether the worker has to be woken.
    Asked {
        wakes: bool,
    },
    Refused,
}

const fn plain(id: u64) -> Admission {
    Admission {
        id: TaskId(id),
        deadline: None,
        callback: false,
    }
}

impl Pool {
    fn new() -> Self {
        let config = CoordinatorConfig::builder()
            .workers(1)
            .queue_capacity(2)
            .build()
            .unwrap();
        let machine = Machine::new(config);
        let inbox = Inbox::new();
        inbox.lock().open(machine.places_to_give(), false);
        Self {
            core: Mutex::new(Core {
                machine,
                asleep: false,
            }),
            inbox,
            units: AtomicUsize::new(0),
        }
    }

    /// As the pool does: first without its lock, then with both.
    fn submit(&self, id: u64) -> Submitted {
        if self.inbox.hand_in(id, plain(id), &self.units).is_ok() {
            return Submitted::HandedIn;
        }
        let mut core = self.core.lock().unwrap();
        let mut letters = self.inbox.lock();
        letters.take_in(&mut core.machine, usize::MAX, |_, _| ());
        match core.machine.submit(id, plain(id)) {
            Ok(_) => Submitted::Asked { wakes: core.asleep },
            Err(_) => Submitted::Refused,
        }
    }
}

#[test]
fn a_worker_that_goes_to_sleep_overlooks_nothing() {
    loom::model(|| {
        let pool = Arc::new(Pool::new());
        let working = {
            let pool = Arc::clone(&pool);
            thread::spawn(move || {
                let mut core = pool.core.lock().unwrap();
                let worker = core.machine.hire_worker().unwrap();
                let now = Instant::now();
                if let Taken::Run(_) = core.machine.take(worker, now) {
                    return true;
                }
                let mut letters = pool.inbox.lock();
                letters.take_in(&mut core.machine, 1, |_, _| ());
                if let Taken::Run(_) = core.machine.take(worker, now) {
                    return true;
                }
                core.asleep = true;
                letters.close();
                false
            })
        };
        let submitted = pool.submit(1);
        let ran = working.join().unwrap();
        assert!(
            ran || submitted == Submitted::Asked { wakes: true },
            "{submitted:?}"
        );
    });
}

#[test]
fn what_was_accepted_is_counted_and_a_shutdown_leaves_nothing_behind() {
    loom::model(|| {
        let pool = Arc::new(Pool::new());
        let submitting = [1, 2].map(|id| {
            let pool = Arc::clone(&pool);
            thread::spawn(move || pool.submit(id) != Submitted::Refused)
        });
        {
            let mut core = pool.core.lock().unwrap();
            let mut letters = pool.inbox.lock();
            letters.take_in(&mut core.machine, usize::MAX, |_, _| ());
            let now = Instant::now();
            core.machine.close(now, now);
            letters.open(core.machine.places_to_give(), false);
        }
        let accepted = submitting.map(|thread| u64::from(thread.join().unwrap()));
        let state = pool.core.lock().unwrap().machine.state(Duration::ZERO);
        assert_eq!(state.submitted, accepted.iter().sum::<u64>());
        assert_eq!(pool.submit(3), Submitted::Refused);
    });
}
