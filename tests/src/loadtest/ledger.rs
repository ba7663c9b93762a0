//! What became of the tasks.

use serde::Serialize;
use threadx::coordinator::{Cancellation, State, Status};

use super::in_flight::Ended;

/// Surprises that are told in full; the rest is counted.
const TOLD: usize = 10;

/// How many tasks ended in each way, counted from their own handles.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Ledger {
    /// Tasks that were accepted.
    pub submitted: u64,
    /// Tasks that ended with a value.
    pub succeeded: u64,
    /// Tasks that ended with an error.
    pub failed: u64,
    /// Tasks that panicked.
    pub panicked: u64,
    /// Tasks that were cancelled.
    pub cancelled: u64,
    /// Tasks whose deadline passed; none has one.
    pub timed_out: u64,
    /// Cancellations that took hold: each must have become a cancelled task.
    pub stopped: u64,
    /// Cancellations that came after the end.
    pub too_late: u64,
    /// The first tasks that ended otherwise than they should, each with its reason.
    pub surprises: Vec<String>,
    /// How many there are of them.
    pub surprise_count: u64,
}

impl Ledger {
    /// Enters a task that has ended.
    pub(super) fn enter(&mut self, ended: &Ended) {
        let stopped = match ended.stop {
            Some(Cancellation::Cancelled | Cancellation::Requested) => true,
            Some(Cancellation::TooLate) => {
                self.too_late += 1;
                false
            }
            None => false,
        };
        self.stopped += u64::from(stopped);
        match ended.status {
            Status::Succeeded => self.succeeded += 1,
            Status::Failed => self.failed += 1,
            Status::Panicked => self.panicked += 1,
            Status::Cancelled => self.cancelled += 1,
            Status::TimedOut => self.timed_out += 1,
            // Told below; it makes the total fall short.
            Status::Queued | Status::Running => {}
        }
        let expected = if stopped {
            Status::Cancelled
        } else {
            Status::Succeeded
        };
        if ended.status != expected {
            self.surprise_count += 1;
            if self.surprises.len() < TOLD {
                let reason = ended.reason.as_deref().unwrap_or("no reason given");
                self.surprises.push(format!(
                    "task {} ended {} instead of {}: {reason}",
                    ended.number,
                    ended.status.as_str(),
                    expected.as_str()
                ));
            }
        }
    }

    /// Tasks whose end was told.
    #[must_use]
    pub const fn ended(&self) -> u64 {
        self.succeeded + self.failed + self.panicked + self.cancelled + self.timed_out
    }

    /// Whether the coordinator has counted the same.
    #[must_use]
    pub const fn agrees_with(&self, state: &State) -> bool {
        state.submitted == self.submitted
            && state.queued == 0
            && state.running == 0
            && state.succeeded == self.succeeded
            && state.failed == self.failed
            && state.panicked == self.panicked
            && state.cancelled == self.cancelled
            && state.timed_out == self.timed_out
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn ended(status: Status, stop: Option<Cancellation>) -> Ended {
        Ended {
            number: 3,
            status,
            reason: Some("because".to_owned()),
            latency: Duration::ZERO,
            queue_wait: Duration::ZERO,
            run_time: None,
            stop,
        }
    }

    #[test]
    fn what_ends_as_it_should_surprises_nobody() {
        let mut ledger = Ledger::default();
        ledger.enter(&ended(Status::Succeeded, None));
        ledger.enter(&ended(Status::Succeeded, Some(Cancellation::TooLate)));
        ledger.enter(&ended(Status::Cancelled, Some(Cancellation::Cancelled)));
        ledger.enter(&ended(Status::Cancelled, Some(Cancellation::Requested)));
        assert_eq!(ledger.surprises, Vec::<String>::new());
        assert_eq!((ledger.ended(), ledger.stopped, ledger.too_late), (4, 2, 1));
    }

    #[test]
    fn what_does_not_is_told() {
        for (status, stop) in [
            (Status::Failed, None),
            (Status::Panicked, None),
            (Status::TimedOut, None),
            (Status::Running, None),
            // Nobody asked it to stop, or too late; or it did not heed that.
            (Status::Cancelled, None),
            (Status::Cancelled, Some(Cancellation::TooLate)),
            (Status::Succeeded, Some(Cancellation::Requested)),
        ] {
            let mut ledger = Ledger::default();
            ledger.enter(&ended(status, stop));
            assert_eq!(ledger.surprise_count, 1, "{status:?} {stop:?}");
            assert!(ledger.surprises[0].starts_with("task 3 ended"), "{ledger:?}");
        }
    }
}
