//! Memory of columns that come and go.

use std::hint::black_box;

/// The largest block of which the GNU C library learns is 32 MiB with its header.
const LARGEST_LEARNT_BYTES: usize = (32 << 20) - (64 << 10);

/// Has the C library's allocator keep large blocks that are freed, for the columns to come.
///
/// A column of a million values takes 8 MB. At first the allocator of the GNU C library takes each block of
/// that size from the system and returns it when it is freed, so that every new column costs a page fault for
/// each 4 KB: more than most indicators cost to compute. It changes its ways with the largest block that was
/// ever freed. This frees one of almost 32 MiB, the most it learns from, which was never touched and so took
/// no memory; afterwards it keeps blocks up to that size, and up to 64 MiB that nobody uses. Other allocators
/// are not moved by it.
///
/// For the start of a program that computes over many bars; `threadx` does it.
///
/// ```
/// threadx_market::keep_freed_memory();
/// ```
pub fn keep_freed_memory() {
    drop(black_box(Vec::<u8>::with_capacity(LARGEST_LEARNT_BYTES)));
}
