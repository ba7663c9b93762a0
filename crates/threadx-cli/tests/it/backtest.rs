//! `threadx backtest` doing its job.

use serde_json::{Value, json};

use crate::program::{program, run, threadx, threadx_reading};

const REQUEST: &str = r#"{
    "token": "BTCUSDT", "timeframe": "1h", "strategy": "bollinger_reversion",
    "start_date": "2019-03-01", "end_date": "2019-06-01",
    "params": {"period": 30, "std": 2.5}, "direction": "both", "stop_loss": 0.03, "sizing": {"fraction": 0.5}
}"#;

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
fn does_the_main_job_without_any_argument() {
    let ran = threadx(["backtest"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.stderr, "");
    for text in [
        "ma_crossover",
        "BTCUSDT 1h, 8732 bars",
        "Sharpe ratio",
        "184 trades",
        "blake3:",
    ] {
        assert!(ran.stdout.contains(text), "{text} is not in\n{}", ran.stdout);
    }
}

#[test]
fn prints_one_json_document_in_the_form_of_the_docs() {
    let document = threadx(["backtest", "--output", "json"]).json();
    let keys: Vec<&str> = document.as_object().unwrap().keys().map(String::as_str).collect();
    for key in [
        "request",
        "data",
        "metrics",
        "trades",
        "rejected_orders",
        "warnings",
        "elapsed_seconds",
        "version",
    ] {
        assert!(keys.contains(&key), "{key} is not among {keys:?}");
    }
    assert_eq!(document["request"]["strategy"], "ma_crossover");
    assert_eq!(
        document["request"]["start_date"], "2019-01-01T00:00:00Z",
        "dates that were left out are shown"
    );
    assert_eq!(document["data"]["bars"], 8732);
    assert_eq!(document["metrics"]["trade_count"], 184);
    let trade = &document["trades"][0];
    assert_eq!(trade["side"], "long");
    assert_eq!(trade["exit_reason"], "signal");
    assert!(
        document.get("equity").is_none(),
        "curves are printed on request only"
    );
}

#[test]
fn the_result_tells_drawdowns_calendar_returns_and_the_market_beside() {
    let document = threadx(["backtest", "--output", "json", "--curves"]).json();
    let numbers = |part: &str, name: &str| -> Vec<f64> {
        let rows = document[part].as_array().unwrap();
        rows.iter().map(|row| row[name].as_f64().unwrap()).collect()
    };
    let depths = numbers("drawdowns", "depth");
    let deepest = depths.iter().copied().fold(0.0, f64::min);
    assert_eq!(document["metrics"]["max_drawdown"], deepest);
    for key in ["peak_time", "trough_time", "recovery_time", "duration"] {
        assert!(document["drawdowns"][0].get(key).is_some(), "{key}");
    }
    let total = document["metrics"]["total_return"].as_f64().unwrap();
    for (part, count) in [("monthly_returns", 12), ("yearly_returns", 1)] {
        let returns = numbers(part, "return");
        assert_eq!(returns.len(), count, "{part}");
        let compound: f64 = returns.iter().map(|share| 1.0 + share).product();
        assert!((compound - 1.0 - total).abs() < 1e-9, "{part}");
    }
    assert_eq!(document["monthly_returns"][11]["month"], 12);
    for key in [
        "alpha",
        "beta",
        "correlation",
        "tracking_error",
        "information_ratio",
    ] {
        assert!(document["benchmark"][key].is_number(), "{key}");
    }
    let shown = threadx(["backtest"]).stdout;
    for text in ["years      2019", "market     alpha", "drawdowns  -"] {
        assert!(shown.contains(text), "{text} is not in\n{shown}");
    }
    assert!(shown.lines().count() <= 36, "the summary fits a screen");
}

#[test]
fn curves_have_one_value_per_bar() {
    let document = threadx(["backtest", "--output", "json", "--curves"]).json();
    for curve in ["equity", "drawdown"] {
        let values = document[curve].as_array().unwrap();
        assert_eq!(values.len(), 8732, "{curve}");
        assert!(values.iter().all(Value::is_number), "{curve}");
    }
    let last = document["equity"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .as_f64()
        .unwrap();
    let total = document["metrics"]["total_return"].as_f64().unwrap();
    assert!((last / 10_000.0 - 1.0 - total).abs() < 1e-12);
}

#[test]
fn a_request_file_standard_input_and_flags_are_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("request.json");
    std::fs::write(&path, REQUEST).unwrap();
    let from_file = threadx([
        "backtest",
        "--output",
        "json",
        "--request",
        path.to_str().unwrap(),
    ])
    .json();
    let from_stdin = threadx_reading(["backtest", "--output", "json", "--request", "-"], REQUEST).json();
    let toml = folder.path().join("request.toml");
    let text = "token = 'BTCUSDT'\ntimeframe = '1h'\nstrategy = 'bollinger_reversion'\nstart_date = 2019-03-01\n\
                end_date = 2019-06-01\ndirection = 'both'\nstop_loss = 0.03\nsizing = { fraction = 0.5 }\n\
                [params]\nperiod = 30\nstd = 2.5\n";
    std::fs::write(&toml, text).unwrap();
    let from_toml = threadx([
        "backtest",
        "--output",
        "json",
        "--request",
        toml.to_str().unwrap(),
    ])
    .json();
    let from_flags = threadx([
        "backtest",
        "--output",
        "json",
        "--strategy",
        "bollinger_reversion",
        "-p",
        "period=30",
        "-p",
        "std=2.5",
        "--start",
        "2019-03-01",
        "--end",
        "2019-06-01",
        "--direction",
        "both",
        "--stop-loss",
        "0.03",
        "--sizing",
        "fraction=0.5",
    ])
    .json();
    let from_file = lasting(from_file);
    assert!(from_file["trades"].as_array().unwrap().len() > 10);
    assert_eq!(from_file, lasting(from_stdin));
    assert_eq!(from_file, lasting(from_toml));
    assert_eq!(from_file, lasting(from_flags));
}

#[test]
fn the_printed_request_is_a_request_for_the_same_run() {
    let first = threadx_reading(["backtest", "--output", "json", "--request", "-"], REQUEST).json();
    let request = first["request"].to_string();
    let second = threadx_reading(["backtest", "--output", "json", "--request", "-"], &request).json();
    assert_eq!(lasting(first), lasting(second));
}

#[test]
fn the_machine_s_time_zone_changes_nothing() {
    let run_in = |zone: &str| {
        let args = [
            "backtest",
            "--output",
            "json",
            "--start",
            "2019-03-10 02:30",
            "--end",
            "2019-11-03T01:30:00",
        ];
        lasting(run(program().env("TZ", zone).args(args), "").json())
    };
    let utc = run_in("UTC");
    assert_eq!(utc["data"]["first"], "2019-03-10T03:00:00Z");
    for zone in ["America/New_York", "Asia/Kolkata", "Pacific/Apia"] {
        assert_eq!(run_in(zone), utc, "{zone}");
    }
}

#[test]
fn a_csv_file_stands_for_its_token() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ethusdt_1d.csv");
    let mut text = "timestamp,open,high,low,close,volume\n".to_owned();
    for day in 1..=28 {
        let price = 100 + (day * 7) % 13;
        text += &format!(
            "2021-02-{day:02},{price},{},{},{price},10\n",
            price + 2,
            price - 2
        );
    }
    std::fs::write(&path, text).unwrap();
    let args = [
        "backtest",
        "--output",
        "json",
        "--data",
        path.to_str().unwrap(),
        "-p",
        "fast_period=2",
    ];
    let document = run(program().args(args).args(["-p", "slow_period=5"]), "").json();
    let data = &document["data"];
    assert_eq!(
        (&data["token"], &data["timeframe"], &data["bars"]),
        (&json!("ETHUSDT"), &json!("1d"), &json!(28))
    );
    assert!(document["metrics"]["trade_count"].as_u64().unwrap() > 0);
}

#[test]
fn writes_trades_and_equity_and_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (trades, equity) = (folder.path().join("trades.csv"), folder.path().join("equity.csv"));
    let write = |force: &[&str]| {
        let mut command = program();
        command.args([
            "backtest",
            "--trades",
            trades.to_str().unwrap(),
            "--equity",
            equity.to_str().unwrap(),
        ]);
        run(command.args(force), "")
    };
    assert_eq!(write(&[]).code, Some(0));
    let rows = |path: &std::path::Path| std::fs::read_to_string(path).unwrap().lines().count();
    assert_eq!((rows(&trades), rows(&equity)), (1 + 184, 1 + 8732));

    std::fs::write(&trades, "mine").unwrap();
    let refused = write(&[]);
    assert_eq!(refused.code, Some(4));
    assert!(
        refused.stderr.contains("exists already") && refused.stderr.contains("--force"),
        "{refused:?}"
    );
    assert_eq!(std::fs::read_to_string(&trades).unwrap(), "mine");
    assert_eq!(write(&["--force"]).code, Some(0));
    assert_eq!(rows(&trades), 1 + 184);
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        2,
        "nothing else is left behind"
    );
}

#[test]
fn prints_the_trades_as_csv() {
    let ran = threadx(["backtest", "--output", "csv"]);
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.stdout
            .starts_with("side,entry_index,entry_time,entry_price,exit_index,")
    );
    assert_eq!(ran.stdout.lines().count(), 1 + 184);
}

#[test]
fn warm_up_before_the_range_lets_the_first_bars_decide() {
    let first_entry = |warm_up: &str| {
        let args = [
            "backtest",
            "--output",
            "json",
            "--start",
            "2019-06-01",
            "--warm-up",
            warm_up,
        ];
        let document = run(
            program()
                .args(args)
                .args(["-p", "fast_period=5", "-p", "slow_period=400"]),
            "",
        )
        .json();
        let start = document["request"]["start_date"].as_str().unwrap().to_owned();
        for trade in document["trades"].as_array().unwrap() {
            assert!(trade["entry_time"].as_str().unwrap() >= start.as_str());
        }
        (
            document["warm_up_bars"].as_u64().unwrap(),
            document["trades"][0]["entry_index"].as_u64().unwrap(),
        )
    };
    let (inside, before) = (first_entry("inside"), first_entry("before"));
    assert_eq!(inside.0, 0);
    assert_eq!(before.0, 400);
    assert!(before.1 < 400 && inside.1 >= 400, "{before:?} {inside:?}");
}
