//! Parameter sweeps: a plan of points, shards that run ranges of them, and a merge.

mod plan;
mod ranking;
mod sample;
mod shard;

pub use plan::SweepPlan;
pub use ranking::{Ranked, Ranking};
pub use shard::{FAILED_MAX, FailedPoint, SweepInput, SweepShard, run_shard};
