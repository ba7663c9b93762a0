//! The program `threadx`, as a library.
//!
//! [`main_with`] runs the whole program with a registry of strategies, so that a user's crate gets it with its
//! own strategies in a three-line binary:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     let registry = threadx::engine::StrategyRegistry::built_in();
//!     // registry.register(MyStrategy::new())?;
//!     threadx_cli::main_with(registry)
//! }
//! ```
//!
//! # Invariants
//!
//! - Results go to standard output and nothing else does; failures, progress and log events go to standard
//!   error.
//! - A file is written beside its place and renamed there; one that exists is left alone without `--force`.
//! - The exit code says how it ended ([`Exit`]).

#[expect(
    clippy::doc_markdown,
    reason = "help texts are read in a terminal, not as Markdown"
)]
mod args;
mod backtest;
mod batch;
mod check_strategy;
mod data;
mod execute;
mod exit_code;
mod failure;
mod fields;
mod files;
mod indicators;
mod input;
mod interrupt;
mod logging;
mod rerun;
mod schema;
mod settings;
mod shard;
mod signals;
mod strategies;
mod sweep;
mod table;

use std::{io::Write, process::ExitCode};

use clap::{Parser, error::ErrorKind};
use threadx::{engine::StrategyRegistry, market::keep_freed_memory};

use args::{Cli, Command};
use failure::Failure;

pub use exit_code::Exit;

/// Runs the program with these strategies on the process's arguments and returns its exit code.
#[must_use]
pub fn main_with(strategies: StrategyRegistry) -> ExitCode {
    keep_freed_memory();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return told(&usage).into(),
    };
    let output = cli.global.output;
    match run(cli, strategies) {
        Ok(()) => Exit::Done.into(),
        Err(failure) => {
            // If standard error is gone as well, the exit code still tells.
            failure::report(&failure, output, &mut std::io::stderr().lock())
                .unwrap_or(Exit::RunFailed)
                .into()
        }
    }
}

fn run(cli: Cli, strategies: StrategyRegistry) -> Result<(), Failure> {
    let settings = match settings::load(cli.global.settings.as_deref()) {
        Ok(settings) => settings,
        Err(error) => {
            // Its event is to be written by the flags alone.
            let defaults = settings::defaults()?;
            logging::start(&defaults, &cli.global)?;
            return Err(error.into());
        }
    };
    logging::start(&settings, &cli.global)?;
    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    match cli.command {
        Command::Backtest(args) => {
            backtest::run(&args, cli.global.output, &settings, strategies, &mut stdout)?;
        }
        Command::Sweep(args) => sweep::run(&args, cli.global.output, &settings, strategies, &mut stdout)?,
        Command::Indicators(args) => {
            indicators::run(&args, cli.global.output, &settings, strategies, &mut stdout)?;
        }
        Command::Batch(args) => batch::run(&args, &settings, strategies, &mut stdout)?,
        Command::Data(args) => data::run(&args, cli.global.output, &settings, &mut stdout)?,
        Command::Shard(command) => {
            shard::run(&command, cli.global.output, &settings, strategies, &mut stdout)?;
        }
        Command::Schema { kind } => schema::run(kind, strategies, &mut stdout)?,
        Command::CheckStrategy(args) => {
            check_strategy::run(&args, cli.global.output, &settings, strategies, &mut stdout)?;
        }
        Command::Rerun(args) => rerun::run(&args, cli.global.output, &settings, strategies, &mut stdout)?,
        Command::Strategies { page } => {
            strategies::run(&strategies, page, cli.global.output, &mut stdout)?;
        }
    }
    stdout.flush().map_err(failure::output_failure)
}

/// Prints help or a usage error where it belongs. To be started without arguments is to ask for help.
fn told(usage: &clap::Error) -> Exit {
    let asked = match usage.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => std::env::args_os().len() <= 1,
        _ => !usage.use_stderr(),
    };
    let printed = if asked {
        write!(std::io::stdout(), "{}", usage.render())
    } else {
        usage.print()
    };
    match printed {
        Ok(()) if asked => Exit::Done,
        _ => Exit::Usage,
    }
}
