//! The load test: real requests through the coordinator, many in flight, and a ledger of what became of each.

mod args;
mod drive;
mod in_flight;
mod latency;
mod ledger;
mod mix;
mod report;
mod watch;
mod work;

use std::{
    error::Error,
    io::Write,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};
use threadx::{
    controllers::{Services, ThreadX},
    coordinator::{CoordinatorConfig, Notice, Shutdown, ShutdownReport, State, Subscription},
};
use tracing_subscriber::filter::LevelFilter;

use crate::{check::Check, machine::Machine, process};

pub use self::{
    args::{Args, Callbacks},
    latency::Quantiles,
    ledger::Ledger,
    mix::{Kind, Mix},
    report::{CallbackCounts, Load, Report, Threads},
    watch::Watched,
};
use self::{
    drive::{Driven, drive},
    work::Work,
};

/// Runs the load, prints what it came to, and says whether everything adds up.
///
/// # Errors
///
/// Whatever keeps it from running, or from writing the figures.
pub fn run(args: &Args) -> Result<bool, Box<dyn Error>> {
    if args.log {
        tracing_subscriber::fmt()
            .with_max_level(LevelFilter::WARN)
            .with_writer(std::io::stderr)
            .init();
    }
    let report = measure(args)?;
    write!(std::io::stdout().lock(), "{report}")?;
    if let Some(path) = &args.json {
        std::fs::write(path, serde_json::to_string_pretty(&report)? + "\n")?;
    }
    Ok(report.passed())
}

/// Runs the load.
///
/// # Errors
///
/// Whatever keeps it from running.
pub fn measure(args: &Args) -> Result<Report, Box<dyn Error>> {
    let services = Services::builder().build()?;
    let mut work = Work::new(&services, args.mix.clone(), args.seed)?;
    let threads_before = process::threads();
    let cpu_before = process::cpu_time();
    let config = args.config()?;
    let threadx = ThreadX::new(config, services)?;
    // Nobody reads it: that must hold up nobody.
    let unread = threadx.subscribe();
    let progress = progress_bar(args);

    let stop = AtomicBool::new(false);
    let (driven, watched) = thread::scope(|scope| {
        let watch = scope.spawn(|| Watched::until(&threadx, &stop));
        let driven = drive(&threadx, args, &mut work, &progress);
        if driven.is_ok() {
            wait_for_callbacks(&threadx, args, &config, &progress);
        }
        stop.store(true, Ordering::Release);
        (driven, watch.join())
    });
    progress.finish_and_clear();
    let driven = driven?;
    let watched = watched.map_err(|_cause| "the thread that takes snapshots panicked")?;

    let state = threadx.state();
    let alive = process::threads();
    let cpu = process::cpu_time();
    let events_lagged = lagged(&unread);
    let shutdown = threadx
        .shutdown(Shutdown::drain(Duration::from_secs(10)))
        .wait()?;

    let since = |now: Option<Duration>, before: Option<Duration>| Some((now? - before?).as_secs_f64());
    let threads = Threads {
        own: threads_before.map(|threads| threads + 1),
        // The thread that counted them is the load test's.
        most: watched
            .most_threads
            .zip(threads_before)
            .map(|(most, own)| most.saturating_sub(own + 1)),
        alive: alive
            .zip(threads_before)
            .map(|(alive, own)| alive.saturating_sub(own)),
        bound: (config.workers() + config.callback_threads() + 2 * config.max_abandoned() + 3) as u64,
    };
    let callbacks = CallbackCounts {
        given: driven.callbacks,
        ok: state.callbacks_run,
        timed_out: state.callbacks_timed_out,
        panicked: state.callbacks_panicked,
        skipped: state.callbacks_skipped,
        pending: state.callbacks_pending,
    };
    let checks = checks(&driven, &state, &callbacks, &watched, &threads, &shutdown);
    Ok(Report {
        version: env!("CARGO_PKG_VERSION"),
        machine: Machine::this(),
        load: Load {
            concurrency: args.concurrency,
            workers: config.workers(),
            mix: args.mix.to_string(),
            seed: args.seed,
            cancel_rate: args.cancel_rate,
            callbacks: format!("{:?}", args.callbacks).to_lowercase(),
            kinds: driven.kinds,
        },
        elapsed_seconds: driven.elapsed.as_secs_f64(),
        tasks_per_second: driven.ledger.ended() as f64 / driven.elapsed.as_secs_f64(),
        latency_ms: driven.latency.quantiles(),
        queue_wait_ms: driven.queue_wait.quantiles(),
        run_time_ms: driven.run_time.quantiles(),
        peak_resident_bytes: process::peak_resident_bytes(),
        cpu_user_seconds: since(cpu.map(|cpu| cpu.user), cpu_before.map(|cpu| cpu.user)),
        cpu_system_seconds: since(cpu.map(|cpu| cpu.system), cpu_before.map(|cpu| cpu.system)),
        ledger: driven.ledger,
        callbacks,
        threads,
        watched,
        events_lagged,
        degraded: state.degraded,
        checks,
    })
}

fn checks(
    driven: &Driven,
    state: &State,
    callbacks: &CallbackCounts,
    watched: &Watched,
    threads: &Threads,
    shutdown: &ShutdownReport,
) -> Vec<Check> {
    let ledger = &driven.ledger;
    let ended_callbacks = callbacks.ok + callbacks.timed_out + callbacks.panicked + callbacks.skipped;
    vec![
        Check::new(
            "every task that was submitted has ended",
            driven.stall.is_none(),
            || driven.stall.clone().unwrap_or_default(),
        ),
        Check::new(
            "every task has exactly one end",
            ledger.ended() == ledger.submitted,
            || format!("{} ends of {} tasks", ledger.ended(), ledger.submitted),
        ),
        Check::new(
            "a task is cancelled if it was told to stop in time, and succeeds otherwise",
            ledger.surprise_count == 0,
            || format!("{} tasks did otherwise", ledger.surprise_count),
        ),
        Check::new(
            "the coordinator counts what the handles say",
            ledger.agrees_with(state),
            || format!("{state:?}"),
        ),
        Check::new(
            "the counts add up in every snapshot",
            watched.breach_count == 0,
            || format!("not in {} of {}", watched.breach_count, watched.snapshots),
        ),
        Check::new(
            "every callback is accounted for",
            ended_callbacks == callbacks.given && callbacks.pending == 0,
            || format!("{callbacks:?}"),
        ),
        Check::new(
            "no more threads than allowed",
            threads.most.is_none_or(|most| most <= threads.bound),
            || format!("{threads:?}"),
        ),
        Check::new(
            "nothing had to be given up at the shutdown",
            shutdown.abandoned.is_empty() && shutdown.cancelled == 0,
            || format!("{shutdown:?}"),
        ),
    ]
}

/// Waits until every callback has ended, or until every one that hangs should have been given up.
fn wait_for_callbacks(threadx: &ThreadX, args: &Args, config: &CoordinatorConfig, progress: &ProgressBar) {
    progress.set_message("waiting for callbacks");
    let rounds = config.max_abandoned() + config.callback_threads() + 2;
    let limit = args.callback_timeout * u32::try_from(rounds).unwrap_or(u32::MAX);
    let until = Instant::now() + limit + Duration::from_secs(10);
    while threadx.state().callbacks_pending > 0 && Instant::now() < until {
        thread::sleep(Duration::from_millis(5));
        progress.tick();
    }
}

/// Events that were lost to a subscriber.
fn lagged(subscription: &Subscription) -> u64 {
    match subscription.try_recv() {
        Some(Notice::Lagged(lost)) => lost,
        Some(Notice::Event(_)) | None => 0,
    }
}

/// A bar on standard error if that is a terminal, and nothing otherwise.
fn progress_bar(args: &Args) -> ProgressBar {
    let bar = match (args.tasks, args.duration) {
        (None, Some(_)) => ProgressBar::new_spinner(),
        _ => ProgressBar::new(args.task_limit()),
    };
    let template = "{wide_bar} {pos}/{len} tasks  {per_sec}  {elapsed}  {msg}";
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        // A template of our own that is wrong costs the looks, not the run.
        Err(_) => bar,
    }
}
