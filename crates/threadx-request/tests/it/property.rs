//! Any JSON either validates or is told at least one rule that it breaks, in a field that exists or is reported as
//! unknown; the schema agrees; and what validates reads back from its canonical form.

use std::{collections::BTreeMap, sync::LazyLock};

use proptest::{
    prelude::*,
    sample::{Index, select},
};
use serde_json::{Value, json};
use threadx_request::{
    BacktestRequest, DataRequest, Document, IndicatorRequest, Limits, Request, RequestKind, SweepRequest,
    Valid, ViolationCode as Code, json_schema,
};

use crate::support::context;

static SCHEMAS: LazyLock<BTreeMap<RequestKind, Value>> = LazyLock::new(|| {
    let context = context();
    RequestKind::ALL
        .map(|kind| (kind, json_schema(kind, &context)))
        .into()
});

/// Whether a schema has a field at `path`: `a.b[0].c`.
fn exists(schema: &Value, path: &str) -> bool {
    // A field that is known and refused as a whole is not described any deeper.
    if path.is_empty() || schema.get("type") == Some(&json!("null")) {
        return true;
    }
    let inner = |schemas: &Value, path: &str| {
        schemas
            .as_array()
            .is_some_and(|schemas| schemas.iter().any(|schema| exists(schema, path)))
    };
    let here = if path.starts_with('"') {
        // A name in quotes is none that a schema lists.
        schema.get("additionalProperties").is_some_and(Value::is_object)
    } else if let Some(rest) = path.strip_prefix('[') {
        let (_, rest) = rest.split_once(']').unwrap();
        schema
            .get("items")
            .is_some_and(|items| exists(items, rest.trim_start_matches('.')))
    } else {
        let end = path.find(['.', '[']).unwrap_or(path.len());
        let (name, rest) = path.split_at(end);
        let of_name = schema
            .get("properties")
            .and_then(|properties| properties.get(name));
        let of_others = schema
            .get("additionalProperties")
            .filter(|others| others.is_object());
        of_name
            .or(of_others)
            .is_some_and(|field| exists(field, rest.trim_start_matches('.')))
    };
    here || ["allOf", "anyOf", "oneOf"]
        .iter()
        .any(|key| schema.get(key).is_some_and(|schemas| inner(schemas, path)))
        || schema.get("then").is_some_and(|then| exists(then, path))
}

fn check<T: Request>(request: &Value) -> Result<(), TestCaseError> {
    let outcome = Valid::<T>::from_json(request.to_string(), &context());
    match &outcome {
        Ok(valid) => {
            let text = serde_json::to_string(valid).unwrap();
            let again = Valid::<T>::from_json(&text, &context());
            prop_assert_eq!(again.as_ref(), Ok(valid), "{}", text);
        }
        Err(error) => {
            prop_assert!(!error.violations().is_empty());
            for violation in error.violations() {
                let unknown = matches!(violation.code, Code::UnknownField | Code::UnknownParameter);
                prop_assert!(
                    unknown || exists(&SCHEMAS[&T::KIND], &violation.field),
                    "{} of {:?} in {}",
                    violation.code,
                    violation.field,
                    request
                );
                prop_assert!(violation.line.is_some(), "{violation:?}");
            }
        }
    }
    crate::schema::agrees::<T>(request, outcome.as_ref().err()).map_err(TestCaseError::fail)
}

/// Any JSON, but mostly the values that requests are made of.
fn value() -> impl Strategy<Value = Value> {
    let numbers = [
        json!(0),
        json!(-0.0),
        json!(1),
        json!(-1),
        json!(2),
        json!(1.5),
        json!(0.5),
        json!(10),
        json!(10.000_000_1),
        json!(20),
        json!(20.0),
        json!(500),
        json!(501),
        json!(1000),
        json!(1e-300),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(1_546_300_800),
        json!(1_546_300_800_000_i64),
        json!(1e19),
        json!(9_007_199_254_740_993_i64),
    ];
    let texts = [
        "BTCUSDT",
        " btcusdt ",
        "ETHUSDT",
        "XRP",
        "@",
        "A..B",
        "1h",
        "1M",
        "1H",
        "ma_crossover",
        "bb_atr",
        "buy_and_hold",
        "nope",
        "2019-01-01",
        "2019-06-30 12:00",
        "2019-02-29",
        "2019-06-30T00:00:00+14:00",
        "2030-01-01",
        "1546300800",
        "long",
        "both",
        "close",
        "next_open",
        "before",
        "inside",
        "all_in",
        "sma",
        "ema",
        "macd",
        "obv",
        "sharpe_ratio",
        "cagr",
        "gaps",
        "ohlc",
        "",
        "20",
        "ü\n",
    ];
    let leaf = prop_oneof![
        select(numbers.to_vec()),
        select(texts.to_vec()).prop_map(|text| json!(text)),
        any::<bool>().prop_map(Value::Bool),
        Just(Value::Null),
        any::<i64>().prop_map(|number| json!(number)),
        any::<f64>().prop_map(|number| json!(number)),
        "\\PC{0,12}".prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((name(), inner), 0..4).prop_map(|entries| entries.into_iter().collect()),
        ]
    })
}

/// Any name, but mostly those of fields and parameters.
fn name() -> impl Strategy<Value = String> {
    let known = [
        "token",
        "symbol",
        "tokens",
        "timeframe",
        "strategy",
        "start_date",
        "end_date",
        "start",
        "end",
        "params",
        "portfolio_value",
        "initial_cash",
        "leverage",
        "fee_rate",
        "slippage_rate",
        "borrow_rate",
        "direction",
        "fill",
        "sizing",
        "whole_units",
        "stop_loss",
        "trailing_stop",
        "take_profit",
        "max_hold",
        "exit_on_signal",
        "warm_up",
        "periods_per_year",
        "risk_free_rate",
        "seed",
        "indicators",
        "name",
        "param_grid",
        "max_combinations",
        "criteria",
        "top_n",
        "sample",
        "checks",
        "calendar",
        "n",
        "min",
        "max",
        "step",
        "fraction",
        "cash",
        "quantity",
        "risk",
        "fast_period",
        "slow_period",
        "kind",
        "period",
        "std",
        "bias",
        "trailing",
        "fast",
        "slow",
    ];
    prop_oneof![
        12 => select(known.to_vec()).prop_map(str::to_owned),
        1 => "[a-z_.\"\\[\\]]{0,8}",
    ]
}

/// Where and what to change.
#[derive(Debug, Clone)]
enum Edit {
    Set(Index, String, Value),
    Replace(Index, Value),
    Remove(Index),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = prop_oneof![
        (any::<Index>(), name(), value()).prop_map(|(at, name, value)| Edit::Set(at, name, value)),
        (any::<Index>(), value()).prop_map(|(at, value)| Edit::Replace(at, value)),
        any::<Index>().prop_map(Edit::Remove),
    ];
    prop::collection::vec(edit, 0..4)
}

/// Paths of all values of a document, in order.
fn pointers(value: &Value, path: &str, found: &mut Vec<String>) {
    found.push(path.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, &format!("{path}/{index}"), found);
            }
        }
        Value::Object(entries) => {
            for (name, entry) in entries {
                let name = name.replace('~', "~0").replace('/', "~1");
                pointers(entry, &format!("{path}/{name}"), found);
            }
        }
        _ => {}
    }
}

fn edited(mut document: Value, edits: Vec<Edit>) -> Value {
    for edit in edits {
        let mut paths = Vec::new();
        pointers(&document, "", &mut paths);
        match edit {
            Edit::Set(at, name, value) => {
                let objects: Vec<&String> = paths
                    .iter()
                    .filter(|path| document.pointer(path).unwrap().is_object())
                    .collect();
                if !objects.is_empty() {
                    let path = at.get(&objects).to_string();
                    document.pointer_mut(&path).unwrap()[name] = value;
                }
            }
            Edit::Replace(at, value) => *document.pointer_mut(at.get(&paths).as_str()).unwrap() = value,
            Edit::Remove(at) => {
                let (outer, name) = at.get(&paths).rsplit_once('/').unwrap_or(("", ""));
                if let Some(Value::Object(entries)) = document.pointer_mut(outer) {
                    entries.remove(&name.replace("~1", "/").replace("~0", "~"));
                }
            }
        }
    }
    document
}

/// A request that has much in it, to be changed.
fn full(kind: RequestKind) -> Value {
    match kind {
        RequestKind::Backtest => json!({
            "token": "BTCUSDT", "timeframe": "1h", "strategy": "bb_atr", "start_date": "2019-01-01",
            "end_date": "2019-06-30", "params": {"period": 20, "std": 2.0}, "sizing": {"risk": 0.01},
            "stop_loss": 0.05, "max_hold": 10,
        }),
        RequestKind::Indicators => json!({
            "token": "BTCUSDT", "timeframe": "1d", "start_date": "2019-01-01", "end_date": "2019-06-30",
            "indicators": [{"name": "sma", "params": {"period": 5}}, {"name": "macd"}, {"name": "obv", "params": {}}],
        }),
        RequestKind::Sweep => json!({
            "token": "BTCUSDT", "timeframe": "1h", "strategy": "ma_crossover", "start_date": "2019-01-01",
            "end_date": "2019-06-30",
            "param_grid": {"fast_period": {"min": 5, "max": 50, "step": 5}, "slow_period": [60, 80], "kind": ["ema"]},
            "criteria": ["cagr", "exposure:higher"], "sample": {"n": 3, "seed": 1},
        }),
        RequestKind::Data => json!({
            "tokens": ["BTCUSDT", "ETHUSDT"], "timeframe": "1d", "start": "2019-01-01", "end": "2019-06-30",
            "checks": ["gaps", "ohlc"], "calendar": "weekdays",
        }),
    }
}

fn changed(kind: RequestKind) -> impl Strategy<Value = Value> {
    edits().prop_map(move |edits| edited(full(kind), edits))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn backtests_validate_or_are_told_why(request in changed(RequestKind::Backtest)) {
        check::<BacktestRequest>(&request)?;
    }

    #[test]
    fn indicator_requests_validate_or_are_told_why(request in changed(RequestKind::Indicators)) {
        check::<IndicatorRequest>(&request)?;
    }

    #[test]
    fn sweeps_validate_or_are_told_why(request in changed(RequestKind::Sweep)) {
        check::<SweepRequest>(&request)?;
    }

    #[test]
    fn data_requests_validate_or_are_told_why(request in changed(RequestKind::Data)) {
        check::<DataRequest>(&request)?;
    }

    #[test]
    fn any_json_at_all_is_told_why(request in value()) {
        check::<BacktestRequest>(&request)?;
        check::<IndicatorRequest>(&request)?;
        check::<SweepRequest>(&request)?;
        check::<DataRequest>(&request)?;
    }

    #[test]
    fn text_is_read_as_json_exactly_if_it_is_json(
        text in prop_oneof![
            "[\\[\\]{}:,\" 0-9eE.+tfn\\\\u/-]{0,24}",
            value().prop_map(|value| value.to_string()),
            (value(), any::<Index>(), "\\PC").prop_map(|(value, at, letter)| {
                let mut letters: Vec<char> = value.to_string().chars().collect();
                let at = at.index(letters.len());
                letters.splice(at..=at, letter.chars());
                letters.into_iter().collect()
            }),
        ],
    ) {
        // Beyond the largest double serde_json reads no number, and halves of surrogates no text.
        let expect = serde_json::from_str::<Value>(&text);
        let got = Document::from_json(&text, &Limits::default());
        match (&expect, &got) {
            (Ok(_), Err(error)) => prop_assert!(false, "{text} is JSON, but {error}"),
            (Err(cause), Ok(_)) => prop_assert!(cause.to_string().contains("number out of range"), "{text}: {cause}"),
            _ => {}
        }
        let toml = Document::from_toml(&text, &Limits::default());
        prop_assert_eq!(toml.is_ok(), text.parse::<toml::Table>().is_ok(), "{}", text);
    }
}
