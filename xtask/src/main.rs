//! The workspace's own tools: `cargo xtask <command>`.
//!
//! A tool here checks or starts something of the workspace. It does not link ThreadX: a check must run while the
//! code that it checks does not compile, and a load test is measured in a release build of its own.
//!
//! # Invariants
//!
//! - No command changes a file unless it was asked to (`layers --write`, `report`).
//! - A check lists everything that is wrong, each with what to do about it, before it fails.
//! - Every program is started with the `cargo` that started this one, and found where that `cargo` says it put it.

mod cargo;
mod ci;
mod cli;
mod error;
mod layers;
mod program;
mod report;
mod workspace;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::error::{Error, chain};
use crate::program::Program;

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Ci => ci::run(&mut io::stdout()).map(|()| ExitCode::SUCCESS),
        Command::Layers { write } => layers::run(write, &mut io::stdout()).map(|()| ExitCode::SUCCESS),
        Command::Loadtest { arguments } => Program::Loadtest.run(&arguments),
        Command::Memcheck { arguments } => Program::Memcheck.run(&arguments),
        Command::Report => report::run(&mut io::stdout()).map(|()| ExitCode::SUCCESS),
    };
    outcome.unwrap_or_else(|error| fail(&error))
}

/// Says why on standard error; that standard error cannot be written to leaves only the exit code.
fn fail(error: &Error) -> ExitCode {
    match writeln!(io::stderr(), "error: {}", chain(error)) {
        Ok(()) | Err(_) => ExitCode::FAILURE,
    }
}
