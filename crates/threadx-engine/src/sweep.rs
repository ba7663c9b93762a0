//! Parameter sweeps: a plan of points, shards that run ranges of them, and a merge.

mod block_returns;
mod early_stop;
mod fast;
mod fast_points;
mod narrow;
mod plan;
mod points;
mod ranking;
mod sample;
mod shard;
mod summary;
mod surface;

pub use block_returns::block_returns;
pub use early_stop::EarlyStop;
pub use fast::SweepRows;
pub use narrow::Narrowing;
pub use plan::SweepPlan;
pub use points::{PointOutcome, SweepPoint, SweepShard};
pub use ranking::{Ranked, Ranking};
pub use shard::{SweepInput, complete, run_shard};
pub use summary::{FAILED_MAX, FailedPoint, SweepSummary, finish};
pub use surface::{Surface, SurfaceAxis};
