//! The load test does what it is told, and says when it cannot.

use std::process::{Command, Output};

use serde_json::Value;

fn loadtest(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_loadtest"))
        .args(arguments)
        .output()
        .unwrap()
}

fn figures(arguments: &[&str]) -> (Output, Value) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("figures.json");
    let output = loadtest(&[arguments, &["--json", path.to_str().unwrap()]].concat());
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    (output, serde_json::from_slice(&text).unwrap())
}

fn all_hold(figures: &Value) -> bool {
    let checks = figures["checks"].as_array().unwrap();
    !checks.is_empty() && checks.iter().all(|check| check["holds"] == true)
}

#[test]
fn every_kind_succeeds_and_is_counted() {
    let arguments = [
        "--tasks",
        "200",
        "--concurrency",
        "16",
        "--workers",
        "3",
        "--callbacks",
        "ok",
    ];
    let (output, figures) = figures(&arguments);
    assert!(output.status.success(), "{output:?}");
    assert!(all_hold(&figures));
    assert_eq!(figures["ledger"]["succeeded"], 200);
    assert_eq!(figures["callbacks"]["ok"], 200);
    assert_eq!(figures["load"]["workers"], 3);
    let kinds = figures["load"]["kinds"].as_object().unwrap();
    assert_eq!(
        kinds.values().map(|count| count.as_u64().unwrap()).sum::<u64>(),
        200
    );
    assert_eq!(
        kinds.keys().collect::<Vec<_>>(),
        ["backtest", "data", "indicator", "sweep"]
    );
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("succeeded 200  failed 0  panicked 0  cancelled 0  timed out 0"),
        "{text}"
    );
}

#[test]
fn cancelled_tasks_and_panicking_callbacks_are_accounted_for() {
    let arguments = [
        "--tasks",
        "300",
        "--cancel-rate",
        "0.5",
        "--callbacks",
        "panic",
        "--seed",
        "3",
    ];
    let (output, figures) = figures(&arguments);
    assert!(output.status.success(), "{output:?}");
    assert!(all_hold(&figures));
    let count = |name: &str| figures["ledger"][name].as_u64().unwrap();
    assert!(count("cancelled") > 0);
    assert_eq!(count("cancelled"), count("stopped"));
    assert_eq!(count("succeeded") + count("cancelled"), 300);
    assert_eq!(figures["callbacks"]["panicked"], 300);
}

#[test]
fn callbacks_that_never_return_are_given_up_or_skipped() {
    let arguments = [
        "--tasks",
        "100",
        "--callbacks",
        "hang",
        "--callback-timeout",
        "0.02",
    ];
    let (output, figures) = figures(&arguments);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(figures["ledger"]["succeeded"], 100);
    let count = |name: &str| figures["callbacks"][name].as_u64().unwrap();
    // Eight may be given up; the second callback thread may have one in hand when the eighth is.
    assert!((8..=9).contains(&count("timed_out")), "{figures}");
    assert_eq!(count("timed_out") + count("skipped"), 100);
    assert_eq!(figures["degraded"], true);
}

#[test]
fn what_it_cannot_do_is_refused() {
    let output = loadtest(&["--mix", "backtest=1,report=1"]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains("kinds are backtest, indicator, sweep, data"),
        "{told}"
    );
}
