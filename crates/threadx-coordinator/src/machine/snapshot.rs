//! What the machine says about itself.

use std::time::Duration;

use super::Machine;
use crate::State;

impl<J: Clone, C> Machine<J, C> {
    /// Every count at this moment.
    pub(crate) fn state(&self, uptime: Duration) -> State {
        let (ledger, crew, callbacks) = (&self.ledger, &self.crew, &self.callbacks);
        let limit = self.config.max_abandoned.max(1);
        State {
            submitted: ledger.submitted,
            queued: ledger.queued,
            running: ledger.running,
            succeeded: ledger.succeeded,
            failed: ledger.failed,
            panicked: ledger.panicked,
            cancelled: ledger.cancelled,
            timed_out: ledger.timed_out,
            workers: crew.serving(),
            busy_workers: crew.busy(),
            queue_depth: self.ready.live(),
            queue_capacity: self.config.queue_capacity,
            callbacks_pending: callbacks.places,
            callbacks_run: callbacks.run,
            callbacks_timed_out: callbacks.timed_out,
            callbacks_panicked: callbacks.panicked,
            callbacks_skipped: callbacks.skipped,
            abandoned_workers: crew.abandoned,
            abandoned_callbacks: callbacks.abandoned,
            uptime,
            degraded: crew.hung() >= limit
                || callbacks.hung() >= limit
                || crew.stuck + crew.missing + callbacks.stuck + callbacks.missing > 0,
            closing: self.is_closing(),
        }
    }
}
