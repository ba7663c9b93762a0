//! What can be typed after `cargo xtask`.

use std::ffi::OsString;

use clap::{Parser, Subcommand};

/// Checks and tools of the ThreadX workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run every check that a commit has to pass, and say how each ended.
    Ci,
    /// Compare the workspace with the layer table of docs/architecture.md.
    Layers {
        /// Draw the picture of the layers anew from the table first.
        #[arg(long)]
        write: bool,
    },
    /// Build the load test in release mode and run it; its exit code is passed on.
    #[command(disable_help_flag = true)]
    Loadtest {
        /// Handed to the load test as they are, `--help` too.
        #[arg(value_name = "ARGUMENT", trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Build the memory check in release mode and run it; its exit code is passed on.
    #[command(disable_help_flag = true)]
    Memcheck {
        /// Handed to the memory check as they are, `--help` too.
        #[arg(value_name = "ARGUMENT", trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Run the load test and the memory check, and write the completion report in docs/ from what they find.
    Report,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_load_test_gets_its_flags_untouched() {
        let typed = ["xtask", "loadtest", "--tasks", "1000", "--help", "--", "-x"];
        let Command::Loadtest { arguments } = Cli::try_parse_from(typed).unwrap().command else {
            panic!("`loadtest` was read as another command");
        };
        assert_eq!(arguments, ["--tasks", "1000", "--help", "--", "-x"]);
    }
}
