//! What indicators may read before the start of a range.

use serde::{Deserialize, Serialize};

/// What indicators may read before the start of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WarmUp {
    /// Nothing: the warm-up lies inside the range.
    #[default]
    Inside,
    /// As many stored bars before the start as the strategy's warm-up; no decision, fill or equity there.
    Before,
}

impl WarmUp {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 2] = [("inside", Self::Inside), ("before", Self::Before)];
}
