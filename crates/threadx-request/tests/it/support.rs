//! What the tests share: a context that knows something, and checks that name what they expect.

use std::borrow::Cow;

use serde_json::{Map, Value, json};
use threadx_market::Timestamp;
use threadx_request::{Request, RequestContext, Valid, ValidationError, ViolationCode};
use threadx_spec::{IndicatorSpec, ParamRule, ParamSpec, StrategySpec};

/// Strategies with every type of parameter, with and without stops, with and without rules.
pub(crate) fn strategies() -> [StrategySpec; 3] {
    [
        StrategySpec::signal("ma_crossover", 1, "fast average crosses slow average")
            .param(ParamSpec::int(
                "fast_period",
                10,
                1..=500,
                "bars of the fast average",
            ))
            .param(ParamSpec::int(
                "slow_period",
                30,
                2..=1000,
                "bars of the slow average",
            ))
            .param(ParamSpec::name(
                "kind",
                "sma",
                &["sma", "ema", "wma"],
                "kind of average",
            ))
            .less("fast_period", "slow_period"),
        StrategySpec {
            sets_stops: true,
            ..StrategySpec::signal("bb_atr", 1, "reversion with a stop of its own")
        }
        .param(ParamSpec::int("period", 20, 2..=500, "bars of the bands"))
        .param(ParamSpec::positive(
            "std",
            2.0,
            10.0,
            "width of the bands in deviations",
        ))
        .param(ParamSpec::float("bias", 0.0, -1.0..=1.0, "added to the signal"))
        .param(ParamSpec::boolean("trailing", true, "whether the stop follows")),
        StrategySpec::signal("buy_and_hold", 1, "buys the first bar"),
    ]
}

pub(crate) fn indicators() -> [IndicatorSpec; 3] {
    let spec = |name: &'static str, params: Vec<ParamSpec>, rules: Vec<ParamRule>| IndicatorSpec {
        name: Cow::Borrowed(name),
        aliases: Vec::new(),
        description: Cow::Borrowed("measures"),
        params,
        rules,
        inputs: vec!["close".into()],
        outputs: vec!["value".into()],
    };
    [
        spec("sma", vec![ParamSpec::int("period", 20, 2..=500, "bars")], vec![]),
        spec(
            "macd",
            vec![
                ParamSpec::int("fast", 12, 2..=500, "bars"),
                ParamSpec::int("slow", 26, 2..=500, "bars"),
            ],
            vec![ParamRule::Less("fast".into(), "slow".into())],
        ),
        spec("obv", vec![], vec![]),
    ]
}

/// Knows tokens, strategies, indicators and the time: 2026-01-01.
pub(crate) fn context() -> RequestContext {
    RequestContext::open()
        .tokens(["BTCUSDT", " ethusdt ", "BRK.B"])
        .strategies(strategies())
        .indicators(indicators())
        .now(Timestamp::parse("2026-01-01").unwrap())
}

/// The base with the entries of `patch` over its own; an entry of `"-"` takes one away.
pub(crate) fn patched(base: &Value, patch: &Value) -> Value {
    let mut object: Map<String, Value> = base.as_object().unwrap().clone();
    for (name, value) in patch.as_object().unwrap() {
        if value == "-" {
            object.remove(name);
        } else {
            object.insert(name.clone(), value.clone());
        }
    }
    object.into()
}

/// Field and code of each violation, in order.
pub(crate) fn broken(error: &ValidationError) -> Vec<(&str, ViolationCode)> {
    let violations = error.violations();
    violations
        .iter()
        .map(|violation| (violation.field.as_str(), violation.code))
        .collect()
}

/// Validates `request` and compares the broken rules with `expect`, none for a valid one; the schema must agree.
#[track_caller]
pub(crate) fn check<T: Request>(request: &Value, expect: &[(&str, ViolationCode)]) {
    let context = context();
    let outcome = Valid::<T>::from_json(request.to_string(), &context);
    match &outcome {
        Ok(_) => assert!(expect.is_empty(), "{request} is valid, expected {expect:?}"),
        Err(error) => {
            assert_eq!(broken(error), expect, "{request}: {:#?}", error.violations());
            for violation in error.violations() {
                assert!(
                    !violation.message.is_empty() && !violation.message.ends_with('.'),
                    "{violation:?}"
                );
                assert!(
                    violation.line.is_some() && violation.column.is_some(),
                    "{violation:?}"
                );
            }
        }
    }
    let agreement = crate::schema::agrees::<T>(request, outcome.as_ref().err());
    assert_eq!(agreement, Ok(()));
}

/// [`check`] over a base that the patch is laid over.
#[track_caller]
pub(crate) fn check_patch<T: Request>(base: &Value, patch: &Value, expect: &[(&str, ViolationCode)]) {
    check::<T>(&patched(base, patch), expect);
}

/// At, just below and just above a bound: whether each value is accepted, and out of range if not.
#[track_caller]
pub(crate) fn boundary<T: Request>(base: &Value, field: &str, accepted: &[Value], refused: &[Value]) {
    for value in accepted {
        check_patch::<T>(base, &json!({ field: value }), &[]);
    }
    for value in refused {
        check_patch::<T>(
            base,
            &json!({ field: value }),
            &[(field, ViolationCode::OutOfRange)],
        );
    }
}

/// The doubles next to `value`.
pub(crate) fn below(value: f64) -> f64 {
    value.next_down()
}

pub(crate) fn above(value: f64) -> f64 {
    value.next_up()
}
