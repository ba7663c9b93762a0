//! What a command can end with, and how that is told.

use std::io::Write;

use threadx::{Error, error::Violation};

use crate::{args::Output, exit_code::Exit};

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A failure of ThreadX, with a hint for the person at the terminal.
    Error(Error, Option<String>),
    /// The user interrupted; what there is to say about how to go on.
    Interrupted(String),
    /// Failures that were told as they came; what to exit with.
    Told(Exit),
    /// Standard output is gone, as after `| head`: nobody reads any more, which is not a failure.
    OutputClosed,
    /// Standard output cannot be written.
    Output(std::io::Error),
    /// The process cannot take over Ctrl-C.
    Signals(ctrlc::Error),
}

impl Failure {
    /// The failure with a hint.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        match self {
            Self::Error(error, None) => Self::Error(error, Some(hint.into())),
            other => other,
        }
    }
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Error(error.into(), None)
    }
}

/// A failure to write to standard output.
pub(crate) fn output_failure(error: std::io::Error) -> Failure {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        Failure::OutputClosed
    } else {
        Failure::Output(error)
    }
}

/// Tells the failure on standard error, as text or as JSON, and says what to exit with.
pub(crate) fn report(failure: &Failure, output: Output, stderr: &mut impl Write) -> std::io::Result<Exit> {
    match failure {
        Failure::Error(error, hint) => {
            // A task's failure was logged where it left the coordinator.
            if error.context().task_id().is_none() {
                threadx::error::log_failure(error);
            }
            if output == Output::Json {
                let document = serde_json::json!({ "error": error });
                writeln!(stderr, "{document:#}")?;
            } else {
                write_text(error, hint.as_deref(), stderr)?;
            }
            Ok(Exit::of(error.kind()))
        }
        Failure::Interrupted(text) => {
            if output == Output::Json {
                let document = serde_json::json!({
                    "error": { "kind": "coordinator", "code": "interrupted", "message": text }
                });
                writeln!(stderr, "{document:#}")?;
            } else {
                writeln!(stderr, "{text}")?;
            }
            Ok(Exit::Interrupted)
        }
        Failure::Told(exit) => Ok(*exit),
        Failure::OutputClosed => Ok(Exit::Done),
        Failure::Output(error) => {
            writeln!(stderr, "cannot write to standard output: {error}")?;
            Ok(Exit::RunFailed)
        }
        Failure::Signals(error) => {
            writeln!(stderr, "cannot take over Ctrl-C: {error}")?;
            Ok(Exit::RunFailed)
        }
    }
}

/// The first line says what and where; then each further violation, the causes, and a hint.
fn write_text(error: &Error, hint: Option<&str>, stderr: &mut impl Write) -> std::io::Result<()> {
    let violations = error.violations();
    match violations.split_first() {
        Some((first, rest)) => {
            let what = match error.kind() {
                threadx::error::ErrorKind::Configuration => "invalid settings",
                _ => "invalid request",
            };
            writeln!(stderr, "{what}: {}", located(first, error))?;
            for violation in rest {
                writeln!(stderr, "  {}", located(violation, error))?;
            }
        }
        None => {
            let context = error.context();
            let doing: Vec<&str> = [context.operation(), context.token(), context.timeframe()]
                .into_iter()
                .flatten()
                .collect();
            let doing = if doing.is_empty() {
                String::new()
            } else {
                format!("{}: ", doing.join(" "))
            };
            writeln!(stderr, "{doing}{error}")?;
            for cause in error.causes() {
                writeln!(stderr, "  because {cause}")?;
            }
        }
    }
    if let Some(hint) = hint {
        writeln!(stderr, "hint: {hint}")?;
    }
    Ok(())
}

/// A violation behind the place of the request file where it stands.
fn located(violation: &Violation, error: &Error) -> String {
    match (violation.line, violation.column) {
        (Some(line), Some(column)) => {
            let file = error.context().path().unwrap_or("request");
            format!("{violation} ({file}:{line}:{column})")
        }
        _ => violation.to_string(),
    }
}
