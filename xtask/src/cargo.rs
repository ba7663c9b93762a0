//! The `cargo` that started this program.

use std::ffi::OsString;
use std::process::Command;

/// The path of the `cargo` in use, which `cargo run` hands down in the variable `CARGO`.
///
/// Taking it from there keeps every step on one toolchain, also under `cargo +1.89 xtask …`.
pub(crate) fn path() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"))
}

/// A command that runs `cargo`.
pub(crate) fn command() -> Command {
    Command::new(path())
}
