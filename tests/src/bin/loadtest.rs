//! Real backtests through the coordinator, many at a time, with a ledger of what became of each.
//!
//! Started by `cargo xtask loadtest`; exits with 1 if a task was lost or did not succeed.

use std::{
    collections::VecDeque,
    error::Error,
    io::Write,
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Parser;
use hdrhistogram::Histogram;
use threadx::{
    controllers::{Services, ThreadX},
    coordinator::{CoordinatorConfig, Shutdown, Status},
    request::{BacktestRequest, RequestContext, Valid},
    spec::{Direction, FillModel},
};
use threadx_tests::memory;

/// Runs real backtests through the coordinator and prints throughput, latency, memory and the ledger.
#[derive(Debug, Parser)]
#[command(name = "loadtest")]
struct Args {
    /// Backtests to run.
    #[arg(long, default_value_t = 1000)]
    tasks: usize,
    /// Tasks in flight at once.
    #[arg(long, default_value_t = 100)]
    concurrency: usize,
    /// Worker threads [default: one per core].
    #[arg(long)]
    workers: Option<usize>,
}

/// What became of the tasks.
#[derive(Debug, Default)]
struct Ledger {
    succeeded: usize,
    failed: usize,
    panicked: usize,
    cancelled: usize,
    timed_out: usize,
}

impl Ledger {
    fn count(&mut self, status: Status) -> Result<(), String> {
        *match status {
            Status::Succeeded => &mut self.succeeded,
            Status::Failed => &mut self.failed,
            Status::Panicked => &mut self.panicked,
            Status::Cancelled => &mut self.cancelled,
            Status::TimedOut => &mut self.timed_out,
            Status::Queued | Status::Running => {
                return Err(format!("a finished task says that it is {status:?}"));
            }
        } += 1;
        Ok(())
    }

    fn total(&self) -> usize {
        self.succeeded + self.failed + self.panicked + self.cancelled + self.timed_out
    }
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            drop(writeln!(
                std::io::stderr(),
                "the load test could not run: {error}"
            ));
            ExitCode::FAILURE
        }
    }
}

/// The `index`th request: strategies, parameters, sides and ranges in turn, all on real bars.
fn request(index: usize, context: &RequestContext) -> Result<Valid<BacktestRequest>, Box<dyn Error>> {
    let month = 1 + index % 6;
    let directions = [Direction::Long, Direction::Short, Direction::Both];
    let request = BacktestRequest::builder()
        .token("BTCUSDT")
        .timeframe("1h".parse()?)
        .start_date(format!("2019-{month:02}-01").parse()?)
        .end_date(format!("2019-{:02}-01", month + 6).parse()?)
        .direction(directions[index % directions.len()])
        .fill(if index % 2 == 0 {
            FillModel::NextOpen
        } else {
            FillModel::Close
        });
    let request = if index % 3 == 0 {
        request
            .strategy("bollinger_reversion")
            .param("period", 10 + (index % 40) as i64)
    } else {
        let fast = 5 + (index % 20) as i64;
        request
            .strategy("ma_crossover")
            .param("fast_period", fast)
            .param("slow_period", fast * 3)
    };
    Ok(request.build(context)?)
}

fn run(args: &Args) -> Result<bool, Box<dyn Error>> {
    let services = Services::builder().build()?;
    let context = services.request_context()?;
    let mut config = CoordinatorConfig::builder().queue_capacity(args.concurrency.max(1));
    if let Some(workers) = args.workers {
        config = config.workers(workers);
    }
    let threadx = ThreadX::new(config.build()?, services)?;
    let requests: Vec<_> = (0..args.tasks)
        .map(|index| request(index, &context))
        .collect::<Result<_, _>>()?;

    let mut latency = Histogram::<u64>::new(3)?;
    let mut queue_wait = Histogram::<u64>::new(3)?;
    let mut run_time = Histogram::<u64>::new(3)?;
    let mut ledger = Ledger::default();
    let mut in_flight = VecDeque::with_capacity(args.concurrency);
    let started = Instant::now();
    let mut requests = requests.into_iter();
    loop {
        while in_flight.len() < args.concurrency
            && let Some(request) = requests.next()
        {
            in_flight.push_back(threadx.submit(request).map_err(|refused| refused.reason)?);
        }
        let Some(oldest) = in_flight.pop_front() else {
            break;
        };
        let result = oldest.wait()?;
        ledger.count(result.status())?;
        let ran = result.run_time.unwrap_or_default();
        queue_wait.record(micros(result.queue_wait))?;
        run_time.record(micros(ran))?;
        latency.record(micros(result.queue_wait + ran))?;
    }
    let elapsed = started.elapsed();

    let state = threadx.state();
    threadx
        .shutdown(Shutdown::drain(Duration::from_secs(10)))
        .wait()?;
    let mut stdout = std::io::stdout().lock();
    writeln!(
        stdout,
        "tasks         {} at {} in flight on {} workers",
        args.tasks, args.concurrency, state.workers
    )?;
    writeln!(
        stdout,
        "throughput    {:.0} tasks/s ({:.2} s)",
        args.tasks as f64 / elapsed.as_secs_f64(),
        elapsed.as_secs_f64()
    )?;
    for (name, histogram) in [
        ("latency", &latency),
        ("queue wait", &queue_wait),
        ("run time", &run_time),
    ] {
        let at = |quantile| histogram.value_at_quantile(quantile) as f64 / 1e3;
        writeln!(
            stdout,
            "{name:<13} p50 {:.3} ms   p99 {:.3} ms   max {:.3} ms",
            at(0.5),
            at(0.99),
            histogram.max() as f64 / 1e3
        )?;
    }
    match memory::peak_resident_bytes() {
        Some(bytes) => writeln!(stdout, "peak RSS      {:.1} MiB", bytes as f64 / 1048576.0)?,
        None => writeln!(stdout, "peak RSS      not known on this system")?,
    }
    writeln!(
        stdout,
        "ledger        succeeded {}  failed {}  panicked {}  cancelled {}  timed out {}",
        ledger.succeeded, ledger.failed, ledger.panicked, ledger.cancelled, ledger.timed_out
    )?;
    let complete = ledger.total() == args.tasks && ledger.succeeded == args.tasks;
    if !complete {
        writeln!(
            stdout,
            "the ledger does not add up: {} of {} tasks succeeded",
            ledger.succeeded, args.tasks
        )?;
    }
    Ok(complete)
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
