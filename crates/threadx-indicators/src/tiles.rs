//! Work in pieces that stay in the cache.

use std::ops::Range;

/// Values that are worked on at a time where intermediate results are kept: few enough for the first-level
/// cache with several columns of them, and a multiple of what the smoothing takes at a time.
pub(crate) const TILE: usize = 256;

/// The ranges of at most `size` that make up 0..`len`, in order.
pub(crate) fn tiles(len: usize, size: usize) -> impl Iterator<Item = Range<usize>> {
    (0..len)
        .step_by(size)
        .map(move |start| start..len.min(start + size))
}

/// Windows of derived values that are worked on at a time: many beside the period, since those of a
/// tile's edge are derived twice.
pub(crate) fn window_tile(period: usize) -> usize {
    (4 * period).max(1024)
}
