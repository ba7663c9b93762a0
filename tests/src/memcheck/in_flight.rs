//! (a) The same tasks, all in flight, with controllers of their own and with shared ones.

use std::{error::Error, path::PathBuf, sync::Barrier};

use serde::{Deserialize, Serialize};
use threadx::{
    Error as ThreadXError,
    controllers::Services,
    coordinator::{Coordinator, CoordinatorConfig, Flow, task_fn},
    engine::Uninterrupted,
    request::{BacktestRequest, RequestContext, Valid},
};

use super::{Heap, bars, heap::settled};
use crate::process;

/// Tasks, and workers.
pub const TASKS: usize = 100;

/// What tasks in flight took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Footprint {
    /// Most live heap bytes, above those of the process before it did anything.
    pub peak_live_bytes: u64,
    /// Live heap bytes when every task had ended and its result was dropped, above the same.
    pub settled_live_bytes: u64,
    /// Most resident bytes.
    pub peak_resident_bytes: Option<u64>,
    /// Resident bytes when every task had ended and its result was dropped.
    pub settled_resident_bytes: Option<u64>,
}

/// What every task of a variant is given.
struct Ground {
    /// Controllers for all tasks; without them each builds its own.
    shared: Option<Services>,
    bars: PathBuf,
    /// Every task has its controllers.
    ready: Barrier,
    /// Every task has its result, and holds controllers and result.
    done: Barrier,
}

/// Runs the tasks and measures.
pub(super) fn measure(heap: &Heap, bars: PathBuf, shared: bool) -> Result<Footprint, Box<dyn Error>> {
    let before = heap.allocated() as u64;
    let ground = Ground {
        shared: shared.then(|| bars::services(&bars)).transpose()?,
        bars,
        ready: Barrier::new(TASKS),
        done: Barrier::new(TASKS),
    };
    let config = CoordinatorConfig::builder()
        .workers(TASKS)
        .queue_capacity(TASKS)
        .build()?;
    let pool = Coordinator::new(config, ground)?;
    let context = RequestContext::open();
    let mut handles = Vec::with_capacity(TASKS);
    for index in 0..TASKS {
        let request = request(index, &context)?;
        let task = task_fn("backtest", move |ground: &Ground, _| {
            let own;
            let services = match &ground.shared {
                Some(shared) => Ok(shared),
                None => {
                    own = bars::services(&ground.bars);
                    own.as_ref().map_err(ThreadXError::clone)
                }
            };
            // Nobody is left waiting by a failure.
            ground.ready.wait();
            let report = services.and_then(|services| services.backtests().run(&request, &Uninterrupted));
            ground.done.wait();
            report.map(Flow::Done)
        });
        handles.push(pool.submit(task).map_err(|refused| refused.reason)?);
    }
    for handle in handles {
        handle.into_result()?.as_result()?;
    }
    let settled = settled(heap);
    Ok(Footprint {
        peak_live_bytes: (heap.max_allocated() as u64).saturating_sub(before),
        settled_live_bytes: settled.saturating_sub(before),
        peak_resident_bytes: process::peak_resident_bytes(),
        settled_resident_bytes: process::resident_bytes(),
    })
}

/// A crossover over all bars of the file, each with other averages.
fn request(index: usize, context: &RequestContext) -> Result<Valid<BacktestRequest>, Box<dyn Error>> {
    let fast = 5 + index as i64;
    let request = BacktestRequest::builder()
        .token("BTCUSDT")
        .timeframe("1m".parse()?)
        .start_date("2020-01-01".parse()?)
        .end_date("2020-03-01".parse()?)
        .strategy("ma_crossover")
        .param("fast_period", fast)
        .param("slow_period", 4 * fast)
        .build(context)?;
    Ok(request)
}
