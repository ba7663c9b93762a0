//! JSON Schema from the tables of fields.

mod kinds;
mod object;
mod params;

use serde_json::{Map, Value, json};
use threadx_spec::SampleMethod;

use crate::{RequestContext, RequestKind, field::Field, fields};

/// The JSON Schema (2020-12) of a kind of request, from the same tables that the rules come from.
///
/// What the context knows goes in: the names of strategies and indicators with their parameters. What a
/// schema cannot say (a day that the calendar does not have, an end before its start, rules about two parameters, a
/// token that is not known) is left to [`Valid`](crate::Valid): a request that the rules accept is always accepted by
/// the schema.
///
/// ```
/// use threadx_request::{RequestContext, RequestKind, json_schema};
///
/// let schema = json_schema(RequestKind::Backtest, &RequestContext::open());
/// assert_eq!(schema["properties"]["fee_rate"]["maximum"], 1.0);
/// assert_eq!(schema["properties"]["fee_rate"]["default"], 0.001);
/// ```
#[must_use]
pub fn json_schema(kind: RequestKind, context: &RequestContext) -> Value {
    let title = match kind {
        RequestKind::Backtest => "ThreadX backtest request",
        RequestKind::Indicators => "ThreadX indicator request",
        RequestKind::Sweep => "ThreadX sweep request",
        RequestKind::Data => "ThreadX data request",
    };
    let mut schema = document(title, kind.fields(), context);
    if matches!(kind, RequestKind::Backtest | RequestKind::Sweep) {
        params::of_strategies(&mut schema, context);
    }
    if kind == RequestKind::Sweep {
        for rule in search_rules() {
            object::require(&mut schema, rule);
        }
    }
    schema.into()
}

/// What fields of a search ask of each other.
fn search_rules() -> Vec<Value> {
    let together =
        |fields: [&Field; 2]| json!({"not": {"allOf": fields.map(|field| object::present(field.name))}});
    let mut rules: Vec<Value> = fields::sweep::CONFLICTS.map(together).into();
    let (sample, method, n) = (
        fields::sweep::SAMPLE_OF_GRID.name,
        fields::sweep::SAMPLE_METHOD.name,
        fields::sweep::SAMPLE_N.name,
    );
    rules.push(json!({
        "if": {"required": [sample], "properties": {sample: {
            "type": "object",
            "required": [method],
            "properties": {method: {"const": SampleMethod::Sobol.as_str()}},
        }}},
        "then": {"properties": {sample: {"properties": {n: {"maximum": fields::sweep::SOBOL_MAX}}}}},
    }));
    rules
}

/// The JSON Schema (2020-12) of the settings; TOML, read as JSON.
#[must_use]
pub fn settings_schema() -> Value {
    document(
        "ThreadX settings",
        fields::settings::SETTINGS,
        &RequestContext::open(),
    )
    .into()
}

fn document(title: &str, fields: &[&Field], context: &RequestContext) -> Map<String, Value> {
    let mut schema = object::object(fields, context);
    schema.insert(
        "$schema".to_owned(),
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    schema.insert("title".to_owned(), json!(title));
    schema
}
