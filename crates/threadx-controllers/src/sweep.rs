//! Parameter sweeps.

mod collected;
mod job;
mod luck;
mod manifest;
mod memory;
mod options;
mod part;
mod part_folder;
mod report;
mod results;
mod run;
mod shard_file;
mod shard_parts;
mod store;
mod stretch;
mod walk_forward;

use std::sync::Arc;

use threadx_coordinator::{Flow, TaskContext};
use threadx_engine::StrategyRegistry;
use threadx_error::{Error, Result};
use threadx_indicators::IndicatorBank;
use threadx_request::{SweepRequest, Valid};

use self::{job::Job, run::Run};
use crate::{Services, stored_bars::StoredBars};

pub use luck::{OVERFITTING_TRIALS_MAX, SweepLuck};
pub use manifest::SweepManifest;
pub use options::{SWEEP_MEMORY_BYTES, SurfaceParams, SweepOptions, SweepProgress, SweepTask, SweepWatch};
pub use report::{FailedCombination, SweepMemory, SweepReport, SweepResult};
pub use shard_file::{ShardReport, ShardTask, shard_plan};
pub use walk_forward::{WalkForwardReport, WalkForwardWindow};

/// Runs parameter sweeps; shared by all tasks.
#[derive(Debug, Clone)]
pub struct SweepController {
    bars: Arc<StoredBars>,
    bank: Arc<IndicatorBank>,
    strategies: Arc<StrategyRegistry>,
}

impl SweepController {
    pub(crate) fn new(
        bars: Arc<StoredBars>,
        bank: Arc<IndicatorBank>,
        strategies: Arc<StrategyRegistry>,
    ) -> Self {
        Self {
            bars,
            bank,
            strategies,
        }
    }

    /// The plan of the sweep that the request describes: which points it has, in which parts, over which bars.
    ///
    /// # Errors
    ///
    /// A data error if the bars cannot be read or the range has none.
    pub fn plan(&self, request: &Valid<SweepRequest>) -> Result<SweepManifest> {
        Ok(self
            .job(
                request,
                &SweepOptions {
                    memory_bytes: u64::MAX,
                    ..SweepOptions::default()
                },
                &TaskContext::detached(),
            )?
            .manifest)
    }

    /// Plans the sweep that the request describes; its parts run on the workers of the coordinator, or one after
    /// the other with [`Flow::complete`].
    ///
    /// # Errors
    ///
    /// A data error if the bars cannot be read or the range has none; a sweep error if no combination keeps the
    /// strategy's rules, if it needs more memory than it may take, or if its checkpoint is that of another sweep.
    pub fn start(
        &self,
        request: &Valid<SweepRequest>,
        options: &SweepOptions,
        context: &TaskContext,
    ) -> Result<Flow<Services, SweepReport, Error>> {
        let job = self.job(request, options, context)?;
        let run = Run::new(job, options).map_err(|error| job::named(error, request))?;
        Ok(run.start(context))
    }

    fn job(
        &self,
        request: &Valid<SweepRequest>,
        options: &SweepOptions,
        context: &TaskContext,
    ) -> Result<Job> {
        Job::new(self, request, options, context).map_err(|error| job::named(error, request))
    }
}
