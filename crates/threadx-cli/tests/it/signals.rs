//! Signals that another tool decided.

use std::path::Path;

use serde_json::Value;

use crate::program::{Ran, threadx};

/// The signals of a run of `ma_crossover`, as another tool would have decided them: an entry where one of its
/// trades was decided, an exit where it was left.
fn crossover_signals(folder: &Path) -> (Value, String) {
    let folder = folder.to_str().unwrap();
    let crossover = threadx(["backtest", "--output", "json", "--fill", "close"]).json();
    let mut rows = String::from("timestamp,long_entry,long_exit\n");
    for trade in crossover["trades"].as_array().unwrap() {
        for (time, row) in [("entry_time", "1,0"), ("exit_time", "0,1")] {
            if let Some(time) = trade[time].as_str() {
                rows += &format!("{time},{row}\n");
            }
        }
    }
    let path = format!("{folder}/signals.csv");
    std::fs::write(&path, rows).unwrap();
    (crossover, path)
}

#[test]
fn signals_from_a_file_trade_like_the_strategy_that_decided_them() {
    let folder = tempfile::tempdir().unwrap();
    let (crossover, path) = crossover_signals(folder.path());
    let given = threadx([
        "backtest",
        "--output",
        "json",
        "--fill",
        "close",
        "--signals",
        &path,
    ])
    .json();
    for part in ["metrics", "trades", "data"] {
        assert_eq!(given[part], crossover[part], "{part}");
    }
    assert_eq!(given["request"]["strategy"], "signals");
    let signals = &given["signals"];
    assert_eq!(signals["rows"], signals["rows_on_bars"]);
    assert!(signals["fingerprint"].as_str().unwrap().starts_with("blake3:"));
    assert!(
        crossover.get("signals").is_none(),
        "only the strategy signals has any"
    );

    // A part of the range: the rows elsewhere are left out, and the result says so.
    let part = threadx([
        "backtest",
        "--output",
        "json",
        "--signals",
        &path,
        "--end",
        "2019-02-01",
    ])
    .json();
    assert!(part["signals"]["rows_on_bars"].as_u64() < part["signals"]["rows"].as_u64());
    let shown = threadx(["backtest", "--signals", &path]).stdout;
    assert!(shown.contains("rows are on these bars"), "{shown}");
}

#[test]
fn what_cannot_be_traded_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signals.csv");
    let path = path.to_str().unwrap();
    let check = |ran: Ran, code: i32, texts: &[&str]| {
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert_eq!(ran.stdout, "");
        for text in texts {
            assert!(ran.stderr.contains(text), "{text} is not in {}", ran.stderr);
        }
    };
    check(
        threadx(["backtest", "--strategy", "signals"]),
        5,
        &["signals that are given to it", "hint: --signals FILE"],
    );
    std::fs::write(
        path,
        "timestamp,long_entry\n2019-01-05T10:30:00Z,1\n2019-01-06,1\n",
    )
    .unwrap();
    check(
        threadx(["backtest", "--signals", path]),
        5,
        &["no bar opens at 2019-01-05T10:30:00Z", "hint: --drop-unmatched"],
    );
    let dropped = threadx([
        "backtest",
        "--signals",
        path,
        "--drop-unmatched",
        "--output",
        "json",
    ])
    .json();
    assert_eq!(dropped["trades"].as_array().unwrap().len(), 1);
    check(
        threadx(["backtest", "--signals", path, "--strategy", "ma_crossover"]),
        3,
        &["strategy must be signals beside --signals, got ma_crossover"],
    );
    std::fs::write(path, "timestamp,long_entry\n2019-01-05,maybe\n").unwrap();
    check(
        threadx(["backtest", "--signals", path]),
        4,
        &[
            "line 2, column long_entry: expected true or false",
            "got \"maybe\"",
        ],
    );
    check(threadx(["backtest", "--drop-unmatched"]), 2, &["--signals"]);
}
