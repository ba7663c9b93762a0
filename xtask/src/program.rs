//! The programs that measure, built as a user would build them, and run.

use std::ffi::OsStr;
use std::io::BufReader;
use std::process::{ExitCode, ExitStatus, Stdio};

use cargo_metadata::Message;
use cargo_metadata::camino::Utf8PathBuf;

use crate::cargo;
use crate::error::Error;

/// A program that is run, or that one of those is run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Program {
    /// Many real requests at a time.
    Loadtest,
    /// What they take and leave of memory.
    Memcheck,
    /// What users run; the memory check runs sweeps by it.
    Threadx,
}

impl Program {
    /// The name of its binary, and of the command that starts it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Loadtest => "loadtest",
            Self::Memcheck => "memcheck",
            Self::Threadx => "threadx",
        }
    }

    /// The package that it is of.
    const fn package(self) -> &'static str {
        match self {
            Self::Loadtest | Self::Memcheck => "threadx-tests",
            Self::Threadx => "threadx-cli",
        }
    }

    /// Builds it in release mode, runs it with `arguments`, and ends as it ended.
    ///
    /// # Errors
    ///
    /// When it does not build, or is ended by a signal instead of ending itself.
    pub(crate) fn run(self, arguments: &[impl AsRef<OsStr>]) -> Result<ExitCode, Error> {
        let program = self.build()?;
        let mut command = std::process::Command::new(&program);
        if self == Self::Memcheck {
            command.arg("--threadx").arg(Self::Threadx.build()?);
        }
        let status = command.args(arguments).status().map_err(|source| Error::Start {
            program: program.to_string(),
            source,
        })?;
        self.exit_code(status)
    }

    /// Builds it and returns where cargo put it.
    ///
    /// Cargo is asked instead of the path being put together here, because the target directory and a
    /// default target triple may be set in places that only cargo knows.
    fn build(self) -> Result<Utf8PathBuf, Error> {
        let mut child = cargo::command()
            .args([
                "build",
                "--release",
                "--package",
                self.package(),
                "--bin",
                self.name(),
            ])
            .arg("--message-format=json-render-diagnostics")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|source| Error::Start {
                program: "cargo build".to_owned(),
                source,
            })?;

        let mut program = None;
        if let Some(stdout) = child.stdout.take() {
            for message in Message::parse_stream(BufReader::new(stdout)) {
                program = self.executable(message?).or(program);
            }
        }
        let status = child.wait()?;
        let name = self.name();
        if !status.success() {
            return Err(Error::ProgramBuild { name, status });
        }
        program.ok_or(Error::ProgramMissing { name })
    }

    /// The path of the program, if this message announces it.
    fn executable(self, message: Message) -> Option<Utf8PathBuf> {
        match message {
            Message::CompilerArtifact(artifact) if artifact.target.name == self.name() => artifact.executable,
            _ => None,
        }
    }

    fn exit_code(self, status: ExitStatus) -> Result<ExitCode, Error> {
        // A code beyond 255 exists on Windows only; what matters of it is that it is not success.
        match status.code() {
            Some(code) => Ok(u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)),
            None => Err(Error::ProgramKilled {
                name: self.name(),
                status,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifact(name: &str, executable: &str) -> Message {
        let text = format!(
            r#"{{"reason":"compiler-artifact","package_id":"p","manifest_path":"Cargo.toml","target":{{"kind":["bin"],
            "crate_types":["bin"],"name":"{name}","src_path":"a.rs","edition":"2024","doc":true,"doctest":false,
            "test":true}},"profile":{{"opt_level":"3","debuginfo":0,"debug_assertions":false,"overflow_checks":false,
            "test":false}},"features":[],"filenames":[],"executable":{executable},"fresh":false}}"#
        )
        .replace('\n', "");
        Message::parse_stream(text.as_bytes()).next().unwrap().unwrap()
    }

    #[test]
    fn the_program_is_the_one_that_cargo_names() {
        assert_eq!(
            Program::Loadtest
                .executable(artifact("loadtest", "\"/t/x86/release/loadtest\""))
                .unwrap(),
            "/t/x86/release/loadtest"
        );
        assert_eq!(
            Program::Loadtest.executable(artifact("threadx", "\"/t/release/threadx\"")),
            None
        );
        assert_eq!(Program::Loadtest.executable(artifact("loadtest", "null")), None);
    }

    #[cfg(unix)]
    #[test]
    fn the_exit_code_is_passed_on_and_a_signal_is_an_error() {
        use std::os::unix::process::ExitStatusExt;

        for code in [0, 1, 6, 130] {
            let passed_on = Program::Loadtest
                .exit_code(ExitStatus::from_raw(code << 8))
                .unwrap();
            assert_eq!(passed_on, ExitCode::from(u8::try_from(code).unwrap()));
        }
        assert!(matches!(
            Program::Memcheck.exit_code(ExitStatus::from_raw(9)),
            Err(Error::ProgramKilled { .. })
        ));
    }
}
