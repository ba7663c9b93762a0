//! Running a request.

use std::{sync::Arc, time::Duration};

use threadx::{
    Error,
    controllers::{Services, ThreadX, coordinator_config},
    coordinator::{Outcome, Progress, Task, TaskResult},
    request::{Settings, Valid},
};

use crate::{failure::Failure, interrupt::Interrupt};

/// Time between two looks at the progress.
const LOOK: Duration = Duration::from_millis(100);

/// Runs the request through the coordinator, which Ctrl-C cancels; `watch` is told how far it is.
pub(crate) fn run<Q>(
    request: Q,
    settings: &Valid<Settings>,
    services: Services,
    interrupt: &Interrupt,
    mut watch: impl FnMut(Progress),
) -> Result<Arc<TaskResult<Q::Output>>, Failure>
where
    Q: Task<Services, Error = Error>,
{
    let kind = request.kind();
    let threadx = ThreadX::new(coordinator_config(settings)?, services)?;
    let handle = Arc::new(threadx.submit(request).map_err(|refused| refused.reason)?);
    let canceller = Arc::clone(&handle);
    interrupt.cancels(move || {
        canceller.cancel();
    });
    let result = loop {
        match handle.wait_timeout(LOOK)? {
            Some(result) => break result,
            None => watch(handle.progress()),
        }
    };
    if interrupt.interrupted() && matches!(result.outcome, Outcome::Cancelled) {
        return Err(Failure::Interrupted(format!(
            "interrupted: the {kind} was stopped, and nothing was written"
        )));
    }
    Ok(result)
}
