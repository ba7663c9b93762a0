//! `threadx batch`.

use std::{fmt::Write as _, fs, path::Path};

use serde_json::{Value, json};

use crate::program::{Ran, program, run, threadx, threadx_reading};

fn backtest(id: impl Into<Value>, fast: u32) -> Value {
    let request = json!({
        "token": "BTCUSDT", "timeframe": "1h", "strategy": "ma_crossover", "params": {"fast_period": fast},
        "start_date": "2019-01-01", "end_date": "2019-03-01",
    });
    json!({"kind": "backtest", "id": id.into(), "request": request})
}

fn lines(requests: &[Value]) -> String {
    requests.iter().fold(String::new(), |mut text, request| {
        writeln!(text, "{request}").unwrap();
        text
    })
}

fn results(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// One of each kind and some of which nothing can come.
fn mixed() -> String {
    let dates =
        json!({"start_date": "2019-01-01", "end_date": "2019-03-01", "token": "BTCUSDT", "timeframe": "1h"});
    let with = |more: Value| {
        let mut request = dates.clone();
        request
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        request
    };
    let data = json!({"tokens": ["BTCUSDT"], "timeframe": "1h", "start": "2019-01-01", "end": "2019-02-01"});
    let good = lines(&[
        backtest("a", 5),
        json!({"kind": "indicators", "request": with(json!({"indicators": [{"name": "sma", "params": {"period": 9}}]}))}),
        json!({"kind": "sweep", "id": 3, "request": with(json!({"strategy": "ma_crossover", "param_grid": {"fast_period": [5, 6]}}))}),
        json!({"kind": "data", "request": data}),
    ]);
    let bad = lines(&[
        backtest(Value::Null, 0),
        json!({"kind": "backtst", "request": {}}),
        json!({"kind": "backtest", "request": {}, "more": 1}),
        json!({"kind": "backtest", "request": 5}),
        json!([1]),
    ]);
    format!("{good}\nno JSON at all\n{bad}")
}

#[test]
fn every_line_has_a_result_in_the_order_of_the_requests() {
    let ran = threadx_reading(["batch", "-"], &mixed());
    assert_eq!(ran.code, Some(6), "{ran:?}");
    let results = results(&ran.stdout);
    assert_eq!(results.len(), 10);
    for (index, result) in results.iter().enumerate() {
        assert_eq!(result["index"], index);
        assert_eq!(result["ok"].is_object(), index < 4, "{result}");
        assert_eq!(result["error"].is_object(), index >= 4, "{result}");
    }
    assert_eq!((&results[0]["id"], &results[2]["id"]), (&json!("a"), &json!(3)));
    assert!(results[0]["ok"]["metrics"]["trade_count"].is_u64());
    assert_eq!(results[1]["ok"]["indicators"][0]["name"], "sma");
    assert_eq!(results[2]["ok"]["combinations"], 2);
    assert_eq!(results[3]["ok"]["tokens"][0]["token"], "BTCUSDT");
    let field = |index: usize| results[index]["error"]["violations"][0]["field"].clone();
    assert_eq!(field(5), "params.fast_period");
    assert_eq!(field(6), "kind");
    assert_eq!((field(8), &results[8]["kind"]), (json!(""), &json!("backtest")));
    assert!(
        ran.stderr
            .ends_with("6 of 10 requests failed; their lines say why\n"),
        "{}",
        ran.stderr
    );
}

#[test]
fn the_result_is_that_of_the_single_run_on_any_number_of_workers() {
    let requests: Vec<Value> = (2..40).map(|fast| backtest(fast, fast % 28 + 2)).collect();
    let text = lines(&requests);
    let with = |workers: &str, unordered: bool| -> Vec<Value> {
        let mut command = program();
        command
            .args(["batch", "-"])
            .env("THREADX_WORKERS", workers)
            .env("THREADX_QUEUE_CAPACITY", "3");
        if unordered {
            command.arg("--unordered");
        }
        let ran = run(&mut command, &text);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let mut results = results(&ran.stdout);
        for result in &mut results {
            result["ok"].as_object_mut().unwrap().remove("elapsed_seconds");
        }
        results
    };
    let one = with("1", false);
    assert_eq!(one, with("5", false));
    let mut unordered = with("5", true);
    unordered.sort_by_key(|result| result["index"].as_u64());
    assert_eq!(one, unordered);

    let single = threadx_reading(
        ["backtest", "--request", "-", "--output", "json"],
        &requests[7]["request"].to_string(),
    );
    assert_eq!(one[7]["ok"]["metrics"], single.json()["metrics"]);
    assert_eq!(one[7]["ok"]["trades"], single.json()["trades"]);
}

fn to_file(file: &Path, out: &Path, more: &[&str]) -> Ran {
    let mut command = program();
    run(
        command.arg("batch").arg(file).arg("--out").arg(out).args(more),
        "",
    )
}

#[test]
fn a_batch_that_was_cut_off_is_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (
        folder.path().join("requests.jsonl"),
        folder.path().join("results.jsonl"),
    );
    let requests: Vec<Value> = (2..12).map(|fast| backtest(fast, fast)).collect();
    fs::write(&file, lines(&requests)).unwrap();
    assert_eq!(to_file(&file, &out, &[]).code, Some(0));
    let whole = fs::read_to_string(&out).unwrap();
    assert_eq!(whole.lines().count(), 10);
    let told = to_file(&file, &out, &[]);
    assert_eq!(told.code, Some(4));
    assert!(told.stderr.contains("--resume"), "{told:?}");

    let without_time = |text: &str| -> Vec<Value> {
        let mut results = results(text);
        for result in &mut results {
            result["ok"].as_object_mut().unwrap().remove("elapsed_seconds");
        }
        results
    };
    // As if it had been killed in the middle of a line.
    let fourth = whole.match_indices('\n').nth(3).unwrap().0;
    fs::write(&out, &whole[..fourth + 100]).unwrap();
    assert_eq!(to_file(&file, &out, &["--resume"]).code, Some(0));
    let resumed = fs::read_to_string(&out).unwrap();
    assert_eq!(without_time(&resumed), without_time(&whole));
    assert!(resumed.starts_with(&whole[..=fourth]), "what was there is kept");

    let mut others = requests;
    others[2] = backtest("another", 20);
    fs::write(&file, lines(&others)).unwrap();
    let refused = to_file(&file, &out, &["--resume"]);
    assert_eq!(refused.code, Some(3));
    assert!(refused.stderr.contains("request 2 is not the one"), "{refused:?}");
    assert_eq!(fs::read_to_string(&out).unwrap(), resumed, "nothing was lost");
    assert_eq!(to_file(&file, &out, &["--force"]).code, Some(0));
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let ran = threadx(["batch", "no-such-file.jsonl"]);
    assert_eq!(ran.code, Some(4));
    assert!(ran.stderr.contains("no-such-file.jsonl"), "{ran:?}");
}
