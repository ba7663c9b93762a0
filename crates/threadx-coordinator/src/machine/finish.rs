//! How a step of a task ends.

use std::time::Instant;

use super::crew::Doing;
use super::fan::{Failure, Fan};
use super::{Due, End, Machine, Phase, Record, Step, Stop, TaskKey, Unit, WorkerKey};

/// What a step of a task came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Succeeded,
    Failed,
    Panicked,
    /// The task returned this many parts.
    FanOut(usize),
    PartDone,
    PartFailed(usize),
    PartPanicked(usize),
}

/// What follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    /// The task has ended, and this worker says so.
    Ended(End),
    /// Other steps of the task are to come, or under way.
    GoesOn,
    /// The task ended without this step; what the step yielded is dropped.
    Late,
}

impl<J: Clone, C> Machine<J, C> {
    /// `worker` ended a step of task `key` at `now`. This is the terminal transition of a task that
    /// ran: whoever comes later finds it gone.
    pub(crate) fn finish(
        &mut self,
        worker: WorkerKey,
        key: TaskKey,
        verdict: Verdict,
        now: Instant,
    ) -> After {
        self.crew.come_back(worker);
        let after = self.settle(key, verdict, now);
        if let After::Ended(_) = after {
            self.crew.begin(worker, Doing::Telling);
        }
        after
    }

    fn settle(&mut self, key: TaskKey, verdict: Verdict, now: Instant) -> After {
        let Some(record) = self.tasks.get_mut(key) else {
            return After::Late;
        };
        if record.stop.is_none() && record.deadline.is_some_and(|deadline| deadline <= now) {
            record.stop = Some(Stop::Deadline);
        }
        if let Some(fan) = &mut record.fan {
            fan.end();
        }
        match verdict {
            Verdict::Succeeded => self.end_running(key, End::Succeeded),
            Verdict::Failed => self.end_running(key, End::Failed),
            Verdict::Panicked => self.end_running(key, End::Panicked),
            Verdict::FanOut(parts) => {
                record.fan = Some(Box::new(Fan::new(parts)));
                self.go_on(key)
            }
            Verdict::PartDone => self.go_on(key),
            Verdict::PartFailed(index) => {
                if let Some(fan) = &mut record.fan {
                    fan.fail(index, Failure::Error);
                }
                self.go_on(key)
            }
            Verdict::PartPanicked(index) => {
                if let Some(fan) = &mut record.fan {
                    fan.fail(index, Failure::Panic);
                }
                self.go_on(key)
            }
        }
    }

    /// Hands out the next steps of a task that fans out, or ends it if it was stopped.
    fn go_on(&mut self, key: TaskKey) -> After {
        let limit = self.config.workers;
        let Some(record) = self.tasks.get_mut(key) else {
            return After::Late;
        };
        let stop = record.stop;
        let Some(fan) = &mut record.fan else {
            return After::Late;
        };
        if stop.is_some() || fan.failure().is_some() {
            let stale = fan.stop();
            let over = fan.is_over();
            let end = match fan.failure() {
                Some(Failure::Panic) => End::Panicked,
                Some(Failure::Error) | None => End::Failed,
            };
            self.add_stale(stale);
            return if over {
                self.end_running(key, end)
            } else {
                After::GoesOn
            };
        }
        while let Some(step) = fan.issue(limit) {
            self.ready.push(Unit { key, step });
        }
        After::GoesOn
    }

    /// Ends a running task: what it came to counts, unless it was told to stop before.
    fn end_running(&mut self, key: TaskKey, came_to: End) -> After {
        let Some(Record { stop, .. }) = self.remove(key) else {
            return After::Late;
        };
        let end = match (came_to, stop) {
            // A panic is a defect and is not hidden behind a cancellation.
            (End::Panicked, _) | (_, None) => came_to,
            (_, Some(stop)) => stop.end(),
        };
        self.ledger.end_running(end);
        After::Ended(end)
    }

    /// Tells a running task to stop; if no worker is on it, it ends at once.
    pub(super) fn stop_running(&mut self, key: TaskKey, stop: Stop) -> Option<End> {
        let record = self.tasks.get_mut(key)?;
        let stop = *record.stop.get_or_insert(stop);
        let fan = record.fan.as_mut()?;
        let stale = fan.stop();
        let over = fan.is_over();
        // A failed part counts before the stop only if it panicked, as when it ends by itself.
        let came_to = match fan.failure() {
            Some(Failure::Panic) => End::Panicked,
            Some(Failure::Error) | None => stop.end(),
        };
        self.add_stale(stale);
        if !over {
            return None;
        }
        match self.end_running(key, came_to) {
            After::Ended(end) => Some(end),
            After::GoesOn | After::Late => None,
        }
    }

    /// Starts the time that a task has to heed its deadline.
    pub(super) fn start_grace(&mut self, key: TaskKey, now: Instant) {
        let until = super::later(now, self.config.grace);
        if let Some(record) = self.tasks.get_mut(key) {
            self.watch.remove(record.watch);
            record.watch = Some(self.watch.add(until, Due::Grace(key)));
        }
    }
}

impl Stop {
    /// How a task ends that heeds it.
    pub(super) const fn end(self) -> End {
        match self {
            Self::Cancel => End::Cancelled,
            Self::Deadline => End::TimedOut {
                phase: Phase::Running,
                abandoned: false,
            },
        }
    }
}

impl Step {
    /// Whether it is a part or the finish step of a task that fans out.
    pub(crate) const fn is_of_fan(self) -> bool {
        !matches!(self, Self::Whole)
    }
}
