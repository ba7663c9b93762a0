//! How a program of this package ends.

use std::{error::Error, io::Write, process::ExitCode};

/// Success if the program found nothing wrong, and otherwise 1; a failure to run at all is told on standard error.
pub fn exit_code(program: &str, outcome: Result<bool, Box<dyn Error>>) -> ExitCode {
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // That standard error cannot be written to leaves the exit code.
            drop(writeln!(std::io::stderr(), "{program} could not run: {error}"));
            ExitCode::FAILURE
        }
    }
}
