//! The JSON Schema and the rules accept and refuse the same, as far as a schema can say it.

use std::{collections::BTreeMap, sync::LazyLock};

use jsonschema::Validator;
use serde_json::{Value, json};
use threadx_request::{
    Request, RequestContext, RequestKind, ValidationError, ViolationCode, json_schema, settings_schema,
};

use crate::support;

/// The schemas of the tests' context, compiled by an independent validator.
static VALIDATORS: LazyLock<BTreeMap<RequestKind, Validator>> = LazyLock::new(|| {
    let compiled = RequestKind::ALL.map(|kind| {
        let schema = json_schema(kind, &support::context());
        (kind, jsonschema::draft202012::new(&schema).unwrap())
    });
    BTreeMap::from(compiled)
});

/// Rules that a schema cannot say.
fn is_beyond_a_schema(code: ViolationCode, message: &str) -> bool {
    match code {
        // The known tokens are told by the data, not by the form; the others compare two values.
        ViolationCode::UnknownToken
        | ViolationCode::EndNotAfterStart
        | ViolationCode::InFuture
        | ViolationCode::CrossRule
        | ViolationCode::RiskWithoutStop
        | ViolationCode::TooManyCombinations
        // Two tokens that differ in case, or two indicators that differ in what they leave out.
        | ViolationCode::Duplicate
        // Days that the calendar does not have, and instants that do not fit.
        | ViolationCode::BadTimestamp => true,
        // A range whose end lies before its start.
        ViolationCode::OutOfRange => message.contains("must be at least min"),
        // The grammar of a condition.
        ViolationCode::BadFormat => message.contains("must be a condition"),
        _ => false,
    }
}

/// What the rules accept the schema accepts; what only the schema accepts breaks rules that a schema cannot say.
/// `Err` says where they disagree.
pub(crate) fn agrees<T: Request>(request: &Value, error: Option<&ValidationError>) -> Result<(), String> {
    let mut reasons = VALIDATORS[&T::KIND].iter_errors(request);
    match error {
        None => reasons.next().map_or(Ok(()), |reason| {
            Err(format!(
                "valid, but the schema refuses {} of {request}: {reason}",
                reason.instance_path()
            ))
        }),
        Some(error) => {
            let sayable = error
                .violations()
                .iter()
                .find(|violation| !is_beyond_a_schema(violation.code, &violation.message));
            match sayable {
                Some(violation) if reasons.next().is_none() => Err(format!(
                    "the schema accepts {request}, of which {violation} ({})",
                    violation.code
                )),
                _ => Ok(()),
            }
        }
    }
}

#[test]
fn schemas_are_schemas() {
    for context in [RequestContext::open(), support::context()] {
        for kind in RequestKind::ALL {
            let schema = json_schema(kind, &context);
            assert!(jsonschema::meta::is_valid(&schema), "{kind}");
            assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        }
    }
    assert!(jsonschema::meta::is_valid(&settings_schema()));
}

#[test]
fn every_example_is_accepted_by_the_open_schema() {
    for kind in RequestKind::ALL {
        let schema = json_schema(kind, &RequestContext::open());
        let example: Value = serde_json::from_str(kind.example()).unwrap();
        assert!(jsonschema::draft202012::is_valid(&schema, &example), "{kind}");
    }
}

#[test]
fn fields_carry_default_bounds_and_description() {
    let schema = json_schema(RequestKind::Backtest, &support::context());
    let fee = &schema["properties"]["fee_rate"];
    assert_eq!(fee["default"], json!(0.001));
    assert_eq!(fee["minimum"], json!(0.0));
    assert_eq!(fee["maximum"], json!(1.0));
    assert!(fee["description"].as_str().unwrap().contains("Fee of each side"));
    assert_eq!(
        schema["properties"]["strategy"]["enum"],
        json!(["bb_atr", "buy_and_hold", "ma_crossover"])
    );
    let of_crossover = schema["allOf"]
        .as_array()
        .unwrap()
        .iter()
        .find(|rule| rule["if"]["properties"]["strategy"]["const"] == "ma_crossover")
        .unwrap();
    let fast = &of_crossover["then"]["properties"]["params"]["properties"]["fast_period"];
    assert_eq!(fast["maximum"], json!(500));
    assert_eq!(fast["default"], json!(10));
}

#[test]
fn settings_have_a_schema_too() {
    let validator = jsonschema::draft202012::new(&settings_schema()).unwrap();
    assert!(validator.is_valid(&json!({"workers": 4, "log_level": "info"})));
    assert!(!validator.is_valid(&json!({"workers": 0})));
    assert!(!validator.is_valid(&json!({"wokers": 1})));
}
