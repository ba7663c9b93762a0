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
fn a_failure_of_the_settings_is_logged_as_the_flags_say() {
    let mut command = crate::program::program();
    command.env("THREADX_WORKERS", "0");
    let ran = crate::program::run(command.args(["strategies", "--log", "--log-format", "json"]), "");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""));
    let (event, told) = ran.stderr.split_once('\n').unwrap();
    let event: Value = serde_json::from_str(event).unwrap();
    assert_eq!(event["error.kind"], "configuration");
    assert_eq!(event["operation"], "settings");
    let details = event["error.details"].as_str().unwrap();
    assert!(details.contains("THREADX_WORKERS"), "{details}");
    assert_eq!(
        told,
        "invalid settings: THREADX_WORKERS must be between 1 and 1024, got 0\n"
    );
}

#[test]
fn form_and_file_of_the_log_may_stand_in_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("settings.toml");
    let log = folder.path().join("log").join("threadx.log");
    std::fs::write(&settings, format!("log_format = \"json\"\nlog_file = {log:?}\n")).unwrap();
    let ran = threadx([
        "backtest",
        "--leverage",
        "11",
        "--settings",
        settings.to_str().unwrap(),
    ]);
    assert_eq!(ran.code, Some(3));
    let files: Vec<_> = std::fs::read_dir(log.parent().unwrap())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(files.len(), 1);
    let event: Value = serde_json::from_str(&std::fs::read_to_string(files[0].path()).unwrap()).unwrap();
    assert_eq!(event["error.kind"], "validation");
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
