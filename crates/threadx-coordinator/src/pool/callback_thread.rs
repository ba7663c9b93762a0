//! A callback thread.

use std::sync::{Arc, PoisonError};

use super::Pool;
use crate::machine::{CallbackEnd, CallbackKey, CallbackTaken};
use crate::role::{self, Role};
use crate::{log, panics};

impl<S: Send + Sync + 'static> Pool<S> {
    /// Runs callbacks until the thread is not needed any more.
    pub(super) fn call_back(self: &Arc<Self>, thread: CallbackKey) {
        role::enter(self.number, Role::Callback);
        loop {
            let now = self.clock.now();
            let mut core = self.lock();
            match core.machine.take_callback(thread, now) {
                CallbackTaken::Run(task, callback) => {
                    self.release(core);
                    let end = match panics::catch(callback) {
                        Ok(()) => CallbackEnd::Returned,
                        Err(panic) => {
                            log::panicked("a callback", Some(task), &panic);
                            CallbackEnd::Panicked
                        }
                    };
                    self.step(|machine| machine.callback_ended(thread, end));
                }
                CallbackTaken::Idle => {
                    // Woken by whoever makes a callback ready, or settles the shutdown.
                    drop(self.callbacks.wait(core).unwrap_or_else(PoisonError::into_inner));
                }
                CallbackTaken::Exit => {
                    self.release(core);
                    return;
                }
            }
        }
    }
}
