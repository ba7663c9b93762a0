//! Threads that wait under a pool's lock, each woken exactly once.

use std::thread::Thread;

/// Threads that wait. Those that were woken and have not come back yet, and those that look around
/// before they sleep, are counted as awake: what they will take needs nobody else to be woken.
///
/// All of it happens under the pool's lock, so no wake-up is lost.
#[derive(Debug)]
pub(super) struct Sleepers {
    asleep: Vec<(u64, Thread)>,
    awake: usize,
    tickets: u64,
}

impl Sleepers {
    pub(super) const fn new() -> Self {
        Self {
            asleep: Vec::new(),
            awake: 0,
            tickets: 0,
        }
    }

    /// Whether anyone sleeps.
    pub(super) fn anyone_asleep(&self) -> bool {
        !self.asleep.is_empty()
    }

    /// Whether anyone looks around, or is on the way back.
    pub(super) fn anyone_awake(&self) -> bool {
        self.awake > 0
    }

    /// Whether anyone waits, asleep or awake.
    pub(super) fn anyone(&self) -> bool {
        self.anyone_asleep() || self.anyone_awake()
    }

    /// The current thread looks around before it sleeps.
    pub(super) fn look_around(&mut self) {
        self.awake += 1;
    }

    /// The current thread, which looked around or was woken, is back.
    pub(super) fn come_back(&mut self) {
        self.awake -= 1;
    }

    /// The current thread goes to sleep once it has let go of the lock.
    pub(super) fn sleep(&mut self) -> u64 {
        self.tickets += 1;
        self.asleep.push((self.tickets, std::thread::current()));
        self.tickets
    }

    /// Whether the thread that sleeps as `ticket` was woken; it may have woken up by itself.
    pub(super) fn was_woken(&self, ticket: u64) -> bool {
        self.asleep.iter().all(|(other, _)| *other != ticket)
    }

    /// The thread that sleeps as `ticket` no longer waits.
    pub(super) fn leave(&mut self, ticket: u64) {
        self.asleep.retain(|(other, _)| *other != ticket);
    }

    /// Takes out the threads to wake so that `wanted` are awake: the last that fell asleep, whose
    /// caches are warm.
    #[inline]
    pub(super) fn wake_newest(&mut self, wanted: usize) -> Vec<Thread> {
        let count = self.missing(wanted);
        if count == 0 {
            return Vec::new();
        }
        let from = self.asleep.len() - count;
        self.asleep.drain(from..).map(|(_, thread)| thread).collect()
    }

    /// Takes out the threads to wake so that `wanted` are awake: the first that fell asleep, who have
    /// waited longest.
    #[inline]
    pub(super) fn wake_oldest(&mut self, wanted: usize) -> Vec<Thread> {
        let count = self.missing(wanted);
        if count == 0 {
            return Vec::new();
        }
        self.asleep.drain(..count).map(|(_, thread)| thread).collect()
    }

    fn missing(&mut self, wanted: usize) -> usize {
        let count = wanted.saturating_sub(self.awake).min(self.asleep.len());
        self.awake += count;
        count
    }
}
