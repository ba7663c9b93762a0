//! (d) What the program takes for a sweep, beside what it says that it takes.

use std::{
    error::Error,
    path::Path,
    process::{Command, Stdio},
};

use serde::{Deserialize, Serialize};

use crate::process;

/// Resident bytes that the program may have beyond those of the sweep: itself, its threads' stacks and pools of memory, the
/// text of the file of bars, a row group of a Parquet file, and the result.
pub const ALLOWANCE_BYTES: u64 = 48 << 20;

/// The sweeps: what may be taken, by how many workers, and what is run.
///
/// The C library keeps freed memory for each thread apart. That of two threads is in the allowance; where there are more,
/// they are told to share it, as docs/sweeps.md tells users to.
pub(super) const SWEEPS: &[(&str, &str, &[&str])] = &[
    ("32MiB", "2", GRID),
    ("128MiB", "2", GRID),
    ("1GiB", "2", GRID),
    ("32MiB", "8", GRID),
    ("128MiB", "8", GRID),
    ("32MiB", "2", STREAMED),
    ("64MiB", "2", WALKED),
];

/// 40,000 combinations by the fast path; all their indicators take 165 MiB.
const GRID: &[&str] = &["-g", "fast_period=2:201:1", "-g", "slow_period=202:401:1"];
/// By a metric that the fast path does not measure.
const STREAMED: &[&str] = &[
    "-g",
    "fast_period=2:41:1",
    "-g",
    "slow_period=50:425:25",
    "--criteria",
    "sortino_ratio",
];
/// Every point in and out of sample, to a file.
const WALKED: &[&str] = &[
    "-g",
    "fast_period=2:101:1",
    "-g",
    "slow_period=102:201:1",
    "--walk-forward",
    "train=10d,test=5d",
    "--results",
    "results.parquet",
];

/// What a sweep took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweepPeak {
    /// What it was allowed to take, bytes.
    pub budget_bytes: u64,
    /// What it says it takes at most, bytes.
    pub planned_bytes: u64,
    /// Combinations that were run to their end.
    pub evaluated: u64,
    /// Most resident bytes of the whole program; `None` where the system does not tell.
    pub peak_resident_bytes: Option<u64>,
}

impl SweepPeak {
    /// Whether the program kept to what it said, as far as that is known.
    #[must_use]
    pub fn holds(&self) -> bool {
        let most = self.planned_bytes.saturating_add(ALLOWANCE_BYTES);
        self.planned_bytes <= self.budget_bytes && self.peak_resident_bytes.is_none_or(|peak| peak <= most)
    }
}

/// What the program says of a sweep.
#[derive(Deserialize)]
struct Said {
    evaluated: u64,
    memory: Planned,
}

#[derive(Deserialize)]
struct Planned {
    budget_bytes: u64,
    planned_bytes: u64,
}

/// Runs one sweep. This process starts no other program, so that the peak of its children is that of the sweep.
pub(super) fn measure(program: &Path, bars: &Path, number: usize) -> Result<SweepPeak, Box<dyn Error>> {
    let (memory, workers, flags) = SWEEPS.get(number).ok_or("there is no such sweep")?;
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(program);
    if *workers != "2" {
        command.env("MALLOC_ARENA_MAX", "2");
    }
    let output = command
        .current_dir(folder.path())
        .env("THREADX_WORKERS", workers)
        .args(["sweep", "--output", "json", "--memory", memory, "--data"])
        .arg(bars)
        .args(*flags)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("the sweep {flags:?} with {memory} failed: {}", output.status).into());
    }
    let said: Said = serde_json::from_slice(&output.stdout)?;
    Ok(SweepPeak {
        budget_bytes: said.memory.budget_bytes,
        planned_bytes: said.memory.planned_bytes,
        evaluated: said.evaluated,
        peak_resident_bytes: process::peak_resident_bytes_of_children(),
    })
}
