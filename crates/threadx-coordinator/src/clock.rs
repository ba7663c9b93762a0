//! The time that deadlines are measured by.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The time that a coordinator measures deadlines, grace and callback limits by.
///
/// The seam through which a test, or a simulation, moves time by hand. What blocks the calling
/// thread (`wait_timeout`, `submit_timeout`) is measured by the operating system's clock instead.
pub trait Clock: std::fmt::Debug + Send + Sync + 'static {
    /// The time now; it never goes back.
    fn now(&self) -> Instant;

    /// Returns when `alarm` rings, or when the clock has reached `until` if one is given.
    ///
    /// Called by the coordinator's supervisor only. It may return early.
    fn sleep(&self, alarm: &Alarm, until: Option<Instant>);
}

/// The operating system's monotonic clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, alarm: &Alarm, until: Option<Instant>) {
        match until {
            None => alarm.wait(),
            Some(until) => {
                alarm.wait_timeout(until.saturating_duration_since(Instant::now()));
            }
        }
    }
}

/// Wakes a sleeping supervisor. Clones ring the same alarm.
#[derive(Debug, Clone, Default)]
pub struct Alarm(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    rung: Mutex<bool>,
    ring: Condvar,
}

impl Alarm {
    /// Ends the wait under way, or the next one.
    pub fn ring(&self) {
        *self.0.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.ring.notify_one();
    }

    /// Waits for the alarm to ring; at once if it has rung since the last wait.
    pub fn wait(&self) {
        let mut rung = self.0.rung.lock().unwrap_or_else(PoisonError::into_inner);
        while !*rung {
            rung = self.0.ring.wait(rung).unwrap_or_else(PoisonError::into_inner);
        }
        *rung = false;
    }

    /// Waits as [`wait`](Self::wait) does, at most for `limit`.
    pub fn wait_timeout(&self, limit: Duration) {
        let rung = self.0.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut rung, _) = self
            .0
            .ring
            .wait_timeout_while(rung, limit.min(LONGEST_SLEEP), |rung| !*rung)
            .unwrap_or_else(PoisonError::into_inner);
        *rung = false;
    }
}

/// The operating system's timed waits do not take every duration.
const LONGEST_SLEEP: Duration = Duration::from_secs(24 * 60 * 60);
