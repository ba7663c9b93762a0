//! Every rule of a backtest request.

mod dates;
mod numbers;
mod params;
mod sizing;
mod tokens;

use serde_json::{Value, json};
use threadx_market::Symbol;
use threadx_request::{BacktestRequest, RequestContext, Valid, ViolationCode as Code};
use threadx_spec::{Direction, FillModel, Sizing, WarmUp};

use crate::support::{above, below, boundary, check, check_patch, context, patched};

pub(crate) fn base() -> Value {
    json!({
        "token": "BTCUSDT",
        "timeframe": "1h",
        "strategy": "ma_crossover",
        "start_date": "2019-01-01",
        "end_date": "2019-06-30",
    })
}

#[track_caller]
fn valid(patch: &Value) -> BacktestRequest {
    let request = patched(&base(), patch);
    check::<BacktestRequest>(&request, &[]);
    Valid::<BacktestRequest>::from_json(request.to_string(), &context())
        .unwrap()
        .into_inner()
}

#[track_caller]
fn refused(patch: &Value, expect: &[(&str, Code)]) {
    check_patch::<BacktestRequest>(&base(), patch, expect);
}

#[track_caller]
fn message(patch: &Value) -> String {
    let request = patched(&base(), patch).to_string();
    let error = Valid::<BacktestRequest>::from_json(request, &context()).unwrap_err();
    error.violations()[0].to_string()
}

#[test]
fn defaults_are_filled_in() {
    let request = valid(&json!({}));
    assert_eq!(request.tokens.first().as_str(), "BTCUSDT");
    assert!(!request.tokens.is_portfolio());
    assert_eq!(request.start_date.to_string(), "2019-01-01T00:00:00Z");
    assert_eq!(request.end_date.to_string(), "2019-06-30T00:00:00Z");
    assert_eq!(
        request.params.to_string(),
        "fast_period=10 kind=sma slow_period=30"
    );
    assert_eq!(request.portfolio_value, 10_000.0);
    assert_eq!(request.leverage, 1.0);
    assert_eq!(request.fee_rate, 0.001);
    assert_eq!(request.slippage_rate, 0.0);
    assert_eq!(request.borrow_rate, 0.0);
    assert_eq!(request.direction, Direction::Long);
    assert_eq!(request.fill, FillModel::NextOpen);
    assert_eq!(request.sizing, None);
    assert!(!request.whole_units);
    assert_eq!(
        (request.stop_loss, request.trailing_stop, request.take_profit),
        (None, None, None)
    );
    assert_eq!(request.max_hold, None);
    assert!(request.exit_on_signal);
    assert_eq!(request.warm_up, WarmUp::Inside);
    assert_eq!(request.periods_per_year, None);
    assert_eq!(request.risk_free_rate, 0.0);
    assert_eq!(request.seed, None);
}

#[test]
fn every_field_is_read() {
    let request = valid(&json!({
        "params": {"fast_period": 5.0, "slow_period": 6, "kind": "ema"},
        "portfolio_value": 500, "leverage": 2.5, "fee_rate": 0.01, "slippage_rate": 0.02, "borrow_rate": 0.03,
        "direction": "both", "fill": "close", "sizing": {"risk": 0.01}, "whole_units": true, "stop_loss": 0.1,
        "trailing_stop": 0.2, "take_profit": 3, "max_hold": 72, "exit_on_signal": false, "warm_up": "before",
        "periods_per_year": 252, "risk_free_rate": -0.01, "seed": u64::MAX,
    }));
    assert_eq!(request.params.to_string(), "fast_period=5 kind=ema slow_period=6");
    assert_eq!(request.portfolio_value, 500.0);
    assert_eq!(request.leverage, 2.5);
    assert_eq!(request.fee_rate, 0.01);
    assert_eq!(request.slippage_rate, 0.02);
    assert_eq!(request.borrow_rate, 0.03);
    assert_eq!(request.direction, Direction::Both);
    assert_eq!(request.fill, FillModel::Close);
    assert_eq!(request.sizing, Some(Sizing::Risk(0.01)));
    assert!(request.whole_units);
    assert_eq!(request.stop_loss, Some(0.1));
    assert_eq!(request.trailing_stop, Some(0.2));
    assert_eq!(request.take_profit, Some(3.0));
    assert_eq!(request.max_hold, Some(72));
    assert!(!request.exit_on_signal);
    assert_eq!(request.warm_up, WarmUp::Before);
    assert_eq!(request.periods_per_year, Some(252.0));
    assert_eq!(request.risk_free_rate, -0.01);
    assert_eq!(request.seed, Some(u64::MAX));
}

#[test]
fn required_fields_are_missed_by_name_and_null_is_missing() {
    for field in ["token", "timeframe", "strategy", "start_date", "end_date"] {
        refused(&json!({ field: "-" }), &[(field, Code::Missing)]);
        refused(&json!({ field: null }), &[(field, Code::Missing)]);
    }
    check::<BacktestRequest>(
        &json!({}),
        &[
            ("end_date", Code::Missing),
            ("start_date", Code::Missing),
            ("strategy", Code::Missing),
            ("timeframe", Code::Missing),
            ("token", Code::Missing),
        ],
    );
}

#[test]
fn null_in_an_optional_field_is_its_default() {
    let plain = valid(&json!({}));
    for field in [
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
        "tokens",
        "symbol",
    ] {
        assert_eq!(valid(&json!({ field: null })), plain, "{field}");
    }
}

#[test]
fn named_values_are_those_of_the_list() {
    for (field, names) in [
        ("direction", &["long", "short", "both"][..]),
        ("fill", &["next_open", "close"]),
        ("warm_up", &["inside", "before"]),
    ] {
        for name in names {
            valid(&json!({ field: name }));
        }
        refused(&json!({ field: "LONG" }), &[(field, Code::UnknownValue)]);
        refused(&json!({ field: "" }), &[(field, Code::UnknownValue)]);
        refused(&json!({ field: 1 }), &[(field, Code::WrongType)]);
    }
    assert_eq!(
        message(&json!({"direction": "up"})),
        r#"direction must be one of long, short, both, got "up""#
    );
}

#[test]
fn unknown_fields_are_refused_with_the_nearest() {
    refused(&json!({"fee": 0.1}), &[("fee", Code::UnknownField)]);
    refused(&json!({"Token": "BTCUSDT"}), &[("Token", Code::UnknownField)]);
    // A name that no field could have stands in quotes, so that a path is read in one way only.
    refused(&json!({"": 1}), &[("\"\"", Code::UnknownField)]);
    refused(&json!({"a.b\n": 1}), &[("\"a.b\\n\"", Code::UnknownField)]);
    refused(&json!({"param_grid": {}}), &[("param_grid", Code::UnknownField)]);
    assert_eq!(
        message(&json!({"fee_rat": 0.1})),
        "fee_rat is not a field of a backtest request; the nearest are fee_rate, risk_free_rate"
    );
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    refused(
        &json!({
            "token": "@", "timeframe": "7m", "strategy": "x", "start_date": "?", "end_date": "2030-01-01",
            "params": {"a": []}, "leverage": 11, "direction": "up", "sizing": {"fraction": 2}, "max_hold": 0,
            "colour": "red",
        }),
        &[
            ("colour", Code::UnknownField),
            ("direction", Code::UnknownValue),
            ("end_date", Code::InFuture),
            ("leverage", Code::OutOfRange),
            ("max_hold", Code::OutOfRange),
            ("params.a", Code::WrongType),
            ("sizing.fraction", Code::OutOfRange),
            ("start_date", Code::BadTimestamp),
            ("strategy", Code::UnknownStrategy),
            ("timeframe", Code::UnknownTimeframe),
            ("token", Code::BadFormat),
        ],
    );
}

#[test]
fn a_document_that_is_no_object_is_refused() {
    for request in [json!([]), json!("x"), json!(5), json!(null), json!(true)] {
        check::<BacktestRequest>(&request, &[("", Code::WrongType)]);
    }
}
