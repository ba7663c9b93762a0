//! Whether the best of many trials is luck.

mod deflated_sharpe;
mod normal;
mod overfitting;
mod stability;

pub use deflated_sharpe::{DeflatedSharpe, Moments, deflated_sharpe};
pub use overfitting::{BlockReturns, CSCV_BLOCKS, Overfitting, OverfittingCount};
pub use stability::{Stability, stability};
