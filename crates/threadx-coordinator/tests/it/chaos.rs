//! Seeded chaos: panics, hangs, cancellations, deadlines, callbacks, nested submissions, slow
//! subscribers, full queues and a shutdown in the middle; at the end every account must add up.
//!
//! `THREADX_CHAOS_SEEDS=200` runs more seeds, `THREADX_CHAOS_SEED=17` one alone.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use threadx_coordinator::{
    Coordinator, CoordinatorConfig, CoordinatorConfigBuilder, Flow, Notice, Parts, Shutdown, State, Status,
    TaskContext, TaskHandle, TaskId, TaskResult, What, task_fn,
};
use threadx_error::CoordinatorError;

use crate::determinism::Random;
use crate::support::{DropToken, Drops, Gate, Pool, eventually, on_drop, pool, watched};

type Handle = TaskHandle<Yield, CoordinatorError>;
type Yields = Result<Flow<(), Yield, CoordinatorError>, CoordinatorError>;

/// What tasks yield: counted, and some of it panics when it is dropped.
struct Yield {
    _token: DropToken,
    _bomb: Option<Mutex<Box<dyn std::any::Any + Send>>>,
}

/// What the actors write down of their own doings, to be held against the coordinator's accounts.
#[derive(Default)]
struct Books {
    accepted: AtomicU64,
    callbacks: AtomicU64,
    /// Created, to be dropped by the end.
    tokens: AtomicU64,
    drops: Drops,
    /// How often each task's code began.
    runs: Mutex<BTreeMap<TaskId, u64>>,
    /// Handles whose results are looked at in the end.
    kept: Mutex<Vec<Handle>>,
    /// Opens at the end: what hangs, hangs until then.
    gate: Gate,
    steps: AtomicU64,
}

impl Books {
    fn token(&self) -> DropToken {
        self.tokens.fetch_add(1, Ordering::SeqCst);
        self.drops.token()
    }
}

const SUBMITTERS: u64 = 3;
const STEPS: u64 = 40;

/// What one task does, drawn before it is submitted.
fn behave(draw: u64, books: &Arc<Books>, pool: &Weak<Coordinator<()>>, context: &TaskContext) -> Yields {
    *books.runs.lock().unwrap().entry(context.id()).or_default() += 1;
    let mut random = Random(draw);
    let done = |bomb| {
        let bomb: Option<Mutex<Box<dyn std::any::Any + Send>>> = bomb;
        Ok(Flow::Done(Yield {
            _token: books.token(),
            _bomb: bomb,
        }))
    };
    match random.below(12) {
        0..=2 => done(None),
        3 => Err(CoordinatorError::ShutdownWouldDeadlock),
        4 => panic!("chaos"),
        5 => std::panic::panic_any(on_drop(|| panic!("chaos in a payload"))),
        6 => done(Some(Mutex::new(Box::new(on_drop(explode))))),
        7 => loop {
            context.checkpoint()?;
            context.progress(1, 0);
            std::thread::yield_now();
        },
        8 => {
            // Always with a deadline: see `submit`.
            books.gate.pass();
            done(None)
        }
        9 => {
            if let Some(pool) = pool.upgrade() {
                for _ in 0..2 {
                    let handle = submit(&mut random, books, &pool, false);
                    if let Some(handle) = &handle {
                        let waited = handle.wait();
                        assert!(
                            waited.is_ok() || matches!(waited, Err(CoordinatorError::WouldDeadlock { .. }))
                        );
                    }
                    books.kept.lock().unwrap().extend(handle);
                }
            }
            done(None)
        }
        _ => {
            let (books, count) = (Arc::clone(books), usize::try_from(random.below(30)).unwrap());
            let (fails, panics) = (random.below(40), random.below(60));
            let (token, books_in_parts) = (books.token(), Arc::clone(&books));
            let part = move |index: usize, (): &(), context: &TaskContext| {
                let (index, _held) = (index as u64, &token);
                context.advance(1);
                assert!(index != panics, "chaos in a part");
                if index == fails {
                    return Err(CoordinatorError::Cancelled);
                }
                context.checkpoint()?;
                Ok((index, books_in_parts.token()))
            };
            let finish = move |yielded: Vec<(u64, DropToken)>, (): &(), _: &TaskContext| {
                assert!(
                    yielded.iter().map(|(index, _)| *index).eq(0..count as u64),
                    "parts in index order"
                );
                Ok(Yield {
                    _token: books.token(),
                    _bomb: None,
                })
            };
            Ok(Flow::Parts(Parts::new(count, part, finish)))
        }
    }
}

/// Panics where the coordinator has to catch it; a value that the caller drops is the caller's.
fn explode() {
    let current = std::thread::current();
    let of_pool = current
        .name()
        .is_some_and(|name| name.starts_with("worker-") || name.starts_with("callback-"));
    assert!(!of_pool || std::thread::panicking(), "chaos in a value");
}

/// Submits one task in one of many ways; the handle, if it was taken.
fn submit(random: &mut Random, books: &Arc<Books>, pool: &Pool, may_wait: bool) -> Option<Handle> {
    let draw = random.next();
    let weak = Arc::downgrade(pool);
    let inside = Arc::clone(books);
    let payload = books.token();
    let run = move |(): &(), context: &TaskContext| {
        let _payload = &payload;
        behave(draw, &inside, &weak, context)
    };
    let mut submission = pool.prepare(task_fn("chaos", run));
    // What may never end by itself has a deadline.
    let endless = matches!(Random(draw).below(12), 7 | 8);
    if endless || random.below(4) == 0 {
        submission = submission.timeout(Duration::from_micros(random.below(4000)));
    }
    let calls_back = random.below(3) == 0;
    if calls_back {
        let (draw, token, inside) = (random.next(), books.token(), Arc::clone(books));
        let weak = Arc::downgrade(pool);
        submission = submission.callback(move |result: &TaskResult<Yield, CoordinatorError>| {
            let _token = &token;
            call_back(draw, &inside, &weak, result);
        });
    }
    let accepted = match random.below(4) {
        0 if may_wait => submission.submit(),
        1 if may_wait => submission.submit_timeout(Duration::from_micros(random.below(500))),
        _ => submission.try_submit(),
    };
    match accepted {
        Ok(handle) => {
            books.accepted.fetch_add(1, Ordering::SeqCst);
            books.callbacks.fetch_add(u64::from(calls_back), Ordering::SeqCst);
            Some(handle)
        }
        Err(refused) => {
            drop(refused.request.into_task());
            None
        }
    }
}

fn call_back(
    draw: u64,
    books: &Arc<Books>,
    pool: &Weak<Coordinator<()>>,
    result: &TaskResult<Yield, CoordinatorError>,
) {
    let mut random = Random(draw);
    assert!(result.status().is_terminal());
    match random.below(12) {
        0 => books.gate.pass(),
        1 => panic!("chaos in a callback"),
        2 | 3 => {
            if let Some(pool) = pool.upgrade() {
                let handle = submit(&mut random, books, &pool, true);
                books.kept.lock().unwrap().extend(handle);
            }
        }
        4 if draw.is_multiple_of(7) => {
            if let Some(pool) = pool.upgrade() {
                drop(pool.shutdown(Shutdown::drain(Duration::from_millis(2))));
            }
        }
        _ => {}
    }
}

/// One submitter: submits, and waits, cancels, polls or forgets.
fn actor(seed: u64, number: u64, books: &Arc<Books>, pool: &Pool) {
    let mut random = Random(seed.wrapping_mul(1000) + number);
    for _ in 0..STEPS {
        books.steps.fetch_add(1, Ordering::SeqCst);
        let Some(handle) = submit(&mut random, books, pool, true) else {
            continue;
        };
        match random.below(6) {
            0 => drop(handle.cancel()),
            1 => drop(
                handle
                    .wait_timeout(Duration::from_micros(random.below(300)))
                    .unwrap(),
            ),
            2 if pool.config().workers() > 2 => drop(handle.wait().unwrap()),
            3 => {
                drop(handle);
                continue;
            }
            _ => {}
        }
        books.kept.lock().unwrap().push(handle);
    }
}

fn config(random: &mut Random, workers: usize) -> (CoordinatorConfigBuilder, bool) {
    let mut pick = |from: u64, to: u64| usize::try_from(from + random.below(to - from + 1)).unwrap();
    let lossy = pick(0, 1) == 0;
    let config = CoordinatorConfig::builder()
        .workers(workers)
        .queue_capacity(pick(1, 20))
        .event_capacity(if lossy { pick(1, 5) } else { 1_000_000 })
        .callback_threads(pick(1, 3))
        .callback_capacity(pick(1, 30))
        .max_abandoned(pick(0, 4))
        .grace(Duration::from_micros(pick(100, 3000) as u64))
        .callback_timeout(Duration::from_micros(pick(500, 5000) as u64));
    (config, lossy)
}

fn chaos(seed: u64, workers: usize) {
    let mut random = Random(seed);
    let (config, lossy) = config(&mut random, workers);
    let pool = pool(config);
    let books = Arc::new(Books::default());
    let (audit, never_read) = (pool.subscribe(), pool.subscribe());
    let done = Arc::new(AtomicBool::new(false));

    let watcher = {
        let (pool, done) = (Arc::clone(&pool), Arc::clone(&done));
        std::thread::spawn(move || {
            while !done.load(Ordering::Relaxed) {
                check(&pool, &pool.state());
                std::thread::yield_now();
            }
        })
    };
    let actors: Vec<_> = (0..SUBMITTERS)
        .map(|number| {
            let (books, pool) = (Arc::clone(&books), Arc::clone(&pool));
            std::thread::spawn(move || actor(seed, number, &books, &pool))
        })
        .collect();
    let after = random.below(SUBMITTERS * STEPS * 3 / 2);
    let how = match random.below(2) {
        0 => Shutdown::Abort,
        _ => Shutdown::drain(Duration::from_millis(random.below(20))),
    };
    eventually(|| {
        books.steps.load(Ordering::SeqCst) >= after || actors.iter().all(std::thread::JoinHandle::is_finished)
    });
    let report = pool.shutdown(how).wait().unwrap();
    for actor in actors {
        actor.join().unwrap();
    }
    let at_end = pool.state();
    books.gate.open();
    eventually(|| {
        let state = pool.state();
        (state.abandoned_workers, state.abandoned_callbacks) == (0, 0)
    });
    done.store(true, Ordering::Relaxed);
    watcher.join().unwrap();

    // Nothing moved after the report.
    let state = pool.state();
    let ends = |state: &State| {
        [
            state.succeeded,
            state.failed,
            state.panicked,
            state.cancelled,
            state.timed_out,
            state.callbacks_skipped,
        ]
    };
    assert_eq!(ends(&state), ends(&at_end));
    assert_eq!((state.queued, state.running, state.callbacks_pending), (0, 0, 0));
    assert_eq!(state.submitted, books.accepted.load(Ordering::SeqCst), "tasks");
    let called =
        state.callbacks_run + state.callbacks_timed_out + state.callbacks_panicked + state.callbacks_skipped;
    assert_eq!(called, books.callbacks.load(Ordering::SeqCst), "callbacks");
    assert!(report.finished + report.cancelled + report.abandoned.len() as u64 <= state.submitted);

    // Each kept handle has one result; no task ran twice, and what succeeded ran.
    let runs = books.runs.lock().unwrap().clone();
    let kept = std::mem::take(&mut *books.kept.lock().unwrap());
    let mut results = BTreeMap::new();
    for handle in kept {
        let result = handle.try_result().expect("every task has ended");
        results.insert(handle.id(), result.status());
    }
    for (id, status) in &results {
        let ran = runs.get(id).copied().unwrap_or(0);
        assert!(ran <= 1, "task {id} ran {ran} times");
        assert!(ran == 1 || !matches!(status, Status::Succeeded | Status::Failed | Status::Panicked));
    }
    if lossy {
        assert!(matches!(
            never_read.try_recv(),
            Some(Notice::Lagged(_)) | None | Some(Notice::Event(_))
        ));
    } else {
        audit_events(audit, &state, &results);
    }

    // Nothing is kept of any of them.
    drop((results, never_read));
    drop(pool);
    eventually(|| books.drops.count() as u64 == books.tokens.load(Ordering::SeqCst));
}

fn check(pool: &Coordinator<()>, state: &State) {
    let config = pool.config();
    assert_eq!(state.submitted, state.accounted(), "{state:?}");
    assert!(state.queued <= config.queue_capacity() as u64, "{state:?}");
    assert!(
        state.busy_workers <= state.workers && state.workers <= config.workers(),
        "{state:?}"
    );
    assert!(state.abandoned_workers <= config.max_abandoned(), "{state:?}");
    assert!(state.abandoned_callbacks <= config.max_abandoned(), "{state:?}");
    assert!(state.callbacks_pending <= config.callback_capacity(), "{state:?}");
}

/// Every task was queued first and ended once, last, and as its handle says.
fn audit_events(audit: threadx_coordinator::Subscription, state: &State, results: &BTreeMap<TaskId, Status>) {
    let mut by_task: BTreeMap<TaskId, Vec<What>> = BTreeMap::new();
    for notice in audit {
        match notice {
            Notice::Event(event) => by_task.entry(event.id).or_default().push(event.what),
            Notice::Lagged(lost) => panic!("{lost} events were lost"),
        }
    }
    assert_eq!(by_task.len() as u64, state.submitted);
    for (id, what) in by_task {
        assert_eq!(what.first(), Some(&What::Queued), "{id}: {what:?}");
        assert_eq!(
            what.iter().filter(|what| what.is_terminal()).count(),
            1,
            "{id}: {what:?}"
        );
        let end = what.last().unwrap();
        let status = match end {
            What::Succeeded => Status::Succeeded,
            What::Failed { .. } => Status::Failed,
            What::Panicked(_) => Status::Panicked,
            What::Cancelled => Status::Cancelled,
            What::TimedOut { .. } => Status::TimedOut,
            _ => panic!("{id}: {what:?}"),
        };
        assert!(
            results.get(&id).is_none_or(|result| *result == status),
            "{id}: {what:?}"
        );
    }
}

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .map(|value| value.parse().expect("a number"))
}

#[test]
fn every_account_adds_up_after_chaos() {
    let seeds = match from_environment("THREADX_CHAOS_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..from_environment("THREADX_CHAOS_SEEDS").unwrap_or(30),
    };
    for seed in seeds {
        for workers in [1, 2, 16] {
            let run = AssertUnwindSafe(|| watched(move || chaos(seed, workers)));
            if let Err(panic) = std::panic::catch_unwind(run) {
                eprintln!("seed {seed} with {workers} worker(s): THREADX_CHAOS_SEED={seed} repeats it");
                std::panic::resume_unwind(panic);
            }
        }
    }
}
