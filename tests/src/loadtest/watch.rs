//! A look at the coordinator's state every millisecond.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde::Serialize;
use threadx::{controllers::ThreadX, coordinator::State};

use crate::process;

/// From one look to the next.
const EVERY: Duration = Duration::from_millis(1);
/// Threads are counted at one look in so many: asking the operating system takes longer than the look.
const THREADS_EVERY: u64 = 16;
/// Breaches that are told in full; the rest is counted.
const TOLD: usize = 10;

/// What was seen by a thread that looked at the state every millisecond.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Watched {
    /// Snapshots taken.
    pub snapshots: u64,
    /// The longest time between two of them, milliseconds.
    pub longest_gap_ms: f64,
    /// Snapshots whose counts did not add up, or in which a count had gone back.
    pub breach_count: u64,
    /// The first of them.
    pub breaches: Vec<String>,
    /// Most tasks queued in a snapshot.
    pub most_queued: u64,
    /// Most tasks running in a snapshot.
    pub most_running: u64,
    /// Most threads of the process at once, where the system tells it.
    pub most_threads: Option<u64>,
}

impl Watched {
    /// Looks until it is told to stop, and once more then.
    pub(super) fn until(threadx: &ThreadX, stop: &AtomicBool) -> Self {
        let mut watched = Self::default();
        let mut before = threadx.state();
        let mut last = Instant::now();
        let mut next = last;
        loop {
            let stopping = stop.load(Ordering::Acquire);
            let state = threadx.state();
            let now = Instant::now();
            watched.enter(&before, &state);
            watched.longest_gap_ms = watched.longest_gap_ms.max((now - last).as_secs_f64() * 1e3);
            if watched.snapshots.is_multiple_of(THREADS_EVERY) || stopping {
                watched.most_threads = watched.most_threads.max(process::threads());
            }
            if stopping {
                return watched;
            }
            (before, last) = (state, now);
            // A look that comes late is not made up for.
            next = (next + EVERY).max(now);
            thread::sleep(next.saturating_duration_since(Instant::now()));
        }
    }

    fn enter(&mut self, before: &State, state: &State) {
        self.snapshots += 1;
        self.most_queued = self.most_queued.max(state.queued);
        self.most_running = self.most_running.max(state.running);
        if let Some(breach) = breach(before, state) {
            self.breach_count += 1;
            if self.breaches.len() < TOLD {
                self.breaches.push(breach);
            }
        }
    }
}

/// What is wrong with a snapshot that was taken after another one.
fn breach(before: &State, state: &State) -> Option<String> {
    if state.submitted != state.accounted() {
        return Some(format!(
            "submitted {} is not queued {} + running {} + ended {}",
            state.submitted,
            state.queued,
            state.running,
            state.ended()
        ));
    }
    let counts = |state: &State| {
        [
            ("submitted", state.submitted),
            ("succeeded", state.succeeded),
            ("failed", state.failed),
            ("panicked", state.panicked),
            ("cancelled", state.cancelled),
            ("timed_out", state.timed_out),
            ("callbacks_run", state.callbacks_run),
            ("callbacks_timed_out", state.callbacks_timed_out),
            ("callbacks_panicked", state.callbacks_panicked),
            ("callbacks_skipped", state.callbacks_skipped),
        ]
    };
    let pairs = counts(before).into_iter().zip(counts(state));
    pairs
        .into_iter()
        .find(|((_, then), (_, now))| now < then)
        .map(|((name, then), (_, now))| format!("{name} went back from {then} to {now}"))
}

#[cfg(test)]
mod tests {
    use threadx::{controllers::Services, coordinator::CoordinatorConfig};

    use super::*;

    fn state() -> State {
        let services = Services::builder().build().unwrap();
        let threadx = ThreadX::new(CoordinatorConfig::default(), services).unwrap();
        threadx.state()
    }

    #[test]
    fn a_snapshot_that_does_not_add_up_is_seen() {
        let state = state();
        assert_eq!(breach(&state, &state), None);
        let mut lost = state;
        lost.submitted = 1;
        assert_eq!(
            breach(&state, &lost).as_deref(),
            Some("submitted 1 is not queued 0 + running 0 + ended 0")
        );
    }

    #[test]
    fn a_count_that_goes_back_is_seen() {
        let (mut before, mut after) = (state(), state());
        before.callbacks_run = 2;
        after.callbacks_run = 1;
        assert_eq!(
            breach(&before, &after).as_deref(),
            Some("callbacks_run went back from 2 to 1")
        );
        assert_eq!(breach(&after, &before), None);
    }
}
