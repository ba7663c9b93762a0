//! What a run of the checks prints.

use std::io::{self, Write};
use std::time::Duration;

use super::Ended;
use super::step::{Outcome, Step};

/// The line above the step's own output: its name, and how to run it alone.
pub(super) fn begin(step: &Step, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\n== {}: {step}", step.name)?;
    // The step writes to the same terminal through its own buffer.
    out.flush()
}

/// The line below it: how it ended, and after how long.
pub(super) fn end(ended: &Ended, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "== {}: {} ({})",
        ended.name,
        describe(&ended.outcome),
        seconds(ended.took)
    )
}

/// One line a step, and the time of all.
pub(super) fn summary(ended: &[Ended], out: &mut impl Write) -> io::Result<()> {
    let total = ended.iter().map(|step| step.took).sum();
    writeln!(out, "\n{} steps in {}", ended.len(), seconds(total))?;
    let width = ended.iter().map(|step| step.name.len()).max().unwrap_or(0);
    for step in ended {
        writeln!(
            out,
            "  {:width$}  {:>9}  {}",
            step.name,
            seconds(step.took),
            describe(&step.outcome)
        )?;
    }
    Ok(())
}

fn describe(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Passed => "passed".to_owned(),
        Outcome::Failed { why } => format!("FAILED: {why}"),
        Outcome::Skipped { why } => format!("skipped: {why}"),
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_has_every_step_with_its_time_and_the_time_of_all() {
        let ended = |name, outcome, ms| Ended {
            name,
            outcome,
            took: Duration::from_millis(ms),
        };
        let failed = Outcome::Failed {
            why: "exit status: 101".to_owned(),
        };
        let skipped = Outcome::Skipped {
            why: "cargo-deny is not installed".to_owned(),
        };
        let steps = [
            ended("fmt", Outcome::Passed, 840),
            ended("clippy", failed, 125_500),
            ended("deny", skipped, 0),
        ];
        let mut out = Vec::new();
        summary(&steps, &mut out).unwrap();
        let expected = "\n3 steps in 126.3 s\n  fmt         0.8 s  passed\n  clippy    125.5 s  FAILED: exit status: 101\n  \
                        deny        0.0 s  skipped: cargo-deny is not installed\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
