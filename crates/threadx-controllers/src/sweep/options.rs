//! How a sweep is run, beside what it is.

use std::{
    num::NonZero,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use threadx_data::Existing;
use threadx_engine::{Metrics, Ranked};
use threadx_request::{SweepRequest, Valid};
use threadx_spec::Params;

/// Memory that a sweep may take unless told otherwise, bytes.
pub const SWEEP_MEMORY_BYTES: u64 = 1 << 30;

/// How a sweep is run; none of it changes a result.
#[derive(Debug, Clone)]
pub struct SweepOptions {
    /// Folder in which parts are kept as they are done.
    pub checkpoint: Option<PathBuf>,
    /// Whether a checkpoint that holds parts is gone on with; otherwise it is refused.
    pub resume: bool,
    /// File of every point's parameters and metrics, `.csv` or `.parquet`.
    pub results: Option<PathBuf>,
    /// Two parameters that the first criterion is shown over, or the first two that are varied.
    pub surface: Option<SurfaceParams>,
    /// What is done where that file stands already.
    pub existing: Existing,
    /// Memory that it may take, bytes: the bars, the indicators that are kept, and what is kept of the points. What
    /// does not fit is refused before anything is run.
    pub memory_bytes: u64,
    /// How many parts may run at a time, among which memory is shared out: the workers of the coordinator. As many as
    /// the machine runs at once unless told otherwise.
    pub threads: usize,
    /// Shards that were run before, which are not run again.
    pub shards: Vec<PathBuf>,
    /// Tells how far it is.
    pub watch: SweepWatch,
}

impl Default for SweepOptions {
    fn default() -> Self {
        Self {
            checkpoint: None,
            resume: false,
            results: None,
            surface: None,
            existing: Existing::default(),
            memory_bytes: SWEEP_MEMORY_BYTES,
            threads: std::thread::available_parallelism().map_or(1, NonZero::get),
            shards: Vec::new(),
            watch: SweepWatch::default(),
        }
    }
}

/// Over which two parameters a surface is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SurfaceParams {
    /// The first two that have more than one value.
    #[default]
    First,
    /// These: the one that runs to the right, and the one that runs upwards.
    Named([String; 2]),
}

/// A sweep with how it is run, as a task.
#[derive(Debug, Clone)]
pub struct SweepTask {
    /// What is run.
    pub request: Valid<SweepRequest>,
    /// How.
    pub options: SweepOptions,
}

/// Shows how far a sweep is while it runs, and what is best so far. Cheap to clone; clones show the same.
#[derive(Debug, Clone, Default)]
pub struct SweepWatch(Arc<Mutex<SweepProgress>>);

/// How far a sweep is.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct SweepProgress {
    /// Points that were run or are none.
    pub done: u64,
    /// Those of them that a checkpoint or a shard held.
    pub resumed: u64,
    /// The best so far: its parameters and metrics. It depends on timing until the end.
    pub best: Option<(Params, Metrics)>,
}

impl SweepWatch {
    /// How far it is now.
    #[must_use]
    pub fn look(&self) -> SweepProgress {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tells of points that are done.
    pub(super) fn add(&self, points: u64, resumed: bool) {
        let mut progress = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        progress.done += points;
        if resumed {
            progress.resumed += points;
        }
    }

    /// Takes a new best point.
    pub(super) fn best(&self, params: &Params, point: &Ranked) {
        let mut progress = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        progress.best = Some((params.clone(), point.metrics.clone()));
    }

    /// Tells of a best point, unless there is a better one by now.
    pub(super) fn tell(&self, params: &Params, point: &Ranked) {
        let best = self.look().best;
        if best.is_some_and(|(best, _)| best != *params) {
            return;
        }
        tracing::info!(
            target: "threadx::sweep",
            combination = point.combination,
            %params,
            sharpe_ratio = point.metrics.sharpe_ratio,
            total_return = point.metrics.total_return,
            "best so far"
        );
    }
}
