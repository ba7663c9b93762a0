//! The heap of a program that counts it.

use std::{
    alloc::System,
    thread,
    time::{Duration, Instant},
};

/// The allocator of a program that counts its heap.
pub type Heap = cap::Cap<System>;

/// The heap has settled when it has not changed for so long.
const QUIET: Duration = Duration::from_millis(100);
/// After so long it is measured all the same, and what is still in use counts.
const PATIENCE: Duration = Duration::from_secs(5);

/// Live bytes once no thread allocates or frees any more.
///
/// A worker lets go of a task a moment after the task's end was told; a thread that was replaced takes a
/// moment to end.
pub(super) fn settled(heap: &Heap) -> u64 {
    let until = Instant::now() + PATIENCE;
    let mut live = heap.allocated();
    let mut since = Instant::now();
    while since.elapsed() < QUIET && Instant::now() < until {
        thread::sleep(Duration::from_millis(2));
        let now = heap.allocated();
        if now != live {
            (live, since) = (now, Instant::now());
        }
    }
    live as u64
}
