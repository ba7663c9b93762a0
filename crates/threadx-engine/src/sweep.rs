//! Parameter sweeps: a plan of points, shards that run ranges of them, and a merge.

mod plan;
mod points;
mod ranking;
mod sample;
mod shard;
mod summary;

pub use plan::SweepPlan;
pub use points::{PointOutcome, SweepPoint, SweepShard};
pub use ranking::{Ranked, Ranking};
pub use shard::{SweepInput, run_shard};
pub use summary::{FAILED_MAX, FailedPoint, SweepSummary, finish};
