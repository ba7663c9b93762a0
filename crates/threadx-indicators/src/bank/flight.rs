//! One computation and those who wait for it.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};

use crate::Outputs;

/// How often one who waits looks whether it should give up.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// One computation under way.
#[derive(Debug, Default)]
pub(super) struct Flight {
    state: Mutex<State>,
    landed: Condvar,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    UnderWay,
    Done(Arc<Outputs>),
    Failed,
}

/// How waiting for a computation ended.
#[derive(Debug)]
pub(super) enum Landing {
    Done(Arc<Outputs>),
    Failed,
    GivenUp,
}

impl Flight {
    /// Waits for the result, or until `given_up` says so; asks it under no lock.
    pub(super) fn wait(&self, given_up: &(dyn Fn() -> bool + Sync)) -> Landing {
        loop {
            if given_up() {
                return Landing::GivenUp;
            }
            let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let under_way = |state: &mut State| matches!(state, State::UnderWay);
            let (state, _) = self
                .landed
                .wait_timeout_while(state, LOOK_EVERY, under_way)
                .unwrap_or_else(PoisonError::into_inner);
            match &*state {
                State::UnderWay => {}
                State::Done(outputs) => return Landing::Done(Arc::clone(outputs)),
                State::Failed => return Landing::Failed,
            }
        }
    }

    fn land(&self, state: State) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
        self.landed.notify_all();
    }
}

/// The duty to land a flight; dropped before it did, the flight has failed.
#[derive(Debug)]
pub(super) struct Claim<F: FnMut()> {
    flight: Arc<Flight>,
    /// Makes the key free to claim again; runs before the waiters wake.
    release: F,
    landed: bool,
}

impl<F: FnMut()> Claim<F> {
    pub(super) const fn new(flight: Arc<Flight>, release: F) -> Self {
        Self {
            flight,
            release,
            landed: false,
        }
    }

    /// Hands the result to all who wait.
    pub(super) fn land(mut self, outputs: Arc<Outputs>) {
        self.landed = true;
        self.flight.land(State::Done(outputs));
    }
}

impl<F: FnMut()> Drop for Claim<F> {
    fn drop(&mut self) {
        if !self.landed {
            (self.release)();
            self.flight.land(State::Failed);
        }
    }
}
