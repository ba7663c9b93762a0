//! Parameter sweeps that cannot be run to their end.

use std::{ops::Range, path::PathBuf};

/// A parameter sweep that cannot be run to its end.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SweepError {
    /// No combination of the grid can be run.
    #[error("none of the {combinations} combinations of the grid keeps the strategy's rules")]
    NoCombinations {
        /// Combinations of the grid.
        combinations: u64,
    },
    /// The number of combinations does not fit in 64 bits.
    #[error("the grid has more combinations than can be counted")]
    TooManyCombinations,
    /// Shards disagree about a point: they are not of one plan over the same bars.
    #[error("two shards disagree about point {position}: they are not of one plan over the same bars")]
    Conflict {
        /// Where the point stands in the plan.
        position: u64,
    },
    /// What is stored of a sweep belongs to another request, other data or another version.
    #[error("{} holds another sweep: {}", path.display(), changes.join("; "))]
    PlanChanged {
        /// The plan, checkpoint or shard.
        path: PathBuf,
        /// What differs, as clauses.
        changes: Vec<String>,
    },
    /// The folder holds parts of a sweep already.
    #[error("{} holds parts of a sweep already", path.display())]
    CheckpointExists {
        /// The folder.
        path: PathBuf,
    },
    /// Another process works in the folder.
    #[error("another process works on the sweep in {}", path.display())]
    CheckpointInUse {
        /// The folder.
        path: PathBuf,
    },
    /// A file is no whole plan or shard of a sweep.
    #[error("{} is not a whole {expected}: {rule}", path.display())]
    DamagedFile {
        /// The file.
        path: PathBuf,
        /// What it was to be.
        expected: &'static str,
        /// What it lacks, as a clause.
        rule: String,
    },
    /// The sweep needs more memory than it may take.
    #[error("the sweep needs {needed} bytes of memory and may take {budget}")]
    MemoryExceeded {
        /// What it needs at least, bytes.
        needed: u64,
        /// What it may take, bytes.
        budget: u64,
    },
    /// The sweep is planned round by round and has no shards.
    #[error("a sweep that narrows is planned round by round and cannot be cut into shards")]
    NotShardable,
    /// The range cannot be cut into windows for a walk-forward analysis.
    #[error("{range} cannot be cut into windows of {train} to train and {test} to test: {rule}")]
    NoWindow {
        /// The range of the bars.
        range: String,
        /// Length of a train window.
        train: String,
        /// Length of a test window.
        test: String,
        /// Why, as a clause.
        rule: &'static str,
    },
    /// A heatmap was asked for, and the grid has no such two parameters.
    #[error(
        "a heatmap needs two different parameters of the grid; those with more than one value are {}",
        params.join(", ")
    )]
    NoSurface {
        /// The parameters that have more than one value.
        params: Vec<String>,
    },
    /// Not all points of the plan were run.
    #[error("{} of {total} points are missing: {}", count(missing), list(missing))]
    MissingPoints {
        /// The positions that are missing, ascending.
        missing: Vec<Range<u64>>,
        /// Points of the plan.
        total: u64,
    },
    /// The sweep was interrupted before its end.
    #[error("the sweep was interrupted after {done} of {total} combinations")]
    Interrupted {
        /// Combinations that were done.
        done: u64,
        /// Combinations of the sweep.
        total: u64,
    },
}

impl SweepError {
    /// The stable name of the reason.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoCombinations { .. } => "no_combinations",
            Self::TooManyCombinations => "too_many_combinations",
            Self::Conflict { .. } => "shard_conflict",
            Self::PlanChanged { .. } => "plan_changed",
            Self::CheckpointExists { .. } => "checkpoint_exists",
            Self::CheckpointInUse { .. } => "checkpoint_in_use",
            Self::DamagedFile { .. } => "damaged_file",
            Self::MemoryExceeded { .. } => "memory_exceeded",
            Self::NotShardable => "not_shardable",
            Self::NoWindow { .. } => "no_window",
            Self::NoSurface { .. } => "no_heatmap",
            Self::MissingPoints { .. } => "missing_points",
            Self::Interrupted { .. } => "interrupted",
        }
    }
}

fn count(ranges: &[Range<u64>]) -> u64 {
    ranges
        .iter()
        .map(|range| range.end.saturating_sub(range.start))
        .sum()
}

/// The first ranges by their first and last position, and how many more there are.
fn list(ranges: &[Range<u64>]) -> String {
    const SHOWN: usize = 10;
    let mut texts: Vec<String> = ranges
        .iter()
        .take(SHOWN)
        .map(|range| match range.end.saturating_sub(range.start) {
            1 => range.start.to_string(),
            _ => format!("{} to {}", range.start, range.end.saturating_sub(1)),
        })
        .collect();
    if ranges.len() > SHOWN {
        texts.push(format!("and {} more ranges", ranges.len() - SHOWN));
    }
    texts.join(", ")
}
