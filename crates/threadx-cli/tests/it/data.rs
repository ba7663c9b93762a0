//! `threadx data`.

use std::path::Path;

use serde_json::Value;

use crate::program::{Ran, program, run, threadx};

/// Runs a `data` command on a folder of its own.
fn data<const N: usize>(folder: &Path, args: [&str; N]) -> Ran {
    run(program().arg("data").args(args).arg("--data-dir").arg(folder), "")
}

/// Writes days of January 2021 with this close price and gives the file's path.
fn file(folder: &Path, name: &str, rows: &[(u32, &str)]) -> String {
    let rows: String = rows
        .iter()
        .map(|(day, close)| format!("2021-01-{day:02},5,9,1,{close},7\n"))
        .collect();
    let path = folder.join(name);
    std::fs::write(&path, format!("Date,Open,High,Low,Close,Volume\n{rows}")).unwrap();
    path.to_str().unwrap().to_owned()
}

fn days(from: u32, to: u32) -> Vec<(u32, &'static str)> {
    (from..=to).map(|day| (day, "4")).collect()
}

/// The codes of the findings of the first entry.
fn codes(document: &Value) -> Vec<&str> {
    let findings = document["tokens"][0]["findings"].as_array().unwrap();
    findings
        .iter()
        .filter_map(|finding| finding["code"].as_str())
        .collect()
}

#[test]
fn what_is_imported_is_listed_shown_run_resampled_and_exported() {
    let folder = tempfile::tempdir().unwrap();
    let stored = folder.path().join("bars");
    let bars = file(folder.path(), "AAA_1d.csv", &days(1, 20));

    let document = data(&stored, ["import", &bars, "--output", "json"]).json();
    let entry = &document["tokens"][0];
    for key in [
        "token",
        "timeframe",
        "bars",
        "first",
        "last",
        "checks",
        "findings",
        "verdict",
    ] {
        assert!(!entry[key].is_null(), "{key} is not in {entry:#}");
    }
    assert_eq!(
        (entry["token"].as_str(), entry["bars"].as_u64()),
        (Some("AAA"), Some(20))
    );
    assert_eq!(entry["stored"]["merge"]["added"], 20);

    let listed = data(&stored, ["list", "--output", "json"]).json();
    assert_eq!(listed["datasets"][0]["last"], "2021-01-20T00:00:00Z");
    let shown = data(&stored, ["show", "aaa"]);
    assert!(
        shown.stdout.contains("AAA_1d.csv") && shown.stdout.contains("blake3:"),
        "{}",
        shown.stdout
    );

    let dir = stored.to_str().unwrap();
    let ran = threadx([
        "backtest",
        "--data-dir",
        dir,
        "--output",
        "json",
        "-p",
        "slow_period=12",
    ])
    .json();
    assert_eq!(
        ran["data"]["token"], "AAA",
        "what flags leave out is taken from what is stored"
    );
    let mut by_settings = program();
    by_settings
        .env("THREADX_DATA_DIR", dir)
        .args(["indicators", "--token", "aaa", "--timeframe", "1d"]);
    assert_eq!(
        run(&mut by_settings, "").code,
        Some(0),
        "the setting is the default of the flag"
    );

    let weeks = data(&stored, ["resample", "AAA", "--to", "1w", "--output", "json"]).json();
    assert_eq!(
        (weeks["bars"].as_u64(), weeks["first_partial"].as_bool()),
        (Some(4), Some(true))
    );
    let again = data(&stored, ["resample", "AAA", "--from", "1d", "--to", "1w"]);
    assert_eq!(again.code, Some(4), "{again:?}");
    assert_eq!(
        data(
            &stored,
            ["resample", "AAA", "--from", "1d", "--to", "1w", "--force"]
        )
        .code,
        Some(0)
    );

    let out = folder.path().join("out.parquet");
    let out = out.to_str().unwrap();
    assert_eq!(
        data(&stored, ["export", "AAA", "--to", out]).code,
        Some(3),
        "two timeframes are stored"
    );
    assert_eq!(
        data(&stored, ["export", "AAA", "--timeframe", "1d", "--to", out]).code,
        Some(0)
    );
    let over = data(&stored, ["export", "AAA", "--timeframe", "1d", "--to", out]);
    assert!(
        over.code == Some(4) && over.stderr.contains("--force"),
        "{over:?}"
    );
    let read = threadx(["indicators", "--data", out, "--token", "AAA", "--output", "json"]).json();
    assert_eq!(read["data"]["bars"], 20, "a Parquet file serves like any other");
}

#[test]
fn overlapping_imports_join_and_conflicts_are_refused_unless_a_policy_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let stored = folder.path().join("bars");
    let first = file(folder.path(), "AAA_1d.csv", &days(1, 12));
    let second = file(folder.path(), "AAA_more.csv", &days(9, 20));
    let both = data(&stored, ["import", &first, &second, "--output", "json"]).json();
    assert_eq!(both["tokens"][1]["stored"]["merge"]["identical"], 4);
    assert_eq!(both["tokens"][1]["stored"]["bars"], 20);

    let mut other = days(1, 12);
    other[4].1 = "3";
    let other = file(folder.path(), "AAA_other.csv", &other);
    let refused = data(&stored, ["import", &other, "--output", "json"]);
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert_eq!(refused.error()["code"], "conflicting_with_stored");
    let close = |document: Value| document["indicators"][0]["values"]["min"][4].as_f64();
    let shown = || {
        let dir = stored.to_str().unwrap();
        close(
            threadx([
                "indicators",
                "--data-dir",
                dir,
                "-i",
                "min:period=2",
                "--output",
                "json",
            ])
            .json(),
        )
    };
    assert_eq!(shown(), Some(4.0), "nothing was changed");
    assert_eq!(
        data(&stored, ["import", &other, "--policy", "take-new"]).code,
        Some(0)
    );
    assert_eq!(shown(), Some(3.0));
}

#[test]
fn a_file_that_cannot_be_stored_does_not_keep_the_others_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let stored = folder.path().join("bars");
    let good = file(folder.path(), "AAA_1d.csv", &days(1, 12));
    let bad = folder.path().join("BBB.csv");
    std::fs::write(&bad, "these are,no bars\n1,2\n").unwrap();
    let ran = data(
        &stored,
        ["import", bad.to_str().unwrap(), &good, "--output", "json"],
    );
    assert_eq!(ran.code, Some(4), "{ran:?}");
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["tokens"][0]["token"], "AAA");
    let told: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(told["error"]["code"], "unknown_layout");
}

#[test]
fn flags_say_what_a_file_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let stored = folder.path().join("bars");
    let path = folder.path().join("odd.txt");
    let rows: String = (1..=9)
        .map(|hour| format!("7|4|1|5|9|2021-07-01 {hour:02}:00\n"))
        .collect();
    std::fs::write(&path, rows).unwrap();
    let path = path.to_str().unwrap();
    let args = [
        "import",
        path,
        "--token",
        "odd",
        "--delimiter",
        "|",
        "--columns",
        "volume,close,low,open,high,time",
        "--timezone",
        "America/New_York",
        "--bar-time",
        "close",
        "--timeframe",
        "1h",
        "--output",
        "json",
    ];
    let document = data(&stored, args).json();
    let entry = &document["tokens"][0];
    assert_eq!(entry["first"], "2021-07-01T04:00:00Z", "{entry:#}");
    assert_eq!(entry["token"], "ODD");
    for wrong in [
        ["--timezone", "America/New_Yrok"],
        ["--columns", "time,open"],
        ["--delimiter", "ab"],
    ] {
        let ran = data(&stored, ["import", path, wrong[0], wrong[1]]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
    }
}

#[test]
fn validate_finds_what_import_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let stored = folder.path().join("bars");
    let mut rows = days(1, 20);
    rows.remove(10);
    rows.remove(10);
    rows[3].1 = "-4";
    rows.push((20, "3"));
    let path = file(folder.path(), "AAA_1d.csv", &rows);
    let refused = data(&stored, ["import", &path]);
    assert!(
        refused.code == Some(4) && refused.stderr.contains("line 5"),
        "{refused:?}"
    );

    let ran = data(&stored, ["validate", &path, "--output", "json"]);
    assert_eq!(ran.code, Some(4), "a verdict of fail has an exit code: {ran:?}");
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["tokens"][0]["verdict"], "fail");
    let found = codes(&document);
    for code in ["gaps", "bad_rows", "conflicting_duplicates"] {
        assert!(found.contains(&code), "{code} is not among {found:?}");
    }
    let some = data(
        &stored,
        ["validate", &path, "--checks", "gaps,volume", "--output", "json"],
    )
    .json();
    assert_eq!(some["tokens"][0]["checks"].as_object().unwrap().len(), 2);
    let dropped = data(
        &stored,
        [
            "import",
            &path,
            "--bad-rows",
            "drop",
            "--duplicates",
            "keep-last",
            "--output",
            "json",
        ],
    );
    let document = dropped.json();
    assert_eq!(document["tokens"][0]["bars"], 17);
    let notes = document["tokens"][0]["import"]["notes"].as_array().unwrap();
    assert!(
        notes.iter().any(|note| note["code"] == "dropped_rows"),
        "{notes:?}"
    );
}

#[test]
fn a_declared_calendar_decides_what_a_hole_is() {
    let folder = tempfile::tempdir().unwrap();
    let stored = folder.path().join("bars");
    // January 2021 without its weekends, the first of which is the 2nd and 3rd.
    let weekdays: Vec<_> = days(4, 31)
        .into_iter()
        .filter(|(day, _)| (day - 4) % 7 < 5)
        .collect();
    let bars = file(folder.path(), "AAA_1d.csv", &weekdays);
    for (calendar, gaps, imported) in [
        ("auto", "session_breaks", true),
        ("always", "gaps", true),
        ("weekdays", "session_breaks", true),
        ("sessions", "session_breaks", true),
        ("never", "", false),
    ] {
        let import = data(
            &stored,
            ["import", &bars, "--calendar", calendar, "--output", "json"],
        );
        if !imported {
            assert_eq!(import.code, Some(2));
            continue;
        }
        let import = import.json();
        let flags = ["--calendar", calendar, "--checks", "gaps", "--output", "json"];
        let of_file = data(
            &stored,
            [
                "validate", &bars, flags[0], flags[1], flags[2], flags[3], flags[4], flags[5],
            ],
        );
        let of_stored = data(
            &stored,
            [
                "validate", "AAA", flags[0], flags[1], flags[2], flags[3], flags[4], flags[5],
            ],
        );
        let others = ["session_breaks", "gaps"]
            .into_iter()
            .find(|code| *code != gaps)
            .unwrap();
        for document in [import, of_file.json(), of_stored.json()] {
            let codes = codes(&document);
            assert!(
                codes.contains(&gaps) && !codes.contains(&others),
                "{calendar}: {codes:?}"
            );
        }
    }
}

#[test]
fn validate_checks_what_is_stored_or_the_sample() {
    let folder = tempfile::tempdir().unwrap();
    let stored = folder.path().join("bars");
    let mut sample = program();
    sample.env("THREADX_DATA_DIR", folder.path().join("none"));
    let ran = run(sample.args(["data", "validate", "--output", "json"]), "").json();
    assert_eq!(ran["tokens"][0]["token"], "BTCUSDT");
    assert_eq!(
        ran["tokens"][0]["verdict"], "warn",
        "the exchange stood still now and then"
    );

    let path = file(folder.path(), "AAA_1d.csv", &days(1, 20));
    data(&stored, ["import", &path]).json_free();
    let ran = data(
        &stored,
        [
            "validate",
            "AAA",
            "--start",
            "2021-01-05",
            "--end",
            "2021-01-10",
            "--output",
            "json",
        ],
    );
    assert_eq!(ran.json()["tokens"][0]["bars"], 5);
    let request = r#"{"tokens": ["AAA"], "timeframe": "1d", "start": "2021-01-01", "end": "2021-01-21", "checks": ["gaps"]}"#;
    let mut by_request = program();
    by_request
        .args([
            "data",
            "validate",
            "--request",
            "-",
            "--output",
            "json",
            "--data-dir",
        ])
        .arg(&stored);
    assert_eq!(run(&mut by_request, request).json()["tokens"][0]["bars"], 20);
    let unknown = data(&stored, ["validate", "AAB", "--output", "json"]);
    assert_eq!(
        (unknown.code, unknown.error()["code"].as_str()),
        (Some(4), Some("unknown_token"))
    );
}

impl Ran {
    /// Fails unless the program was done.
    #[track_caller]
    fn json_free(&self) {
        assert_eq!(self.code, Some(0), "{self:?}");
    }
}

#[test]
fn a_damaged_file_is_named_and_never_used() {
    let folder = tempfile::tempdir().unwrap();
    let stored = folder.path().join("bars");
    let path = file(folder.path(), "AAA_1d.csv", &days(1, 20));
    data(&stored, ["import", &path]).json_free();
    let bars = std::fs::read_dir(stored.join("AAA"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|ending| ending == "parquet"))
        .unwrap();
    let mut bytes = std::fs::read(&bars).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    std::fs::write(&bars, bytes).unwrap();
    let dir = stored.to_str().unwrap();
    let ran = threadx(["backtest", "--data-dir", dir, "--output", "json"]);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    let error = ran.error();
    assert_eq!(error["code"], "damaged");
    assert!(
        error["message"].as_str().unwrap().contains(".parquet"),
        "{error:#}"
    );
}
