//! Who ends a task from outside: its handle, a shutdown, and whoever tells of it.

use std::time::Duration;

use super::{Stage, World};
use crate::machine::{After, Cancelled, End, Stop};

impl World {
    /// A running task is told to stop: its end, if no worker is on it.
    pub(super) fn stop(&mut self, id: u64, stop: Stop) -> Option<End> {
        let active = self.active(id);
        let task = self.tasks.get_mut(&id).unwrap();
        task.stop.get_or_insert(stop);
        let parts = task.parts.as_ref()?;
        let first = parts.failed.first_key_value().map(|(_, end)| *end);
        self.ready.retain(|(other, _)| *other != id);
        match self.came_to(id, first.unwrap_or(End::Failed)) {
            After::Ended(end) if active == 0 => Some(end),
            _ => None,
        }
    }

    pub(super) fn cancel(&mut self, id: u64) {
        let (key, stage) = (self.tasks[&id].key, self.tasks[&id].stage);
        let cancelled = self.machine.cancel(key);
        match stage {
            Stage::Ended(_) => assert_eq!(cancelled, Cancelled::TooLate),
            Stage::Reserved => {
                self.tasks.get_mut(&id).unwrap().stop = Some(Stop::Cancel);
                assert_eq!(cancelled, Cancelled::Requested(id));
            }
            Stage::Queued => {
                assert_eq!(
                    cancelled,
                    Cancelled::Ended {
                        job: id,
                        end: End::Cancelled
                    }
                );
                self.untold += 1;
                self.end(id, End::Cancelled);
            }
            Stage::Running => match self.stop(id, Stop::Cancel) {
                Some(end) => {
                    assert_eq!(cancelled, Cancelled::Ended { job: id, end });
                    self.untold += 1;
                    self.end(id, end);
                }
                None => assert_eq!(cancelled, Cancelled::Requested(id)),
            },
        }
    }

    pub(super) fn close(&mut self, drain_ms: u64) {
        self.machine
            .close(self.now, self.now + Duration::from_millis(drain_ms));
        self.closing = true;
    }

    pub(super) fn unended(&self, stage: Stage) -> Vec<u64> {
        self.tasks
            .iter()
            .filter(|(_, task)| task.stage == stage)
            .map(|(id, _)| *id)
            .collect()
    }

    /// A canceller tells of an end.
    pub(super) fn tell(&mut self) {
        if self.untold > 0 {
            self.untold -= 1;
            self.machine.told();
        }
    }
}
