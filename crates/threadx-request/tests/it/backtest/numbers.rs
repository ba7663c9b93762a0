//! Numbers of a backtest at, just below and just above their bounds.

use super::*;

#[test]
fn numbers_are_refused_just_outside_their_bounds() {
    let check = |field: &str, accepted: &[Value], refused: &[Value]| {
        boundary::<BacktestRequest>(&base(), field, accepted, refused);
    };
    let tiny = f64::from_bits(1);
    check(
        "portfolio_value",
        &[json!(tiny), json!(f64::MAX)],
        &[json!(0), json!(-tiny)],
    );
    check(
        "initial_cash",
        &[json!(tiny), json!(f64::MAX)],
        &[json!(0), json!(-tiny)],
    );
    check(
        "leverage",
        &[json!(0), json!(10), json!(below(10.0))],
        &[json!(-tiny), json!(above(10.0))],
    );
    check(
        "fee_rate",
        &[json!(0), json!(1)],
        &[json!(-tiny), json!(above(1.0))],
    );
    check(
        "slippage_rate",
        &[json!(0), json!(below(1.0))],
        &[json!(-tiny), json!(1), json!(above(1.0))],
    );
    check("borrow_rate", &[json!(0), json!(f64::MAX)], &[json!(-tiny)]);
    check(
        "stop_loss",
        &[json!(tiny), json!(below(1.0))],
        &[json!(0), json!(-tiny), json!(1)],
    );
    check(
        "trailing_stop",
        &[json!(tiny), json!(below(1.0))],
        &[json!(0), json!(-tiny), json!(1)],
    );
    check(
        "take_profit",
        &[json!(tiny), json!(f64::MAX)],
        &[json!(0), json!(-tiny)],
    );
    check(
        "max_hold",
        &[json!(1), json!(1.0), json!(u64::MAX)],
        &[json!(0), json!(-1)],
    );
    check(
        "periods_per_year",
        &[json!(tiny), json!(f64::MAX)],
        &[json!(0), json!(-tiny)],
    );
    check("risk_free_rate", &[json!(f64::MIN), json!(f64::MAX)], &[]);
    check("seed", &[json!(0), json!(u64::MAX)], &[json!(-1)]);
}

#[test]
fn numbers_are_told_in_few_digits() {
    for (value, told) in [
        (json!(1e300), "1e300"),
        (json!(-1e-300), "-1e-300"),
        (json!(10.5), "10.5"),
        (json!(u64::MAX), "1.8446744073709552e19"),
    ] {
        assert_eq!(
            message(&json!({"leverage": value})),
            format!("leverage must be between 0 and 10, got {told}")
        );
    }
}

#[test]
fn numbers_of_another_type_are_refused() {
    for field in [
        "portfolio_value",
        "leverage",
        "fee_rate",
        "slippage_rate",
        "borrow_rate",
        "stop_loss",
        "trailing_stop",
        "take_profit",
        "periods_per_year",
        "risk_free_rate",
        "max_hold",
        "seed",
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
    assert_eq!(
        not_finite,
        ["fee_rate", "leverage", "params.fast_period", "risk_free_rate"]
    );
}
