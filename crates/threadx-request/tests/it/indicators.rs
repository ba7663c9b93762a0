//! Every rule of a request for indicators.

use serde_json::{Value, json};
use threadx_request::{IndicatorRequest, RequestContext, Valid, ViolationCode as Code};

use crate::support::{broken, check, check_patch, context, patched};

pub(crate) fn base() -> Value {
    json!({
        "token": "BTCUSDT",
        "timeframe": "1d",
        "start_date": "2019-01-01",
        "end_date": "2019-06-30",
        "indicators": [{"name": "sma"}],
    })
}

#[track_caller]
fn valid(patch: &Value) -> IndicatorRequest {
    let request = patched(&base(), patch);
    check::<IndicatorRequest>(&request, &[]);
    Valid::<IndicatorRequest>::from_json(request.to_string(), &context())
        .unwrap()
        .into_inner()
}

#[track_caller]
fn refused(patch: &Value, expect: &[(&str, Code)]) {
    check_patch::<IndicatorRequest>(&base(), patch, expect);
}

#[test]
fn indicators_are_typed_and_their_defaults_filled_in() {
    let request = valid(&json!({"indicators": [
        {"name": "sma", "params": {"period": 5.0}},
        {"name": "macd", "params": {"slow": 30}},
        {"name": "obv", "params": null},
    ]}));
    let shown: Vec<String> = request
        .indicators
        .iter()
        .map(|call| format!("{} {}", call.name, call.params))
        .collect();
    assert_eq!(shown, ["sma period=5", "macd fast=12 slow=30", "obv "]);
}

#[test]
fn required_fields_are_missed_by_name() {
    check::<IndicatorRequest>(
        &json!({}),
        &[
            ("end_date", Code::Missing),
            ("indicators", Code::Missing),
            ("start_date", Code::Missing),
            ("timeframe", Code::Missing),
            ("token", Code::Missing),
        ],
    );
    refused(
        &json!({"indicators": [{}]}),
        &[("indicators[0].name", Code::Missing)],
    );
    refused(
        &json!({"indicators": [{"name": null}]}),
        &[("indicators[0].name", Code::Missing)],
    );
}

#[test]
fn common_fields_keep_their_rules() {
    refused(&json!({"token": "@"}), &[("token", Code::BadFormat)]);
    refused(&json!({"token": "XRPUSDT"}), &[("token", Code::UnknownToken)]);
    refused(&json!({"symbol": "BTCUSDT"}), &[("symbol", Code::Conflict)]);
    refused(
        &json!({"timeframe": "2d"}),
        &[("timeframe", Code::UnknownTimeframe)],
    );
    refused(
        &json!({"start_date": "2019-02-30"}),
        &[("start_date", Code::BadTimestamp)],
    );
    refused(
        &json!({"end_date": "2019-01-01"}),
        &[("end_date", Code::EndNotAfterStart)],
    );
    refused(
        &json!({"end_date": "2030-01-01"}),
        &[("end_date", Code::InFuture)],
    );
    refused(&json!({"strategy": "x"}), &[("strategy", Code::UnknownField)]);
}

#[test]
fn there_are_1_to_100_of_them() {
    let many = |n: usize| -> Value {
        let calls: Vec<Value> = (0..n)
            .map(|i| json!({"name": "sma", "params": {"period": i + 2}}))
            .collect();
        json!({ "indicators": calls })
    };
    valid(&many(1));
    valid(&many(100));
    refused(&many(0), &[("indicators", Code::OutOfRange)]);
    refused(&many(101), &[("indicators", Code::OutOfRange)]);
    refused(
        &json!({"indicators": {"name": "sma"}}),
        &[("indicators", Code::WrongType)],
    );
    refused(&json!({"indicators": "sma"}), &[("indicators", Code::WrongType)]);
}

#[test]
fn each_is_known_and_its_parameters_within_their_bounds() {
    let one = |call: Value| json!({"indicators": [{"name": "obv"}, call]});
    refused(
        &one(json!({"name": "smaa"})),
        &[("indicators[1].name", Code::UnknownIndicator)],
    );
    refused(
        &one(json!({"name": 5})),
        &[("indicators[1].name", Code::WrongType)],
    );
    refused(&one(json!("sma")), &[("indicators[1]", Code::WrongType)]);
    refused(&one(json!(null)), &[("indicators[1]", Code::WrongType)]);
    refused(
        &one(json!({"name": "sma", "period": 5})),
        &[("indicators[1].period", Code::UnknownField)],
    );
    for (value, code) in [
        (json!(1), Code::OutOfRange),
        (json!(501), Code::OutOfRange),
        (json!(2.5), Code::WrongType),
        (json!("5"), Code::WrongType),
    ] {
        refused(
            &one(json!({"name": "sma", "params": {"period": value}})),
            &[("indicators[1].params.period", code)],
        );
    }
    valid(&one(json!({"name": "sma", "params": {"period": 2}})));
    valid(&one(json!({"name": "sma", "params": {"period": 500}})));
    refused(
        &one(json!({"name": "sma", "params": {"length": 5}})),
        &[("indicators[1].params.length", Code::UnknownParameter)],
    );
    refused(
        &one(json!({"name": "macd", "params": {"fast": 26}})),
        &[("indicators[1].params.fast", Code::CrossRule)],
    );
    refused(
        &one(json!({"name": "sma", "params": [5]})),
        &[("indicators[1].params", Code::WrongType)],
    );
}

#[test]
fn no_two_are_the_same_after_normalisation() {
    let twice = |a: Value, b: Value| json!({"indicators": [a, b]});
    let same = &[("indicators[1]", Code::Duplicate)];
    refused(&twice(json!({"name": "sma"}), json!({"name": "sma"})), same);
    refused(
        &twice(
            json!({"name": "sma"}),
            json!({"name": "sma", "params": {"period": 20.0}}),
        ),
        same,
    );
    refused(
        &twice(
            json!({"name": "sma", "params": {"period": 7}}),
            json!({"name": "sma", "params": {"period": 7.0}}),
        ),
        same,
    );
    valid(&twice(
        json!({"name": "sma"}),
        json!({"name": "sma", "params": {"period": 21}}),
    ));

    // Without knowledge of the indicators 20 and 20.0 are still the same number.
    let request = patched(
        &base(),
        &twice(
            json!({"name": "x", "params": {"p": 20}}),
            json!({"name": "x", "params": {"p": 20.0}}),
        ),
    );
    let error =
        Valid::<IndicatorRequest>::from_json(request.to_string(), &RequestContext::open()).unwrap_err();
    assert_eq!(broken(&error), same);
    assert_eq!(
        error.violations()[0].to_string(),
        "indicators[1] must not repeat x p=20, which is item 0 already"
    );
}
