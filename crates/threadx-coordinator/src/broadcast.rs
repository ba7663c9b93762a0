//! Events to subscribers, of whom none can slow a worker.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use crate::TaskEvent;

/// Every subscriber of a coordinator.
#[derive(Debug, Default)]
pub(crate) struct Broadcast {
    /// Subscribers that may still listen; 0 spares the events' making.
    listeners: AtomicUsize,
    buffers: Mutex<Buffers>,
}

#[derive(Debug, Default)]
struct Buffers {
    /// Replaced as a whole when a subscriber comes or goes, so that sending needs only a clone.
    all: Arc<[Weak<Buffer>]>,
    closed: bool,
}

/// What waits for one subscriber.
#[derive(Debug)]
struct Buffer {
    capacity: usize,
    waiting: Mutex<Waiting>,
    came: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    events: VecDeque<TaskEvent>,
    /// Events lost since the last one taken; all older than those in `events`.
    lost: u64,
    listeners: usize,
    closed: bool,
}

/// What a subscriber receives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The next event.
    Event(TaskEvent),
    /// The subscriber was too slow: so many events, older than the next one, are lost to it. Results
    /// are not: they stay with the handles.
    Lagged(u64),
}

/// A subscriber's end: receives events from the time of its making.
///
/// Its buffer is bounded (`event_capacity`). When it is full the oldest event is lost, which
/// [`Notice::Lagged`] tells.
#[derive(Debug)]
pub struct Subscription {
    buffer: Arc<Buffer>,
}

impl Broadcast {
    /// Whether anybody may listen.
    pub(crate) fn has_listeners(&self) -> bool {
        self.listeners.load(Ordering::Relaxed) > 0
    }

    pub(crate) fn subscribe(&self, capacity: usize) -> Subscription {
        let buffer = Arc::new(Buffer {
            capacity,
            waiting: Mutex::default(),
            came: Condvar::new(),
        });
        let mut buffers = self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        if buffers.closed {
            buffer.close();
        } else {
            let new = [Arc::downgrade(&buffer)];
            buffers.all = alive(&buffers.all).chain(new).collect();
            self.listeners.store(buffers.all.len(), Ordering::Relaxed);
        }
        drop(buffers);
        Subscription { buffer }
    }

    /// Puts an event into every buffer; never waits for a subscriber.
    pub(crate) fn send(&self, event: &TaskEvent) {
        let all = {
            let buffers = self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(&buffers.all)
        };
        let mut gone = false;
        for buffer in &*all {
            match buffer.upgrade() {
                Some(buffer) => buffer.put(event.clone()),
                None => gone = true,
            }
        }
        if gone {
            let mut buffers = self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
            buffers.all = alive(&buffers.all).collect();
            self.listeners.store(buffers.all.len(), Ordering::Relaxed);
        }
    }

    /// No event will come any more; those that wait can still be received.
    pub(crate) fn close(&self) {
        let all = {
            let mut buffers = self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
            buffers.closed = true;
            self.listeners.store(0, Ordering::Relaxed);
            std::mem::take(&mut buffers.all)
        };
        for buffer in all.iter().filter_map(Weak::upgrade) {
            buffer.close();
        }
    }
}

fn alive(all: &[Weak<Buffer>]) -> impl Iterator<Item = Weak<Buffer>> + '_ {
    all.iter().filter(|buffer| buffer.strong_count() > 0).cloned()
}

impl Buffer {
    fn put(&self, event: TaskEvent) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let lost = if waiting.events.len() >= self.capacity {
            waiting.lost += 1;
            waiting.events.pop_front()
        } else {
            None
        };
        waiting.events.push_back(event);
        let listens = waiting.listeners > 0;
        drop(waiting);
        drop(lost);
        if listens {
            self.came.notify_one();
        }
    }

    fn close(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.came.notify_all();
    }
}

impl Waiting {
    fn next(&mut self) -> Option<Notice> {
        if self.lost > 0 {
            return Some(Notice::Lagged(std::mem::take(&mut self.lost)));
        }
        self.events.pop_front().map(Notice::Event)
    }
}

impl Subscription {
    /// The next notice if one waits.
    #[must_use]
    pub fn try_recv(&self) -> Option<Notice> {
        self.buffer
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next()
    }

    /// Waits for the next notice; `None` once the coordinator has shut down and everything was
    /// received.
    #[must_use]
    pub fn recv(&self) -> Option<Notice> {
        self.recv_until(None)
    }

    /// Waits for the next notice, at most for `limit`; `None` also if none came.
    #[must_use]
    pub fn recv_timeout(&self, limit: Duration) -> Option<Notice> {
        self.recv_until(Some(Instant::now().checked_add(limit)?))
    }

    /// Whether the coordinator has shut down: what waits is all there will be.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.buffer
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .closed
    }

    fn recv_until(&self, until: Option<Instant>) -> Option<Notice> {
        let mut waiting = self.buffer.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.listeners += 1;
        let notice = loop {
            if let Some(notice) = waiting.next() {
                break Some(notice);
            }
            if waiting.closed {
                break None;
            }
            waiting = match until {
                None => self
                    .buffer
                    .came
                    .wait(waiting)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        break None;
                    }
                    self.buffer
                        .came
                        .wait_timeout(waiting, left.min(LONGEST_WAIT))
                        .unwrap_or_else(PoisonError::into_inner)
                        .0
                }
            };
        };
        waiting.listeners -= 1;
        notice
    }
}

impl Iterator for Subscription {
    type Item = Notice;

    /// [`recv`](Subscription::recv).
    fn next(&mut self) -> Option<Notice> {
        self.recv()
    }
}

/// The operating system's timed waits do not take every duration.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);
