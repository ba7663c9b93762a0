//! How decisions become fills.

use threadx_spec::FillModel;

/// How decisions become fills.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) bars: usize,
    pub(super) first: usize,
    pub(super) fill: FillModel,
    pub(super) max_hold: Option<usize>,
}

impl Rules {
    /// Bars from a decision to its fill.
    pub(super) fn delay(self) -> usize {
        match self.fill {
            FillModel::Close => 0,
            FillModel::NextOpen => 1,
        }
    }

    /// The bar after the longest that a position may be held.
    pub(super) fn too_long(self, entry: usize) -> usize {
        self.max_hold
            .map_or(usize::MAX, |hold| entry.saturating_add(hold))
    }
}
