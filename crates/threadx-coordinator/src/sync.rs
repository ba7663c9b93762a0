//! The primitives of the terminal cell: those of `std`, or loom's where loom checks them.

#[cfg(not(threadx_loom))]
pub(crate) use std::sync::{Condvar, Mutex, MutexGuard, atomic::AtomicU8};

#[cfg(threadx_loom)]
pub(crate) use loom::sync::{Condvar, Mutex, MutexGuard, atomic::AtomicU8};

/// Locks `mutex`. No code of a caller runs under any of the coordinator's locks, so none is ever
/// left in a broken state by a panic.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
