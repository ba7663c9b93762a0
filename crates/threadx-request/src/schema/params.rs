//! Parameters of known strategies and indicators.

use serde_json::{Map, Value, json};
use threadx_spec::{ParamKind, ParamSpec};

use super::{
    kinds::{axis, grid, number, object_of},
    object::{nullable, require},
};
use crate::{RequestContext, field::Interval};

/// Adds, for each known strategy, what its parameters are and what may stand in its grid.
pub(super) fn of_strategies(schema: &mut Map<String, Value>, context: &RequestContext) {
    for (name, spec) in context.known_strategies().into_iter().flatten() {
        let axis_of = |param: &ParamSpec| {
            let value = value(&param.kind);
            let numeric = matches!(param.kind, ParamKind::Int { .. } | ParamKind::Float { .. });
            (param.name.to_string(), axis(&value, numeric.then_some(&value)))
        };
        let axes = spec.params.iter().map(axis_of).collect();
        let fields = json!({
            "params": params(&spec.params),
            "param_grid": grid(&json!(false), &axes),
        });
        given(schema, "strategy", name, fields);
    }
}

/// Adds, for each known indicator, what its parameters are.
pub(super) fn of_indicators(item: &mut Map<String, Value>, context: &RequestContext) {
    for (name, spec) in context.known_indicators().into_iter().flatten() {
        given(item, "name", name, json!({"params": params(&spec.params)}));
    }
}

/// Adds that the fields must be so where `field` is `name`.
fn given(schema: &mut Map<String, Value>, field: &str, name: &str, fields: Value) {
    // Only fields that the object has: others are refused anyway.
    let known = schema.get("properties").and_then(Value::as_object);
    let fields: Map<String, Value> = object_of(fields)
        .into_iter()
        .filter(|(name, _)| known.is_some_and(|known| known.contains_key(name)))
        .collect();
    let rule = json!({
        "if": {"properties": {field: {"const": name}}, "required": [field]},
        "then": {"properties": fields},
    });
    require(schema, rule);
}

fn params(specs: &[ParamSpec]) -> Value {
    let properties: Map<String, Value> = specs
        .iter()
        .map(|spec| {
            let mut schema = nullable(value(&spec.kind));
            schema.insert("default".to_owned(), json!(spec.default));
            schema.insert("description".to_owned(), json!(spec.description));
            (spec.name.to_string(), schema.into())
        })
        .collect();
    json!({"type": ["object", "null"], "properties": properties, "additionalProperties": false})
}

fn value(kind: &ParamKind) -> Map<String, Value> {
    match kind {
        ParamKind::Int { min, max } => object_of(json!({"type": "integer", "minimum": min, "maximum": max})),
        ParamKind::Float {
            min,
            max,
            min_exclusive,
        } => number(Interval {
            min_exclusive: *min_exclusive,
            ..Interval::closed(*min, *max)
        }),
        ParamKind::Bool => object_of(json!({"type": "boolean"})),
        ParamKind::Name { one_of } => object_of(json!({"enum": one_of})),
        // A kind of a later version: nothing is said of it.
        _ => Map::new(),
    }
}
