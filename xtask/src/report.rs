//! `cargo xtask report`: what phase 2 asked for, and what was found when it was run.

mod faults;
mod figures;
mod page;
mod test_run;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use crate::error::Error;
use crate::program::Program;
use crate::workspace::Workspace;

use self::figures::Figures;
use self::page::{Load, Page};

const PAGE: &str = "docs/PHASE2_COMPLETION_REPORT.md";

/// The loads, each with what it shows.
const LOADS: &[(&str, &[&str])] = &[
    (
        "1,000 tasks, 100 in flight",
        &["--tasks", "1000", "--concurrency", "100"],
    ),
    (
        "100,000 tasks, 1,000 in flight",
        &["--tasks", "100000", "--concurrency", "1000"],
    ),
    (
        "three in ten cancelled",
        &["--tasks", "20000", "--cancel-rate", "0.3"],
    ),
    ("no callbacks", &["--tasks", "20000", "--callbacks", "none"]),
    (
        "one callback sleeps for 10 s",
        &["--tasks", "20000", "--callbacks", "slow"],
    ),
    (
        "1,000 callbacks never return",
        &["--tasks", "1000", "--callbacks", "hang"],
    ),
    (
        "1,000 callbacks panic",
        &["--tasks", "1000", "--callbacks", "panic"],
    ),
];

/// Runs tests, load test and memory check, and writes the page from what they find.
///
/// # Errors
///
/// Whatever keeps them from running; [`Error::Unmet`] if something was found not to hold, which the page says.
pub(crate) fn run(out: &mut impl Write) -> Result<(), Error> {
    let root = Workspace::load(Path::new("."))?.root;
    let directory = tempfile::tempdir()?;
    let mut loads = Vec::new();
    for &(title, arguments) in LOADS {
        writeln!(out, "\n== {title}")?;
        out.flush()?;
        let figures = Figures::measure(Program::Loadtest, arguments, directory.path())?;
        loads.push(Load { title, figures });
    }
    writeln!(out, "\n== memory")?;
    out.flush()?;
    let memory = Figures::measure(Program::Memcheck, &[], directory.path())?;
    writeln!(out, "\n== tests")?;
    out.flush()?;
    let page = Page {
        sources: said_by("git", &["describe", "--always", "--dirty", "--abbrev=12"], &root),
        compiler: said_by("rustc", &["--version"], &root),
        loads,
        memory,
        tests: test_run::run(out)?,
        missing: test_run::missing()?,
    };
    let path = root.join(PAGE);
    fs::write(&path, page.to_string()).map_err(|source| Error::Write { path, source })?;
    writeln!(out, "wrote {PAGE}")?;
    if page.all_holds() {
        Ok(())
    } else {
        Err(Error::Unmet("not everything holds; the page says what does not"))
    }
}

/// The first line that a program prints; a dash if there is none.
fn said_by(program: &str, arguments: &[&str], root: &Path) -> String {
    let output = Command::new(program).args(arguments).current_dir(root).output();
    let text = match output {
        Ok(output) if output.status.success() => output.stdout,
        Ok(_) | Err(_) => Vec::new(),
    };
    match String::from_utf8_lossy(&text).lines().next() {
        Some(line) => line.to_owned(),
        None => "–".to_owned(),
    }
}
