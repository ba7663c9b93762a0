//! Every key of the settings.

use std::{ffi::OsString, path::Path, time::Duration};

use threadx_error::{ConfigurationError, Error, ErrorKind};
use threadx_request::{LogFormat, LogLevel, Settings, Valid, Violation, ViolationCode as Code};

fn load(file: &str, variables: &[(&str, &str)]) -> Result<Valid<Settings>, ConfigurationError> {
    let variables = variables
        .iter()
        .map(|(name, value)| (OsString::from(name), OsString::from(value)));
    Settings::load(Some(file.as_bytes()), variables)
}

#[track_caller]
fn violations(outcome: Result<Valid<Settings>, ConfigurationError>) -> Vec<Violation> {
    match outcome {
        Err(ConfigurationError::Invalid { violations }) => violations,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn refused(file: &str, variables: &[(&str, &str)], expect: &[(&str, Code)]) {
    let violations = violations(load(file, variables));
    let broken: Vec<_> = violations
        .iter()
        .map(|violation| (violation.field.as_str(), violation.code))
        .collect();
    assert_eq!(broken, expect, "{file} {variables:?}");
}

#[test]
fn defaults_are_those_of_the_page() {
    let settings = Settings::load(None, []).unwrap();
    assert!((1..=1024).contains(&settings.workers));
    assert_eq!(settings.queue_capacity, 1024);
    assert_eq!(settings.event_capacity, 1000);
    assert_eq!(settings.callback_timeout(), Duration::from_secs(5));
    assert_eq!(settings.callback_threads, 2);
    assert_eq!(settings.callback_capacity, 1024);
    assert_eq!(settings.max_abandoned, 8);
    assert_eq!(settings.grace(), Duration::from_secs(1));
    assert_eq!(settings.cache_bytes, 256 << 20);
    assert_eq!(settings.data_dir, None);
    assert_eq!(settings.log_level, LogLevel::Warn);
    assert_eq!(
        (settings.log_format, &settings.log_file),
        (LogFormat::Text, &None)
    );
}

#[test]
fn variables_win_over_the_file_and_others_are_left_alone() {
    let settings = load(
        "workers = 2\nqueue_capacity = 3\ngrace_seconds = 0.5\ndata_dir = \"/bars\"\nlog_level = \"debug\"",
        &[
            ("THREADX_WORKERS", "7"),
            ("THREADX_LOG_LEVEL", "error"),
            ("THREADX_CALLBACK_TIMEOUT_SECONDS", "2.5"),
            ("PATH", "/bin"),
            ("threadx_workers", "x"),
        ],
    )
    .unwrap();
    assert_eq!(settings.workers, 7);
    assert_eq!(settings.queue_capacity, 3);
    assert_eq!(settings.grace(), Duration::from_millis(500));
    assert_eq!(settings.callback_timeout(), Duration::from_millis(2500));
    assert_eq!(settings.data_dir.as_deref(), Some(Path::new("/bars")));
    assert_eq!(settings.log_level, LogLevel::Error);
}

#[test]
fn every_key_has_its_bounds_in_the_file_and_in_the_variable() {
    for (key, accepted, out) in [
        ("workers", &["1", "1024"][..], &["0", "-1", "1025"][..]),
        ("queue_capacity", &["1", "16777216"], &["0", "16777217"]),
        ("event_capacity", &["1", "16777216"], &["0", "16777217"]),
        ("callback_threads", &["1", "1024"], &["0", "1025"]),
        ("callback_capacity", &["1", "16777216"], &["0", "16777217"]),
        ("max_abandoned", &["0", "1000000"], &["-1"]),
        ("cache_bytes", &["0", "9223372036854775807"], &["-1"]),
        (
            "callback_timeout_seconds",
            &["5e-324", "1e300", "1"],
            &["0", "-0.0", "-1"],
        ),
        ("grace_seconds", &["5e-324", "1e300", "1"], &["0", "-1"]),
    ] {
        let variable = format!("THREADX_{}", key.to_uppercase());
        for value in accepted {
            load(&format!("{key} = {value}"), &[]).unwrap();
            load("", &[(&variable, value)]).unwrap();
        }
        for value in out {
            refused(&format!("{key} = {value}"), &[], &[(key, Code::OutOfRange)]);
            refused("", &[(&variable, value)], &[(&variable, Code::OutOfRange)]);
        }
        refused(&format!("{key} = \"1\""), &[], &[(key, Code::WrongType)]);
        refused(&format!("{key} = true"), &[], &[(key, Code::WrongType)]);
        refused("", &[(&variable, "many")], &[(&variable, Code::WrongType)]);
    }
    for seconds in ["nan", "inf"] {
        refused(
            &format!("grace_seconds = {seconds}"),
            &[],
            &[("grace_seconds", Code::NotFinite)],
        );
        refused(
            "",
            &[("THREADX_GRACE_SECONDS", seconds)],
            &[("THREADX_GRACE_SECONDS", Code::NotFinite)],
        );
    }
}

#[test]
fn every_time_above_0_is_a_duration() {
    let settings = load("grace_seconds = 1e300\ncallback_timeout_seconds = 1e-300", &[]).unwrap();
    assert_eq!(settings.grace(), Duration::MAX);
    assert_eq!(settings.callback_timeout(), Duration::from_nanos(1));
}

#[test]
fn names_are_those_of_the_list() {
    for level in LogLevel::ALL {
        assert_eq!(
            load(&format!("log_level = \"{level}\""), &[]).unwrap().log_level,
            level
        );
    }
    refused("log_level = \"WARN\"", &[], &[("log_level", Code::UnknownValue)]);
    let logged = load(
        "log_format = \"json\"\nlog_file = \"a\"",
        &[("THREADX_LOG_FILE", "b")],
    )
    .unwrap();
    assert_eq!(
        (logged.log_format, logged.log_file.as_deref()),
        (LogFormat::Json, Some(Path::new("b")))
    );
    refused("log_format = \"xml\"", &[], &[("log_format", Code::UnknownValue)]);
    refused("log_file = \"\"", &[], &[("log_file", Code::BadFormat)]);
    refused("log_level = 3", &[], &[("log_level", Code::WrongType)]);
    refused("data_dir = \"\"", &[], &[("data_dir", Code::BadFormat)]);
    refused("data_dir = 5", &[], &[("data_dir", Code::WrongType)]);
}

#[test]
fn what_is_unknown_is_told_with_the_nearest() {
    let found = violations(load(
        "wokers = 2\n[grace]\nseconds = 1",
        &[("THREADX_WROKERS", "1"), ("THREADX_", "1")],
    ));
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "THREADX_ is not a setting",
            "THREADX_WROKERS is not a setting; the nearest is THREADX_WORKERS",
            "grace is not a field of the settings",
            "wokers is not a field of the settings; the nearest is workers",
        ]
    );
    assert_eq!((found[3].line, found[3].column), (Some(1), Some(1)));
    refused("workers = 1\nworkers = 2", &[], &[("", Code::DuplicateKey)]);
    refused("workers = ", &[], &[("", Code::BadSyntax)]);
}

#[test]
fn the_platform_s_folder_is_the_default_for_data() {
    let folder = |variables: &[(&str, &str)]| load("", variables).unwrap().data_dir.clone();
    if cfg!(all(unix, not(target_os = "macos"))) {
        assert_eq!(
            folder(&[("HOME", "/home/u")]).unwrap(),
            Path::new("/home/u/.local/share/threadx")
        );
        let xdg = [("HOME", "/home/u"), ("XDG_DATA_HOME", "/data")];
        assert_eq!(folder(&xdg).unwrap(), Path::new("/data/threadx"));
        let relative = [("HOME", "/home/u"), ("XDG_DATA_HOME", "data")];
        assert_eq!(
            folder(&relative).unwrap(),
            Path::new("/home/u/.local/share/threadx")
        );
    }
    assert_eq!(
        folder(&[("THREADX_DATA_DIR", "bars")]).unwrap(),
        Path::new("bars")
    );
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_utf_8_is_refused() {
    use std::os::unix::ffi::OsStringExt;

    let value = OsString::from_vec(vec![0xff]);
    let found = violations(Settings::load(
        None,
        [(OsString::from("THREADX_WORKERS"), value.clone())],
    ));
    assert_eq!(found[0].to_string(), "THREADX_WORKERS must be UTF-8");
    assert!(Settings::load(None, [(OsString::from("OTHER"), value)]).is_ok());
}

#[test]
fn the_error_is_one_of_configuration() {
    let error = Error::from(load("workers = 0", &[]).unwrap_err());
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert_eq!(error.code(), "invalid_settings");
    assert_eq!(
        error.to_string(),
        "invalid settings: workers must be between 1 and 1024, got 0"
    );
    assert_eq!(error.violations().len(), 1);
}
