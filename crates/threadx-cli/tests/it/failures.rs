//! What the program says and exits with when it cannot do what it is asked.

use crate::program::{Ran, threadx, threadx_reading};

fn check(ran: &Ran, code: i32, texts: &[&str]) {
    assert_eq!(ran.code, Some(code), "{ran:?}");
    assert_eq!(ran.stdout, "", "a failure prints no result");
    for text in texts {
        assert!(ran.stderr.contains(text), "{text:?} is not in\n{}", ran.stderr);
    }
}

#[test]
fn without_arguments_it_helps() {
    let ran = threadx([]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stdout.contains("Try first:\n  threadx backtest"), "{ran:?}");
    assert!(ran.stdout.lines().count() <= 24, "help fits a screen");
}

#[test]
fn a_wrong_command_line_is_a_usage_error() {
    check(
        &threadx(["backtset"]),
        2,
        &["unrecognized subcommand", "backtest"],
    );
    check(
        &threadx(["backtest", "--request", "-", "--token", "X"]),
        2,
        &["cannot be used with"],
    );
}

#[test]
fn every_violation_is_told_with_its_place() {
    let text = r#"{"token": "BTCUSDT", "timeframe": "1h", "strategy": "ma_crossover",
  "start_date": "2019-02-01", "end_date": "2019-01-01",
  "fee_rate": 1.5, "portfolio_value": "much",
  "params": {"fast_period": 0, "slow_perid": 20}}"#;
    let ran = threadx_reading(["backtest", "--request", "-"], text);
    check(
        &ran,
        3,
        &[
            "end_date must be after start_date",
            "fee_rate must be between 0 and 1, got 1.5 (standard input:3:",
            "params.fast_period must be between 1 and 5000, got 0",
            "slow_perid",
            "slow_period",
            "portfolio_value must be a number",
        ],
    );
    assert!(ran.stderr.starts_with("invalid request: "), "{ran:?}");
    assert_eq!(
        ran.stderr.lines().count(),
        5,
        "one line a violation\n{}",
        ran.stderr
    );
}

#[test]
fn with_json_output_the_error_is_one_document() {
    let ran = threadx([
        "backtest",
        "--output",
        "json",
        "--fee-rate",
        "-1",
        "--leverage",
        "NaN",
    ]);
    assert_eq!(ran.code, Some(3));
    let error = ran.error();
    assert_eq!(error["kind"], "validation");
    assert_eq!(error["code"], "invalid_request");
    assert_eq!(error["context"]["operation"], "backtest");
    let fields: Vec<&str> = error["violations"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["field"].as_str())
        .collect();
    assert_eq!(fields, ["fee_rate", "leverage"]);

    let error = threadx([
        "backtest",
        "--output",
        "json",
        "--start",
        "2019-01-01 00:10",
        "--end",
        "2019-01-01 00:20",
    ]);
    assert_eq!(error.code, Some(4));
    assert_eq!(error.error()["code"], "no_bars");
}

#[test]
fn a_bad_line_is_told_with_file_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("BTCUSDT_1h.csv");
    let rows = "timestamp,open,high,low,close,volume\n2019-01-01T00:00:00Z,1,2,1,2,5\n2019-01-01T01:00:00Z,1,x,1,2,5\n";
    std::fs::write(&path, rows).unwrap();
    let ran = threadx(["backtest", "--data", path.to_str().unwrap()]);
    check(&ran, 4, &["BTCUSDT_1h.csv", "line 3", "high", "\"x\""]);
}

#[test]
fn files_that_are_not_there_are_told() {
    check(
        &threadx(["backtest", "--data", "no-such-file.csv"]),
        4,
        &["no-such-file.csv", "No such file"],
    );
    check(
        &threadx(["backtest", "--request", "no-such-file.json"]),
        4,
        &["no-such-file.json", "No such file"],
    );
    check(
        &threadx(["backtest", "--settings", "no-such-file.toml"]),
        3,
        &["no-such-file.toml"],
    );
    let code = |args: [&str; 5]| threadx(args).error()["code"].clone();
    assert_eq!(
        code(["backtest", "--settings", "no-such-file.toml", "--output", "json"]),
        "unreadable_settings"
    );
    // A folder cannot be where a file is.
    assert_eq!(
        code(["backtest", "--log-file", "Cargo.toml/log", "--output", "json"]),
        "unwritable_log"
    );
}

#[test]
fn an_unknown_setting_names_the_nearest() {
    let mut command = crate::program::program();
    let ran = crate::program::run(command.arg("backtest").env("THREADX_WORKRES", "3"), "");
    check(&ran, 3, &["THREADX_WORKRES", "THREADX_WORKERS"]);
}

#[test]
fn a_huge_request_is_refused() {
    let text = format!("{{\"token\": \"{}\"}}", "A".repeat(3 << 20));
    check(
        &threadx_reading(["backtest", "--request", "-"], &text),
        3,
        &["at most", "bytes"],
    );
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let mut child = crate::program::program()
        .args(["backtest", "--output", "json", "--curves"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_line_out_of_order_or_twice_is_refused_and_another_layout_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let check_rows = |rows: &str, code: i32, texts: &[&str]| {
        let path = folder.path().join("BTCUSDT_1h.csv");
        std::fs::write(&path, rows).unwrap();
        let mut command = crate::program::program();
        let ran = crate::program::run(command.args(["backtest", "--data", path.to_str().unwrap()]), "");
        assert_eq!(ran.code, Some(code), "{ran:?}");
        for text in texts {
            assert!(ran.stderr.contains(text), "{text:?} is not in\n{}", ran.stderr);
        }
    };
    let row = |hour: u32| format!("2019-01-01T{hour:02}:00:00Z,1,2,1,2,5\n");
    let clean = |hours: &[u32]| {
        "timestamp,open,high,low,close,volume\n".to_owned()
            + &hours.iter().map(|hour| row(*hour)).collect::<String>()
    };
    check_rows(&clean(&[0, 1, 2, 3]), 0, &[]);
    check_rows(&clean(&[0, 2, 1, 3]), 4, &["line 4", "after"]);
    check_rows(&clean(&[0, 1, 1, 2]), 4, &["line 4", "after"]);
    // Another layout is imported, and what was changed is told.
    let newest_first = "Date,Open,High,Low,Close,Volume\n".to_owned()
        + &[5, 4, 3, 2, 1]
            .map(|day| format!("2019-01-{day:02},1,2,1,2,5\n"))
            .concat();
    check_rows(&newest_first, 0, &["BTCUSDT_1h.csv: "]);
}
