//! Started by `cargo xtask loadtest`.

use std::process::ExitCode;

use clap::Parser;
use threadx_tests::{failure, loadtest};

fn main() -> ExitCode {
    failure::exit_code("the load test", loadtest::run(&loadtest::Args::parse()))
}
