//! Log events: on standard error, or in a file that is new each day.

use std::{
    io::{self, IsTerminal},
    path::Path,
};

use threadx::{
    error::ConfigurationError,
    request::{LogFormat, LogLevel, Settings},
};
use tracing::level_filters::LevelFilter;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::{
    filter::Targets,
    fmt::{MakeWriter, time::UtcTime},
    prelude::*,
};

use crate::args::Global;

/// Days whose log files are kept.
const DAYS_KEPT: usize = 7;

/// Writes log events where settings and flags say, of which flags win: to a file, or to standard error if that is not a
/// terminal or `--log` asks for it. At a terminal the program's own messages say what a person needs to know.
///
/// A failure that ends the program is told on standard error already; its event is written beside that only if
/// asked for, so that nothing is told twice and `--output json` leaves one document there.
pub(crate) fn start(settings: &Settings, flags: &Global) -> Result<(), ConfigurationError> {
    let level = match settings.log_level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let all = Targets::new().with_default(level);
    let format = flags.log_format.unwrap_or(settings.log_format);
    if let Some(path) = flags.log_file.as_ref().or(settings.log_file.as_ref()) {
        write(rolling(path)?, format, all);
    } else if flags.log {
        write(io::stderr, format, all);
    } else if !io::stderr().is_terminal() {
        write(
            io::stderr,
            format,
            all.with_target("threadx::failure", LevelFilter::OFF),
        );
    }
    Ok(())
}

/// A file beside `path` for each day (UTC).
fn rolling(path: &Path) -> Result<RollingFileAppender, ConfigurationError> {
    let unusable = |reason: String| ConfigurationError::LogFile {
        path: path.to_owned(),
        reason,
    };
    let name = path.file_name().and_then(|name| name.to_str());
    let Some(name) = name else {
        return Err(unusable("it names no file".to_owned()));
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // Made here, because the appender tells of a folder that it cannot read in its own way.
    std::fs::create_dir_all(folder).map_err(|cause| unusable(cause.to_string()))?;
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(name)
        .max_log_files(DAYS_KEPT)
        .build(folder)
        .map_err(|cause| unusable(cause.to_string()))
}

fn write<W>(to: W, format: LogFormat, filter: Targets)
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let events = tracing_subscriber::fmt::layer()
        .with_timer(UtcTime::rfc_3339())
        .with_writer(to)
        .with_ansi(false);
    let events = match format {
        LogFormat::Text => events.boxed(),
        LogFormat::Json => events.json().flatten_event(true).boxed(),
    };
    // A program that embeds this one may have its own subscriber, which then stays.
    drop(
        tracing_subscriber::registry()
            .with(events.with_filter(filter))
            .try_init(),
    );
}
