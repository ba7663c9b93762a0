//! Log events.

use serde_json::Value;

use crate::program::threadx;

#[test]
fn a_failure_is_logged_once_with_its_fields() {
    let logged = |args: &[&str]| -> Vec<Value> {
        let mut command = crate::program::program();
        let ran = crate::program::run(command.args(args).args(["--log", "--log-format", "json"]), "");
        let events = ran
            .stderr
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        events
            .filter(|event: &Value| event["target"] == "threadx::failure")
            .collect()
    };
    let validation = logged(&["backtest", "--fee-rate", "2"]);
    assert_eq!(validation.len(), 1, "{validation:?}");
    assert_eq!(validation[0]["error.kind"], "validation");
    assert_eq!(validation[0]["operation"], "backtest");
    assert!(
        validation[0]["error.details"]
            .as_str()
            .unwrap()
            .contains("fee_rate")
    );
    assert!(validation[0]["timestamp"].as_str().unwrap().ends_with('Z'), "UTC");

    let data = logged(&[
        "backtest",
        "--start",
        "2019-01-01 00:10",
        "--end",
        "2019-01-01 00:20",
    ]);
    assert_eq!(data.len(), 1, "{data:?}");
    assert_eq!(data[0]["error.code"], "no_bars");
    assert_eq!(data[0]["token"], "BTCUSDT");
    assert_eq!(data[0]["task_id"], 1);
}

#[test]
fn log_events_go_to_a_file_of_the_day() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("threadx.log");
    let ran = threadx([
        "backtest",
        "--leverage",
        "11",
        "--log-file",
        path.to_str().unwrap(),
    ]);
    assert_eq!(ran.code, Some(3));
    assert_eq!(
        ran.stderr.lines().count(),
        1,
        "the log is not on standard error: {ran:?}"
    );
    let files: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(files.len(), 1);
    assert!(files[0].file_name().to_string_lossy().starts_with("threadx.log."));
    let text = std::fs::read_to_string(files[0].path()).unwrap();
    assert_eq!(text.matches("threadx::failure").count(), 1, "{text}");
}
