//! Callbacks and their threads.

use super::{Stage, World};
use crate::TaskId;
use crate::machine::{CallbackEnd, CallbackTaken};

impl World {
    pub(super) fn deliver_callbacks(&mut self) {
        while let Some(id) = self.uncalled.pop_first() {
            let skips = self.machine.skips_callbacks();
            match self.machine.callback_ready(TaskId(id), id) {
                Ok(()) => assert!(!skips),
                Err(callback) => {
                    assert!(skips);
                    assert_eq!(callback, id);
                    self.callbacks_ended += 1;
                }
            }
        }
    }

    pub(super) fn take_callback(&mut self, index: usize) {
        let (key, doing) = self.callback_threads[index];
        assert_eq!(doing, None);
        match self.machine.take_callback(key, self.now) {
            CallbackTaken::Run(task, callback) => {
                assert_eq!(task.get(), callback);
                assert!(
                    matches!(self.tasks[&callback].stage, Stage::Ended(_)),
                    "called before the end"
                );
                self.callback_threads[index].1 = Some(callback);
            }
            CallbackTaken::Idle => {}
            CallbackTaken::Exit => drop(self.callback_threads.remove(index)),
        }
    }

    pub(super) fn end_callback(&mut self, index: usize, panics: bool) {
        let (key, doing) = self.callback_threads[index];
        if doing.is_none() {
            return;
        }
        self.callback_threads[index].1 = None;
        let before = self.machine.callbacks.places;
        let end = if panics {
            CallbackEnd::Panicked
        } else {
            CallbackEnd::Returned
        };
        self.machine.callback_ended(key, end);
        self.callbacks_ended += (before - self.machine.callbacks.places) as u64;
    }
}
