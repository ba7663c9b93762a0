//! Every rule of a request for a check of data.

use serde_json::{Value, json};
use threadx_request::{Check, DataRequest, DeclaredCalendar, RequestContext, Valid, ViolationCode as Code};

use crate::support::{check, check_patch, context, patched};

pub(crate) fn base() -> Value {
    json!({"tokens": ["BTCUSDT"], "timeframe": "1d", "start": "2019-01-01", "end": "2019-06-30"})
}

#[track_caller]
fn valid(patch: &Value) -> DataRequest {
    let request = patched(&base(), patch);
    check::<DataRequest>(&request, &[]);
    Valid::<DataRequest>::from_json(request.to_string(), &context())
        .unwrap()
        .into_inner()
}

#[track_caller]
fn refused(patch: &Value, expect: &[(&str, Code)]) {
    check_patch::<DataRequest>(&base(), patch, expect);
}

#[test]
fn all_checks_are_the_default() {
    assert!(valid(&json!({})).checks.iter().eq(&Check::ALL));
    assert!(
        valid(&json!({"checks": ["ohlc", "gaps"]}))
            .checks
            .iter()
            .eq(&[Check::Gaps, Check::Ohlc])
    );
}

#[test]
fn required_fields_are_missed_by_name() {
    check::<DataRequest>(
        &json!({}),
        &[
            ("end", Code::Missing),
            ("start", Code::Missing),
            ("timeframe", Code::Missing),
            ("tokens", Code::Missing),
        ],
    );
}

#[test]
fn tokens_are_1_to_100_known_and_named_once() {
    let request = valid(&json!({"tokens": [" ethusdt", "BTCUSDT"]}));
    assert_eq!(request.tokens[0].as_str(), "ETHUSDT");
    refused(&json!({"tokens": []}), &[("tokens", Code::OutOfRange)]);
    refused(&json!({"tokens": "BTCUSDT"}), &[("tokens", Code::WrongType)]);
    refused(
        &json!({"tokens": ["BTCUSDT", "btcusdt ", "@", "XRP", null]}),
        &[
            ("tokens[1]", Code::Duplicate),
            ("tokens[2]", Code::BadFormat),
            ("tokens[3]", Code::UnknownToken),
            ("tokens[4]", Code::WrongType),
        ],
    );
    let many = |n: usize| -> String {
        let tokens: Vec<String> = (0..n).map(|i| format!("T{i}")).collect();
        patched(&base(), &json!({ "tokens": tokens })).to_string()
    };
    let open = RequestContext::open();
    assert!(Valid::<DataRequest>::from_json(many(100), &open).is_ok());
    let error = Valid::<DataRequest>::from_json(many(101), &open).unwrap_err();
    assert_eq!(
        error.violations()[0].to_string(),
        "tokens must have between 1 and 100 items, got 101"
    );
    let twice = patched(&base(), &json!({"tokens": ["ETHUSDT", "BTCUSDT", "ethusdt"]})).to_string();
    let error = Valid::<DataRequest>::from_json(twice, &open).unwrap_err();
    assert_eq!(
        error.violations()[0].to_string(),
        "tokens[2] must not repeat ETHUSDT, which is item 0 already"
    );
}

#[test]
fn the_range_and_the_timeframe_keep_their_rules() {
    refused(&json!({"end": "2019-01-01"}), &[("end", Code::EndNotAfterStart)]);
    refused(&json!({"end": "2030-01-01"}), &[("end", Code::InFuture)]);
    refused(&json!({"start": "2019-02-29"}), &[("start", Code::BadTimestamp)]);
    refused(
        &json!({"timeframe": "1D"}),
        &[("timeframe", Code::UnknownTimeframe)],
    );
    refused(
        &json!({"start_date": "2019-01-01"}),
        &[("start_date", Code::UnknownField)],
    );
    for name in ["1m", "5m", "1h", "1d", "3d", "1M"] {
        valid(&json!({ "timeframe": name }));
    }
}

#[test]
fn checks_are_known_and_named_once() {
    refused(&json!({"checks": []}), &[("checks", Code::OutOfRange)]);
    refused(
        &json!({"checks": ["gaps", "gap", 1, "gaps"]}),
        &[
            ("checks[1]", Code::UnknownValue),
            ("checks[2]", Code::WrongType),
            ("checks[3]", Code::Duplicate),
        ],
    );
    refused(&json!({"checks": "gaps"}), &[("checks", Code::WrongType)]);
}

#[test]
fn the_calendar_is_known() {
    assert_eq!(valid(&json!({})).calendar, DeclaredCalendar::Auto);
    for (name, calendar) in DeclaredCalendar::NAMES {
        assert_eq!(valid(&json!({ "calendar": name })).calendar, calendar, "{name}");
    }
    refused(
        &json!({"calendar": "Always"}),
        &[("calendar", Code::UnknownValue)],
    );
    refused(&json!({"calendar": "24/7"}), &[("calendar", Code::UnknownValue)]);
    refused(&json!({"calendar": ["always"]}), &[("calendar", Code::WrongType)]);
}
