//! The keys of the settings.

use crate::{
    LogFormat, LogLevel,
    field::{Field, Interval, Kind, Whole},
};

/// Most threads of one kind.
const THREADS_MAX: u64 = 1024;
/// Most entries of a bounded queue; its slots are allocated at once.
const QUEUE_MAX: u64 = 1 << 24;

pub(crate) static WORKERS: Field = Field::computed(
    "workers",
    Kind::Whole(Whole::between(1, THREADS_MAX)),
    "as many as the machine runs in parallel",
    "Threads that run tasks",
);
pub(crate) static QUEUE_CAPACITY: Field = Field::whole(
    "queue_capacity",
    Whole::between(1, QUEUE_MAX),
    1024,
    "Tasks that may wait; a further one is refused",
);
pub(crate) static EVENT_CAPACITY: Field = Field::whole(
    "event_capacity",
    Whole::between(1, QUEUE_MAX),
    1000,
    "Events that may wait for a consumer; the oldest is dropped and counted",
);
pub(crate) static CALLBACK_TIMEOUT_SECONDS: Field = Field::number(
    "callback_timeout_seconds",
    Interval::POSITIVE,
    5.0,
    "Time a callback may take, in seconds",
);
pub(crate) static CALLBACK_THREADS: Field = Field::whole(
    "callback_threads",
    Whole::between(1, THREADS_MAX),
    2,
    "Threads that run callbacks",
);
pub(crate) static CALLBACK_CAPACITY: Field = Field::whole(
    "callback_capacity",
    Whole::between(1, QUEUE_MAX),
    1024,
    "Callbacks that may wait",
);
pub(crate) static MAX_ABANDONED: Field = Field::whole(
    "max_abandoned",
    Whole::at_least(0),
    8,
    "Threads that may be given up because a callback or task does not return",
);
pub(crate) static GRACE_SECONDS: Field = Field::number(
    "grace_seconds",
    Interval::POSITIVE,
    1.0,
    "Time a cancelled task has to end, in seconds",
);
pub(crate) static CACHE_BYTES: Field = Field::whole(
    "cache_bytes",
    Whole::at_least(0),
    256 << 20,
    "Memory for cached indicators and bars, in bytes",
);
pub(crate) static DATA_DIR: Field = Field::computed(
    "data_dir",
    Kind::Path,
    "the platform's folder for data",
    "Folder of the catalogue",
);
pub(crate) static LOG_LEVEL: Field = Field::choice(
    "log_level",
    || LogLevel::ALL.map(LogLevel::as_str).to_vec(),
    "warn",
    "Least severe log events that are written",
);
pub(crate) static LOG_FORMAT: Field = Field::choice(
    "log_format",
    || LogFormat::ALL.map(LogFormat::as_str).to_vec(),
    "text",
    "Form of log events, a line each",
);
pub(crate) static LOG_FILE: Field = Field::optional(
    "log_file",
    Kind::Path,
    "Write log events to this path and the date, a new file each day (UTC), the last seven kept; standard error if absent",
);

pub(crate) static SETTINGS: &[&Field] = &[
    &WORKERS,
    &QUEUE_CAPACITY,
    &EVENT_CAPACITY,
    &CALLBACK_TIMEOUT_SECONDS,
    &CALLBACK_THREADS,
    &CALLBACK_CAPACITY,
    &MAX_ABANDONED,
    &GRACE_SECONDS,
    &CACHE_BYTES,
    &DATA_DIR,
    &LOG_LEVEL,
    &LOG_FORMAT,
    &LOG_FILE,
];
