//! The rules of how a sweep searches, and of what it looks at besides.

use serde_json::{Value, json};
use threadx_market::Span;
use threadx_request::{RequestContext, SweepRequest, ViolationCode as Code};
use threadx_spec::{SampleMethod, WalkForward};

use crate::{
    support::patched,
    sweep::{message, refused, valid},
};

#[test]
fn nothing_is_searched_unless_asked_for_and_luck_is_looked_at() {
    let plain = valid(&json!({}));
    assert_eq!(
        (&plain.r#where, plain.narrow, plain.early_stop),
        (&None, None, None)
    );
    assert_eq!((plain.luck, plain.walk_forward), (true, None));
    assert!(!valid(&json!({"luck": false})).luck);
    refused(&json!({"luck": "yes"}), &[("luck", Code::WrongType)]);
}

#[test]
fn a_condition_is_on_parameters_that_there_are() {
    let condition = |text: Value| json!({ "where": text });
    let kept = valid(&condition(json!(
        r#"fast_period * 2 < slow_period && kind == "sma""#
    )));
    assert_eq!(
        kept.r#where.unwrap().to_string(),
        r#"fast_period * 2 < slow_period && kind == "sma""#
    );
    for text in [
        "",
        "fast_period <",
        "fast < slow_period",
        "fast_period",
        "fast_period < sma",
    ] {
        refused(&condition(json!(text)), &[("where", Code::BadFormat)]);
    }
    refused(&condition(json!(1)), &[("where", Code::WrongType)]);
    let told = message(&condition(json!("fast_perod < slow_period")));
    assert!(told.contains("fast_period"), "{told}");
}

#[test]
fn a_sample_is_drawn_in_a_known_way() {
    for (name, method) in SampleMethod::NAMES {
        let sample = json!({"sample": {"n": 3, "method": name}});
        assert_eq!(valid(&sample).sample.unwrap().method, method);
    }
    refused(
        &json!({"sample": {"n": 3, "method": "halton"}}),
        &[("sample.method", Code::UnknownValue)],
    );
    let sobol = |n: u64| json!({"sample": {"n": n, "method": "sobol"}});
    valid(&sobol(65_536));
    refused(&sobol(65_537), &[("sample", Code::OutOfRange)]);
    valid(&json!({"sample": {"n": 65_537, "method": "latin_hypercube"}}));
}

#[test]
fn a_narrowing_search_keeps_some_and_takes_no_sample() {
    assert_eq!(valid(&json!({"narrow": {}})).narrow.unwrap().keep, 5);
    let narrow = |keep: Value| json!({"narrow": {"keep": keep}});
    for (keep, expect) in [
        (0, &[("narrow.keep", Code::OutOfRange)][..]),
        (1, &[]),
        (1000, &[]),
        (1001, &[("narrow.keep", Code::OutOfRange)]),
    ] {
        refused(&narrow(json!(keep)), expect);
    }
    refused(&narrow(json!(1.5)), &[("narrow.keep", Code::WrongType)]);
    refused(
        &json!({"narrow": {"kept": 1}}),
        &[("narrow.kept", Code::UnknownField)],
    );
    refused(
        &json!({"narrow": {}, "sample": {"n": 5}}),
        &[("narrow", Code::Conflict)],
    );
}

#[test]
fn an_early_stop_needs_its_patience() {
    let stop = json!({"early_stop": {"patience": 1}});
    assert_eq!(valid(&stop).early_stop.unwrap().patience, 1);
    refused(
        &json!({"early_stop": {}}),
        &[("early_stop.patience", Code::Missing)],
    );
    refused(
        &json!({"early_stop": {"patience": 0}}),
        &[("early_stop.patience", Code::OutOfRange)],
    );
    refused(&json!({"early_stop": 5}), &[("early_stop", Code::WrongType)]);
}

#[test]
fn a_walk_forward_has_two_windows_and_runs_every_point() {
    let windows = |patch: &Value| {
        let whole = patched(&json!({"train": "6M", "test": "2M"}), patch);
        json!({ "walk_forward": whole })
    };
    let expected = WalkForward {
        train: Span::parse("6M").unwrap(),
        test: Span::parse("2M").unwrap(),
        anchored: false,
        purge: 0,
        embargo: 0,
    };
    assert_eq!(valid(&windows(&json!({}))).walk_forward, Some(expected));
    let all = json!({"anchored": true, "purge": 3, "embargo": 24, "train": "90d"});
    let given = WalkForward {
        train: Span::parse("90d").unwrap(),
        anchored: true,
        purge: 3,
        embargo: 24,
        ..expected
    };
    assert_eq!(valid(&windows(&all)).walk_forward, Some(given));
    let built = SweepRequest::builder()
        .token("BTCUSDT")
        .timeframe(threadx_market::Timeframe::H1)
        .strategy("ma_crossover")
        .start_date(threadx_market::Timestamp::parse("2019-01-01").unwrap())
        .end_date(threadx_market::Timestamp::parse("2019-06-30").unwrap())
        .values("fast_period", [5, 10])
        .walk_forward(given)
        .build(&RequestContext::open())
        .unwrap();
    assert_eq!(built.walk_forward, Some(given));

    for (patch, expect) in [
        (json!({"train": null}), ("walk_forward.train", Code::Missing)),
        (json!({"test": null}), ("walk_forward.test", Code::Missing)),
        (json!({"train": "0d"}), ("walk_forward.train", Code::BadFormat)),
        (
            json!({"train": "six months"}),
            ("walk_forward.train", Code::BadFormat),
        ),
        (json!({"test": 60}), ("walk_forward.test", Code::WrongType)),
        (json!({"anchored": 1}), ("walk_forward.anchored", Code::WrongType)),
        (json!({"purge": -1}), ("walk_forward.purge", Code::OutOfRange)),
        (json!({"embargo": 0.5}), ("walk_forward.embargo", Code::WrongType)),
        (json!({"folds": 5}), ("walk_forward.folds", Code::UnknownField)),
    ] {
        refused(&windows(&patch), &[expect]);
    }
    assert_eq!(
        message(&windows(&json!({"test": "2 M"}))),
        "walk_forward.test must be a whole number from 1 to 999999 and m, h, d, w, M (months) or y, such as 6M, got \
         \"2 M\""
    );
    let both = patched(
        &windows(&json!({})),
        &json!({"narrow": {}, "early_stop": {"patience": 9}}),
    );
    refused(
        &both,
        &[("early_stop", Code::Conflict), ("narrow", Code::Conflict)],
    );
}
