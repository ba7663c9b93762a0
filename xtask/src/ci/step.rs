//! One call of cargo that has to succeed.

use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::cargo;

/// A call of cargo, and what it needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// One word for the summary.
    pub(super) name: &'static str,
    arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
    /// A cargo subcommand without which the step is skipped.
    needs: Option<&'static str>,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Passed,
    Failed { why: String },
    Skipped { why: String },
}

impl Step {
    pub(super) const fn cargo(name: &'static str, arguments: &'static [&'static str]) -> Self {
        Self {
            name,
            arguments,
            environment: &[],
            needs: None,
        }
    }

    /// With these variables set, on top of those that are set already.
    pub(super) const fn with(self, environment: &'static [(&'static str, &'static str)]) -> Self {
        Self { environment, ..self }
    }

    /// Skipped, and said to be so, where `cargo <subcommand>` is not installed.
    pub(super) const fn if_installed(self, subcommand: &'static str) -> Self {
        Self {
            needs: Some(subcommand),
            ..self
        }
    }

    /// Runs at `root`, with nothing to read from standard input.
    pub(super) fn run(&self, root: &Path) -> Outcome {
        if let Some(subcommand) = self.needs
            && !is_installed(subcommand)
        {
            return Outcome::Skipped {
                why: format!("cargo-{subcommand} is not installed"),
            };
        }
        let status = cargo::command()
            .args(self.arguments)
            .envs(self.environment.iter().copied())
            .current_dir(root)
            .stdin(Stdio::null())
            .status();
        match status {
            Ok(status) if status.success() => Outcome::Passed,
            Ok(status) => Outcome::Failed {
                why: status.to_string(),
            },
            Err(error) => Outcome::Failed {
                why: format!("cargo did not start: {error}"),
            },
        }
    }
}

fn is_installed(subcommand: &str) -> bool {
    let mut command: Command = cargo::command();
    command
        .args([subcommand, "--version"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// As it would be typed to run this step alone.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in self.environment {
            write!(f, "{name}={} ", quoted(value))?;
        }
        f.write_str("cargo")?;
        self.arguments
            .iter()
            .try_for_each(|argument| write!(f, " {}", quoted(argument)))
    }
}

fn quoted(word: &str) -> String {
    if word.contains(' ') {
        format!("'{word}'")
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(step: Step) -> Outcome {
        step.run(Path::new(env!("CARGO_MANIFEST_DIR")))
    }

    #[test]
    fn a_step_passes_when_cargo_does_and_otherwise_says_how_it_ended() {
        assert_eq!(run(Step::cargo("version", &["--version"])), Outcome::Passed);
        let Outcome::Failed { why } = run(Step::cargo("none", &["--no-such-flag"])) else {
            panic!("cargo took a flag that it does not have");
        };
        assert!(why.contains("exit"), "{why}");
    }

    #[test]
    fn a_step_that_needs_what_is_not_installed_is_skipped() {
        let step = Step::cargo("none", &["--no-such-flag"]).if_installed("no-such-subcommand");
        assert_eq!(
            run(step),
            Outcome::Skipped {
                why: "cargo-no-such-subcommand is not installed".to_owned()
            }
        );
        assert_eq!(
            run(Step::cargo("tree", &["--version"]).if_installed("tree")),
            Outcome::Passed
        );
    }

    #[test]
    fn a_step_hands_its_variables_to_cargo() {
        // Cargo refuses a colour that it does not know, so a failure shows that the variable arrived.
        let step = Step::cargo("find", &["locate-project"]);
        assert_eq!(run(step), Outcome::Passed);
        assert!(matches!(
            run(step.with(&[("CARGO_TERM_COLOR", "sometimes")])),
            Outcome::Failed { .. }
        ));
    }

    #[test]
    fn a_step_is_shown_as_it_would_be_typed() {
        let step = Step::cargo("doc", &["doc", "--no-deps"]).with(&[("RUSTDOCFLAGS", "-D warnings")]);
        assert_eq!(step.to_string(), "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps");
    }
}
