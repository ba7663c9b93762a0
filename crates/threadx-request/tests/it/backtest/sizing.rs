//! Sizing of a backtest.

use super::*;

#[test]
fn a_sizing_is_all_in_or_exactly_one_entry() {
    let sizing = |sizing: Value| json!({"sizing": sizing, "stop_loss": 0.1});
    assert_eq!(valid(&sizing(json!("all_in"))).sizing, Some(Sizing::AllIn));
    assert_eq!(
        valid(&sizing(json!({"fraction": 1}))).sizing,
        Some(Sizing::Fraction(1.0))
    );
    assert_eq!(
        valid(&sizing(json!({"cash": 100, "risk": null}))).sizing,
        Some(Sizing::Cash(100.0))
    );
    assert_eq!(
        valid(&sizing(json!({"quantity": 0.5}))).sizing,
        Some(Sizing::Quantity(0.5))
    );
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
    refused(
        &sizing(json!({"cash": 1, "risk": 0.1})),
        &[("sizing", Code::Conflict)],
    );
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
