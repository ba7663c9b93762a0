//! How a submission waits for a place in the queue.

use std::sync::MutexGuard;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::sleepers::Sleepers;
use super::{Core, Pool, SPINS};

/// How long a submission waits for a place in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Not at all.
    None,
    /// Until then, on the operating system's clock.
    Until(Instant),
    /// As long as it takes.
    Forever,
}

/// One submission's wait: it looks around first, then sleeps.
#[derive(Debug)]
pub(super) struct Wait {
    patience: Patience,
    /// Counted among those awake.
    awake: bool,
    looked: bool,
}

impl Wait {
    pub(super) const fn new(patience: Patience) -> Self {
        Self {
            patience,
            awake: false,
            looked: false,
        }
    }

    pub(super) fn has_patience(&self) -> bool {
        match self.patience {
            Patience::None => false,
            Patience::Until(until) => Instant::now() < until,
            Patience::Forever => true,
        }
    }

    /// The thread has the lock again and tries.
    pub(super) fn is_over(&mut self, blocked: &mut Sleepers) {
        if std::mem::take(&mut self.awake) {
            blocked.come_back();
        }
    }

    /// Waits until there may be a place, or patience is at its end.
    pub(super) fn for_place<S: Send + Sync + 'static>(
        &mut self,
        pool: &Pool<S>,
        mut core: MutexGuard<'_, Core<S>>,
    ) {
        if !std::mem::replace(&mut self.looked, true) {
            core.blocked.look_around();
            self.awake = true;
            let capacity = pool.config.queue_capacity as u64;
            pool.queued.store(capacity, Ordering::Relaxed);
            drop(core);
            for _ in 0..SPINS {
                if pool.queued.load(Ordering::Relaxed) < capacity {
                    return;
                }
                std::thread::yield_now();
            }
            return;
        }
        let ticket = core.blocked.sleep();
        drop(core);
        loop {
            match self.patience {
                Patience::Forever => std::thread::park(),
                Patience::Until(until) => {
                    std::thread::park_timeout(until.saturating_duration_since(Instant::now()));
                }
                Patience::None => {}
            }
            let mut core = pool.lock();
            if core.blocked.was_woken(ticket) {
                self.awake = true;
                self.looked = false;
                return;
            }
            if !self.has_patience() {
                // The last attempt follows.
                core.blocked.leave(ticket);
                return;
            }
        }
    }
}
