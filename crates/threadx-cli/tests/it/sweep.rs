//! `threadx sweep`.

use serde_json::Value;

use crate::program::{program, run, threadx};

const SMALL: [&str; 6] = [
    "sweep",
    "--output",
    "json",
    "-g",
    "fast_period=5:20:5",
    "--grid=slow_period=20,60",
];

/// What is the same in every run: all but the time it took.
fn lasting(mut document: Value) -> Value {
    document
        .as_object_mut()
        .unwrap()
        .remove("elapsed_seconds")
        .unwrap();
    document
}

#[test]
fn ranks_the_default_grid() {
    let document = threadx(["sweep", "--output", "json"]).json();
    let number = |field: &str| document[field].as_u64().unwrap();
    assert_eq!(number("combinations"), 100);
    assert_eq!(number("evaluated") + number("skipped"), 100);
    assert!(
        number("skipped") > 0,
        "fast 50 with slow 20 breaks the strategy's rule"
    );
    let results = document["results"].as_array().unwrap();
    assert_eq!(results.len(), 10);
    let ratios: Vec<f64> = results
        .iter()
        .map(|result| result["metrics"]["sharpe_ratio"].as_f64().unwrap())
        .collect();
    assert!(ratios.windows(2).all(|pair| pair[0] >= pair[1]), "{ratios:?}");
    assert_eq!(results[0]["rank"], 1);
}

#[test]
fn a_result_is_that_of_the_single_backtest() {
    let document = run(program().args(SMALL), "").json();
    assert_eq!(
        document["results"].as_array().unwrap().len(),
        7,
        "20 is not less than 20"
    );
    for result in document["results"].as_array().unwrap() {
        let param = |name: &str| format!("{name}={}", result["params"][name]);
        let (fast, slow) = (param("fast_period"), param("slow_period"));
        let single = threadx(["backtest", "--output", "json", "-p", &fast, "-p", &slow]).json();
        assert_eq!(single["metrics"], result["metrics"], "{fast} {slow}");
    }
}

#[test]
fn the_number_of_workers_changes_nothing() {
    let with = |workers: &str| lasting(run(program().args(SMALL).env("THREADX_WORKERS", workers), "").json());
    let one = with("1");
    assert_eq!(with("2"), one);
    assert_eq!(with("7"), one);
}

#[test]
fn ranks_by_any_criteria_and_prints_tables() {
    let ran = run(
        program().args(["sweep", "--criteria", "max_drawdown,trade_count", "--top", "3"]),
        "",
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("100 combinations"), "{ran:?}");
    assert_eq!(ran.stderr, "", "no progress bar where there is no terminal");
    let csv = threadx(["sweep", "--output", "csv", "--top", "4"]).stdout;
    assert!(
        csv.starts_with("rank,fast_period,kind,slow_period,total_return,"),
        "{csv}"
    );
    assert_eq!(csv.lines().count(), 5);
}

#[test]
fn a_direction_turns_a_criterion_round() {
    let by = |criteria: &str, more: &[&str]| {
        let ran = run(
            program().args(SMALL).args(["--criteria", criteria]).args(more),
            "",
        );
        lasting(ran.json())
    };
    let counts = |document: &Value| -> Vec<u64> {
        let results = document["results"].as_array().unwrap();
        results
            .iter()
            .map(|one| one["metrics"]["trade_count"].as_u64().unwrap())
            .collect()
    };
    let (most, fewest) = (by("trade_count", &[]), by("trade_count:lower,sharpe_ratio", &[]));
    let mut turned = counts(&most);
    turned.reverse();
    assert_eq!(counts(&fewest), turned);
    assert!(turned[0] < turned[6]);
    assert_eq!(fewest["request"]["criteria"][0], "trade_count:lower");
    assert_eq!(fewest["luck"]["stability"]["criterion"], "trade_count:lower");
    // All that looks for the best looks for the fewest.
    let best = &fewest["results"][0]["params"];
    for search in [["--narrow", "1"], ["--top", "1"], ["--early-stop", "7"]] {
        assert_eq!(
            &by("trade_count:lower", &search)["results"][0]["params"],
            best,
            "{search:?}"
        );
    }
    assert_eq!(by("trade_count:higher", &[])["results"], most["results"]);
    let wrong = run(
        program().args(SMALL).args(["--criteria", "trade_count:least"]),
        "",
    );
    assert_eq!(wrong.code, Some(3));
    assert!(
        wrong
            .stderr
            .contains("must have higher or lower behind trade_count:"),
        "{wrong:?}"
    );
}

#[test]
fn a_sample_is_the_same_for_its_seed() {
    let with = |seed: &str| {
        lasting(
            threadx([
                "sweep",
                "--output",
                "json",
                "--sample",
                "20",
                "--sample-seed",
                seed,
            ])
            .json(),
        )
    };
    let first = with("7");
    assert_eq!(first["combinations"], 20);
    assert_eq!(with("7"), first);
    assert_ne!(with("8")["results"], first["results"]);
}

#[test]
fn what_cannot_be_swept_is_told() {
    let none = threadx([
        "sweep",
        "--output",
        "json",
        "-g",
        "fast_period=50",
        "-g",
        "slow_period=20",
    ]);
    assert_eq!(none.code, Some(5), "{none:?}");
    assert_eq!(none.error()["code"], "no_combinations");
    let unknown = threadx(["sweep", "-g", "fast=5:10:1", "--criteria", "luck"]);
    assert_eq!(unknown.code, Some(3));
    for text in ["fast", "luck", "criteria"] {
        assert!(unknown.stderr.contains(text), "{unknown:?}");
    }
}
