//! How panics of a caller's code are caught.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::Once;

use crate::{Panic, log, role};

/// Most panics of a panic's payload that are caught while it is dropped.
const MAX_PAYLOADS: usize = 8;

const NOT_TEXT: &str = "a panic whose payload is not text";

static HOOK: Once = Once::new();

thread_local! {
    static LAST: RefCell<Option<Panic>> = const { RefCell::new(None) };
}

/// Puts the hook in place that records where a panic on a pool's thread happened. It calls the hook
/// that was there before, so messages are printed as without it. There is one for all pools.
pub(crate) fn install_hook() {
    HOOK.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if role::is_any() {
                record(info);
            }
            previous(info);
        }));
    });
}

fn record(info: &PanicHookInfo<'_>) {
    let panic = Panic {
        message: text_of(info.payload()).to_owned(),
        location: info.location().map(ToString::to_string),
    };
    // A panic while another is recorded, or in a thread that is all but gone, loses its place only.
    let recorded = LAST.try_with(|last| last.try_borrow_mut().map(|mut last| last.replace(panic)));
    drop(recorded);
}

fn text_of(payload: &(dyn Any + Send)) -> &str {
    if let Some(text) = payload.downcast_ref::<&'static str>() {
        text
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text
    } else {
        NOT_TEXT
    }
}

/// Runs `code`, catching its panic. The code's own data is not looked at again after one.
pub(crate) fn catch<R>(code: impl FnOnce() -> R) -> Result<R, Panic> {
    catch_unwind(AssertUnwindSafe(code)).map_err(|payload| {
        let message = text_of(&*payload).to_owned();
        let recorded = LAST.try_with(|last| last.try_borrow_mut().ok().and_then(|mut last| last.take()));
        // A panic that the code caught itself may have been recorded since.
        let location = recorded
            .ok()
            .flatten()
            .filter(|recorded| recorded.message == message)
            .and_then(|recorded| recorded.location);
        drop_payload(payload);
        Panic { message, location }
    })
}

/// Drops a value of a caller's, whose destructor may panic; says so in the log.
pub(crate) fn discard<T>(value: T) {
    if let Err(panic) = catch(|| drop(value)) {
        log::panicked("a destructor", None, &panic);
    }
}

/// Drops a panic's payload, which may panic, with a payload that may panic.
fn drop_payload(payload: Box<dyn Any + Send>) {
    let mut next = payload;
    for _ in 0..MAX_PAYLOADS {
        match catch_unwind(AssertUnwindSafe(|| drop(next))) {
            Ok(()) => return,
            Err(payload) => next = payload,
        }
    }
    // A payload like that is leaked, so that the thread lives on.
    Box::leak(next);
}
