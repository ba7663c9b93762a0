//! The memory check: what shared controllers save, and what tasks leave behind.
//!
//! Each variant runs in a process of its own, so that none starts with the heap of another one.

mod bars;
mod growth;
mod heap;
mod in_flight;
mod remains;
mod report;
mod sweep;

use std::{
    error::Error,
    ffi::OsStr,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use clap::{Parser, ValueEnum};
use indicatif::ProgressBar;
use serde::{Serialize, de::DeserializeOwned};

pub use self::{
    bars::BARS,
    growth::Growth,
    heap::Heap,
    in_flight::{Footprint, TASKS},
    remains::Remains,
    report::Report,
    sweep::{ALLOWANCE_BYTES, SweepPeak},
};

/// Measures what shared controllers save against a set a task, what is kept of finished tasks, what cancelled,
/// panicked and given-up ones leave behind, and whether sweeps take what they say.
///
/// Exits with 1 if a target is missed.
#[derive(Debug, Parser)]
#[command(name = "memcheck", bin_name = "cargo xtask memcheck")]
pub struct Args {
    /// Write the figures to this file as JSON, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// The program `threadx`, whose sweeps are measured; without it they are not
    #[arg(long, value_name = "PROGRAM")]
    threadx: Option<PathBuf>,
    /// Run this variant in this process and print its figures as JSON
    #[arg(long, hide = true, requires = "bars")]
    variant: Option<Variant>,
    /// The bars for it
    #[arg(long, hide = true)]
    bars: Option<PathBuf>,
    /// Which of the sweeps
    #[arg(long, hide = true, default_value_t = 0)]
    sweep: usize,
}

/// What runs in a process of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Variant {
    PerTask,
    Shared,
    Growth,
    Remains,
    Sweep,
}

/// Runs the variants, prints what they came to, and says whether every target was reached.
///
/// # Errors
///
/// Whatever keeps it from running, or from writing the figures.
pub fn run(heap: &Heap, args: &Args) -> Result<bool, Box<dyn Error>> {
    if let (Some(variant), Some(bars)) = (args.variant, &args.bars) {
        return measure(heap, variant, bars, args).map(|()| true);
    }
    let report = measure_all(args.threadx.as_deref())?;
    write!(std::io::stdout().lock(), "{report}")?;
    if let Some(path) = &args.json {
        std::fs::write(path, serde_json::to_string_pretty(&report)? + "\n")?;
    }
    Ok(report.passed())
}

fn measure_all(threadx: Option<&Path>) -> Result<Report, Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let bars = directory.path().join("BTCUSDT_1m.csv");
    bars::write(&bars)?;
    let progress = ProgressBar::new_spinner();
    let mut sweeps = Vec::new();
    if let Some(program) = threadx {
        for number in 0..sweep::SWEEPS.len() {
            let number = number.to_string();
            let more = ["--threadx", "--sweep"].map(OsStr::new);
            let more = [more[0], program.as_os_str(), more[1], number.as_ref()];
            sweeps.push(child(Variant::Sweep, &bars, &more, &progress)?);
        }
    }
    let report = Report::new(
        child(Variant::PerTask, &bars, &[], &progress)?,
        child(Variant::Shared, &bars, &[], &progress)?,
        child(Variant::Growth, &bars, &[], &progress)?,
        child(Variant::Remains, &bars, &[], &progress)?,
        sweeps,
    );
    progress.finish_and_clear();
    Ok(report)
}

/// Runs one variant in a process of its own.
fn child<T: DeserializeOwned>(
    variant: Variant,
    bars: &Path,
    more: &[&OsStr],
    progress: &ProgressBar,
) -> Result<T, Box<dyn Error>> {
    let name = variant
        .to_possible_value()
        .ok_or("a variant without a name")?
        .get_name()
        .to_owned();
    progress.set_message(name.clone());
    progress.tick();
    let output = Command::new(std::env::current_exe()?)
        .args(["--variant", &name, "--bars"])
        .arg(bars)
        .args(more)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("the variant {name} failed: {}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Runs one variant in this process and prints its figures.
fn measure(heap: &Heap, variant: Variant, bars: &Path, args: &Args) -> Result<(), Box<dyn Error>> {
    match variant {
        Variant::PerTask => print(&in_flight::measure(heap, bars.to_owned(), false)?),
        Variant::Shared => print(&in_flight::measure(heap, bars.to_owned(), true)?),
        Variant::Growth => print(&growth::measure(heap)?),
        Variant::Remains => print(&remains::measure(heap)?),
        Variant::Sweep => {
            let program = args.threadx.as_deref().ok_or("there is no program to run")?;
            print(&sweep::measure(program, bars, args.sweep)?)
        }
    }
}

fn print(figures: &impl Serialize) -> Result<(), Box<dyn Error>> {
    serde_json::to_writer(std::io::stdout().lock(), figures)?;
    Ok(())
}
