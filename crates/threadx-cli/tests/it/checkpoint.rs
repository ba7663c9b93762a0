//! Sweeps that are stopped, gone on with, cut into shards and written to files.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use serde_json::Value;

use crate::program::{Ran, program, run};

const GRID: [&str; 5] = ["sweep", "-g", "fast_period=2:40:2", "-g", "slow_period=20:200:10"];

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }
}

fn sweep(args: &[&str]) -> Ran {
    run(program().args(GRID).args(args), "")
}

/// What is the same in every run: all but the time it took.
fn lasting(ran: &Ran) -> Value {
    let mut document = ran.json();
    document.as_object_mut().unwrap().remove("elapsed_seconds");
    document
}

/// Parts that the checkpoint holds.
fn parts(checkpoint: &Path) -> usize {
    let Ok(folders) = std::fs::read_dir(checkpoint.join("parts")) else {
        return 0;
    };
    let whole = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().ends_with(".jsonl");
    folders
        .flatten()
        .filter_map(|folder| std::fs::read_dir(folder.path()).ok())
        .map(|files| files.flatten().filter(whole).count())
        .sum()
}

#[test]
fn a_killed_sweep_goes_on_to_the_same_bits() {
    let folder = Folder::new();
    let undisturbed = sweep(&["--output", "json", "--results", &folder.text("undisturbed.csv")]);
    let checkpoint = folder.path("checkpoint");
    let (dir, csv) = (folder.text("checkpoint"), folder.text("results.csv"));
    let args = [
        "--output",
        "json",
        "--checkpoint",
        &dir,
        "--resume",
        "--results",
        &csv,
    ];
    for kill in 0..4 {
        let before = parts(&checkpoint);
        let mut child = program()
            .args(GRID)
            .args(args)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Somewhere in the middle of some later part.
        while parts(&checkpoint) <= before + kill && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(parts(&checkpoint) > 0);
    // A part that the disk has lost bits of, and one that was cut off.
    let one = std::fs::read_dir(checkpoint.join("parts/000000"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let mut bytes = std::fs::read(one.path()).unwrap();
    bytes.truncate(bytes.len() / 2);
    std::fs::write(one.path(), bytes).unwrap();
    let resumed = sweep(&[&args[..], &["--force"]].concat());
    assert_eq!(lasting(&resumed), lasting(&undisturbed));
    assert_eq!(
        std::fs::read(folder.path("results.csv")).unwrap(),
        std::fs::read(folder.path("undisturbed.csv")).unwrap()
    );
    // All of it is there now.
    assert_eq!(
        lasting(&sweep(&["--output", "json", "--checkpoint", &dir, "--resume"])),
        lasting(&undisturbed)
    );
}

/// The files of parts below a folder, each with what tells it from one that is written anew.
fn kept(folder: &Path) -> Vec<(PathBuf, std::time::SystemTime)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(kept(&path));
        } else if path.extension().is_some_and(|extension| extension == "jsonl") {
            found.push((path, entry.metadata().unwrap().modified().unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn windows_of_a_killed_walk_forward_are_not_run_again() {
    let folder = Folder::new();
    let windows = [
        "--walk-forward",
        "train=3M,test=1M",
        "--luck",
        "false",
        "--output",
        "json",
    ];
    let undisturbed = sweep(&[&windows[..], &["--results", &folder.text("undisturbed.csv")]].concat());
    let (dir, csv) = (folder.text("checkpoint"), folder.text("results.csv"));
    let args = [
        &windows[..],
        &["--checkpoint", &dir, "--resume", "--results", &csv],
    ]
    .concat();
    let held = || kept(&folder.path("checkpoint/windows"));
    for _kill in 0..3 {
        let before = held();
        let mut child = program()
            .args(GRID)
            .args(&args)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while held().len() <= before.len() + 5 && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let after = held();
        assert!(
            before.iter().all(|file| after.contains(file)),
            "no part is written again"
        );
    }
    let before = held();
    assert!(before.len() > 10);
    // Bits that the disk has lost; only this part is run again.
    let mut bytes = std::fs::read(&before[3].0).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&before[3].0, bytes).unwrap();
    let resumed = sweep(&[&args[..], &["--force"]].concat());
    assert_eq!(lasting(&resumed), lasting(&undisturbed));
    assert_eq!(
        std::fs::read(&csv).unwrap(),
        std::fs::read(folder.path("undisturbed.csv")).unwrap()
    );
    let after = held();
    let again = before.iter().filter(|file| !after.contains(file)).count();
    assert_eq!(again, 1);
    let windows = undisturbed.json()["walk_forward"]["windows"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(after.len(), windows * 2 * parts(&folder.path("checkpoint")));
}

#[test]
fn what_a_killed_sweep_left_beside_its_results_is_used_or_removed() {
    let folder = Folder::new();
    let undisturbed = sweep(&["--output", "json", "--results", &folder.text("undisturbed.csv")]);
    let csv = folder.text("results.csv");
    let beside = folder.path("results.csv.parts");
    let killed = || {
        let mut child = program()
            .args(GRID)
            .args(["--results", &csv, "--force"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while kept(&beside).len() < 3 && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(kept(&beside).len() >= 3);
    };
    killed();
    let resumed = sweep(&["--output", "json", "--results", &csv]);
    assert_eq!(lasting(&resumed), lasting(&undisturbed));
    assert!(!beside.exists());
    let whole = std::fs::read(&csv).unwrap();
    assert_eq!(whole, std::fs::read(folder.path("undisturbed.csv")).unwrap());
    killed();
    // Another sweep begins afresh, and leaves alone what is not of a sweep.
    std::fs::write(beside.join("note.txt"), "mine").unwrap();
    let other = sweep(&["--fee", "0.002", "--results", &csv, "--force"]);
    assert_eq!(other.code, Some(0), "{other:?}");
    assert_ne!(std::fs::read(&csv).unwrap(), whole);
    assert_eq!(std::fs::read_dir(&beside).unwrap().count(), 1);
}

#[test]
fn a_checkpoint_of_another_sweep_is_refused_with_the_reason() {
    let folder = Folder::new();
    let dir = folder.text("checkpoint");
    assert_eq!(sweep(&["--checkpoint", &dir]).code, Some(0));
    let again = sweep(&["--checkpoint", &dir, "--output", "json"]);
    assert_eq!(
        (again.code, again.error()["code"].as_str()),
        (Some(5), Some("checkpoint_exists"))
    );
    let other = sweep(&["--checkpoint", &dir, "--resume", "--fee", "0.002"]);
    assert_eq!(other.code, Some(5));
    assert!(
        other.stderr.contains("fee_rate was 0.001 and is 0.002"),
        "{other:?}"
    );
    let data = sweep(&["--checkpoint", &dir, "--resume", "--end", "2019-06-01"]);
    assert!(data.stderr.contains("end_date was"), "{data:?}");
    assert!(data.stderr.contains("fingerprint was blake3:"), "{data:?}");
}

#[test]
fn shards_in_any_order_and_twice_are_the_whole() {
    let folder = Folder::new();
    let plan = folder.text("plan.json");
    let whole = lasting(&sweep(&["--output", "json"]));
    assert_eq!(sweep(&["--plan", &plan]).code, Some(0));
    for of in [1, 3] {
        let mut files: Vec<String> = (0..of)
            .map(|index| {
                let (share, out) = (
                    format!("{index}/{of}"),
                    folder.text(&format!("{index}-{of}.jsonl")),
                );
                let ran = run(
                    program().args(["shard", "run", "--plan", &plan, "--index", &share, "--out", &out]),
                    "",
                );
                assert_eq!(ran.code, Some(0), "{ran:?}");
                out
            })
            .collect();
        files.reverse();
        files.push(files[0].clone());
        let merge = |files: &[String]| {
            run(
                program().args(["shard", "merge", "--output", "json"]).args(files),
                "",
            )
        };
        assert_eq!(lasting(&merge(&files)), whole, "of {of}");
        if of == 3 {
            let missing = merge(&files[1..3]);
            assert_eq!(missing.code, Some(5));
            assert_eq!(missing.error()["code"], "missing_points");
        }
    }
    let printed = run(
        program().args(["shard", "run", "--plan", &plan, "--index", "0/3"]),
        "",
    );
    assert_eq!(
        printed.stdout,
        std::fs::read_to_string(folder.path("0-3.jsonl")).unwrap()
    );
    let half = &printed.stdout[..printed.stdout.len() / 2];
    std::fs::write(folder.path("half.jsonl"), half).unwrap();
    let damaged = run(
        program().args(["shard", "merge", "--output", "json", &folder.text("half.jsonl")]),
        "",
    );
    assert_eq!(damaged.error()["code"], "damaged_file");
    let beyond = run(
        program().args(["shard", "run", "--plan", &plan, "--index", "3/3"]),
        "",
    );
    assert_eq!(beyond.code, Some(2));
    assert!(beyond.stderr.contains("must be from 0/3 to 2/3"), "{beyond:?}");
}

#[test]
fn results_hold_every_point_in_order() {
    let folder = Folder::new();
    let (csv, parquet) = (folder.text("all.csv"), folder.text("all.parquet"));
    let document = sweep(&["--output", "json", "--results", &csv]).json();
    let text = std::fs::read_to_string(&csv).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!(header[..4], ["combination", "fast_period", "kind", "slow_period"]);
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len() as u64, document["evaluated"].as_u64().unwrap());
    let numbers: Vec<u64> = rows.iter().map(|row| row[0].parse().unwrap()).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]));
    let best = &document["results"][0];
    let place = header.iter().position(|name| *name == "sharpe_ratio").unwrap();
    let row = rows
        .iter()
        .find(|row| {
            let is = |column: usize, name: &str| row[column].parse().ok() == best["params"][name].as_u64();
            is(1, "fast_period") && is(3, "slow_period")
        })
        .unwrap();
    // The file has what points are ranked by, the document what a backtest of the best gives.
    let (ranked_by, given) = (
        row[place].parse::<f64>().unwrap(),
        best["metrics"]["sharpe_ratio"].as_f64().unwrap(),
    );
    assert!(
        (ranked_by - given).abs() <= 1e-9 * given.abs(),
        "{ranked_by} {given}"
    );
    let again = sweep(&["--results", &csv, "--output", "json"]);
    assert_eq!(
        (again.code, again.error()["code"].as_str()),
        (Some(4), Some("exists"))
    );
    assert_eq!(sweep(&["--results", &parquet]).code, Some(0));
    assert_eq!(&std::fs::read(&parquet).unwrap()[..4], b"PAR1");
    assert_eq!(
        std::fs::read_dir(folder.0.path()).unwrap().count(),
        2,
        "nothing else is left behind"
    );
}

#[test]
fn memory_is_bounded_and_said() {
    let document = sweep(&["--output", "json", "--memory", "64MiB"]).json();
    let memory = &document["memory"];
    assert_eq!(memory["budget_bytes"], 64 << 20);
    assert!(memory["planned_bytes"].as_u64().unwrap() <= 64 << 20);
    let small = sweep(&["--output", "json", "--memory", "100kB"]);
    assert_eq!(small.error()["code"], "memory_exceeded");
}

#[test]
fn a_condition_leaves_combinations_out() {
    let document = sweep(&[
        "--output",
        "json",
        "--where",
        "fast_period * 10 == slow_period",
        "--where",
        "fast_period > 5",
    ])
    .json();
    assert_eq!(document["evaluated"], 8, "6 with 60 to 20 with 200");
    let wrong = sweep(&["--where", "fast < slow_period"]);
    assert_eq!(wrong.code, Some(3));
    assert!(wrong.stderr.contains("fast is not a parameter"), "{wrong:?}");
}

#[test]
fn searches_look_at_fewer() {
    let full = sweep(&["--output", "json"]).json();
    let narrow = sweep(&["--output", "json", "--narrow"]).json();
    assert!(narrow["evaluated"].as_u64() < full["evaluated"].as_u64());
    assert_eq!(narrow, {
        let mut again = run(
            program()
                .args(GRID)
                .args(["--output", "json", "--narrow"])
                .env("THREADX_WORKERS", "3"),
            "",
        )
        .json();
        again["elapsed_seconds"] = narrow["elapsed_seconds"].clone();
        again
    });
    let stopped = |workers: &str| {
        lasting(&run(
            program()
                .args(GRID)
                .args(["--output", "json", "--early-stop", "30"])
                .env("THREADX_WORKERS", workers),
            "",
        ))
    };
    let one = stopped("1");
    assert!(one["left_out"].as_u64().unwrap() > 0);
    let counted: u64 = ["evaluated", "skipped", "left_out"]
        .iter()
        .map(|field| one[field].as_u64().unwrap())
        .sum();
    assert_eq!(one["combinations"].as_u64(), Some(counted));
    assert_eq!(stopped("3"), one);
    for method in ["latin_hypercube", "sobol"] {
        let sample = sweep(&["--output", "json", "--sample", "50", "--sample-method", method]).json();
        assert!(
            (30..=50).contains(&sample["combinations"].as_u64().unwrap()),
            "{method}"
        );
    }
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_keeps_what_is_done_and_says_how_to_go_on() {
    let folder = Folder::new();
    let dir = folder.text("checkpoint");
    let mut child = program()
        .args([
            "sweep",
            "-g",
            "fast_period=2:200:1",
            "-g",
            "slow_period=10:900:10",
            "--checkpoint",
            &dir,
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while parts(&folder.path("checkpoint")) == 0 {
        std::thread::yield_now();
    }
    let pid = child.id().to_string();
    assert!(
        std::process::Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    let mut told = String::new();
    std::io::Read::read_to_string(child.stderr.as_mut().unwrap(), &mut told).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{told}");
    for text in [
        "interrupted after",
        "best so far sharpe_ratio",
        "--resume goes on",
    ] {
        assert!(told.contains(text), "{told}");
    }
}
