//! `threadx indicators`.

use serde_json::Value;

use crate::program::threadx;

#[test]
fn computes_the_usual_three_without_any_argument() {
    let document = threadx(["indicators", "--output", "json"]).json();
    assert_eq!(document["data"]["bars"], 8732);
    let indicators = document["indicators"].as_array().unwrap();
    let names: Vec<&str> = indicators.iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names, ["sma", "rsi", "bbands"]);
    let upper = indicators[2]["values"]["upper"].as_array().unwrap();
    assert_eq!(upper.len(), 8732, "one value per bar");
    assert!(upper[..19].iter().all(Value::is_null) && upper[19].is_f64());
    assert_eq!(indicators[2]["params"]["std"], 2.0);

    let table = threadx(["indicators"]);
    assert_eq!(table.code, Some(0), "{table:?}");
    assert!(table.stdout.contains("bbands.upper"), "{}", table.stdout);
}

#[test]
fn flags_say_which_and_over_what() {
    let args = [
        "indicators",
        "-i",
        "sma:period=3",
        "-i",
        "macd",
        "--start",
        "2019-02-01",
        "--end",
        "2019-02-03",
        "--output",
        "csv",
    ];
    let csv = threadx(args).stdout;
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 49, "two days of hours under a header");
    assert!(
        lines[0].starts_with("timestamp,sma(period=3),macd("),
        "{}",
        lines[0]
    );
    assert!(
        lines[1].starts_with("2019-02-01T00:00:00Z,,"),
        "nothing before the range is read: {}",
        lines[1]
    );
    assert!(!lines[3].contains("Z,,"), "{}", lines[3]);
}

#[test]
fn too_few_bars_are_a_warning_and_none_an_error() {
    let few = threadx([
        "indicators",
        "-i",
        "sma:period=20",
        "--end",
        "2019-01-01T05:00",
        "--output",
        "json",
    ])
    .json();
    assert_eq!(few["warnings"][0]["code"], "short_history");
    let values = few["indicators"][0]["values"]["sma"].as_array().unwrap();
    assert!(values.len() == 5 && values.iter().all(Value::is_null));

    let none = threadx([
        "indicators",
        "--start",
        "2021-01-01",
        "--end",
        "2021-02-01",
        "--output",
        "json",
    ]);
    assert_eq!(none.code, Some(4), "{none:?}");
    assert_eq!(none.error()["code"], "no_bars");
}

#[test]
fn wrong_calls_are_told_all_at_once() {
    let ran = threadx([
        "indicators",
        "-i",
        "sma:period=0",
        "-i",
        "bolinger",
        "-i",
        "rsi:periods=3",
        "--output",
        "json",
    ]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let error = ran.error();
    let fields: Vec<&str> = error["violations"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|violation| violation["field"].as_str())
        .collect();
    assert_eq!(
        fields,
        [
            "indicators[0].params.period",
            "indicators[1].name",
            "indicators[2].params.periods"
        ]
    );
    assert_eq!(threadx(["indicators", "-i", "sma:20"]).code, Some(3));
    let twice = threadx([
        "indicators",
        "-i",
        "bollinger",
        "-i",
        "bbands:period=20",
        "--output",
        "json",
    ]);
    assert_eq!(
        twice.error()["violations"][0]["code"],
        "duplicate",
        "two names of one thing are the same thing"
    );
}

#[test]
fn lists_what_there_is() {
    let document = threadx(["indicators", "--list", "--output", "json"]).json();
    let all = document["indicators"].as_array().unwrap();
    let bands = all.iter().find(|one| one["name"] == "bbands").unwrap();
    assert_eq!(bands["aliases"][0], "bollinger");
    assert!(all.len() >= 35, "{}", all.len());
    assert!(
        threadx(["indicators", "--list"])
            .stdout
            .contains("period=20,std=2")
    );
    let csv = threadx(["indicators", "--list", "--output", "csv"]).stdout;
    assert!(csv.contains("\nrsi,period,14,"), "{csv}");
}
