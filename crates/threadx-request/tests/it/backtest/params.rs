//! Strategy and parameters of a backtest.

use super::*;

#[test]
fn strategies_are_known_and_the_nearest_is_named() {
    refused(
        &json!({"strategy": "nope"}),
        &[("strategy", Code::UnknownStrategy)],
    );
    refused(&json!({"strategy": ""}), &[("strategy", Code::UnknownStrategy)]);
    refused(
        &json!({"strategy": ["ma_crossover"]}),
        &[("strategy", Code::WrongType)],
    );
    assert_eq!(
        message(&json!({"strategy": "ma_crosover"})),
        r#"strategy must be a known strategy, got "ma_crosover"; the nearest is ma_crossover"#
    );
}

#[test]
fn parameters_are_known_typed_and_within_their_bounds() {
    let params = |params: Value| json!({ "params": params });
    valid(&params(json!({"fast_period": 1, "slow_period": 2})));
    valid(&params(json!({"fast_period": 500, "slow_period": 1000})));
    assert_eq!(
        valid(&params(json!({"fast_period": null})))
            .params
            .int("fast_period"),
        Some(10)
    );
    let field = "params.fast_period";
    for value in [json!(0), json!(501), json!(-1), json!(0.0)] {
        refused(
            &params(json!({"fast_period": value, "slow_period": 1000})),
            &[(field, Code::OutOfRange)],
        );
    }
    for value in [json!(1.5), json!("10"), json!(true), json!([10]), json!({})] {
        refused(
            &params(json!({"fast_period": value})),
            &[(field, Code::WrongType)],
        );
    }
    refused(
        &params(json!({"kind": "hma"})),
        &[("params.kind", Code::UnknownValue)],
    );
    refused(&params(json!({"kind": 1})), &[("params.kind", Code::WrongType)]);
    refused(
        &params(json!({"period": 10})),
        &[("params.period", Code::UnknownParameter)],
    );
    refused(&params(json!([])), &[("params", Code::WrongType)]);
    refused(&params(json!("fast_period=10")), &[("params", Code::WrongType)]);

    let bands = |params: Value| json!({"strategy": "bb_atr", "params": params});
    for value in [json!(10), json!(f64::MIN_POSITIVE), json!(10.0)] {
        valid(&bands(json!({ "std": value })));
    }
    for value in [json!(0), json!(-0.0), json!(above(10.0))] {
        refused(
            &bands(json!({ "std": value })),
            &[("params.std", Code::OutOfRange)],
        );
    }
    valid(&bands(json!({"bias": -1, "trailing": false})));
    refused(
        &bands(json!({"bias": below(-1.0)})),
        &[("params.bias", Code::OutOfRange)],
    );
    refused(
        &bands(json!({"trailing": "no"})),
        &[("params.trailing", Code::WrongType)],
    );
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
        &json!({"params": {"fast_period": 40, "slow_period": 1001}}),
        &[("params.slow_period", Code::OutOfRange)],
    );
}
