//! The parts of a task that fans out.

use super::ready::Step;

/// Why a part did not do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    Error,
    Panic,
}

/// The parts of a task that fans out, and its finish step.
///
/// Parts are handed out in index order, so that when part `i` fails every earlier one has been
/// handed out too: the failure with the lowest index is the same on any number of workers.
#[derive(Debug)]
pub(super) struct Fan {
    count: usize,
    next: usize,
    /// Steps in the ready queue.
    waiting: usize,
    /// Steps on workers.
    active: usize,
    ended: usize,
    failure: Option<(usize, Failure)>,
    finish_issued: bool,
    stopped: bool,
}

impl Fan {
    pub(super) const fn new(count: usize) -> Self {
        Self {
            count,
            next: 0,
            waiting: 0,
            active: 0,
            ended: 0,
            failure: None,
            finish_issued: false,
            stopped: false,
        }
    }

    /// The step to put at the back of the ready queue, while fewer than `limit` are outstanding.
    pub(super) fn issue(&mut self, limit: usize) -> Option<Step> {
        if self.stopped || self.finish_issued {
            return None;
        }
        let step = if self.next < self.count {
            if self.waiting + self.active >= limit {
                return None;
            }
            self.next += 1;
            Step::Part(self.next - 1)
        } else if self.ended == self.count {
            self.finish_issued = true;
            Step::Finish
        } else {
            return None;
        };
        self.waiting += 1;
        Some(step)
    }

    /// A worker took a step from the ready queue.
    pub(super) fn take(&mut self) {
        self.waiting -= 1;
        self.active += 1;
    }

    /// A worker ended a step.
    pub(super) fn end(&mut self) {
        self.active -= 1;
        self.ended += 1;
    }

    /// Part `index` did not do its work: no further part is handed out.
    pub(super) fn fail(&mut self, index: usize, failure: Failure) {
        if self.failure.is_none_or(|(first, _)| index < first) {
            self.failure = Some((index, failure));
        }
    }

    /// No further step is handed out, and those that wait are not run: how many those are.
    pub(super) fn stop(&mut self) -> usize {
        self.stopped = true;
        std::mem::take(&mut self.waiting)
    }

    pub(super) const fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Whether it was stopped and no worker is on it any more.
    pub(super) const fn is_over(&self) -> bool {
        self.stopped && self.active == 0
    }

    pub(super) fn failure(&self) -> Option<Failure> {
        self.failure.map(|(_, failure)| failure)
    }
}
