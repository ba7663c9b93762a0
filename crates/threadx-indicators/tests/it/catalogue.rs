//! The catalogue says what is true.

use threadx_error::IndicatorError;
use threadx_indicators::{Direct, IndicatorSource, build, compute, resolve, specs, warm_up};
use threadx_spec::{ParamKind, ParamValue, Params};

use crate::bars::walk;

#[test]
fn specifications_are_sound() {
    let mut seen = std::collections::BTreeSet::new();
    let bars = walk(&[(1.0, 0.5, 0.5, 2.0); 3], 0.25);
    for spec in specs() {
        let name = spec.name.to_string();
        assert!(seen.insert(name.clone()), "{name} stands twice");
        assert!(!spec.description.is_empty() && !spec.inputs.is_empty() && !spec.outputs.is_empty());
        for input in &spec.inputs {
            assert!(
                ["open", "high", "low", "close", "volume", "time"].contains(&&**input),
                "{name}: {input}"
            );
        }
        for param in &spec.params {
            assert_eq!(
                param.accept(&param.default).as_ref(),
                Some(&param.default),
                "{name}: {}",
                param.name
            );
            assert!(!param.description.is_empty(), "{name}: {}", param.name);
        }
        assert!(
            spec.rules.iter().all(|rule| rule.holds(&spec.defaults())),
            "{name}"
        );
        assert_eq!(resolve(&name, &Params::new()).unwrap(), spec.defaults(), "{name}");
        let outputs = compute(&name, &Params::new(), &bars).unwrap();
        let names: Vec<_> = outputs.iter().map(|(output, _)| output.to_owned()).collect();
        assert_eq!(names, spec.outputs, "{name}");
        assert_eq!(
            warm_up(&name, &Params::new()).unwrap(),
            build(&name, &Params::new()).unwrap().warm_up()
        );
    }
    assert_eq!(seen.len(), 39);
}

/// The constructor of the type refuses what the specification refuses, and takes its ends.
#[test]
fn bounds_are_those_of_the_specification() {
    for spec in specs() {
        let name = &*spec.name;
        for param in &spec.params {
            let given = |value: ParamValue| {
                let mut params = spec.defaults();
                params.insert(param.name.clone(), value);
                build(name, &params).map(drop)
            };
            let (inside, outside): (Vec<ParamValue>, Vec<ParamValue>) = match &param.kind {
                ParamKind::Int { min, max } => (
                    vec![(*min).into(), (*max).into()],
                    vec![(min - 1).into(), (max + 1).into()],
                ),
                ParamKind::Float {
                    min,
                    max,
                    min_exclusive,
                } => {
                    let low = if *min_exclusive { min + 1e-9 } else { *min };
                    let below = if *min_exclusive { *min } else { min - 1e-9 };
                    (
                        vec![low.into(), (*max).into()],
                        vec![below.into(), (max + 1e-9).into(), f64::NAN.into()],
                    )
                }
                ParamKind::Name { one_of } => (
                    one_of.iter().map(|name| name.clone().into()).collect(),
                    vec!["no_such_name".into()],
                ),
                kind => panic!("no values for {kind:?}"),
            };
            for value in inside {
                match given(value.clone()) {
                    Ok(()) | Err(IndicatorError::Rule { .. }) => {}
                    Err(error) => panic!("{name} {}={value}: {error}", param.name),
                }
            }
            for value in outside {
                let error = given(value.clone()).unwrap_err();
                assert_eq!(error.code(), "bad_parameter", "{name} {}={value}", param.name);
            }
        }
    }
}

#[test]
fn wrong_names_and_values_are_named() {
    let check = |name: &str, params: Params, expect: &str| {
        assert_eq!(resolve(name, &params).unwrap_err().to_string(), expect);
    };
    check(
        "smaa",
        Params::new(),
        r#"there is no indicator "smaa"; known are sma, ema, hma"#,
    );
    check(
        "sma",
        Params::from_iter([("perod", 3)]),
        r#"sma: there is no parameter "perod"; known are period"#,
    );
    check(
        "sma",
        Params::from_iter([("period", 0)]),
        "sma: parameter period must be a whole number between 1 and 100000, got 0",
    );
    check(
        "macd",
        Params::from_iter([("fast_period", 30)]),
        "macd: the rule fast_period < slow_period is broken by fast_period=30 signal_period=9 slow_period=26",
    );
}

#[test]
fn equal_computations_have_equal_parameters() {
    let whole = resolve("sma", &Params::from_iter([("period", 20)])).unwrap();
    assert_eq!(
        resolve("sma", &Params::from_iter([("period", 20.0)])).unwrap(),
        whole
    );
    assert_eq!(resolve("sma", &Params::new()).unwrap(), whole);
}

#[test]
fn a_source_gives_one_output_or_says_which_there_are() {
    let bars = walk(&[(1.0, 0.5, 0.5, 2.0); 30], 0.25);
    let source = Direct::new(&bars);
    let upper = source.series("bbands", &Params::new(), "upper").unwrap();
    assert_eq!(upper.len(), 30);
    let error = source.series("bbands", &Params::new(), "top").unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"bbands: there is no output "top"; known are upper, middle, lower"#
    );
}
