//! Keeping the coordinator busy.

use std::{
    collections::BTreeMap,
    error::Error,
    time::{Duration, Instant},
};

use indicatif::ProgressBar;
use threadx::{
    Error as ThreadXError,
    controllers::{Services, ThreadX},
    coordinator::{Task, TaskHandle},
};

use super::{
    Args, Kind, Ledger,
    in_flight::{InFlight, Stall},
    latency::Times,
    work::{Piece, Work},
};

/// When no task has ended for so long, the load test says that some are lost.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the tasks of a load came to.
#[derive(Debug)]
pub(super) struct Driven {
    pub(super) ledger: Ledger,
    /// From the first submission to the last end.
    pub(super) elapsed: Duration,
    /// From the call that submitted a task to the moment at which its end was told.
    pub(super) latency: Times,
    pub(super) queue_wait: Times,
    pub(super) run_time: Times,
    /// Tasks by kind.
    pub(super) kinds: BTreeMap<&'static str, u64>,
    /// Tasks that were given a callback.
    pub(super) callbacks: u64,
    /// Why it ended before every task had, if it did.
    pub(super) stall: Option<String>,
}

/// Submits what `work` yields and replaces each task that ends.
pub(super) fn drive(
    threadx: &ThreadX,
    args: &Args,
    work: &mut Work,
    progress: &ProgressBar,
) -> Result<Driven, Box<dyn Error>> {
    let started = Instant::now();
    let limit = args.task_limit();
    let goes_on = |submitted: u64| {
        submitted < limit && args.duration.is_none_or(|duration| started.elapsed() < duration)
    };
    // A stream of its own, so that cancelling changes no request.
    let mut random = fastrand::Rng::with_seed(args.seed ^ 0x9e37_79b9_7f4a_7c15);
    // The tasks to cancel, by how many tasks have ended then.
    let mut to_cancel = BTreeMap::<u64, Vec<u64>>::new();
    let mut flights = InFlight::new(args.concurrency as usize);
    let mut driven = Driven {
        ledger: Ledger::default(),
        elapsed: Duration::ZERO,
        latency: Times::new()?,
        queue_wait: Times::new()?,
        run_time: Times::new()?,
        kinds: BTreeMap::new(),
        callbacks: 0,
        stall: None,
    };
    loop {
        while !flights.is_full() && goes_on(driven.ledger.submitted) {
            let number = driven.ledger.submitted;
            let calls_back = number < args.tasks_with_callback();
            let submitted = Instant::now();
            let kind = match work.next() {
                Piece::Backtest(request) => {
                    flights.put(number, submitted, submit(threadx, args, calls_back, request)?);
                    Kind::Backtest
                }
                Piece::Indicator(request) => {
                    flights.put(number, submitted, submit(threadx, args, calls_back, request)?);
                    Kind::Indicator
                }
                Piece::Sweep(request) => {
                    flights.put(number, submitted, submit(threadx, args, calls_back, *request)?);
                    Kind::Sweep
                }
                Piece::Data(request) => {
                    flights.put(number, submitted, submit(threadx, args, calls_back, request)?);
                    Kind::Data
                }
            };
            *driven.kinds.entry(kind.as_str()).or_default() += 1;
            driven.ledger.submitted += 1;
            driven.callbacks += u64::from(calls_back);
            if random.f64() < args.cancel_rate {
                let ended = driven.ledger.ended() + random.u64(0..u64::from(args.concurrency));
                to_cancel.entry(ended).or_default().push(number);
            }
        }
        while let Some(due) = to_cancel.first_entry()
            && *due.key() <= driven.ledger.ended()
        {
            for number in due.remove() {
                flights.cancel(number);
            }
        }
        if flights.is_empty() {
            break;
        }
        match flights.next(PATIENCE) {
            Ok(ended) => {
                driven.ledger.enter(&ended);
                driven.latency.record(ended.latency)?;
                driven.queue_wait.record(ended.queue_wait)?;
                if let Some(run_time) = ended.run_time {
                    driven.run_time.record(run_time)?;
                }
                progress.inc(1);
            }
            Err(stall) => {
                driven.stall = Some(match stall {
                    Stall::Nothing(patience) => {
                        let waited = patience.as_secs();
                        format!("no task ended for {waited} s; {} are in flight", flights.len())
                    }
                    Stall::Refused(error) => format!("a handle cannot be asked for its result: {error}"),
                });
                break;
            }
        }
    }
    driven.elapsed = started.elapsed();
    Ok(driven)
}

fn submit<Q>(
    threadx: &ThreadX,
    args: &Args,
    calls_back: bool,
    request: Q,
) -> Result<TaskHandle<Q::Output, ThreadXError>, ThreadXError>
where
    Q: Task<Services, Error = ThreadXError>,
{
    let submission = threadx.prepare(request);
    let submission = if calls_back {
        let callbacks = args.callbacks;
        submission.callback(move |_| callbacks.run())
    } else {
        submission
    };
    submission
        .submit()
        .map_err(|refused| ThreadXError::from(refused.reason))
}
