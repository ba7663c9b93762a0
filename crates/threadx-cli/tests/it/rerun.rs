//! Repeating the run of a result.

use serde_json::{Value, json};

use crate::program::{Ran, threadx};

/// Writes a result to a file, changed by `change`, and repeats its run.
fn rerun(result: &Value, change: impl Fn(&mut Value)) -> Ran {
    let mut result = result.clone();
    change(&mut result);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result.json");
    std::fs::write(&path, result.to_string()).unwrap();
    threadx(["rerun", "--output", "json", path.to_str().unwrap()])
}

#[test]
fn an_unchanged_result_comes_out_identical() {
    let result = threadx([
        "backtest",
        "--output",
        "json",
        "--strategy",
        "bb_atr",
        "--direction",
        "both",
        "--curves",
        "--start",
        "2019-03-01",
        "--stop-loss",
        "0.05",
        "--fee",
        "0.0007",
        "--seed",
        "5",
    ])
    .json();
    assert_eq!(result["strategy"], json!({"name": "bb_atr", "version": 1}));
    let same = rerun(&result, |_| {}).json();
    assert_eq!(same["identical"], true);
    assert_eq!(same["differences"], json!([]));
    // An older version is told, and is no difference by itself.
    let older = rerun(&result, |result| result["version"] = json!("0.0.9")).json();
    assert_eq!(
        (&older["identical"], &older["stored_version"]),
        (&json!(true), &json!("0.0.9"))
    );

    let sweep = threadx([
        "sweep",
        "--output",
        "json",
        "-g",
        "fast_period=5:20:5",
        "--end",
        "2019-03-01",
    ])
    .json();
    assert_eq!(rerun(&sweep, |_| {}).json()["identical"], true);
    let ran = rerun(&sweep, |sweep| {
        sweep["results"][0]["params"]["fast_period"] = json!(7);
    });
    assert_eq!(ran.code, Some(5), "{ran:?}");
}

#[test]
fn a_difference_is_named_with_both_values() {
    let result = threadx(["backtest", "--output", "json"]).json();
    let check = |change: &dyn Fn(&mut Value), field: &str, hint: &str| {
        let ran = rerun(&result, change);
        assert_eq!(ran.code, Some(5), "{ran:?}");
        let document: Value = serde_json::from_str(&ran.stdout).unwrap();
        let difference = &document["differences"][0];
        assert_eq!(difference["field"], field);
        assert_ne!(difference["stored"], difference["now"]);
        assert!(ran.stderr.contains("the repeated run differs"), "{}", ran.stderr);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result.json");
        let mut result = result.clone();
        change(&mut result);
        std::fs::write(&path, result.to_string()).unwrap();
        let text = threadx(["rerun", path.to_str().unwrap()]);
        assert!(
            text.stdout.starts_with("different: ma_crossover on BTCUSDT 1h"),
            "{text:?}"
        );
        assert!(text.stderr.contains(hint), "{}", text.stderr);
    };
    check(
        &|result| result["trades"][3]["pnl"] = json!(1.5),
        "trades[3].pnl",
        "trades[3].pnl was 1.5",
    );
    check(
        &|result| result["metrics"]["sharpe_ratio"] = json!(null),
        "metrics.sharpe_ratio",
        "was null",
    );
    check(
        &|result| result["data"]["fingerprint"] = json!("blake3:00"),
        "data.fingerprint",
        "hint: the bars are not those of the result; --data FILE",
    );
    check(
        &|result| result["strategy"]["version"] = json!(0),
        "strategy.version",
        "another version",
    );
}

#[test]
fn a_result_on_other_bars_says_how_to_give_them() {
    let mut result = threadx(["backtest", "--output", "json", "--end", "2019-02-01"]).json();
    result["request"]["token"] = json!("ABCXYZ");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result.json");
    std::fs::write(&path, result.to_string()).unwrap();
    let ran = threadx(["rerun", path.to_str().unwrap()]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stderr.contains("hint: --data FILE"), "{}", ran.stderr);
}

#[test]
fn what_is_no_result_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result.json");
    let check = |text: &str, expect: &str| {
        std::fs::write(&path, text).unwrap();
        let ran = threadx(["rerun", path.to_str().unwrap()]);
        assert_eq!(ran.code, Some(4), "{ran:?}");
        assert!(ran.stderr.contains(expect), "{}", ran.stderr);
    };
    check("{", "expected the JSON of a backtest or a sweep");
    check("{\"request\": {}}", "got none of data");
    check("[]", "got none of request");
    assert_eq!(threadx(["rerun", "absent.json"]).code, Some(4));
}
