//! The queue of what is ready to run.

use std::collections::VecDeque;

use super::TaskKey;

/// What a worker does for a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Runs the task.
    Whole,
    /// Runs one of its parts.
    Part(usize),
    /// Runs the step that makes one result of the parts.
    Finish,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unit {
    pub(crate) key: TaskKey,
    pub(crate) step: Step,
}

/// First in, first out. A unit whose task was stopped stays behind as an empty marker.
#[derive(Debug)]
pub(super) struct Ready {
    units: VecDeque<Unit>,
    /// How many of `units` are such markers.
    stale: usize,
}

impl Ready {
    pub(super) const fn new() -> Self {
        Self {
            units: VecDeque::new(),
            stale: 0,
        }
    }

    pub(super) fn push(&mut self, unit: Unit) {
        self.units.push_back(unit);
    }

    pub(super) fn pop(&mut self) -> Option<Unit> {
        self.units.pop_front()
    }

    /// Notes that a marker was popped.
    pub(super) fn popped_stale(&mut self) {
        self.stale = self.stale.saturating_sub(1);
    }

    /// Notes that `count` units have become markers, and clears them away once there are more than
    /// `limit`: each clearing is paid for by more than `limit` stopped tasks.
    pub(super) fn add_stale(&mut self, count: usize, limit: usize, is_live: impl Fn(Unit) -> bool) {
        self.stale += count;
        if self.stale > limit {
            self.units.retain(|&unit| is_live(unit));
            self.stale = 0;
        }
    }

    /// Units that are not markers.
    pub(super) fn live(&self) -> usize {
        self.units.len() - self.stale
    }

    #[cfg(test)]
    pub(super) const fn stale(&self) -> usize {
        self.stale
    }
}
