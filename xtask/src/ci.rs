//! `cargo xtask ci`: every check that a commit has to pass.
//!
//! All steps run, also after one has failed: whoever pushed a commit learns of everything that is wrong with it from one run,
//! and not of the next thing after each repair. A step does not need the outcome of another.

mod report;
mod step;
mod steps;

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::workspace::Workspace;

use self::step::{Outcome, Step};

/// How one step ended and how long it took.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ended {
    name: &'static str,
    outcome: Outcome,
    took: Duration,
}

/// Runs every step at the root of the workspace and prints how each of them ended.
///
/// # Errors
///
/// [`Error::Steps`] with the names of the steps that failed.
pub(crate) fn run(out: &mut impl Write) -> Result<(), Error> {
    let root = Workspace::load(Path::new("."))?.root;
    run_steps(steps::ALL, out, |step| step.run(&root))
}

fn run_steps(steps: &[Step], out: &mut impl Write, run: impl Fn(&Step) -> Outcome) -> Result<(), Error> {
    let mut ended = Vec::with_capacity(steps.len());
    for step in steps {
        report::begin(step, out)?;
        let start = Instant::now();
        let outcome = run(step);
        let this = Ended {
            name: step.name,
            outcome,
            took: start.elapsed(),
        };
        report::end(&this, out)?;
        ended.push(this);
    }
    report::summary(&ended, out)?;

    let failed = ended
        .iter()
        .filter(|step| matches!(step.outcome, Outcome::Failed { .. }));
    let steps: Vec<_> = failed.map(|step| step.name).collect();
    if steps.is_empty() {
        Ok(())
    } else {
        Err(Error::Steps { steps })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: &[Step] = &[
        Step::cargo("one", &["1"]),
        Step::cargo("two", &["2"]),
        Step::cargo("three", &["3"]),
    ];

    fn run_with(outcome: impl Fn(&Step) -> Outcome) -> (Result<(), Error>, String) {
        let mut out = Vec::new();
        let result = run_steps(STEPS, &mut out, outcome);
        (result, String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_failure_does_not_hide_the_next_one() {
        let (result, printed) = run_with(|step| match step.name {
            "two" => Outcome::Passed,
            _ => Outcome::Failed {
                why: format!("{} is broken", step.name),
            },
        });
        let Err(Error::Steps { steps }) = result else {
            panic!("{result:?}")
        };
        assert_eq!(steps, ["one", "three"]);
        for expected in [
            "== one: cargo 1",
            "one is broken",
            "== two: cargo 2",
            "== three: cargo 3",
            "three is broken",
        ] {
            assert!(printed.contains(expected), "{expected} is not in\n{printed}");
        }
    }

    #[test]
    fn a_step_that_was_skipped_is_named_and_fails_nothing() {
        let (result, printed) = run_with(|step| match step.name {
            "two" => Outcome::Skipped {
                why: "cargo-two is not installed".to_owned(),
            },
            _ => Outcome::Passed,
        });
        assert!(result.is_ok(), "{result:?}");
        let summary = printed.lines().rev().take(STEPS.len()).collect::<Vec<_>>();
        assert!(
            summary[1].contains("two") && summary[1].contains("skipped: cargo-two is not installed"),
            "{printed}"
        );
        assert!(
            summary[0].contains("three") && summary[0].contains("passed"),
            "{printed}"
        );
    }
}
