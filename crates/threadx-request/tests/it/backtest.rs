//! Every rule of a backtest request.

use serde_json::{Value, json};
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
    Valid::<BacktestRequest>::from_json(request.to_string(), &context()).unwrap().into_inner()
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
    assert_eq!(request.params.to_string(), "fast_period=10 kind=sma slow_period=30");
    assert_eq!(request.portfolio_value, 10_000.0);
    assert_eq!(request.leverage, 1.0);
    assert_eq!(request.fee_rate, 0.001);
    assert_eq!(request.slippage_rate, 0.0);
    assert_eq!(request.borrow_rate, 0.0);
    assert_eq!(request.direction, Direction::Long);
    assert_eq!(request.fill, FillModel::NextOpen);
    assert_eq!(request.sizing, None);
    assert!(!request.whole_units);
    assert_eq!((request.stop_loss, request.trailing_stop, request.take_profit), (None, None, None));
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
        "params", "portfolio_value", "initial_cash", "leverage", "fee_rate", "slippage_rate", "borrow_rate",
        "direction", "fill", "sizing", "whole_units", "stop_loss", "trailing_stop", "take_profit", "max_hold",
        "exit_on_signal", "warm_up", "periods_per_year", "risk_free_rate", "seed", "tokens", "symbol",
    ] {
        assert_eq!(valid(&json!({ field: null })), plain, "{field}");
    }
}

#[test]
fn tokens_are_normalised_and_known() {
    assert_eq!(valid(&json!({"token": " btcusdt\n"})).tokens.first().as_str(), "BTCUSDT");
    assert_eq!(valid(&json!({"token": "brk.b"})).tokens.first().as_str(), "BRK.B");
    for text in ["", "  ", "@@", ".A", "A..B", "A/B", "ÄPFEL", &"A".repeat(33), "BTC USDT"] {
        refused(&json!({"token": text}), &[("token", Code::BadFormat)]);
    }
    refused(&json!({"token": "A".repeat(32)}), &[("token", Code::UnknownToken)]);
    refused(&json!({"token": 5}), &[("token", Code::WrongType)]);
    assert_eq!(
        message(&json!({"token": "btcusd"})),
        r#"token must be a known token, got "BTCUSD"; the nearest are BTCUSDT, ETHUSDT"#
    );
}

#[test]
fn aliases_stand_for_their_fields_but_not_beside_them() {
    assert_eq!(valid(&json!({"token": "-", "symbol": "ethusdt"})).tokens.first().as_str(), "ETHUSDT");
    assert_eq!(valid(&json!({"token": null, "symbol": "ethusdt"})).tokens.first().as_str(), "ETHUSDT");
    assert_eq!(valid(&json!({"initial_cash": 7})).portfolio_value, 7.0);
    refused(&json!({"symbol": "BTCUSDT"}), &[("symbol", Code::Conflict)]);
    refused(
        &json!({"portfolio_value": 1, "initial_cash": 1}),
        &[("initial_cash", Code::Conflict)],
    );
    // A rule about the field names the alias that was written.
    refused(&json!({"token": "-", "symbol": "@"}), &[("symbol", Code::BadFormat)]);
    refused(&json!({"initial_cash": 0}), &[("initial_cash", Code::OutOfRange)]);
}

#[test]
fn timeframes_are_those_of_the_list_in_their_case() {
    for name in "1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M".split(' ') {
        assert_eq!(valid(&json!({"timeframe": name})).timeframe.as_str(), name);
    }
    for name in ["", "1H", "60m", "999m", "1 h", " 1h", "2M", "0h", "h"] {
        refused(&json!({"timeframe": name}), &[("timeframe", Code::UnknownTimeframe)]);
    }
    refused(&json!({"timeframe": 60}), &[("timeframe", Code::WrongType)]);
}

#[test]
fn strategies_are_known_and_the_nearest_is_named() {
    refused(&json!({"strategy": "nope"}), &[("strategy", Code::UnknownStrategy)]);
    refused(&json!({"strategy": ""}), &[("strategy", Code::UnknownStrategy)]);
    refused(&json!({"strategy": ["ma_crossover"]}), &[("strategy", Code::WrongType)]);
    assert_eq!(
        message(&json!({"strategy": "ma_crosover"})),
        r#"strategy must be a known strategy, got "ma_crosover"; the nearest is ma_crossover"#
    );
}

#[test]
fn dates_take_every_form_and_the_end_is_after_the_start() {
    for (start, end) in [
        (json!("2019-01-01"), json!("2019-01-01T00:00:00.000000001Z")),
        (json!("2019-01-01 10:00"), json!("2019-01-01 10:00:01")),
        (json!(1_546_300_800), json!("1546300801")),
        (json!(1_546_300_800_000_i64), json!(1_546_300_800_000_000_001_i64)),
        (json!("2019-01-01T00:00:00+14:00"), json!("2019-01-01T00:00:00-14:00")),
        (json!(-5), json!(0)),
    ] {
        valid(&json!({"start_date": start, "end_date": end}));
    }
    for end in [json!("2019-01-01"), json!("2018-12-31T23:59:59Z"), json!("2019-01-01T01:00:00+01:00"), json!(0)] {
        refused(&json!({"end_date": end}), &[("end_date", Code::EndNotAfterStart)]);
    }
    for bad in [
        json!("yesterday"), json!(""), json!("2019-02-29"), json!("2019-13-01"), json!("2019-1-1"),
        json!("2019-01-01T25:00:00Z"), json!("2300-01-01"), json!(1e30), json!(u64::MAX),
    ] {
        refused(&json!({"start_date": bad}), &[("start_date", Code::BadTimestamp)]);
    }
    for wrong in [json!(true), json!(1.5), json!([]), json!({})] {
        refused(&json!({"end_date": wrong}), &[("end_date", Code::WrongType)]);
    }
}

#[test]
fn dates_end_with_now_plus_one_bar() {
    // The context's now is 2026-01-01.
    valid(&json!({"end_date": "2026-01-01T01:00:00Z"}));
    refused(&json!({"end_date": "2026-01-01T01:00:00.000000001Z"}), &[("end_date", Code::InFuture)]);
    valid(&json!({"end_date": "2026-02-01", "timeframe": "1M"}));
    refused(
        &json!({"end_date": "2026-02-01T00:00:01Z", "timeframe": "1M"}),
        &[("end_date", Code::InFuture)],
    );
    refused(
        &json!({"start_date": "2030-01-01", "end_date": "2031-01-01"}),
        &[("end_date", Code::InFuture), ("start_date", Code::InFuture)],
    );
    let open = RequestContext::open();
    let far = patched(&base(), &json!({"end_date": "2262-01-01"}));
    assert!(Valid::<BacktestRequest>::from_json(far.to_string(), &open).is_ok());
}

#[test]
fn parameters_are_known_typed_and_within_their_bounds() {
    let params = |params: Value| json!({ "params": params });
    valid(&params(json!({"fast_period": 1, "slow_period": 2})));
    valid(&params(json!({"fast_period": 500, "slow_period": 1000})));
    assert_eq!(valid(&params(json!({"fast_period": null}))).params.int("fast_period"), Some(10));
    let field = "params.fast_period";
    for value in [json!(0), json!(501), json!(-1), json!(0.0)] {
        refused(&params(json!({"fast_period": value, "slow_period": 1000})), &[(field, Code::OutOfRange)]);
    }
    for value in [json!(1.5), json!("10"), json!(true), json!([10]), json!({})] {
        refused(&params(json!({"fast_period": value})), &[(field, Code::WrongType)]);
    }
    refused(&params(json!({"kind": "hma"})), &[("params.kind", Code::UnknownValue)]);
    refused(&params(json!({"kind": 1})), &[("params.kind", Code::WrongType)]);
    refused(&params(json!({"period": 10})), &[("params.period", Code::UnknownParameter)]);
    refused(&params(json!([])), &[("params", Code::WrongType)]);
    refused(&params(json!("fast_period=10")), &[("params", Code::WrongType)]);

    let bands = |params: Value| json!({"strategy": "bb_atr", "params": params});
    for value in [json!(10), json!(f64::MIN_POSITIVE), json!(10.0)] {
        valid(&bands(json!({ "std": value })));
    }
    for value in [json!(0), json!(-0.0), json!(above(10.0))] {
        refused(&bands(json!({ "std": value })), &[("params.std", Code::OutOfRange)]);
    }
    valid(&bands(json!({"bias": -1, "trailing": false})));
    refused(&bands(json!({"bias": below(-1.0)})), &[("params.bias", Code::OutOfRange)]);
    refused(&bands(json!({"trailing": "no"})), &[("params.trailing", Code::WrongType)]);
    refused(
        &json!({"strategy": "buy_and_hold", "params": {"x": 1}}),
        &[("params.x", Code::UnknownParameter)],
    );
    assert_eq!(
        message(&params(json!({"fast_perod": 1}))),
        "params.fast_perod is not a parameter of ma_crossover; the nearest are fast_period, slow_period"
    );
}

#[test]
fn rules_about_two_parameters_name_both() {
    refused(
        &json!({"params": {"fast_period": 30}}),
        &[("params.fast_period", Code::CrossRule)],
    );
    assert_eq!(
        message(&json!({"params": {"fast_period": 40}})),
        "params.fast_period must be less than slow_period (30), got 40"
    );
    assert_eq!(
        message(&json!({"params": {"slow_period": 5}})),
        "params.slow_period must be greater than fast_period (10), got 5"
    );
    valid(&json!({"params": {"fast_period": 29}}));
    // A parameter that is wrong by itself is not judged together with a default as well.
    refused(
        &json!({"params": {"slow_period": 1}}),
        &[("params.slow_period", Code::OutOfRange)],
    );
}

#[test]
fn numbers_are_refused_just_outside_their_bounds() {
    let check = |field: &str, accepted: &[Value], refused: &[Value]| {
        boundary::<BacktestRequest>(&base(), field, accepted, refused);
    };
    let tiny = f64::from_bits(1);
    check("portfolio_value", &[json!(tiny), json!(f64::MAX)], &[json!(0), json!(-tiny)]);
    check("initial_cash", &[json!(tiny), json!(f64::MAX)], &[json!(0), json!(-tiny)]);
    check("leverage", &[json!(0), json!(10), json!(below(10.0))], &[json!(-tiny), json!(above(10.0))]);
    check("fee_rate", &[json!(0), json!(1)], &[json!(-tiny), json!(above(1.0))]);
    check("slippage_rate", &[json!(0), json!(below(1.0))], &[json!(-tiny), json!(1), json!(above(1.0))]);
    check("borrow_rate", &[json!(0), json!(f64::MAX)], &[json!(-tiny)]);
    check("stop_loss", &[json!(tiny), json!(below(1.0))], &[json!(0), json!(-tiny), json!(1)]);
    check("trailing_stop", &[json!(tiny), json!(below(1.0))], &[json!(0), json!(-tiny), json!(1)]);
    check("take_profit", &[json!(tiny), json!(f64::MAX)], &[json!(0), json!(-tiny)]);
    check("max_hold", &[json!(1), json!(1.0), json!(u64::MAX)], &[json!(0), json!(-1)]);
    check("periods_per_year", &[json!(tiny), json!(f64::MAX)], &[json!(0), json!(-tiny)]);
    check("risk_free_rate", &[json!(f64::MIN), json!(f64::MAX)], &[]);
    check("seed", &[json!(0), json!(u64::MAX)], &[json!(-1)]);
}

#[test]
fn numbers_of_another_type_are_refused() {
    for field in [
        "portfolio_value", "leverage", "fee_rate", "slippage_rate", "borrow_rate", "stop_loss", "trailing_stop",
        "take_profit", "periods_per_year", "risk_free_rate", "max_hold", "seed",
    ] {
        for value in [json!("1"), json!(true), json!([1]), json!({"x": 1})] {
            refused(&json!({ field: value }), &[(field, Code::WrongType)]);
        }
    }
    for field in ["max_hold", "seed"] {
        refused(&json!({ field: 1.5 }), &[(field, Code::WrongType)]);
    }
    for field in ["whole_units", "exit_on_signal"] {
        for value in [json!("true"), json!(1), json!([])] {
            refused(&json!({ field: value }), &[(field, Code::WrongType)]);
        }
    }
}

#[test]
fn numbers_beyond_every_type_are_not_finite() {
    for field in ["portfolio_value", "risk_free_rate", "take_profit"] {
        for number in ["1e999", "-1e999", &format!("1{}", "0".repeat(400))] {
            let mut text = base().to_string();
            text.pop();
            let text = format!("{text}, \"{field}\": {number}}}");
            let error = Valid::<BacktestRequest>::from_json(text, &context()).unwrap_err();
            assert_eq!(crate::support::broken(&error), [(field, Code::NotFinite)]);
        }
    }
    let error = BacktestRequest::builder()
        .token("BTCUSDT")
        .fee_rate(f64::NAN)
        .leverage(f64::INFINITY)
        .risk_free_rate(f64::NEG_INFINITY)
        .param("fast_period", f64::NAN)
        .build(&RequestContext::open())
        .unwrap_err();
    let not_finite: Vec<&str> = error
        .violations()
        .iter()
        .filter(|violation| violation.code == Code::NotFinite)
        .map(|violation| violation.field.as_str())
        .collect();
    assert_eq!(not_finite, ["fee_rate", "leverage", "params.fast_period", "risk_free_rate"]);
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
fn a_sizing_is_all_in_or_exactly_one_entry() {
    let sizing = |sizing: Value| json!({"sizing": sizing, "stop_loss": 0.1});
    assert_eq!(valid(&sizing(json!("all_in"))).sizing, Some(Sizing::AllIn));
    assert_eq!(valid(&sizing(json!({"fraction": 1}))).sizing, Some(Sizing::Fraction(1.0)));
    assert_eq!(valid(&sizing(json!({"cash": 100, "risk": null}))).sizing, Some(Sizing::Cash(100.0)));
    assert_eq!(valid(&sizing(json!({"quantity": 0.5}))).sizing, Some(Sizing::Quantity(0.5)));
    let tiny = f64::from_bits(1);
    for (name, accepted, out) in [
        ("fraction", vec![tiny, 1.0], vec![0.0, -tiny, above(1.0)]),
        ("risk", vec![tiny, 1.0], vec![0.0, -tiny, above(1.0)]),
        ("cash", vec![tiny, f64::MAX], vec![0.0, -tiny]),
        ("quantity", vec![tiny, f64::MAX], vec![0.0, -tiny]),
    ] {
        for value in accepted {
            valid(&sizing(json!({ name: value })));
        }
        for value in out {
            let field = format!("sizing.{name}");
            refused(&sizing(json!({ name: value })), &[(&field, Code::OutOfRange)]);
        }
    }
    refused(&sizing(json!("half")), &[("sizing", Code::UnknownValue)]);
    refused(&sizing(json!(0.5)), &[("sizing", Code::WrongType)]);
    refused(&sizing(json!({})), &[("sizing", Code::Missing)]);
    refused(&sizing(json!({"cash": null})), &[("sizing", Code::Missing)]);
    refused(&sizing(json!({"cash": 1, "risk": 0.1})), &[("sizing", Code::Conflict)]);
    refused(&sizing(json!({"cash": "1"})), &[("sizing.cash", Code::WrongType)]);
    refused(
        &sizing(json!({"cash": 1, "share": 1})),
        &[("sizing.share", Code::UnknownField)],
    );
}

#[test]
fn sizing_by_risk_needs_a_stop_to_measure_by() {
    let risk = |patch: Value| patched(&json!({"sizing": {"risk": 0.01}}), &patch);
    refused(&risk(json!({})), &[("sizing", Code::RiskWithoutStop)]);
    refused(
        &risk(json!({"take_profit": 0.1, "max_hold": 5})),
        &[("sizing", Code::RiskWithoutStop)],
    );
    valid(&risk(json!({"stop_loss": 0.1})));
    valid(&risk(json!({"trailing_stop": 0.1})));
    valid(&risk(json!({"strategy": "bb_atr"})));
    let text = patched(&base(), &risk(json!({}))).to_string();
    assert!(Valid::<BacktestRequest>::from_json(text, &RequestContext::open()).is_ok());
}

#[test]
fn a_portfolio_is_validated_in_full_and_then_refused() {
    refused(&json!({"token": "-", "tokens": ["BTCUSDT", "ETHUSDT"]}), &[("tokens", Code::Unsupported)]);
    refused(
        &json!({"tokens": ["BTCUSDT", "ETHUSDT"]}),
        &[("tokens", Code::Conflict), ("tokens", Code::Unsupported)],
    );
    refused(
        &json!({"token": "-", "tokens": ["BTCUSDT"]}),
        &[("tokens", Code::OutOfRange), ("tokens", Code::Unsupported)],
    );
    refused(
        &json!({"token": "-", "tokens": ["BTCUSDT", " btcusdt", "@", "XRPUSDT", 5]}),
        &[
            ("tokens", Code::Unsupported),
            ("tokens[1]", Code::Duplicate),
            ("tokens[2]", Code::BadFormat),
            ("tokens[3]", Code::UnknownToken),
            ("tokens[4]", Code::WrongType),
        ],
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
