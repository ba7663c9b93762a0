//! The contract of the coordinator, row by row; the crate's documentation names the tests.

#[cfg(test)]
mod bounded;
#[cfg(test)]
mod callbacks;
#[cfg(test)]
mod cancel;
#[cfg(test)]
mod chaos;
#[cfg(test)]
mod deadlines;
#[cfg(test)]
mod determinism;
#[cfg(test)]
mod ends;
#[cfg(test)]
mod events;
#[cfg(test)]
mod fan_out;
#[cfg(test)]
mod handles;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod panics;
#[cfg(test)]
mod reentrancy;
#[cfg(test)]
mod shutdown;
#[cfg(test)]
mod single_flight;
#[cfg(test)]
mod state;
#[cfg(test)]
mod support;
#[cfg(test)]
mod traced;

/// Counts live heap bytes, for the tests of memory, which run in a process of their own.
#[global_allocator]
static HEAP: cap::Cap<std::alloc::System> = cap::Cap::new(std::alloc::System, usize::MAX);
