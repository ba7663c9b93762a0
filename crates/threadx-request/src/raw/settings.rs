//! The raw model of the settings.

use garde::Validate;

use super::rules::within;
use crate::{
    LogFormat, LogLevel,
    fields::settings as fields,
    read::{self, Scope},
    violations::Violations,
};

/// Settings as they were given, their types right and nothing else known.
#[derive(Debug, Default, Validate)]
pub(crate) struct RawSettings {
    #[garde(range(min = fields::WORKERS.min(), max = fields::WORKERS.max()))]
    pub(crate) workers: Option<i128>,
    #[garde(range(min = fields::QUEUE_CAPACITY.min(), max = fields::QUEUE_CAPACITY.max()))]
    pub(crate) queue_capacity: Option<i128>,
    #[garde(range(min = fields::EVENT_CAPACITY.min(), max = fields::EVENT_CAPACITY.max()))]
    pub(crate) event_capacity: Option<i128>,
    #[garde(custom(within(&fields::CALLBACK_TIMEOUT_SECONDS)))]
    pub(crate) callback_timeout_seconds: Option<f64>,
    #[garde(range(min = fields::CALLBACK_THREADS.min(), max = fields::CALLBACK_THREADS.max()))]
    pub(crate) callback_threads: Option<i128>,
    #[garde(range(min = fields::CALLBACK_CAPACITY.min(), max = fields::CALLBACK_CAPACITY.max()))]
    pub(crate) callback_capacity: Option<i128>,
    #[garde(range(min = fields::MAX_ABANDONED.min(), max = fields::MAX_ABANDONED.max()))]
    pub(crate) max_abandoned: Option<i128>,
    #[garde(custom(within(&fields::GRACE_SECONDS)))]
    pub(crate) grace_seconds: Option<f64>,
    #[garde(range(min = fields::CACHE_BYTES.min(), max = fields::CACHE_BYTES.max()))]
    pub(crate) cache_bytes: Option<i128>,
    #[garde(inner(length(min = 1)))]
    pub(crate) data_dir: Option<String>,
    #[garde(skip)]
    pub(crate) log_level: Option<LogLevel>,
    #[garde(skip)]
    pub(crate) log_format: Option<LogFormat>,
    #[garde(inner(length(min = 1)))]
    pub(crate) log_file: Option<String>,
}

impl RawSettings {
    pub(crate) fn read(scope: &Scope<'_>, v: &mut Violations) -> Self {
        let levels = LogLevel::ALL.map(|level| (level.as_str(), level));
        let formats = LogFormat::ALL.map(|format| (format.as_str(), format));
        let raw = Self {
            workers: scope.whole(&fields::WORKERS, v),
            queue_capacity: scope.whole(&fields::QUEUE_CAPACITY, v),
            event_capacity: scope.whole(&fields::EVENT_CAPACITY, v),
            callback_timeout_seconds: scope.number(&fields::CALLBACK_TIMEOUT_SECONDS, v),
            callback_threads: scope.whole(&fields::CALLBACK_THREADS, v),
            callback_capacity: scope.whole(&fields::CALLBACK_CAPACITY, v),
            max_abandoned: scope.whole(&fields::MAX_ABANDONED, v),
            grace_seconds: scope.number(&fields::GRACE_SECONDS, v),
            cache_bytes: scope.whole(&fields::CACHE_BYTES, v),
            data_dir: scope.text(&fields::DATA_DIR, v),
            log_level: scope.choice(&fields::LOG_LEVEL, &levels, v),
            log_format: scope.choice(&fields::LOG_FORMAT, &formats, v),
            log_file: scope.text(&fields::LOG_FILE, v),
        };
        read::blame(raw.validate(), scope, v);
        raw
    }
}
