//! What a load test found out.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use super::{Ledger, Quantiles, Watched};
use crate::{
    check::{Check, Verdict},
    machine::Machine,
};

/// What a load test found out; serialises to the document of `--json`.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Version of ThreadX.
    pub version: &'static str,
    /// Where it ran.
    pub machine: Machine,
    /// What it was asked to do.
    pub load: Load,
    /// From the first submission to the last end, seconds.
    pub elapsed_seconds: f64,
    /// Tasks that ended per second.
    pub tasks_per_second: f64,
    /// From the call that submitted a task to the moment at which its end was told, milliseconds.
    pub latency_ms: Quantiles,
    /// From submission to start, milliseconds.
    pub queue_wait_ms: Quantiles,
    /// From start to end, milliseconds.
    pub run_time_ms: Quantiles,
    /// The most memory resident at once, bytes.
    pub peak_resident_bytes: Option<u64>,
    /// Processor time in the program itself, seconds.
    pub cpu_user_seconds: Option<f64>,
    /// Processor time in the kernel on its behalf, seconds.
    pub cpu_system_seconds: Option<f64>,
    /// What became of the tasks.
    pub ledger: Ledger,
    /// What became of their callbacks.
    pub callbacks: CallbackCounts,
    /// The threads that there were.
    pub threads: Threads,
    /// What was seen meanwhile.
    pub watched: Watched,
    /// Events that a subscriber that never read has lost.
    pub events_lagged: u64,
    /// Whether the coordinator says that it does less than it should.
    pub degraded: bool,
    /// What has to hold.
    pub checks: Vec<Check>,
}

/// What a load test was asked to do.
#[derive(Debug, Clone, Serialize)]
pub struct Load {
    /// Tasks in flight.
    pub concurrency: u32,
    /// Worker threads.
    pub workers: usize,
    /// Kinds and shares.
    pub mix: String,
    /// Where random choices started.
    pub seed: u64,
    /// Share of tasks to be cancelled.
    pub cancel_rate: f64,
    /// What callbacks did.
    pub callbacks: String,
    /// Tasks by kind.
    pub kinds: BTreeMap<&'static str, u64>,
}

/// What became of callbacks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CallbackCounts {
    /// Tasks that were given one.
    pub given: u64,
    /// They returned within their limit.
    pub ok: u64,
    /// They ran past their limit.
    pub timed_out: u64,
    /// They panicked within their limit.
    pub panicked: u64,
    /// They were not run, because too many hung.
    pub skipped: u64,
    /// They had not come to an end when the load test gave up waiting.
    pub pending: usize,
}

/// Threads of the process, where the system tells how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Threads {
    /// Of the load test itself.
    pub own: Option<u64>,
    /// The coordinator's, the most at once.
    pub most: Option<u64>,
    /// The coordinator's, when all was done.
    pub alive: Option<u64>,
    /// The most that the coordinator may have:
    /// workers + callback threads + 2 × `max_abandoned` + 3.
    pub bound: u64,
}

impl Report {
    /// Whether everything holds that has to.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.holds)
    }
}

/// A number that the system may not tell.
struct Known<T>(Option<T>);

impl<T: fmt::Display> fmt::Display for Known<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("(not told)"),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (load, ledger) = (&self.load, &self.ledger);
        writeln!(f, "machine       {}", self.machine)?;
        writeln!(
            f,
            "load          {} tasks, {} in flight, {} workers, {}, seed {}",
            ledger.submitted, load.concurrency, load.workers, load.mix, load.seed
        )?;
        writeln!(
            f,
            "throughput    {:.0} tasks/s ({:.0} a minute), {:.2} s",
            self.tasks_per_second,
            self.tasks_per_second * 60.0,
            self.elapsed_seconds
        )?;
        writeln!(f, "latency       {}", self.latency_ms)?;
        writeln!(f, "  queue wait  {}", self.queue_wait_ms)?;
        writeln!(f, "  run time    {}", self.run_time_ms)?;
        let mebibytes = self
            .peak_resident_bytes
            .map(|bytes| bytes as f64 / f64::from(1 << 20));
        writeln!(f, "peak RSS      {:.1} MiB", Known(mebibytes))?;
        writeln!(
            f,
            "CPU           {:.2} s user, {:.2} s system",
            Known(self.cpu_user_seconds),
            Known(self.cpu_system_seconds)
        )?;
        writeln!(
            f,
            "threads       {} at most, {} in the end, of {} allowed",
            Known(self.threads.most),
            Known(self.threads.alive),
            self.threads.bound
        )?;
        let callbacks = &self.callbacks;
        writeln!(
            f,
            "callbacks     ok {}  timed out {}  panicked {}  skipped {}{}",
            callbacks.ok,
            callbacks.timed_out,
            callbacks.panicked,
            callbacks.skipped,
            if self.degraded { "  (degraded)" } else { "" }
        )?;
        writeln!(
            f,
            "snapshots     {} taken, {} do not add up, longest gap {:.1} ms; most queued {}, most running {}",
            self.watched.snapshots,
            self.watched.breach_count,
            self.watched.longest_gap_ms,
            self.watched.most_queued,
            self.watched.most_running
        )?;
        writeln!(
            f,
            "events        {} lost to a subscriber that never read, none waited for it",
            self.events_lagged
        )?;
        writeln!(
            f,
            "ledger        succeeded {}  failed {}  panicked {}  cancelled {}  timed out {}",
            ledger.succeeded, ledger.failed, ledger.panicked, ledger.cancelled, ledger.timed_out
        )?;
        for surprise in ledger.surprises.iter().chain(&self.watched.breaches) {
            writeln!(f, "  {surprise}")?;
        }
        write!(f, "{}", Verdict(&self.checks))
    }
}
