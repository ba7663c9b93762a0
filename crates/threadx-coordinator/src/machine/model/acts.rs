//! What a driver of the machine may do.

use proptest::prelude::*;

use super::{Doing, Stage, World, nth};

/// What a driver of the machine may do next. Numbers pick among what there is.
#[derive(Debug, Clone)]
pub(super) enum Act {
    Submit {
        deadline_ms: Option<u64>,
        callback: bool,
    },
    Reserve {
        deadline_ms: Option<u64>,
    },
    Push(usize),
    Take(usize),
    Finish {
        worker: usize,
        how: u8,
        parts: usize,
    },
    Cancel(usize),
    Advance {
        ms: u64,
        /// Whether the operating system refuses threads.
        refuses: bool,
    },
    TakeCallback(usize),
    EndCallback {
        thread: usize,
        panics: bool,
    },
    Close {
        drain_ms: u64,
    },
    Tell,
}

pub(super) fn act() -> impl Strategy<Value = Act> {
    let deadline = prop::option::of(0..150_u64);
    prop_oneof![
        6 => (deadline.clone(), any::<bool>())
            .prop_map(|(deadline_ms, callback)| Act::Submit { deadline_ms, callback }),
        2 => deadline.prop_map(|deadline_ms| Act::Reserve { deadline_ms }),
        2 => any::<usize>().prop_map(Act::Push),
        8 => any::<usize>().prop_map(Act::Take),
        7 => (any::<usize>(), any::<u8>(), 0..6_usize)
            .prop_map(|(worker, how, parts)| Act::Finish { worker, how, parts }),
        3 => any::<usize>().prop_map(Act::Cancel),
        3 => (0..60_u64, prop::bool::weighted(0.3))
            .prop_map(|(ms, refuses)| Act::Advance { ms, refuses }),
        1 => Just(Act::Advance { ms: 1000, refuses: false }),
        2 => Just(Act::Tell),
        3 => any::<usize>().prop_map(Act::TakeCallback),
        2 => (any::<usize>(), any::<bool>())
            .prop_map(|(thread, panics)| Act::EndCallback { thread, panics }),
        1 => (0..200_u64).prop_map(|drain_ms| Act::Close { drain_ms }),
    ]
}

impl World {
    pub(super) fn act(&mut self, act: &Act) {
        match *act {
            Act::Submit {
                deadline_ms,
                callback,
            } => {
                if let Some(id) = self.reserve(deadline_ms, callback) {
                    self.push(id);
                }
            }
            Act::Reserve { deadline_ms } => drop(self.reserve(deadline_ms, false)),
            Act::Push(pick) => {
                if let Some(&id) = nth(&self.unended(Stage::Reserved), pick) {
                    self.push(id);
                }
            }
            Act::Take(pick) => {
                let idle = self.workers_that(|doing| !matches!(doing, Doing::Unit(..)));
                if let Some(&index) = nth(&idle, pick) {
                    self.take(index);
                }
            }
            Act::Finish { worker, how, parts } => {
                let busy = self.workers_that(|doing| matches!(doing, Doing::Unit(..)));
                if let Some(&index) = nth(&busy, worker) {
                    self.finish(index, how, parts);
                }
            }
            Act::Cancel(pick) => {
                let ids: Vec<u64> = self.tasks.keys().copied().collect();
                if let Some(&id) = nth(&ids, pick) {
                    self.cancel(id);
                }
            }
            Act::Advance { ms, refuses } => self.advance(ms, refuses),
            Act::Tell => self.tell(),
            Act::TakeCallback(pick) => {
                let idle = self.callback_threads_that(|doing| doing.is_none());
                if let Some(&index) = nth(&idle, pick) {
                    self.take_callback(index);
                }
            }
            Act::EndCallback { thread, panics } => {
                let busy = self.callback_threads_that(|doing| doing.is_some());
                if let Some(&index) = nth(&busy, thread) {
                    self.end_callback(index, panics);
                }
            }
            Act::Close { drain_ms } => self.close(drain_ms),
        }
        self.deliver_callbacks();
    }
}
