//! The coordinator's configuration from the process's settings.

use threadx_coordinator::CoordinatorConfig;
use threadx_error::Result;
use threadx_request::{Settings, Valid};

/// The coordinator's configuration of a process with these settings.
///
/// ```
/// use threadx_request::Settings;
///
/// let settings = Settings::load(Some(b"workers = 3"), [])?;
/// assert_eq!(threadx_controllers::coordinator_config(&settings)?.workers(), 3);
/// # Ok::<(), threadx_error::Error>(())
/// ```
///
/// # Errors
///
/// A coordinator error if a setting lies beyond what the coordinator takes, such as a limit of more than a year.
pub fn coordinator_config(settings: &Valid<Settings>) -> Result<CoordinatorConfig> {
    let config = CoordinatorConfig::builder()
        .workers(settings.workers)
        .queue_capacity(settings.queue_capacity)
        .event_capacity(settings.event_capacity)
        .callback_timeout(settings.callback_timeout())
        .callback_threads(settings.callback_threads)
        .callback_capacity(settings.callback_capacity)
        .max_abandoned(settings.max_abandoned)
        .grace(settings.grace())
        .build()?;
    Ok(config)
}
