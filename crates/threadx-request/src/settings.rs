//! The settings of a process.

mod data_dir;
mod variables;

use std::{collections::BTreeMap, ffi::OsString, path::PathBuf, time::Duration};

use serde::Serialize;
use threadx_error::{ConfigurationError, ValidationError};

use crate::{
    Document, Limits, LogFormat, LogLevel, Valid, fields::settings as fields, raw::settings::RawSettings,
    read::Scope, resolve::count, violations::Violations,
};

/// The settings of a process, read once when it starts.
///
/// They come from a TOML file and from variables named `THREADX_` and the key in upper case, which win. A key that does
/// not exist is an error that names the nearest one.
///
/// ```
/// use threadx_request::{LogLevel, Settings};
///
/// let file = b"queue_capacity = 64\nlog_level = \"info\"";
/// let variables = [("THREADX_QUEUE_CAPACITY", "128"), ("PATH", "/bin")];
/// let settings = Settings::load(Some(file), variables.map(|(name, value)| (name.into(), value.into())))?;
/// assert_eq!(settings.queue_capacity, 128);
/// assert_eq!(settings.log_level, LogLevel::Info);
///
/// let error = Settings::load(Some(b"chache_bytes = 64"), []).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "invalid settings: chache_bytes is not a field of the settings; the nearest is cache_bytes"
/// );
/// # Ok::<(), threadx_error::ConfigurationError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Settings {
    /// Threads that run tasks, 1 to 1024.
    pub workers: usize,
    /// Tasks that may wait, at least 1.
    pub queue_capacity: usize,
    /// Events that may wait for a consumer, at least 1.
    pub event_capacity: usize,
    /// Time a callback may take in seconds, above 0.
    pub callback_timeout_seconds: f64,
    /// Threads that run callbacks, 1 to 1024.
    pub callback_threads: usize,
    /// Callbacks that may wait, at least 1.
    pub callback_capacity: usize,
    /// Threads that may be given up because a callback or task does not return.
    pub max_abandoned: usize,
    /// Time a cancelled task has to end in seconds, above 0.
    pub grace_seconds: f64,
    /// Memory for cached indicators and bars, in bytes.
    pub cache_bytes: u64,
    /// Folder of the catalogue; `None` if none is set and the platform names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// Least severe log events that are written.
    pub log_level: LogLevel,
    /// Form of log events.
    pub log_format: LogFormat,
    /// File of log events, to whose name the date is added; standard error if `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_file: Option<PathBuf>,
}

impl Settings {
    /// The settings of a file's text and of environment variables, of which those that do not begin with `THREADX_`
    /// only serve to find the platform's folder for data. Nothing is read from the process itself but how many
    /// threads the machine runs in parallel.
    ///
    /// # Errors
    ///
    /// [`ConfigurationError::Invalid`] with every key that is unknown and every value that breaks a rule.
    pub fn load(
        file: Option<&[u8]>,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Valid<Self>, ConfigurationError> {
        Self::resolve(file, variables).map_err(|error| ConfigurationError::Invalid {
            violations: error.violations().to_vec(),
        })
    }

    fn resolve(
        file: Option<&[u8]>,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Valid<Self>, ValidationError> {
        let limits = Limits::default();
        let file = file.map_or_else(|| Ok(Document::new()), |text| Document::from_toml(text, &limits))?;
        let mut in_file = Violations::new(limits.violations);
        let second = raw(&file, &mut in_file);

        let mut in_variables = Violations::new(limits.violations);
        let by_name: BTreeMap<OsString, OsString> = variables.into_iter().collect();
        let document = variables::document(&by_name, &mut in_variables);
        let first = raw(&document, &mut in_variables);

        let named_for_variables = in_variables.into_list().into_iter().map(variables::renamed);
        ValidationError::check(
            in_file
                .into_list()
                .into_iter()
                .chain(named_for_variables)
                .collect(),
        )?;
        let platform_folder = data_dir::platform_folder(&by_name);
        Ok(Valid::checked(Self::of(&first, &second, platform_folder)))
    }

    /// The first of the two that sets a key, or the key's default.
    fn of(first: &RawSettings, second: &RawSettings, platform_folder: Option<PathBuf>) -> Self {
        let size = |of: fn(&RawSettings) -> Option<i128>, default: u64| {
            let value = count(of(first).or(of(second))).unwrap_or(default);
            // Beyond the address space there is nothing to count.
            usize::try_from(value).unwrap_or(usize::MAX)
        };
        Self {
            workers: size(|raw| raw.workers, parallelism()),
            queue_capacity: size(|raw| raw.queue_capacity, fields::QUEUE_CAPACITY.default_whole()),
            event_capacity: size(|raw| raw.event_capacity, fields::EVENT_CAPACITY.default_whole()),
            callback_timeout_seconds: first
                .callback_timeout_seconds
                .or(second.callback_timeout_seconds)
                .unwrap_or(fields::CALLBACK_TIMEOUT_SECONDS.default_number()),
            callback_threads: size(
                |raw| raw.callback_threads,
                fields::CALLBACK_THREADS.default_whole(),
            ),
            callback_capacity: size(
                |raw| raw.callback_capacity,
                fields::CALLBACK_CAPACITY.default_whole(),
            ),
            max_abandoned: size(|raw| raw.max_abandoned, fields::MAX_ABANDONED.default_whole()),
            grace_seconds: first
                .grace_seconds
                .or(second.grace_seconds)
                .unwrap_or(fields::GRACE_SECONDS.default_number()),
            cache_bytes: count(first.cache_bytes.or(second.cache_bytes))
                .unwrap_or(fields::CACHE_BYTES.default_whole()),
            data_dir: first
                .data_dir
                .as_ref()
                .or(second.data_dir.as_ref())
                .map(PathBuf::from)
                .or(platform_folder),
            log_level: first.log_level.or(second.log_level).unwrap_or_default(),
            log_format: first.log_format.or(second.log_format).unwrap_or_default(),
            log_file: first
                .log_file
                .as_ref()
                .or(second.log_file.as_ref())
                .map(PathBuf::from),
        }
    }

    /// Time a callback may take.
    #[must_use]
    pub fn callback_timeout(&self) -> Duration {
        duration(self.callback_timeout_seconds)
    }

    /// Time a cancelled task has to end.
    #[must_use]
    pub fn grace(&self) -> Duration {
        duration(self.grace_seconds)
    }
}

fn raw(document: &Document, v: &mut Violations) -> RawSettings {
    Scope::open(&document.root, "", fields::SETTINGS, "the settings", v)
        .map_or_else(RawSettings::default, |scope| RawSettings::read(&scope, v))
}

/// As many threads as the machine runs in parallel, within the bounds of the key.
fn parallelism() -> u64 {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    u64::try_from(fields::WORKERS.max()).map_or(threads, |most| threads.min(most))
}

/// Above 0 and at most what a duration can hold, so that "very long" is not an error.
fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds)
        .unwrap_or(Duration::MAX)
        .max(Duration::from_nanos(1))
}
