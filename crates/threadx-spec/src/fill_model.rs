//! When a decision is executed.

use serde::{Deserialize, Serialize};

/// When a decision taken at the close of bar *t* is executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FillModel {
    /// At the open of bar *t+1*; a decision on the last bar is not executed.
    #[default]
    NextOpen,
    /// At the close of bar *t*, what vectorised engines do.
    Close,
}

impl FillModel {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 2] = [("next_open", Self::NextOpen), ("close", Self::Close)];
}
