//! Tasks that were submitted and have not ended, and which of them ends next.

use std::{
    pin::Pin,
    sync::{Arc, mpsc},
    task::{Context, Poll, Wake, Waker},
    time::{Duration, Instant},
};

use threadx::{
    Error,
    coordinator::{Cancellation, Outcome, Status, TaskHandle},
    error::CoordinatorError,
};

/// Tasks that were submitted and have not ended.
///
/// Every handle is a future; whichever task ends first wakes this, so that its place is free at once, also while
/// older tasks still run.
pub(super) struct InFlight {
    slots: Vec<Slot>,
    free: Vec<usize>,
    woken: mpsc::Receiver<Woken>,
}

/// A place for one task.
struct Slot {
    waker: Waker,
    flight: Option<Flight>,
}

struct Flight {
    handle: Box<dyn Handle>,
    number: u64,
    submitted: Instant,
    /// What the request to stop came to, if there was one.
    stop: Option<Cancellation>,
}

/// A task of this slot may have ended, as its worker said at this moment.
type Woken = (usize, Instant);

/// How a task ended, without its value.
#[derive(Debug, Clone)]
pub(super) struct Ended {
    /// Which task, from 0 in the order of submission.
    pub(super) number: u64,
    pub(super) status: Status,
    /// Why it failed or panicked.
    pub(super) reason: Option<String>,
    /// From the call that submitted it to the moment at which its end was told.
    pub(super) latency: Duration,
    pub(super) queue_wait: Duration,
    pub(super) run_time: Option<Duration>,
    pub(super) stop: Option<Cancellation>,
}

/// Why no end was told.
#[derive(Debug)]
pub(super) enum Stall {
    /// Nothing ended for so long.
    Nothing(Duration),
    /// A handle refused to be asked.
    Refused(CoordinatorError),
}

/// The handle of a task of any kind.
trait Handle {
    fn poll(&mut self, waker: &Waker) -> Poll<Result<Ended, CoordinatorError>>;
    fn cancel(&self) -> Cancellation;
}

impl<T: Send + Sync + 'static> Handle for TaskHandle<T, Error> {
    fn poll(&mut self, waker: &Waker) -> Poll<Result<Ended, CoordinatorError>> {
        let polled = Future::poll(Pin::new(self), &mut Context::from_waker(waker));
        polled.map_ok(|result| Ended {
            number: 0,
            status: result.status(),
            reason: match &result.outcome {
                Outcome::Failed(error) => Some(error.to_string()),
                Outcome::Panicked(panic) => Some(panic.message.clone()),
                _ => None,
            },
            latency: Duration::ZERO,
            queue_wait: result.queue_wait,
            run_time: result.run_time,
            stop: None,
        })
    }

    fn cancel(&self) -> Cancellation {
        Self::cancel(self)
    }
}

/// Tells that the task of a slot may have ended.
struct Bell {
    slot: usize,
    woken: mpsc::Sender<Woken>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        match self.woken.send((self.slot, Instant::now())) {
            // Nobody listens any more once the load test has given up.
            Ok(()) | Err(mpsc::SendError(_)) => {}
        }
    }
}

impl InFlight {
    /// Room for so many tasks.
    pub(super) fn new(concurrency: usize) -> Self {
        let (sender, woken) = mpsc::channel();
        let slot = |slot| Slot {
            waker: Waker::from(Arc::new(Bell {
                slot,
                woken: sender.clone(),
            })),
            flight: None,
        };
        Self {
            slots: (0..concurrency).map(slot).collect(),
            free: (0..concurrency).rev().collect(),
            woken,
        }
    }

    pub(super) const fn is_full(&self) -> bool {
        self.free.is_empty()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.free.len() == self.slots.len()
    }

    /// Tasks in flight.
    pub(super) const fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Takes a task in. There must be room.
    pub(super) fn put<T: Send + Sync + 'static>(
        &mut self,
        number: u64,
        submitted: Instant,
        mut handle: TaskHandle<T, Error>,
    ) {
        let Some(index) = self.free.pop() else {
            return;
        };
        let slot = &mut self.slots[index];
        // The first look leaves the bell with the task; one that has ended already will not ring it.
        if Handle::poll(&mut handle, &slot.waker).is_ready() {
            slot.waker.wake_by_ref();
        }
        slot.flight = Some(Flight {
            handle: Box::new(handle),
            number,
            submitted,
            stop: None,
        });
    }

    /// Asks the task `number` to stop, if it is in flight.
    pub(super) fn cancel(&mut self, number: u64) {
        let flights = self.slots.iter_mut().filter_map(|slot| slot.flight.as_mut());
        if let Some(flight) = flights.into_iter().find(|flight| flight.number == number) {
            flight.stop = Some(flight.handle.cancel());
        }
    }

    /// Waits for the next task that ends, at most for `patience`.
    pub(super) fn next(&mut self, patience: Duration) -> Result<Ended, Stall> {
        loop {
            let (index, at) = self
                .woken
                .recv_timeout(patience)
                .map_err(|_cause| Stall::Nothing(patience))?;
            let slot = &mut self.slots[index];
            let Some(flight) = &mut slot.flight else {
                continue;
            };
            let Poll::Ready(ended) = flight.handle.poll(&slot.waker) else {
                continue;
            };
            let ended = ended.map_err(Stall::Refused)?;
            let (number, stop) = (flight.number, flight.stop);
            // A ring that was meant for the slot's last task tells nothing about this one.
            let at = if at < flight.submitted { Instant::now() } else { at };
            let latency = at.saturating_duration_since(flight.submitted);
            slot.flight = None;
            self.free.push(index);
            return Ok(Ended {
                number,
                stop,
                latency,
                ..ended
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Condvar, Mutex};

    use threadx::coordinator::{Coordinator, CoordinatorConfig, Flow, task_fn};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    #[test]
    fn a_place_is_free_when_its_task_ends_not_when_the_oldest_does() {
        let config = CoordinatorConfig::builder().workers(2).build().unwrap();
        let gate = Arc::new((Mutex::new(false), Condvar::new()));
        let pool = Coordinator::new(config, ()).unwrap();
        let mut flights = InFlight::new(2);
        let shut = Arc::clone(&gate);
        let waits = task_fn("waits", move |(): &(), _| {
            let (open, changed) = &*shut;
            let open = open.lock().unwrap();
            drop(changed.wait_while(open, |open| !*open).unwrap());
            Ok::<_, Error>(Flow::Done(()))
        });
        flights.put(0, Instant::now(), pool.submit(waits).unwrap());
        for number in 1..=20 {
            let quick = task_fn("quick", |(): &(), _| Ok::<_, Error>(Flow::Done(())));
            flights.put(number, Instant::now(), pool.submit(quick).unwrap());
            assert!(flights.is_full());
            let ended = flights.next(PATIENCE).unwrap();
            assert_eq!((ended.number, ended.status), (number, Status::Succeeded));
        }
        assert_eq!(flights.len(), 1);
        let (open, changed) = &*gate;
        *open.lock().unwrap() = true;
        changed.notify_all();
        assert_eq!(flights.next(PATIENCE).unwrap().number, 0);
        assert!(flights.is_empty());
        assert!(matches!(
            flights.next(Duration::from_millis(1)),
            Err(Stall::Nothing(_))
        ));
    }

    #[test]
    fn a_cancelled_task_ends_as_it_answered() {
        let config = CoordinatorConfig::builder().workers(1).build().unwrap();
        let pool = Coordinator::new(config, ()).unwrap();
        let mut flights = InFlight::new(1);
        let until_told = task_fn("until_told", |(): &(), context| {
            while !context.is_cancelled() {
                std::thread::yield_now();
            }
            Ok::<_, Error>(Flow::Done(()))
        });
        flights.put(9, Instant::now(), pool.submit(until_told).unwrap());
        flights.cancel(8);
        flights.cancel(9);
        let ended = flights.next(PATIENCE).unwrap();
        assert_eq!(ended.status, Status::Cancelled);
        assert!(matches!(
            ended.stop,
            Some(Cancellation::Cancelled | Cancellation::Requested)
        ));
    }
}
