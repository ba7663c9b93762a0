//! Which callback runs on which thread, and for how long.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::crew::Standing;
use super::{Action, CallbackKey, Disposal, Due, Machine, Slab, Watch, WatchKey};
use crate::TaskId;

/// Marks the keys of callback threads.
#[derive(Debug)]
pub(crate) enum CallbackThreads {}

#[derive(Debug)]
struct Current {
    task: TaskId,
    since: Instant,
    watch: WatchKey,
}

#[derive(Debug)]
pub(super) struct CallbackThread {
    current: Option<Current>,
    standing: Standing,
}

/// The callbacks and their threads.
#[derive(Debug)]
pub(super) struct Callbacks<C> {
    /// Places that are taken: by tasks that have not ended, by callbacks that wait, by those that run.
    pub(super) places: usize,
    pub(super) queue: VecDeque<(TaskId, C)>,
    pub(super) threads: Slab<CallbackThreads, CallbackThread>,
    /// Threads that hang and were replaced; at most `max_abandoned`.
    pub(super) abandoned: usize,
    /// Threads that hang and were not replaced.
    pub(super) stuck: usize,
    /// Threads that the operating system refused to start.
    pub(super) missing: usize,
    pub(super) run: u64,
    pub(super) timed_out: u64,
    pub(super) panicked: u64,
    pub(super) skipped: u64,
}

/// What a callback thread does next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CallbackTaken<C> {
    Run(TaskId, C),
    Idle,
    Exit,
}

/// How a callback ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallbackEnd {
    Returned,
    Panicked,
}

impl<C> Callbacks<C> {
    pub(super) const fn new() -> Self {
        Self {
            places: 0,
            queue: VecDeque::new(),
            threads: Slab::new(),
            abandoned: 0,
            stuck: 0,
            missing: 0,
            run: 0,
            timed_out: 0,
            panicked: 0,
            skipped: 0,
        }
    }

    pub(super) const fn hung(&self) -> usize {
        self.abandoned + self.stuck
    }

    pub(super) fn reserve(&mut self, capacity: usize) -> bool {
        let free = self.places < capacity;
        self.places += usize::from(free);
        free
    }

    pub(super) fn release(&mut self) {
        self.places -= 1;
    }

    pub(super) fn serving(&self) -> usize {
        self.threads.len() - self.hung()
    }

    pub(super) fn hire(&mut self) -> Option<CallbackKey> {
        self.threads
            .insert(CallbackThread {
                current: None,
                standing: Standing::Serving,
            })
            .ok()
    }

    fn skip(&mut self) {
        self.places -= 1;
        self.skipped += 1;
    }

    fn begin(&mut self, thread: CallbackKey, task: TaskId, now: Instant, limit: Duration, watch: &mut Watch) {
        let watch = watch.add(super::later(now, limit), Due::Callback(thread));
        if let Some(thread) = self.threads.get_mut(thread) {
            thread.current = Some(Current {
                task,
                since: now,
                watch,
            });
        }
    }
}

impl<J: Clone, C> Machine<J, C> {
    /// The callback of a task that has ended is ready to run; it comes back if it is not to be run,
    /// and then whoever asked drops it.
    pub(crate) fn callback_ready(&mut self, task: TaskId, callback: C) -> Result<(), C> {
        if self.skips_callbacks() {
            self.callbacks.skip();
            return Err(callback);
        }
        self.callbacks.queue.push_back((task, callback));
        Ok(())
    }

    /// Whether a callback waits for a thread.
    pub(crate) fn has_callbacks(&self) -> bool {
        !self.callbacks.queue.is_empty()
    }

    /// Whether callbacks are not run: too many hang, or the shutdown's time is over.
    pub(super) fn skips_callbacks(&self) -> bool {
        self.callbacks.hung() >= self.config.max_abandoned.max(1) || self.is_hard_ended()
    }

    /// What a callback thread does next.
    pub(crate) fn take_callback(&mut self, thread: CallbackKey, now: Instant) -> CallbackTaken<C> {
        if self.callbacks.threads.get(thread).is_none() {
            return CallbackTaken::Exit;
        }
        if let Some((task, callback)) = self.callbacks.queue.pop_front() {
            let limit = self.config.callback_timeout;
            self.callbacks.begin(thread, task, now, limit, &mut self.watch);
            return CallbackTaken::Run(task, callback);
        }
        if self.is_settled() && (self.callbacks.places == 0 || self.is_last_ended()) {
            self.callbacks.threads.remove(thread);
            return CallbackTaken::Exit;
        }
        CallbackTaken::Idle
    }

    /// The callback thread is done with its callback. One that was given up is not counted again.
    pub(crate) fn callback_ended(&mut self, thread: CallbackKey, end: CallbackEnd) {
        let callbacks = &mut self.callbacks;
        let Some(this) = callbacks.threads.get_mut(thread) else {
            return;
        };
        match this.standing {
            Standing::Serving => {
                if let Some(current) = this.current.take() {
                    self.watch.remove(Some(current.watch));
                    callbacks.places -= 1;
                    match end {
                        CallbackEnd::Returned => callbacks.run += 1,
                        CallbackEnd::Panicked => callbacks.panicked += 1,
                    }
                }
            }
            Standing::Stuck => {
                this.standing = Standing::Serving;
                callbacks.stuck -= 1;
            }
            Standing::Replaced => {
                callbacks.threads.remove(thread);
                callbacks.abandoned -= 1;
            }
        }
    }

    /// A callback ran past its limit: its thread is given up, its place freed.
    pub(super) fn callback_timed_out(
        &mut self,
        thread: CallbackKey,
        now: Instant,
        actions: &mut Vec<Action<J>>,
    ) {
        let replace = self.callbacks.abandoned < self.config.max_abandoned && !self.is_hard_ended();
        let callbacks = &mut self.callbacks;
        let Some(this) = callbacks.threads.get_mut(thread) else {
            return;
        };
        let Some(current) = this.current.take() else {
            return;
        };
        self.watch.remove(Some(current.watch));
        callbacks.places -= 1;
        callbacks.timed_out += 1;
        actions.push(Action::CallbackTimedOut {
            task: current.task,
            elapsed: now.saturating_duration_since(current.since),
        });
        if replace {
            this.standing = Standing::Replaced;
            callbacks.abandoned += 1;
            actions.extend(callbacks.hire().map(Action::StartCallbackThread));
        } else {
            this.standing = Standing::Stuck;
            callbacks.stuck += 1;
        }
        if self.skips_callbacks() {
            self.skip_waiting_callbacks(actions);
        }
    }

    /// Gives up every callback that runs and skips those that wait.
    pub(super) fn give_up_callbacks(&mut self, now: Instant, actions: &mut Vec<Action<J>>) {
        for thread in self.callbacks.threads.keys_of(|thread| thread.current.is_some()) {
            self.callback_timed_out(thread, now, actions);
        }
        self.skip_waiting_callbacks(actions);
    }

    fn skip_waiting_callbacks(&mut self, actions: &mut Vec<Action<J>>) {
        while let Some((task, callback)) = self.callbacks.queue.pop_front() {
            self.callbacks.skip();
            self.disposals.push_back(Disposal::Value(callback));
            actions.push(Action::CallbackSkipped { task });
        }
    }
}
