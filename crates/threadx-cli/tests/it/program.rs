//! Starting the program and reading what it prints.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use serde_json::Value;

/// What a run of the program left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The one JSON document on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{self:?}");
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// The one JSON document on standard error.
    #[track_caller]
    pub(crate) fn error(&self) -> Value {
        assert_eq!(self.stdout, "", "a failure prints no result");
        serde_json::from_str::<Value>(&self.stderr).unwrap()["error"].take()
    }
}

/// The program, without the settings of whoever runs the tests.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_threadx"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("THREADX_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs the program.
pub(crate) fn threadx<const N: usize>(args: [&str; N]) -> Ran {
    run(program().args(args), "")
}

/// Runs the program with text on standard input.
pub(crate) fn threadx_reading<const N: usize>(args: [&str; N], stdin: &str) -> Ran {
    run(program().args(args), stdin)
}

/// Runs a command with text on standard input.
pub(crate) fn run(command: &mut Command, stdin: &str) -> Ran {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may end without reading all of it.
    drop(child.stdin.take().unwrap().write_all(stdin.as_bytes()));
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
