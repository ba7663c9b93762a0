//! Walk-forward analysis: parameters chosen in one window of time are tried in the next.

mod stitch;
mod windows;

pub use stitch::{OutOfSample, Stitch};
pub use windows::{Window, walk_forward_windows};
