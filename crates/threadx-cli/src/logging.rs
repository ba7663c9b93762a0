//! Log events on standard error.

use std::io::IsTerminal;

use threadx::request::LogLevel;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{filter::Targets, fmt::time::UtcTime, prelude::*};

/// Writes log events of at least `level` to standard error if that is not a terminal, or if asked to. At a
/// terminal the program's own messages say what a person needs to know.
///
/// A failure that ends the program is told on standard error already; its event is written beside that only if
/// asked for, so that nothing is told twice and `--output json` leaves one document there.
pub(crate) fn start(level: LogLevel, asked: bool) {
    if !asked && std::io::stderr().is_terminal() {
        return;
    }
    let level = match level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let mut filter = Targets::new().with_default(level);
    if !asked {
        filter = filter.with_target("threadx::failure", LevelFilter::OFF);
    }
    let events = tracing_subscriber::fmt::layer()
        .with_timer(UtcTime::rfc_3339())
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_filter(filter);
    // A program that embeds this one may have its own subscriber, which then stays.
    drop(tracing_subscriber::registry().with(events).try_init());
}
