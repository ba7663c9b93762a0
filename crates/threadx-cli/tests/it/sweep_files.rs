//! Walk-forward analyses and pictures of sweeps, as the program writes them.

use crate::program::{Ran, program, run};

fn sweep(args: &[&str]) -> Ran {
    let grid = ["sweep", "-g", "fast_period=5,20", "-g", "slow_period=50:150:50"];
    run(program().args(grid).args(args), "")
}

#[test]
fn a_walk_forward_is_told_and_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (equity, results) = (path("equity.csv"), path("results.csv"));
    let windows = [
        "--walk-forward",
        "train=4M, test=3M, anchored, purge=5",
        "--equity",
        &equity,
        "--results",
        &results,
    ];
    let told = sweep(&windows);
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    for text in [
        "Walk-forward: chosen in one window",
        "2019-01-01 to 2019-08-01  2019-08-01 to 2019-11-01",
        "2019-11-01 to 2020-01-01",
        "\nout of sample: total return ",
    ] {
        assert!(told.stdout.contains(text), "{text}: {}", told.stdout);
    }

    let json = sweep(&[&windows[..2], &["--output", "json"]].concat()).json();
    let walked = &json["walk_forward"];
    let found = walked["windows"].as_array().unwrap();
    assert_eq!(found.len(), 3);
    let curve = std::fs::read_to_string(&equity).unwrap();
    let bars: u64 = found
        .iter()
        .map(|window| window["test_bars"].as_u64().unwrap())
        .sum();
    assert_eq!(curve.lines().count() as u64, bars + 1);
    let last: f64 = curve
        .lines()
        .last()
        .unwrap()
        .split(',')
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    let total = walked["metrics"]["total_return"].as_f64().unwrap();
    assert!((last / 10_000.0 - 1.0 - total).abs() < 1e-12);
    assert_eq!(json["request"]["walk_forward"]["purge"], 5);

    // Six combinations over the whole range, then in and out of sample of each window.
    let rows = std::fs::read_to_string(&results).unwrap();
    let places: Vec<String> = rows
        .lines()
        .skip(1)
        .map(|row| row.split(',').take(2).collect::<Vec<_>>().join(" "))
        .collect();
    let expected: Vec<String> = std::iter::once(" whole".to_owned())
        .chain((1..=3).flat_map(|window| ["in", "out"].map(|sample| format!("{window} {sample}"))))
        .flat_map(|place| std::iter::repeat_n(place, 6))
        .collect();
    assert_eq!(places, expected);
}

#[test]
fn windows_that_make_no_sense_are_refused_with_the_reason() {
    for (windows, code, reason) in [
        ("train=6M", 3, "walk_forward.test is required"),
        (
            "train=6M,test=2M,anchord",
            3,
            "anchord is not a field of a walk-forward analysis",
        ),
        ("train=6 months,test=2M", 3, "such as 6M, got"),
        (
            "train=2y,test=2M",
            5,
            "cannot be cut into windows of 2y to train and 2M to test",
        ),
    ] {
        let refused = sweep(&["--walk-forward", windows]);
        assert_eq!(refused.code, Some(code), "{}", refused.stderr);
        assert!(refused.stderr.contains(reason), "{windows}: {}", refused.stderr);
    }
    let alone = sweep(&["--equity", "never.csv"]);
    assert_eq!(alone.code, Some(3));
    assert!(alone.stderr.contains("walk_forward is required by --equity"));
}

#[test]
fn a_heatmap_is_drawn_of_any_two_parameters() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("map.svg");
    let file = path.to_str().unwrap();
    let drawn = sweep(&["--heatmap", file]);
    assert_eq!(drawn.code, Some(0), "{}", drawn.stderr);
    let picture = std::fs::read_to_string(&path).unwrap();
    assert!(picture.contains("ma_crossover on BTCUSDT 1h: sharpe_ratio"));
    assert_eq!(picture.matches("fast_period 20, slow_period ").count(), 3);
    assert_eq!(sweep(&["--heatmap", file]).code, Some(4), "it stands already");

    let turned = [
        "--heatmap",
        file,
        "--heatmap-params",
        "slow_period,fast_period",
        "--force",
    ];
    assert_eq!(sweep(&turned).code, Some(0));
    let picture = std::fs::read_to_string(&path).unwrap();
    assert_eq!(picture.matches("slow_period 50, fast_period ").count(), 2);

    let unknown = sweep(&[
        "--heatmap",
        file,
        "--heatmap-params",
        "slow_period,kind",
        "--force",
    ]);
    assert_eq!(unknown.code, Some(5));
    assert!(
        unknown
            .stderr
            .contains("those with more than one value are fast_period, slow_period"),
        "{}",
        unknown.stderr
    );
}
