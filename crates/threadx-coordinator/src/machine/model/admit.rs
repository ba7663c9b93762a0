//! What the machine must answer to a submission.

use std::time::Duration;

use threadx_error::CoordinatorError;

use super::{Stage, Task, World};
use crate::TaskId;
use crate::machine::{Admission, End, Pushed, Step, Stop};

impl World {
    /// What the machine must answer to a submission.
    pub(super) fn refusal(&self, callback: bool) -> Option<CoordinatorError> {
        let config = &self.config;
        let queued = self.count(|stage| matches!(stage, Stage::Reserved | Stage::Queued));
        if self.closing {
            Some(CoordinatorError::ShutDown)
        } else if self.hung() >= config.max_abandoned.max(1) {
            Some(CoordinatorError::TooManyAbandoned {
                hung: self.hung(),
                max_abandoned: config.max_abandoned,
            })
        } else if queued >= config.queue_capacity as u64 {
            Some(CoordinatorError::QueueFull {
                capacity: config.queue_capacity,
            })
        } else if callback && self.places() >= config.callback_capacity {
            Some(CoordinatorError::CallbackQueueFull {
                capacity: config.callback_capacity,
            })
        } else {
            None
        }
    }

    pub(super) fn places(&self) -> usize {
        let accepted = self.tasks.values().filter(|task| task.callback).count();
        accepted - usize::try_from(self.callbacks_ended).unwrap()
    }

    pub(super) fn reserve(&mut self, deadline_ms: Option<u64>, callback: bool) -> Option<u64> {
        let id = self.tasks.len() as u64;
        let deadline = deadline_ms.map(|ms| self.now + Duration::from_millis(ms));
        let expected = self.refusal(callback);
        let admission = Admission {
            id: TaskId(id),
            deadline,
            callback,
        };
        match self.machine.reserve(id, admission) {
            Ok(key) => {
                assert_eq!(expected, None);
                let task = Task {
                    key,
                    stage: Stage::Reserved,
                    deadline,
                    stop: None,
                    callback,
                    parts: None,
                    told: None,
                };
                self.tasks.insert(id, task);
                Some(id)
            }
            Err(refused) => {
                assert_eq!((refused.job, Some(refused.reason)), (id, expected));
                None
            }
        }
    }

    pub(super) fn push(&mut self, id: u64) {
        let task = self.tasks.get_mut(&id).unwrap();
        match self.machine.push(task.key) {
            Some(Pushed::Ready) => {
                assert_eq!(task.stop, None);
                task.stage = Stage::Queued;
                self.ready.push_back((id, Step::Whole));
            }
            Some(Pushed::Ended(end)) => {
                assert_eq!((task.stop, end), (Some(Stop::Cancel), End::Cancelled));
                self.untold += 1;
                self.end(id, end);
            }
            None => panic!("a reserved task stays until it is pushed"),
        }
    }

    /// The one end of a task.
    pub(super) fn end(&mut self, id: u64, end: End) {
        let task = self.tasks.get_mut(&id).unwrap();
        assert!(!matches!(task.stage, Stage::Ended(_)), "{id} ended twice");
        task.stage = Stage::Ended(end);
        self.ready.retain(|(other, _)| *other != id);
        if task.callback {
            self.uncalled.insert(id);
        }
    }
}
