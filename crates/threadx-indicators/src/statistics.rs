//! Statistics of the last values.

pub(crate) mod linearreg_slope;
pub(crate) mod max;
pub(crate) mod min;
pub(crate) mod percent_rank;
pub(crate) mod stddev;
pub(crate) mod zscore;
