//! `threadx strategies`.

use crate::program::threadx;

#[test]
fn lists_parameters_defaults_bounds_and_rules() {
    let ran = threadx(["strategies"]);
    for text in [
        "buy_and_hold",
        "-p fast_period=10",
        "between 1 and 5000",
        "rule: fast_period < slow_period",
    ] {
        assert!(ran.stdout.contains(text), "{text} is not in\n{}", ran.stdout);
    }
    let document = threadx(["strategies", "--output", "json"]).json();
    let names: Vec<&str> = document["strategies"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(names, sorted);
    let csv = threadx(["strategies", "--output", "csv"]).stdout;
    assert!(csv.contains("bollinger_reversion,1,signal,std,2,"), "{csv}");
}

#[test]
fn a_schema_is_printed_for_each_kind() {
    for kind in ["backtest", "indicators", "sweep", "data", "settings"] {
        let schema = threadx(["schema", kind]).json();
        assert_eq!(
            schema["$schema"], "https://json-schema.org/draft/2020-12/schema",
            "{kind}"
        );
        assert_eq!(schema["type"], "object", "{kind}");
    }
    let names = threadx(["schema", "backtest"]).stdout;
    assert!(names.contains("bollinger_reversion"), "{names}");
}
