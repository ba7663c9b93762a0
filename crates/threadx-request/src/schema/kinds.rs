//! Kinds of values.

use serde_json::{Map, Value, json};
use threadx_market::{Span, Symbol, Timeframe};
use threadx_spec::{Constraint, Metric};

use super::{
    object::{nullable, object, present},
    params,
};
use crate::{
    RequestContext,
    field::{Field, Interval, Kind, Whole},
    fields::{SIZING, sweep::RANGE},
    resolve::run::NAME_LONGEST,
};

/// The forms of a timestamp as text. What they cannot say, such as the length of a month, the rules do.
const TIMESTAMP: &str = r"^\s*([0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ]\s*[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?\s*([Zz]|[+-][0-9]{2}:?[0-9]{2})?)?|[+-]?[0-9]+)\s*$";

/// The schema of a kind of values.
pub(super) fn kind(kind: &Kind, context: &RequestContext) -> Map<String, Value> {
    let schema = match kind {
        Kind::Boolean => json!({"type": "boolean"}),
        Kind::Number(interval) => return number(*interval),
        Kind::Whole(whole) => return whole_number(*whole),
        Kind::Choice(names) => json!({"enum": names()}),
        Kind::Criterion => {
            let metrics: Vec<&str> = Metric::ALL.iter().map(|metric| metric.as_str()).collect();
            let pattern = format!("^({})(:(higher|lower))?$", metrics.join("|"));
            json!({"type": "string", "pattern": pattern})
        }
        Kind::Token => {
            let more = Symbol::MAX_LEN - 1;
            json!({
                "type": "string",
                "pattern": format!(r"^\s*[A-Za-z0-9][A-Za-z0-9._-]{{0,{more}}}\s*$"),
                "not": {"type": "string", "pattern": r"\.\."},
            })
        }
        Kind::Timeframe => json!({"enum": Timeframe::ALL.map(Timeframe::as_str)}),
        Kind::Timestamp => json!({
            "type": ["string", "integer"],
            "pattern": TIMESTAMP,
            "minimum": i64::MIN,
            "maximum": i64::MAX,
        }),
        Kind::Strategy => name(context.known_strategies().map(|known| known.keys())),
        Kind::Indicator => name(context.known_indicators().map(|known| known.keys())),
        Kind::Path => json!({"type": "string", "minLength": 1}),
        Kind::Span => json!({"type": "string", "pattern": Span::PATTERN}),
        Kind::Constraint => json!({"type": "string", "minLength": 1, "maxLength": Constraint::MAX_LENGTH}),
        Kind::Params => json!({"type": "object", "additionalProperties": nullable(scalar())}),
        Kind::Grid => return grid(&any_axis(), &Map::new()),
        Kind::Sizing => sizing(SIZING, context),
        Kind::List(rule) => {
            let mut items = self::kind(&rule.item, context);
            if matches!(rule.item, Kind::Object(_)) {
                params::of_indicators(&mut items, context);
            }
            let mut schema = object_of(json!({"type": "array", "items": items, "uniqueItems": rule.unique}));
            schema.insert("minItems".to_owned(), json!(rule.min));
            schema.insert("maxItems".to_owned(), json!(rule.max));
            return schema;
        }
        Kind::Object(fields) => return object(fields, context),
    };
    object_of(schema)
}

/// A JSON object as a map; the callers give nothing else.
pub(super) fn object_of(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

pub(super) fn number(interval: Interval) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("number"));
    let mut end = |value: f64, exclusive: bool, inclusive_key: &str, exclusive_key: &str| {
        if value.is_finite() {
            let key = if exclusive { exclusive_key } else { inclusive_key };
            schema.insert(key.to_owned(), json!(value));
        }
    };
    end(
        interval.min,
        interval.min_exclusive,
        "minimum",
        "exclusiveMinimum",
    );
    end(
        interval.max,
        interval.max_exclusive,
        "maximum",
        "exclusiveMaximum",
    );
    schema
}

fn whole_number(whole: Whole) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("integer"));
    for (key, end) in [("minimum", whole.min), ("maximum", whole.max)] {
        // The ends are counts, so they are not negative.
        if let Ok(end) = u64::try_from(end) {
            schema.insert(key.to_owned(), json!(end));
        }
    }
    schema
}

fn name<'n>(known: Option<impl Iterator<Item = &'n String>>) -> Value {
    match known {
        Some(known) => json!({"enum": known.collect::<Vec<_>>()}),
        None => json!({"type": "string", "minLength": 1, "maxLength": NAME_LONGEST}),
    }
}

/// Any value that a parameter may have.
pub(super) fn scalar() -> Map<String, Value> {
    object_of(json!({"type": ["number", "string", "boolean"]}))
}

fn sizing(fields: &[&Field], context: &RequestContext) -> Value {
    let mut by = object(fields, context);
    let one: Vec<Value> = fields.iter().map(|field| present(field.name)).collect();
    by.insert("oneOf".to_owned(), one.into());
    json!({"anyOf": [{"const": "all_in"}, by]})
}

/// A grid with these axes and, for every other name, `others`; at least one that is not null.
pub(super) fn grid(others: &Value, axes: &Map<String, Value>) -> Map<String, Value> {
    object_of(json!({
        "type": "object",
        "properties": axes,
        "additionalProperties": others,
        "not": {"additionalProperties": {"type": "null"}},
    }))
}

/// An axis of a parameter that is not known.
fn any_axis() -> Value {
    axis(&scalar(), Some(&number(Interval::ANY)))
}

/// A list of values or, for numbers, a range; or null, as good as absent.
pub(super) fn axis(value: &Map<String, Value>, number: Option<&Map<String, Value>>) -> Value {
    let mut forms = vec![
        json!({"type": "array", "items": value, "minItems": 1}),
        json!({"type": "null"}),
    ];
    if let Some(number) = number {
        let mut range = object(RANGE, &RequestContext::open());
        if let Some(Value::Object(properties)) = range.get_mut("properties") {
            for end in ["min", "max"] {
                properties.insert(end.to_owned(), number.clone().into());
            }
            if number.get("type") == Some(&json!("integer")) {
                properties.insert(
                    "step".to_owned(),
                    json!({"type": "integer", "exclusiveMinimum": 0, "maximum": i64::MAX}),
                );
            }
        }
        forms.push(range.into());
    }
    json!({"anyOf": forms})
}
