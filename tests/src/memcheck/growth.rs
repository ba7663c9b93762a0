//! (b) What is kept of tasks that have ended.

use std::{collections::VecDeque, error::Error};

use serde::{Deserialize, Serialize};
use threadx::{
    controllers::{Services, ThreadX},
    coordinator::CoordinatorConfig,
    request::{BacktestRequest, Valid},
};

use super::{Heap, heap::settled};
use crate::process;

/// The first measurement is after so many tasks.
pub(super) const FIRST: usize = 1_000;
/// The second measurement is after so many.
pub(super) const LAST: usize = 100_000;
/// Tasks in flight.
const CONCURRENCY: usize = 100;
/// Different requests, in turn.
const REQUESTS: usize = 50;

/// Live heap after few and after many tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Growth {
    /// Live heap bytes after the first tasks.
    pub first_live_bytes: u64,
    /// Live heap bytes after all tasks.
    pub last_live_bytes: u64,
    /// Resident bytes after the first tasks.
    pub first_resident_bytes: Option<u64>,
    /// Resident bytes after all tasks.
    pub last_resident_bytes: Option<u64>,
}

impl Growth {
    /// What one task leaves behind, bytes; below 0 if there was less in the end.
    #[must_use]
    pub const fn bytes_per_task(&self) -> f64 {
        (self.last_live_bytes as f64 - self.first_live_bytes as f64) / (LAST - FIRST) as f64
    }
}

/// Runs the tasks and measures twice.
pub(super) fn measure(heap: &Heap) -> Result<Growth, Box<dyn Error>> {
    let services = Services::builder().build()?;
    let requests = requests(&services)?;
    let config = CoordinatorConfig::builder().queue_capacity(CONCURRENCY).build()?;
    let threadx = ThreadX::new(config, services)?;
    run(&threadx, &requests, FIRST)?;
    let (first_live_bytes, first_resident_bytes) = (settled(heap), process::resident_bytes());
    run(&threadx, &requests, LAST - FIRST)?;
    Ok(Growth {
        first_live_bytes,
        last_live_bytes: settled(heap),
        first_resident_bytes,
        last_resident_bytes: process::resident_bytes(),
    })
}

fn run(threadx: &ThreadX, requests: &[Valid<BacktestRequest>], tasks: usize) -> Result<(), Box<dyn Error>> {
    let mut in_flight = VecDeque::with_capacity(CONCURRENCY);
    for request in requests.iter().cycle().take(tasks) {
        if in_flight.len() == CONCURRENCY
            && let Some(oldest) = in_flight.pop_front()
        {
            finish(oldest)?;
        }
        in_flight.push_back(
            threadx
                .submit(request.clone())
                .map_err(|refused| refused.reason)?,
        );
    }
    in_flight.into_iter().try_for_each(finish)
}

fn finish<T>(handle: threadx::coordinator::TaskHandle<T>) -> Result<(), Box<dyn Error>> {
    handle.into_result()?.as_result()?;
    Ok(())
}

/// Crossovers over a month each.
fn requests(services: &Services) -> Result<Vec<Valid<BacktestRequest>>, Box<dyn Error>> {
    let context = services.request_context()?;
    let request = |index: usize| {
        let month = 1 + index % 11;
        let fast = 2 + index as i64;
        Ok(BacktestRequest::builder()
            .token("BTCUSDT")
            .timeframe("1h".parse()?)
            .start_date(format!("2019-{month:02}-01").parse()?)
            .end_date(format!("2019-{:02}-01", month + 1).parse()?)
            .strategy("ma_crossover")
            .param("fast_period", fast)
            .param("slow_period", 3 * fast)
            .build(&context)?)
    };
    (0..REQUESTS).map(request).collect()
}
