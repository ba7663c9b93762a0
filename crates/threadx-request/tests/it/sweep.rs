//! Every rule of a sweep request.

use serde_json::{Value, json};
use threadx_request::{RequestContext, Sample, SweepRequest, Valid, ViolationCode as Code};
use threadx_spec::{Criterion, Metric};

use crate::support::{above, boundary, broken, check, check_patch, context, patched};

pub(crate) fn base() -> Value {
    json!({
        "token": "BTCUSDT",
        "timeframe": "1h",
        "strategy": "ma_crossover",
        "start_date": "2019-01-01",
        "end_date": "2019-06-30",
        "param_grid": {"fast_period": [5, 10]},
    })
}

#[track_caller]
pub(crate) fn valid(patch: &Value) -> SweepRequest {
    let request = patched(&base(), patch);
    check::<SweepRequest>(&request, &[]);
    Valid::<SweepRequest>::from_json(request.to_string(), &context())
        .unwrap()
        .into_inner()
}

#[track_caller]
pub(crate) fn refused(patch: &Value, expect: &[(&str, Code)]) {
    check_patch::<SweepRequest>(&base(), patch, expect);
}

#[track_caller]
pub(crate) fn message(patch: &Value) -> String {
    let request = patched(&base(), patch).to_string();
    let error = Valid::<SweepRequest>::from_json(request, &context()).unwrap_err();
    error.violations()[0].to_string()
}

#[test]
fn a_portfolio_is_validated_in_full_and_then_refused() {
    refused(
        &json!({"token": "-", "tokens": ["BTCUSDT", "ETHUSDT"]}),
        &[("tokens", Code::Unsupported)],
    );
    refused(
        &json!({"tokens": ["BTCUSDT", "XRPUSDT"]}),
        &[
            ("tokens", Code::Conflict),
            ("tokens", Code::Unsupported),
            ("tokens[1]", Code::UnknownToken),
        ],
    );
    assert_eq!(
        message(&json!({"tokens": ["BTCUSDT", "ETHUSDT"], "token": "-"})),
        "tokens is not supported here: a sweep runs one token"
    );
}

/// The values of one axis of `bb_atr` as text.
#[track_caller]
fn values(name: &str, axis: &Value) -> String {
    let request = valid(&json!({"strategy": "bb_atr", "param_grid": {name: axis}}));
    let axis = request.param_grid.axis(name).unwrap();
    assert_eq!(axis.iter().count() as u64, axis.len());
    assert_eq!(axis.get(axis.len()), None);
    axis.iter()
        .map(|value| value.to_string())
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn defaults_are_filled_in() {
    let request = valid(&json!({}));
    assert_eq!(
        request.base.params.to_string(),
        "fast_period=10 kind=sma slow_period=30"
    );
    assert_eq!(request.base.fee_rate, 0.001);
    assert_eq!(request.max_combinations, 3_000_000);
    assert_eq!(
        request.criteria,
        [Metric::SharpeRatio, Metric::TotalReturn].map(Criterion::from)
    );
    assert_eq!(request.top_n, 10);
    assert_eq!(request.sample, None);
    assert_eq!(request.param_grid.combinations(), 2);
}

#[test]
fn it_has_every_field_of_a_backtest_but_params() {
    let request = valid(&json!({"leverage": 2, "stop_loss": 0.1, "sizing": {"risk": 0.1}, "seed": 7}));
    assert_eq!(request.base.leverage, 2.0);
    assert_eq!(request.base.seed, Some(7));
    refused(&json!({"params": {}}), &[("params", Code::UnknownField)]);
    refused(&json!({"leverage": 11}), &[("leverage", Code::OutOfRange)]);
    refused(
        &json!({"sizing": {"risk": 0.1}}),
        &[("sizing", Code::RiskWithoutStop)],
    );
    refused(
        &json!({"end_date": "2019-01-01"}),
        &[("end_date", Code::EndNotAfterStart)],
    );
    check::<SweepRequest>(
        &json!({}),
        &[
            ("end_date", Code::Missing),
            ("param_grid", Code::Missing),
            ("start_date", Code::Missing),
            ("strategy", Code::Missing),
            ("timeframe", Code::Missing),
            ("token", Code::Missing),
        ],
    );
}

#[test]
fn lists_hold_values_of_the_parameter_s_type() {
    assert_eq!(values("period", &json!([20, 30.0, 2])), "20 30 2");
    assert_eq!(values("std", &json!([2, 2.5])), "2 2.5");
    assert_eq!(values("trailing", &json!([true, false])), "true false");
    let kinds = valid(&json!({"param_grid": {"kind": ["sma", "ema"]}}));
    assert_eq!(kinds.param_grid.combinations(), 2);
    let grid = |grid: Value| json!({"param_grid": grid});
    refused(
        &grid(json!({"fast_period": [0, 1.5, "x", 501, null]})),
        &[
            ("param_grid.fast_period[0]", Code::OutOfRange),
            ("param_grid.fast_period[1]", Code::WrongType),
            ("param_grid.fast_period[2]", Code::WrongType),
            ("param_grid.fast_period[3]", Code::OutOfRange),
            ("param_grid.fast_period[4]", Code::WrongType),
        ],
    );
    refused(
        &grid(json!({"kind": ["sma", "hma"]})),
        &[("param_grid.kind[1]", Code::UnknownValue)],
    );
    refused(
        &grid(json!({"fast_period": []})),
        &[("param_grid.fast_period", Code::OutOfRange)],
    );
    refused(
        &grid(json!({"fast_period": 5})),
        &[("param_grid.fast_period", Code::WrongType)],
    );
    refused(
        &grid(json!({"period": [5]})),
        &[("param_grid.period", Code::UnknownParameter)],
    );
}

#[test]
fn ranges_include_their_ends_and_add_up_no_error() {
    assert_eq!(
        values("period", &json!({"min": 10, "max": 20, "step": 5})),
        "10 15 20"
    );
    assert_eq!(
        values("period", &json!({"min": 10.0, "max": 19, "step": 5})),
        "10 15"
    );
    assert_eq!(values("period", &json!({"min": 10, "max": 10, "step": 1})), "10");
    assert_eq!(
        values("std", &json!({"min": 0.1, "max": 0.5, "step": 0.1})),
        "0.1 0.2 0.3 0.4 0.5"
    );
    assert_eq!(values("std", &json!({"min": 1, "max": 3, "step": 1})), "1 2 3");
    assert_eq!(
        values("bias", &json!({"min": -1, "max": 1, "step": 0.5})),
        "-1 -0.5 0 0.5 1"
    );
    let fine = valid(
        &json!({"strategy": "bb_atr", "param_grid": {"std": {"min": 0.001, "max": 10, "step": 0.001}}}),
    );
    assert_eq!(fine.param_grid.combinations(), 10_000);
}

#[test]
fn ranges_that_make_no_sense_are_refused() {
    let period = |range: Value| json!({"strategy": "bb_atr", "param_grid": {"period": range}});
    let std = |range: Value| json!({"strategy": "bb_atr", "param_grid": {"std": range}});
    for step in [json!(0), json!(-1)] {
        refused(
            &period(json!({"min": 10, "max": 20, "step": step})),
            &[("param_grid.period.step", Code::OutOfRange)],
        );
    }
    refused(
        &period(json!({"min": 20, "max": 10, "step": 1})),
        &[("param_grid.period.max", Code::OutOfRange)],
    );
    refused(
        &period(json!({"min": 1, "max": 501, "step": 1})),
        &[
            ("param_grid.period.max", Code::OutOfRange),
            ("param_grid.period.min", Code::OutOfRange),
        ],
    );
    refused(
        &period(json!({"min": 2.5, "max": 10, "step": 0.5})),
        &[
            ("param_grid.period.min", Code::WrongType),
            ("param_grid.period.step", Code::WrongType),
        ],
    );
    refused(
        &period(json!({"min": 2, "max": 10})),
        &[("param_grid.period.step", Code::Missing)],
    );
    refused(
        &period(json!({"min": 2, "max": 10, "step": 1, "count": 3})),
        &[("param_grid.period.count", Code::UnknownField)],
    );
    refused(
        &period(json!({"min": "2", "max": 10, "step": 1})),
        &[("param_grid.period.min", Code::WrongType)],
    );
    refused(
        &std(json!({"min": 0, "max": above(10.0), "step": 1})),
        &[
            ("param_grid.std.max", Code::OutOfRange),
            ("param_grid.std.min", Code::OutOfRange),
        ],
    );
    refused(
        &json!({"strategy": "bb_atr", "param_grid": {"trailing": {"min": 0, "max": 1, "step": 1}}}),
        &[("param_grid.trailing", Code::WrongType)],
    );
    assert_eq!(
        message(&period(json!({"min": 20, "max": 10, "step": 1}))),
        "param_grid.period.max must be at least min (20), got 10"
    );
}

#[test]
fn a_grid_is_not_empty() {
    let field = &[("param_grid", Code::OutOfRange)];
    refused(&json!({"param_grid": {}}), field);
    refused(&json!({"param_grid": {"fast_period": null}}), field);
    refused(&json!({"param_grid": []}), &[("param_grid", Code::WrongType)]);
    refused(&json!({"param_grid": null}), &[("param_grid", Code::Missing)]);
    valid(&json!({"param_grid": {"fast_period": [5], "kind": null}}));
}

#[test]
fn the_product_is_bounded_and_does_not_overflow() {
    let axis = |n: u64| json!({"min": 1, "max": n, "step": 1});
    let grid = json!({"fast_period": axis(500), "slow_period": {"min": 2, "max": 1000, "step": 1}});
    assert_eq!(
        valid(&json!({ "param_grid": grid })).param_grid.combinations(),
        499_500
    );
    for (max, expect) in [
        (499_500, &[][..]),
        (499_499, &[("param_grid", Code::TooManyCombinations)]),
    ] {
        refused(&json!({"param_grid": grid, "max_combinations": max}), expect);
    }
    assert_eq!(
        message(&json!({"param_grid": grid, "max_combinations": 1000})),
        "param_grid must give at most 1000 combinations, got 499500"
    );
    // 2^63 × 2^63 without any knowledge of the strategy, and nothing is expanded on the way.
    let wide = json!({"min": 0, "max": i64::MAX, "step": 1});
    let request = patched(
        &base(),
        &json!({"max_combinations": u64::MAX, "param_grid": {"a": wide, "b": wide}}),
    );
    let error = Valid::<SweepRequest>::from_json(request.to_string(), &RequestContext::open()).unwrap_err();
    assert_eq!(broken(&error), [("param_grid", Code::TooManyCombinations)]);
    let one = patched(
        &base(),
        &json!({"max_combinations": u64::MAX, "param_grid": {"a": wide}}),
    );
    let request = Valid::<SweepRequest>::from_json(one.to_string(), &RequestContext::open()).unwrap();
    assert_eq!(request.param_grid.combinations(), 1 << 63);
    boundary::<SweepRequest>(
        &base(),
        "max_combinations",
        &[json!(2), json!(u64::MAX)],
        &[json!(0), json!(-1)],
    );
}

#[test]
fn criteria_are_known_and_named_once() {
    let request = valid(&json!({"criteria": ["calmar_ratio", "trade_count"]}));
    assert_eq!(
        request.criteria,
        [Metric::CalmarRatio, Metric::TradeCount].map(Criterion::from)
    );
    let turned = valid(&json!({"criteria": ["exposure:higher", "trade_count:lower", "sqn:higher"]}));
    let texts: Vec<String> = turned.criteria.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["exposure:higher", "trade_count:lower", "sqn"]);
    refused(
        &json!({"criteria": ["sqn", "sqn:lower", "sqn:up", "sqm:lower"]}),
        &[
            ("criteria[1]", Code::Duplicate),
            ("criteria[2]", Code::UnknownValue),
            ("criteria[3]", Code::UnknownValue),
        ],
    );
    let told = message(&json!({"criteria": ["sqn:up"]}));
    assert_eq!(
        told,
        "criteria[0] must have higher or lower behind sqn:, got \"up\""
    );
    refused(&json!({"criteria": []}), &[("criteria", Code::OutOfRange)]);
    refused(
        &json!({"criteria": ["sharpe_ratio", "sharp_ratio", 1, "sharpe_ratio"]}),
        &[
            ("criteria[1]", Code::UnknownValue),
            ("criteria[2]", Code::WrongType),
            ("criteria[3]", Code::Duplicate),
        ],
    );
    refused(
        &json!({"criteria": "sharpe_ratio"}),
        &[("criteria", Code::WrongType)],
    );
    let told = message(&json!({"criteria": ["sharp_ratio"]}));
    assert!(told.contains("; the nearest are sharpe_ratio"), "{told}");
}

#[test]
fn top_n_and_sample_have_their_bounds() {
    boundary::<SweepRequest>(
        &base(),
        "top_n",
        &[json!(1), json!(u64::MAX)],
        &[json!(0), json!(-1)],
    );
    refused(&json!({"top_n": 1.5}), &[("top_n", Code::WrongType)]);
    let Sample { n, seed, .. } = valid(&json!({"sample": {"n": 5, "seed": 9}})).sample.unwrap();
    assert_eq!((n, seed), (5, 9));
    assert_eq!(valid(&json!({"sample": {"n": 1}})).sample.unwrap().seed, 0);
    refused(&json!({"sample": {"n": 0}}), &[("sample.n", Code::OutOfRange)]);
    refused(
        &json!({"sample": {"n": 1, "seed": -1}}),
        &[("sample.seed", Code::OutOfRange)],
    );
    refused(&json!({"sample": {"seed": 1}}), &[("sample.n", Code::Missing)]);
    refused(
        &json!({"sample": {"n": 1, "size": 1}}),
        &[("sample.size", Code::UnknownField)],
    );
    refused(&json!({"sample": 5}), &[("sample", Code::WrongType)]);
}
