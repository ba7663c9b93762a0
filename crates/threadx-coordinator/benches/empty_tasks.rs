//! Empty tasks from submission to result (workload W6), beside other pools in one run.
//!
//! What the peers leave out is what the promises cost: the bare channel has no handle, no state, no
//! cancellation and catches no panic; `threadpool` and `rayon` have no handle and no bound; tokio's
//! blocking pool has handles, and no bound, deadline or account. They send their results back over a
//! channel; what the coordinator's own extras cost stands in its further lines.
//!
//! What is left of the distance to tokio is work, not waiting: on two cores a worker needs about 270 ns
//! for an empty task (3.7 M/s, however the threads are scheduled), of which a reading of the clock, the
//! machine's two steps, and a dozen locked operations on the task that handle, machine and worker share
//! are the most. Tokio, which keeps no times and no account, needs about 240 ns while its threads run at
//! once, and less where they take turns on a crowded machine and pass no cache line to and fro.
//!
//! Every pool runs one round after the other, so that what disturbs the machine disturbs all alike; the
//! best round and the median of them are printed. Others disturb, nobody helps: compare the best.
//!
//! `cargo bench -p threadx-coordinator --bench empty_tasks [-- [TASKS] [NAME]…]`: `TASKS` a round, only the
//! pools of these names.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use threadx_coordinator::{
    Coordinator, CoordinatorConfig, Flow, HandleOf, Subscription, Task, TaskContext, TaskFlow,
};
use threadx_error::CoordinatorError;

type Failure = Box<dyn std::error::Error>;

/// Tasks in flight while throughput is measured.
const WINDOW: usize = 1000;
/// Tasks a round, unless the command says otherwise: some tens of milliseconds.
const TASKS: u64 = 200_000;
const ROUNDS: usize = 25;
/// Single tasks a round, for the latency.
const SINGLE: usize = 1000;

struct Empty;

impl Task<()> for Empty {
    type Output = u64;
    type Error = CoordinatorError;

    fn kind(&self) -> &'static str {
        "empty"
    }

    fn run(self, (): &(), _: &TaskContext) -> Result<TaskFlow<(), Self>, CoordinatorError> {
        Ok(Flow::Done(1))
    }
}

/// One pool: what it is called, how it runs many tasks, and one.
struct Peer {
    name: String,
    pool: Box<dyn Pool>,
    /// Of each round.
    tasks_per_second: Vec<f64>,
    latency: Histogram<u64>,
}

fn main() -> Result<(), Failure> {
    let words = || std::env::args().skip(1).filter(|word| !word.starts_with("--"));
    let tasks = words().find_map(|word| word.parse().ok()).unwrap_or(TASKS);
    let names: Vec<String> = words().filter(|word| word.parse::<u64>().is_err()).collect();
    for workers in [1, 2] {
        let mut peers = peers(workers, &names)?;
        for _ in 0..ROUNDS {
            for peer in &mut peers {
                peer.measure(tasks)?;
            }
        }
        print(workers, &mut peers);
    }
    Ok(())
}

/// The pools that are asked for, each with its threads.
fn peers(workers: usize, names: &[String]) -> Result<Vec<Peer>, Failure> {
    let mut peers = Vec::new();
    let mut add = |name: &str, make: &dyn Fn() -> Result<Box<dyn Pool>, Failure>| {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            peers.push(Peer {
                name: name.to_owned(),
                pool: make()?,
                tasks_per_second: Vec::new(),
                latency: Histogram::new(3)?,
            });
        }
        Ok::<_, Failure>(())
    };
    for extra in [Extra::None, Extra::Deadline, Extra::Callback, Extra::Subscriber] {
        add(extra.name(), &|| Ok(Box::new(threadx(workers, extra)?)))?;
    }
    add("crossbeam channel", &|| Ok(Box::new(crossbeam(workers))))?;
    add("rayon", &|| Ok(Box::new(rayon(workers)?)))?;
    add("threadpool", &|| Ok(Box::new(threadpool(workers))))?;
    add("tokio spawn_blocking", &|| Ok(Box::new(tokio(workers)?)))?;
    Ok(peers)
}

impl Peer {
    fn measure(&mut self, tasks: u64) -> Result<(), Failure> {
        // Wakes its threads and warms the caches that another pool has used.
        self.pool.many(tasks / 10)?;
        let start = Instant::now();
        self.pool.many(tasks)?;
        self.tasks_per_second
            .push(tasks as f64 / start.elapsed().as_secs_f64());
        for _ in 0..SINGLE {
            let start = Instant::now();
            self.pool.one()?;
            self.latency.record(u64::try_from(start.elapsed().as_nanos())?)?;
        }
        Ok(())
    }
}

#[expect(clippy::print_stdout, reason = "the figures are what a bench is for")]
fn print(workers: usize, peers: &mut [Peer]) {
    println!(
        "{:42} {:>12} {:>12} {:>9} {:>9} {:>9}",
        format!("{workers} worker(s)"),
        "best, 1/s",
        "median, 1/s",
        "p50 µs",
        "p99 µs",
        "max µs"
    );
    for peer in peers {
        peer.tasks_per_second.sort_by(f64::total_cmp);
        println!(
            "{:42} {:>12.0} {:>12.0} {:>9.2} {:>9.2} {:>9.2}",
            peer.name,
            peer.tasks_per_second.last().unwrap_or(&f64::NAN),
            peer.tasks_per_second
                .get(peer.tasks_per_second.len() / 2)
                .unwrap_or(&f64::NAN),
            micros(peer.latency.value_at_quantile(0.5)),
            micros(peer.latency.value_at_quantile(0.99)),
            micros(peer.latency.max()),
        );
    }
}

fn micros(nanos: u64) -> f64 {
    Duration::from_nanos(nanos).as_secs_f64() * 1e6
}

/// Runs a number of tasks with a bounded number in flight, or measures single ones.
trait Pool {
    fn many(&mut self, tasks: u64) -> Result<(), Failure>;
    fn one(&mut self) -> Result<(), Failure>;
}

/// What a task of the coordinator asks for beyond its result.
#[derive(Clone, Copy)]
enum Extra {
    None,
    Deadline,
    Callback,
    Subscriber,
}

impl Extra {
    const fn name(self) -> &'static str {
        match self {
            Self::None => "threadx",
            Self::Deadline => "threadx, each with a deadline",
            Self::Callback => "threadx, each with a callback",
            Self::Subscriber => "threadx, a subscriber that never reads",
        }
    }
}

struct Threadx {
    pool: Coordinator<()>,
    window: VecDeque<HandleOf<(), Empty>>,
    extra: Extra,
    _subscription: Option<Subscription>,
}

fn threadx(workers: usize, extra: Extra) -> Result<Threadx, Failure> {
    let config = CoordinatorConfig::builder().workers(workers).build()?;
    let pool = Coordinator::new(config, ())?;
    Ok(Threadx {
        _subscription: matches!(extra, Extra::Subscriber).then(|| pool.subscribe()),
        pool,
        window: VecDeque::with_capacity(WINDOW),
        extra,
    })
}

impl Threadx {
    fn submit(&self) -> Result<HandleOf<(), Empty>, CoordinatorError> {
        match self.extra {
            Extra::None | Extra::Subscriber => Ok(self.pool.submit(Empty)?),
            Extra::Deadline => Ok(self
                .pool
                .prepare(Empty)
                .timeout(Duration::from_secs(3600))
                .submit()?),
            Extra::Callback => loop {
                match self.pool.prepare(Empty).callback(|_| ()).submit() {
                    Ok(handle) => return Ok(handle),
                    // Callbacks have fallen behind.
                    Err(refused) if refused.reason.is_retryable() => std::thread::yield_now(),
                    Err(refused) => return Err(refused.reason),
                }
            },
        }
    }
}

impl Pool for Threadx {
    fn many(&mut self, tasks: u64) -> Result<(), Failure> {
        for _ in 0..tasks {
            if self.window.len() == WINDOW
                && let Some(handle) = self.window.pop_front()
            {
                assert_eq!(handle.into_result()?.value(), Some(&1));
            }
            self.window.push_back(self.submit()?);
        }
        for handle in self.window.drain(..) {
            assert_eq!(handle.into_result()?.value(), Some(&1));
        }
        Ok(())
    }

    fn one(&mut self) -> Result<(), Failure> {
        assert_eq!(self.submit()?.into_result()?.value(), Some(&1));
        Ok(())
    }
}

/// A pool that takes closures: results come back over one channel, which also bounds those in flight.
struct Closures<F> {
    spawn: F,
    results: (crossbeam_channel::Sender<u64>, crossbeam_channel::Receiver<u64>),
}

impl<F> Closures<F> {
    fn new(spawn: F) -> Self {
        Self {
            spawn,
            results: crossbeam_channel::bounded(WINDOW),
        }
    }
}

impl<F: FnMut(Box<dyn FnOnce() + Send>)> Pool for Closures<F> {
    fn many(&mut self, tasks: u64) -> Result<(), Failure> {
        let mut waiting = 0;
        for _ in 0..tasks {
            if waiting == WINDOW {
                assert_eq!(self.results.1.recv()?, 1);
                waiting -= 1;
            }
            let sender = self.results.0.clone();
            (self.spawn)(Box::new(move || {
                assert!(sender.send(1).is_ok(), "the receiver lives");
            }));
            waiting += 1;
        }
        for _ in 0..waiting {
            assert_eq!(self.results.1.recv()?, 1);
        }
        Ok(())
    }

    fn one(&mut self) -> Result<(), Failure> {
        let sender = self.results.0.clone();
        (self.spawn)(Box::new(move || {
            assert!(sender.send(1).is_ok(), "the receiver lives");
        }));
        assert_eq!(self.results.1.recv()?, 1);
        Ok(())
    }
}

fn rayon(workers: usize) -> Result<impl Pool, Failure> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(workers).build()?;
    Ok(Closures::new(move |run| pool.spawn(run)))
}

fn threadpool(workers: usize) -> impl Pool {
    let pool = threadpool::ThreadPool::new(workers);
    Closures::new(move |run| pool.execute(run))
}

struct Tokio {
    runtime: tokio::runtime::Runtime,
    window: VecDeque<tokio::task::JoinHandle<u64>>,
}

fn tokio(workers: usize) -> Result<Tokio, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(workers)
        .build()?;
    Ok(Tokio {
        runtime,
        window: VecDeque::with_capacity(WINDOW),
    })
}

impl Pool for Tokio {
    fn many(&mut self, tasks: u64) -> Result<(), Failure> {
        self.runtime.block_on(async {
            for _ in 0..tasks {
                if self.window.len() == WINDOW
                    && let Some(handle) = self.window.pop_front()
                {
                    assert_eq!(handle.await?, 1);
                }
                self.window.push_back(tokio::task::spawn_blocking(|| 1));
            }
            for handle in self.window.drain(..) {
                assert_eq!(handle.await?, 1);
            }
            Ok(())
        })
    }

    fn one(&mut self) -> Result<(), Failure> {
        self.runtime.block_on(async {
            assert_eq!(tokio::task::spawn_blocking(|| 1).await?, 1);
            Ok(())
        })
    }
}

/// What a channel and threads alone cost: no handle, no state, no panic is caught.
fn crossbeam(workers: usize) -> impl Pool {
    let (sender, receiver) = crossbeam_channel::bounded::<Box<dyn FnOnce() + Send>>(1024);
    for _ in 0..workers {
        let receiver = receiver.clone();
        std::thread::spawn(move || {
            for run in receiver {
                run();
            }
        });
    }
    Closures::new(move |run| drop(sender.send(run)))
}
