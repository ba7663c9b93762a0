//! `threadx backtest` over several tokens.

use std::{fmt::Write, path::Path};

use serde_json::{Value, json};
use threadx::{data::sample, market::Bars};

use crate::program::{program, run, threadx, threadx_reading};

/// Writes bars in the clean form; returns the path.
fn written(folder: &Path, name: &str, bars: &Bars) -> String {
    let mut text = "timestamp,open,high,low,close,volume\n".to_owned();
    for bar in 0..bars.len() {
        let [open, high, low, close, volume] =
            [bars.open(), bars.high(), bars.low(), bars.close(), bars.volume()].map(|column| column[bar]);
        writeln!(text, "{},{open},{high},{low},{close},{volume}", bars.time()[bar]).unwrap();
    }
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// Two files of the sample, the second from its bar 500 on.
fn two_files(folder: &Path) -> [String; 2] {
    let bars = sample().unwrap().bars;
    [
        written(folder, "EARLY_1h.csv", &bars.slice(0..1500)),
        written(folder, "LATE_1h.csv", &bars.slice(500..2000)),
    ]
}

#[test]
fn several_files_are_a_portfolio() {
    let folder = tempfile::tempdir().unwrap();
    let [early, late] = two_files(folder.path());
    let document = threadx(["backtest", "--data", &early, "--data", &late, "--output", "json"]).json();
    assert_eq!(document["request"]["tokens"], json!(["EARLY", "LATE"]));
    assert_eq!(document["request"].get("token"), None);
    assert_eq!(document["data"]["tokens"], json!(["EARLY", "LATE"]));
    assert_eq!(document["data"]["bars"], 2000);
    let per_token = document["per_token"].as_array().unwrap();
    let trades = document["trades"].as_array().unwrap();
    let pnl = |rows: &[Value]| rows.iter().map(|row| row["pnl"].as_f64().unwrap()).sum::<f64>();
    assert!((pnl(per_token) - pnl(trades)).abs() < 1e-6);
    let gain = 10_000.0 * document["metrics"]["total_return"].as_f64().unwrap();
    assert!((gain - pnl(trades)).abs() < 1e-6);
    for (token, name) in per_token.iter().zip(["EARLY", "LATE"]) {
        assert_eq!(token["token"], name);
        assert_eq!(token["data"]["bars"], 1500);
        let closed = trades
            .iter()
            .filter(|trade| trade["token"] == name && !trade["exit_index"].is_null());
        assert_eq!(token["metrics"]["trade_count"], closed.count());
        assert!(token["metrics"]["trade_count"].as_u64() > Some(5));
    }
    assert_eq!(document["metrics"]["buy_and_hold_return"], Value::Null);
}

#[test]
fn its_tables_name_the_token() {
    let folder = tempfile::tempdir().unwrap();
    let [early, late] = two_files(folder.path());
    let equity = folder.path().join("equity.csv");
    let ran = run(
        program()
            .args([
                "backtest", "--data", &early, "--data", &late, "--tokens", "b, a", "--output", "csv",
            ])
            .arg("--equity")
            .arg(&equity),
        "",
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let mut lines = ran.stdout.lines();
    assert!(lines.next().unwrap().starts_with("token,side,entry_index,"));
    assert!(lines.all(|line| line.starts_with("B,") || line.starts_with("A,")));
    let text = std::fs::read_to_string(equity).unwrap();
    assert_eq!(text.lines().count(), 2001, "a row for each stamp");
    let table = threadx(["backtest", "--data", &early, "--data", &late]).stdout;
    for text in ["EARLY, LATE 1h, 2000 stamps", "tokens", "token  side"] {
        assert!(table.contains(text), "{text} is not in\n{table}");
    }
}

#[test]
fn stored_tokens_are_a_portfolio_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let [early, late] = two_files(folder.path());
    let bars = folder.path().join("bars").display().to_string();
    let stored = threadx(["data", "import", &early, &late, "--data-dir", &bars]);
    assert_eq!(stored.code, Some(0), "{stored:?}");
    let arguments = ["backtest", "--data-dir", &bars, "--output", "json", "--tokens"];
    let with = |tokens: &str| run(program().args(arguments).arg(tokens), "");
    let document = with("late,early").json();
    assert_eq!(document["request"]["tokens"], json!(["LATE", "EARLY"]));
    assert_eq!(document["data"]["bars"], 2000);
    let refused = with("late,early,lat");
    assert_eq!(refused.code, Some(3), "{refused:?}");
    let violations = &refused.error()["violations"];
    assert_eq!(violations[0]["field"], "tokens[2]");
    assert_eq!(violations[0]["code"], "unknown_token");
    assert_eq!(with("late").error()["violations"][0]["code"], "out_of_range");
}

#[test]
fn a_sweep_over_tokens_is_refused() {
    let request = r#"{"tokens": ["BTCUSDT", "ETHUSDT"], "timeframe": "1h", "strategy": "ma_crossover",
        "start_date": "2019-01-01", "end_date": "2019-02-01", "param_grid": {"fast_period": [5, 10]}}"#;
    let ran = threadx_reading(["sweep", "--request", "-", "--output", "json"], request);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let violations = ran.error()["violations"].clone();
    let codes: Vec<&Value> = violations
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["code"])
        .collect();
    assert!(codes.contains(&&json!("unsupported")), "{codes:?}");
}

#[test]
fn two_files_of_one_token_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let [early, _] = two_files(folder.path());
    let ran = threadx(["backtest", "--data", &early, "--data", &early]);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(
        ran.stderr
            .contains("expected bars of another token, got EARLY 1h once more"),
        "{ran:?}"
    );
}
