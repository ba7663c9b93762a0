//! Parameter sweeps: a plan of points, shards that run ranges of them, and a merge.

mod fast;
mod plan;
mod points;
mod ranking;
mod sample;
mod shard;
mod summary;

pub use fast::SweepRows;
pub use plan::SweepPlan;
pub use points::{PointOutcome, SweepPoint, SweepShard};
pub use ranking::{Ranked, Ranking};
pub use shard::{SweepInput, complete, run_shard};
pub use summary::{FAILED_MAX, FailedPoint, SweepSummary, finish};
