//! The one place of a task's result, and whoever waits for it.

#[cfg(test)]
#[cfg(threadx_loom)]
mod loom;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use crate::sync::{AtomicU8, Condvar, Mutex, lock};

const EMPTY: u8 = 0;
const FILLED: u8 = 1;
/// The handle was given up for the result: nothing is left to desert.
const TAKEN: u8 = 2;

/// The one place of a task's result: filled once, by whoever comes first.
///
/// Nothing of a caller's (result, waker) is dropped or called under its lock.
#[derive(Debug)]
pub(crate) struct Cell<R> {
    /// `EMPTY`, `FILLED`, `TAKEN`, in this order; stored under the lock, read without it.
    stage: AtomicU8,
    slot: Mutex<Slot<R>>,
    ended: Condvar,
}

#[derive(Debug)]
struct Slot<R> {
    filled: bool,
    /// Empty before the end, and once the handle has gone.
    result: Option<Arc<R>>,
    waker: Option<Waker>,
    waiters: usize,
    /// The handle has gone: nobody will ask.
    deserted: bool,
}

/// What filling the cell left to the filler: to be dropped and woken outside every lock.
#[must_use = "the waker is to be woken"]
#[derive(Debug)]
pub(crate) struct Filled<R> {
    /// The result, if it came too late or nobody will ask for it.
    pub(crate) unwanted: Option<Arc<R>>,
    pub(crate) waker: Option<Waker>,
}

impl<R> Cell<R> {
    pub(crate) fn new() -> Self {
        Self {
            stage: AtomicU8::new(EMPTY),
            slot: Mutex::new(Slot {
                filled: false,
                result: None,
                waker: None,
                waiters: 0,
                deserted: false,
            }),
            ended: Condvar::new(),
        }
    }

    /// Whether the result is there, or was.
    pub(crate) fn is_filled(&self) -> bool {
        self.stage.load(Ordering::Acquire) != EMPTY
    }

    /// The terminal transition: the first result stays, a later one comes back.
    pub(crate) fn fill(&self, result: Arc<R>) -> Filled<R> {
        let mut slot = lock(&self.slot);
        if slot.filled {
            return Filled {
                unwanted: Some(result),
                waker: None,
            };
        }
        slot.filled = true;
        let unwanted = if slot.deserted {
            Some(result)
        } else {
            slot.result = Some(result);
            None
        };
        self.stage.store(FILLED, Ordering::Release);
        let waker = slot.waker.take();
        // Without this check each task would cost a system call.
        if slot.waiters > 0 {
            self.ended.notify_all();
        }
        Filled { unwanted, waker }
    }

    /// The result, if it is there.
    pub(crate) fn get(&self) -> Option<Arc<R>> {
        if !self.is_filled() {
            return None;
        }
        lock(&self.slot).result.clone()
    }

    /// Waits for the result.
    pub(crate) fn wait(&self) -> Arc<R> {
        let mut slot = lock(&self.slot);
        slot.waiters += 1;
        loop {
            if let Some(result) = &slot.result {
                let result = Arc::clone(result);
                slot.waiters -= 1;
                return result;
            }
            slot = self
                .ended
                .wait(slot)
                .unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }

    /// Waits for the result, at most until `until`.
    pub(crate) fn wait_until(&self, until: Instant) -> Option<Arc<R>> {
        let mut slot = lock(&self.slot);
        slot.waiters += 1;
        while slot.result.is_none() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            slot = self
                .ended
                .wait_timeout(slot, left.min(LONGEST_WAIT))
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .0;
        }
        slot.waiters -= 1;
        slot.result.clone()
    }

    /// The result, or notes who is to be woken when it is there; the last one who asked is.
    pub(crate) fn poll(&self, waker: &Waker) -> Poll<Arc<R>> {
        // Cloning a waker runs the caller's code, and so does dropping one: both outside the lock.
        let mut new = Some(waker.clone());
        let mut slot = lock(&self.slot);
        if let Some(result) = &slot.result {
            let result = Arc::clone(result);
            drop(slot);
            return Poll::Ready(result);
        }
        std::mem::swap(&mut slot.waker, &mut new);
        drop(slot);
        drop(new);
        Poll::Pending
    }

    /// Waits for the result and takes it out: whoever asks is the last.
    pub(crate) fn take(&self) -> Arc<R> {
        let mut slot = lock(&self.slot);
        slot.waiters += 1;
        loop {
            if let Some(result) = slot.result.take() {
                slot.waiters -= 1;
                slot.deserted = true;
                self.stage.store(TAKEN, Ordering::Release);
                return result;
            }
            slot = self
                .ended
                .wait(slot)
                .unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }

    /// The handle has gone: what is there, or would be, is nobody's.
    pub(crate) fn desert(&self) {
        if self.stage.load(Ordering::Relaxed) == TAKEN {
            return;
        }
        let mut slot = lock(&self.slot);
        slot.deserted = true;
        let unwanted = (slot.result.take(), slot.waker.take());
        drop(slot);
        drop(unwanted);
    }
}

/// The operating system's timed waits do not take every duration.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);
