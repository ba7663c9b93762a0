//! Parameter sweeps that cannot be run to their end.

use std::ops::Range;

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
