//! The sizes and limits of a coordinator.

use std::time::Duration;

use threadx_error::CoordinatorError;

/// Most worker or callback threads.
const MAX_THREADS: usize = 1024;
/// Longest limit or grace.
const MAX_DURATION: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The sizes and limits of a coordinator, checked.
///
/// ```
/// use std::time::Duration;
/// use threadx_coordinator::CoordinatorConfig;
///
/// let config = CoordinatorConfig::builder()
///     .workers(4)
///     .queue_capacity(256)
///     .grace(Duration::from_millis(500))
///     .build()?;
/// assert_eq!((config.workers(), config.callback_threads()), (4, 2));
///
/// let refused = CoordinatorConfig::builder().workers(0).build().unwrap_err();
/// assert_eq!(refused.to_string(), "workers must be between 1 and 1024, got 0");
/// # Ok::<(), threadx_error::CoordinatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoordinatorConfig {
    pub(crate) workers: usize,
    pub(crate) queue_capacity: usize,
    pub(crate) event_capacity: usize,
    pub(crate) callback_timeout: Duration,
    pub(crate) callback_threads: usize,
    pub(crate) callback_capacity: usize,
    pub(crate) max_abandoned: usize,
    pub(crate) grace: Duration,
}

impl Default for CoordinatorConfig {
    /// As many workers as the machine runs at once; the other defaults stand at the builder's methods.
    fn default() -> Self {
        let available = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            workers: available.min(MAX_THREADS),
            queue_capacity: 1024,
            event_capacity: 1000,
            callback_timeout: Duration::from_secs(5),
            callback_threads: 2,
            callback_capacity: 1024,
            max_abandoned: 8,
            grace: Duration::from_secs(1),
        }
    }
}

macro_rules! settings {
    ($($name:ident: $type:ty, $doc:literal;)*) => {
        impl CoordinatorConfig {
            /// A builder that holds the defaults.
            pub fn builder() -> CoordinatorConfigBuilder {
                CoordinatorConfigBuilder {
                    config: Self::default(),
                }
            }

            $(
                #[doc = $doc]
                #[must_use]
                pub const fn $name(&self) -> $type {
                    self.$name
                }
            )*
        }

        impl CoordinatorConfigBuilder {
            $(
                #[doc = $doc]
                pub const fn $name(mut self, $name: $type) -> Self {
                    self.config.$name = $name;
                    self
                }
            )*
        }
    };
}

/// Collects the settings of a [`CoordinatorConfig`].
#[derive(Debug, Clone)]
#[must_use = "settings do nothing until they are built"]
pub struct CoordinatorConfigBuilder {
    config: CoordinatorConfig,
}

settings! {
    workers: usize, "Worker threads, 1 to 1024; by default as many as the machine runs at once.";
    queue_capacity: usize, "Most tasks that wait for their first worker, at least 1; by default 1024.";
    event_capacity: usize, "Most events that wait for one subscriber, at least 1; by default 1000.";
    callback_timeout: Duration, "Longest run of one callback, more than 0 and at most a year; by default 5 s.";
    callback_threads: usize, "Threads that run callbacks, 1 to 1024; by default 2.";
    callback_capacity: usize, "Most tasks with a callback, from submission to the callback's end, at least 1; by default 1024.";
    max_abandoned: usize, "Most worker threads, and most callback threads, that are given up and replaced because they hang, 0 to 1024; by default 8. Beyond it submissions are refused and callbacks skipped.";
    grace: Duration, "How long a task may ignore its deadline before it is given up, more than 0 and at most a year; by default 1 s.";
}

impl CoordinatorConfigBuilder {
    /// The checked settings.
    ///
    /// # Errors
    ///
    /// [`CoordinatorError::Setting`] names the first setting that is out of its bounds.
    pub fn build(self) -> Result<CoordinatorConfig, CoordinatorError> {
        let config = self.config;
        count("workers", config.workers, 1, Some(MAX_THREADS))?;
        count("queue_capacity", config.queue_capacity, 1, None)?;
        count("event_capacity", config.event_capacity, 1, None)?;
        duration("callback_timeout", config.callback_timeout)?;
        count("callback_threads", config.callback_threads, 1, Some(MAX_THREADS))?;
        count("callback_capacity", config.callback_capacity, 1, None)?;
        count("max_abandoned", config.max_abandoned, 0, Some(MAX_THREADS))?;
        duration("grace", config.grace)?;
        Ok(config)
    }
}

fn count(
    setting: &'static str,
    value: usize,
    min: usize,
    max: Option<usize>,
) -> Result<(), CoordinatorError> {
    if value >= min && max.is_none_or(|max| value <= max) {
        return Ok(());
    }
    Err(CoordinatorError::Setting {
        setting,
        expected: max.map_or_else(
            || format!("at least {min}"),
            |max| format!("between {min} and {max}"),
        ),
        got: value.to_string(),
    })
}

fn duration(setting: &'static str, value: Duration) -> Result<(), CoordinatorError> {
    if !value.is_zero() && value <= MAX_DURATION {
        return Ok(());
    }
    Err(CoordinatorError::Setting {
        setting,
        expected: format!("more than 0 s and at most {} s", MAX_DURATION.as_secs()),
        got: format!("{} s", value.as_secs_f64()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refuses(change: impl FnOnce(CoordinatorConfigBuilder) -> CoordinatorConfigBuilder) -> String {
        change(CoordinatorConfig::builder())
            .build()
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn each_setting_is_checked_at_its_bounds() {
        let least = CoordinatorConfig::builder()
            .workers(1)
            .queue_capacity(1)
            .event_capacity(1)
            .callback_timeout(Duration::from_nanos(1))
            .callback_threads(1)
            .callback_capacity(1)
            .max_abandoned(0)
            .grace(Duration::from_nanos(1));
        assert!(least.build().is_ok());
        let most = CoordinatorConfig::builder()
            .workers(1024)
            .callback_timeout(MAX_DURATION)
            .callback_threads(1024)
            .max_abandoned(1024)
            .grace(MAX_DURATION);
        assert!(most.build().is_ok());

        assert_eq!(
            refuses(|b| b.workers(0)),
            "workers must be between 1 and 1024, got 0"
        );
        assert_eq!(
            refuses(|b| b.workers(1025)),
            "workers must be between 1 and 1024, got 1025"
        );
        assert_eq!(
            refuses(|b| b.queue_capacity(0)),
            "queue_capacity must be at least 1, got 0"
        );
        assert_eq!(
            refuses(|b| b.event_capacity(0)),
            "event_capacity must be at least 1, got 0"
        );
        assert_eq!(
            refuses(|b| b.callback_threads(0)),
            "callback_threads must be between 1 and 1024, got 0"
        );
        assert_eq!(
            refuses(|b| b.callback_capacity(0)),
            "callback_capacity must be at least 1, got 0"
        );
        assert_eq!(
            refuses(|b| b.max_abandoned(1025)),
            "max_abandoned must be between 0 and 1024, got 1025"
        );
        assert!(refuses(|b| b.callback_timeout(Duration::ZERO)).starts_with("callback_timeout must be more"));
        assert!(refuses(|b| b.grace(Duration::ZERO)).ends_with("got 0 s"));
        assert!(refuses(|b| b.grace(MAX_DURATION + Duration::from_nanos(1))).starts_with("grace must be"));
    }

    #[test]
    fn the_default_is_valid() {
        assert_eq!(
            CoordinatorConfig::builder().build(),
            Ok(CoordinatorConfig::default())
        );
    }
}
