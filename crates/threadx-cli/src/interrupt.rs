//! Ctrl-C.

use std::sync::{Arc, Mutex, PoisonError};

use crate::exit_code::Exit;

type Cancel = Box<dyn Fn() + Send>;

/// What Ctrl-C does: the first cancels what runs, a second one (or one while nothing runs) ends the process.
#[derive(Clone)]
pub(crate) struct Interrupt(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    cancel: Option<Cancel>,
    interrupted: bool,
}

impl Interrupt {
    /// Takes over Ctrl-C (and the termination signal) of the process.
    pub(crate) fn install() -> Result<Self, ctrlc::Error> {
        let interrupt = Self(Arc::default());
        let handler = interrupt.clone();
        ctrlc::set_handler(move || handler.signal())?;
        Ok(interrupt)
    }

    /// Has Ctrl-C call `cancel` from now on.
    pub(crate) fn cancels(&self, cancel: impl Fn() + Send + 'static) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.cancel = Some(Box::new(cancel));
    }

    /// Whether Ctrl-C was pressed.
    pub(crate) fn interrupted(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).interrupted
    }

    fn signal(&self) {
        let cancel = {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            state.interrupted = true;
            state.cancel.take()
        };
        match cancel {
            // Called without the lock: it is not this module's code.
            Some(cancel) => cancel(),
            None => end(),
        }
    }
}

#[expect(
    clippy::exit,
    reason = "nothing is running that could be cancelled, or the user asked twice"
)]
fn end() {
    std::process::exit(i32::from(Exit::Interrupted.code()));
}
