//! Objects and their fields.

use serde_json::{Map, Value, json};

use super::kinds;
use crate::{
    RequestContext,
    field::{Field, Literal, Presence},
};

/// The schema of an object with these fields and no others.
pub(super) fn object(fields: &[&Field], context: &RequestContext) -> Map<String, Value> {
    let mut properties = Map::new();
    let mut required = Vec::new();
    let mut conditions = Vec::new();
    for field in fields {
        for name in [Some(field.name), field.alias].into_iter().flatten() {
            properties.insert(name.to_owned(), property(field, name, context));
        }
        match (needed(field).as_slice(), field.alias) {
            ([], None) => {}
            ([], Some(alias)) => {
                conditions.push(json!({"not": {"allOf": [present(field.name), present(alias)]}}));
            }
            ([only], _) => required.push(*only),
            (names, _) => {
                let one: Vec<Value> = names.iter().map(|name| present(name)).collect();
                conditions.push(json!({"oneOf": one}));
            }
        }
    }
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), properties.into());
    schema.insert("additionalProperties".to_owned(), json!(false));
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    if !conditions.is_empty() {
        schema.insert("allOf".to_owned(), conditions.into());
    }
    schema
}

/// Adds a rule that an object must keep besides.
pub(super) fn require(schema: &mut Map<String, Value>, rule: Value) {
    match schema.entry("allOf").or_insert_with(|| json!([])) {
        Value::Array(rules) => rules.push(rule),
        other => *other = json!([rule]),
    }
}

/// The names of which exactly one must be given; none if the field may be absent.
fn needed(field: &Field) -> Vec<&'static str> {
    let own = [Some(field.name), field.alias];
    match field.presence {
        Presence::Required => own.into_iter().flatten().collect(),
        Presence::Either(other) => {
            let other = other.unsupported.is_none().then_some(other.name);
            own.into_iter().flatten().chain(other).collect()
        }
        _ => Vec::new(),
    }
}

/// That a field is there and not null.
pub(super) fn present(name: &str) -> Value {
    json!({"required": [name], "properties": {name: {"not": {"type": "null"}}}})
}

fn property(field: &Field, name: &str, context: &RequestContext) -> Value {
    if let Some(reason) = field.unsupported {
        return json!({"type": "null", "description": format!("This field {reason}.")});
    }
    let mut schema = kinds::kind(&field.kind, context);
    // Where the field is the only one that will do, null would be as good as nothing.
    if needed(field).len() != 1 {
        schema = nullable(schema);
    }
    let description = match field.presence {
        _ if name != field.name => format!("The same as {}.", field.name),
        Presence::Computed(otherwise) => format!("{}. Default: {otherwise}.", field.doc),
        _ => format!("{}.", field.doc),
    };
    schema.insert("description".to_owned(), json!(description));
    if let Presence::Default(literal) = field.presence {
        schema.insert("default".to_owned(), default(literal));
    }
    schema.into()
}

/// The schema, null being accepted as well.
pub(super) fn nullable(mut schema: Map<String, Value>) -> Map<String, Value> {
    if let Some(Value::Array(names)) = schema.get_mut("enum") {
        names.push(Value::Null);
        return schema;
    }
    match schema.get_mut("type") {
        Some(Value::Array(types)) => types.push(json!("null")),
        Some(single) => *single = json!([single.clone(), "null"]),
        None => {
            if let Some(Value::Array(forms)) = schema.get_mut("anyOf") {
                forms.push(json!({"type": "null"}));
            }
        }
    }
    schema
}

fn default(literal: Literal) -> Value {
    match literal {
        Literal::Bool(value) => json!(value),
        Literal::Number(value) => json!(value),
        Literal::Whole(value) => json!(value),
        Literal::Name(name) => json!(name),
        Literal::Names(names) => json!(names()),
        Literal::EmptyMap => json!({}),
    }
}
