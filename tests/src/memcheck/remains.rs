//! (c) What is left behind by tasks that did not succeed, and by callbacks that were given up.

use std::{
    error::Error,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use threadx::{
    Error as ThreadXError,
    controllers::{BacktestReport, Services, ThreadX},
    coordinator::{
        Cancellation, CoordinatorConfig, Flow, State, Status, Task, TaskContext, TaskHandle, task_fn,
    },
    engine::Uninterrupted,
    request::{BacktestRequest, Valid},
};

use super::{Heap, heap::settled};
use crate::process;

/// Tasks that are cancelled, half of them queued and half running.
pub(super) const CANCELLED: usize = 10_000;
/// Tasks that panic.
pub(super) const PANICKED: usize = 1_000;
/// Tasks whose callback is given up.
pub(super) const ABANDONED: usize = 100;
/// Nothing here takes so long unless something is lost.
const PATIENCE: Duration = Duration::from_secs(60);

/// Heap and threads before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remains {
    /// Live heap bytes before.
    pub live_bytes_before: u64,
    /// Live heap bytes after.
    pub live_bytes_after: u64,
    /// Threads before.
    pub threads_before: Option<u64>,
    /// Threads after.
    pub threads_after: Option<u64>,
    /// Tasks that were cancelled meanwhile.
    pub cancelled: u64,
    /// Tasks that panicked meanwhile.
    pub panicked: u64,
    /// Callbacks that were given up meanwhile.
    pub callbacks_timed_out: u64,
}

/// Does all of it twice and measures before and after the second time: buffers, which keep the size that they
/// once needed, have it by then, and what tasks leave behind they leave each time.
pub(super) fn measure(heap: &Heap) -> Result<Remains, Box<dyn Error>> {
    // A thousand messages about panics that were meant would hide one that was not, and their backtraces take memory.
    std::panic::set_hook(Box::new(|_| {}));
    let services = Services::builder().build()?;
    let request = request(&services)?;
    let config = CoordinatorConfig::builder()
        .workers(2)
        .callback_threads(8)
        .callback_timeout(Duration::from_millis(20))
        .max_abandoned(ABANDONED)
        .build()?;
    let threadx = ThreadX::new(config, services)?;
    do_all(&threadx, &request)?;
    let live_bytes_before = settled(heap);
    let threads_before = process::threads();
    let before = threadx.state();
    do_all(&threadx, &request)?;
    let live_bytes_after = settled(heap);
    let after = threadx.state();
    Ok(Remains {
        live_bytes_before,
        live_bytes_after,
        threads_before,
        threads_after: process::threads(),
        cancelled: after.cancelled - before.cancelled,
        panicked: after.panicked - before.panicked,
        callbacks_timed_out: after.callbacks_timed_out - before.callbacks_timed_out,
    })
}

fn do_all(threadx: &ThreadX, request: &Valid<BacktestRequest>) -> Result<(), Box<dyn Error>> {
    cancel_queued(threadx, request, CANCELLED / 2)?;
    cancel_running(threadx, request, CANCELLED / 2)?;
    panic(threadx, request, PANICKED)?;
    abandon_callbacks(threadx, request, ABANDONED)
}

/// Cancels backtests while two tasks hold the workers.
fn cancel_queued(
    threadx: &ThreadX,
    request: &Valid<BacktestRequest>,
    count: usize,
) -> Result<(), Box<dyn Error>> {
    let gate = Arc::new(Gate::default());
    let holders = (0..threadx.config().workers()).map(|_| {
        let gate = Arc::clone(&gate);
        let holder = task_fn("holder", move |_: &Services, _: &TaskContext| {
            gate.wait();
            Ok::<_, ThreadXError>(Flow::Done(()))
        });
        submit(threadx, holder)
    });
    let holders = holders.collect::<Result<Vec<_>, _>>()?;
    for holder in &holders {
        wait_until(|| holder.status() == Status::Running)?;
    }
    for _ in 0..count {
        let handle = submit(threadx, request.clone())?;
        if handle.cancel() != Cancellation::Cancelled {
            return Err("a queued task was not cancelled at once".into());
        }
    }
    gate.open();
    for holder in holders {
        holder.into_result()?;
    }
    Ok(())
}

/// Cancels tasks that run until they are told to stop, and hold a backtest's result meanwhile.
fn cancel_running(
    threadx: &ThreadX,
    request: &Valid<BacktestRequest>,
    count: usize,
) -> Result<(), Box<dyn Error>> {
    for _ in 0..count {
        let request = request.clone();
        let task = task_fn("until_told", move |services: &Services, context: &TaskContext| {
            let report = services.backtests().run(&request, &Uninterrupted)?;
            while !context.is_cancelled() {
                thread::yield_now();
            }
            Ok(Flow::<_, _, ThreadXError>::Done(report))
        });
        let handle: TaskHandle<BacktestReport> = submit(threadx, task)?;
        wait_until(|| handle.status() == Status::Running)?;
        handle.cancel();
        expect(handle.into_result()?.status(), Status::Cancelled)?;
    }
    Ok(())
}

/// Panics in tasks that hold a backtest's result.
fn panic(threadx: &ThreadX, request: &Valid<BacktestRequest>, count: usize) -> Result<(), Box<dyn Error>> {
    for number in 0..count {
        let request = request.clone();
        let task = task_fn("panics", move |services: &Services, _: &TaskContext| {
            let report = services.backtests().run(&request, &Uninterrupted)?;
            if !report.equity.is_empty() {
                std::panic::resume_unwind(Box::new(format!("panic {number} of {count}, as was to be")));
            }
            Ok(Flow::<_, _, ThreadXError>::Done(report))
        });
        expect(submit(threadx, task)?.into_result()?.status(), Status::Panicked)?;
    }
    Ok(())
}

/// Runs backtests whose callbacks do not return until all of them have been given up.
fn abandon_callbacks(
    threadx: &ThreadX,
    request: &Valid<BacktestRequest>,
    count: usize,
) -> Result<(), Box<dyn Error>> {
    let gate = Arc::new(Gate::default());
    let before = threadx.state().callbacks_timed_out;
    for _ in 0..count {
        let gate = Arc::clone(&gate);
        let submission = threadx.prepare(request.clone()).callback(move |_| gate.wait());
        let handle = submission
            .submit()
            .map_err(|refused| ThreadXError::from(refused.reason))?;
        expect(handle.into_result()?.status(), Status::Succeeded)?;
    }
    let given_up = |state: &State| state.callbacks_timed_out - before == count as u64;
    let outcome = wait_until(|| given_up(&threadx.state()));
    gate.open();
    outcome?;
    wait_until(|| threadx.state().abandoned_callbacks == 0)
}

fn submit<Q>(threadx: &ThreadX, task: Q) -> Result<TaskHandle<Q::Output>, ThreadXError>
where
    Q: Task<Services, Error = ThreadXError>,
{
    threadx
        .submit(task)
        .map_err(|refused| ThreadXError::from(refused.reason))
}

fn expect(got: Status, expected: Status) -> Result<(), Box<dyn Error>> {
    if got == expected {
        Ok(())
    } else {
        Err(format!("a task ended {got:?}, expected {expected:?}").into())
    }
}

fn wait_until(holds: impl Fn() -> bool) -> Result<(), Box<dyn Error>> {
    let until = Instant::now() + PATIENCE;
    while !holds() {
        if Instant::now() > until {
            return Err(format!("waited {} s in vain", PATIENCE.as_secs()).into());
        }
        thread::yield_now();
    }
    Ok(())
}

/// Lets threads wait until it is opened.
#[derive(Debug, Default)]
struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn wait(&self) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        drop(
            self.opened
                .wait_while(open, |open| !*open)
                .unwrap_or_else(PoisonError::into_inner),
        );
    }

    fn open(&self) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.opened.notify_all();
    }
}

/// A crossover over a month.
fn request(services: &Services) -> Result<Valid<BacktestRequest>, Box<dyn Error>> {
    let request = BacktestRequest::builder()
        .token("BTCUSDT")
        .timeframe("1h".parse()?)
        .start_date("2019-03-01".parse()?)
        .end_date("2019-04-01".parse()?)
        .strategy("ma_crossover")
        .build(&services.request_context()?)?;
    Ok(request)
}
