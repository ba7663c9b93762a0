//! Parameters of strategies and indicators.

use threadx_error::{Bounds, ViolationCode};
use threadx_spec::{ParamKind, ParamRule, ParamSpec, ParamValue, Params};

use crate::{
    document::{Content, Node, digits, quoted},
    field::{Broken, Field, one_of},
    read::{self, Given, Scope, join, near_clause},
    violations::Violations,
};

/// What a strategy or indicator publishes about its parameters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Published<'s> {
    pub(crate) owner: &'s str,
    pub(crate) params: &'s [ParamSpec],
    pub(crate) rules: &'s [ParamRule],
}

impl<'s> Published<'s> {
    pub(crate) fn find(&self, name: &str) -> Option<&'s ParamSpec> {
        self.params.iter().find(|param| param.name == name)
    }

    pub(crate) fn defaults(&self) -> Params {
        self.params
            .iter()
            .map(|param| (param.name.clone(), param.default.clone()))
            .collect()
    }

    /// That there is no parameter of that name.
    pub(crate) fn unknown(&self, name: &str) -> Broken {
        let names: Vec<&str> = self.params.iter().map(|param| &*param.name).collect();
        let near = near_clause(name, names.iter().copied());
        let message = match names[..] {
            [] => format!("is not a parameter of {}, which has none", self.owner),
            _ if near.is_empty() => {
                format!(
                    "is not a parameter of {}, which has {}",
                    self.owner,
                    names.join(", ")
                )
            }
            _ => format!("is not a parameter of {}{near}", self.owner),
        };
        Broken::new(ViolationCode::UnknownParameter, message).with_bounds(one_of(names))
    }
}

/// The parameters in a field; one that is no object is reported.
pub(crate) fn of_field(
    field: &Field,
    scope: &Scope<'_>,
    published: Option<Published<'_>>,
    v: &mut Violations,
) -> Params {
    let given = scope.given(field);
    if let Some(given) = &given
        && !matches!(given.node.content, Content::Map(_))
    {
        v.wrong_type(&given.path, given.node, field.kind.expected());
    }
    params(given.as_ref(), published, v)
}

/// The given parameters, typed and within their bounds, and the defaults of the others. If nothing is published, they
/// are taken as they are.
pub(crate) fn params(
    given: Option<&Given<'_>>,
    published: Option<Published<'_>>,
    v: &mut Violations,
) -> Params {
    let mut resolved = published.map_or_else(Params::new, |published| published.defaults());
    let entries = given.map_or(&[][..], |given| given.node.entries());
    let before = v.count();
    for entry in entries {
        let path = given.map_or_else(String::new, |given| join(&given.path, &entry.name));
        let value = match published.map(|published| (published, published.find(&entry.name))) {
            Some((published, None)) => {
                v.at(&path, entry.at, || published.unknown(&entry.name));
                None
            }
            _ if entry.node.is_null() => None,
            Some((_, Some(spec))) => value(&path, &entry.node, spec, v),
            None => open_value(&path, &entry.node, v),
        };
        if let Some(value) = value {
            resolved.insert(entry.name.clone(), value);
        }
    }
    // A parameter that is wrong by itself would break the rules about two with its default.
    if let (Some(published), Some(given)) = (published, given)
        && v.count() == before
    {
        for rule in published.rules.iter().filter(|rule| !rule.holds(&resolved)) {
            cross(rule, given, &resolved, v);
        }
    }
    resolved
}

/// The value as its parameter's type, within its bounds.
pub(crate) fn value(path: &str, node: &Node, spec: &ParamSpec, v: &mut Violations) -> Option<ParamValue> {
    let Some(raw) = scalar(node, Some(&spec.kind)) else {
        v.wrong_type(path, node, spec.kind.type_name());
        return None;
    };
    if let ParamValue::Float(float) = raw
        && !float.is_finite()
        && matches!(spec.kind, ParamKind::Int { .. } | ParamKind::Float { .. })
    {
        v.about(path, node, || {
            let message = format!("must be a finite number, got {float}");
            Broken::new(ViolationCode::NotFinite, message).with_bounds(spec.kind.bounds())
        });
        return None;
    }
    let Some(converted) = spec.kind.convert(&raw) else {
        v.wrong_type(path, node, spec.kind.type_name());
        return None;
    };
    let accepted = spec.accept(&converted);
    if accepted.is_none() {
        v.about(path, node, || out_of_bounds(&converted, spec));
    }
    accepted
}

fn out_of_bounds(value: &ParamValue, spec: &ParamSpec) -> Broken {
    let bounds = spec.kind.bounds();
    let expected = bounds.as_ref().map_or_else(String::new, Bounds::to_string);
    let (code, got) = match value {
        ParamValue::Name(name) => (ViolationCode::UnknownValue, quoted(name)),
        ParamValue::Float(float) => (ViolationCode::OutOfRange, digits(*float)),
        value => (ViolationCode::OutOfRange, value.to_string()),
    };
    Broken::new(code, format!("must be {expected}, got {got}")).with_bounds(bounds)
}

/// A value whose parameter is not known: finite, and a whole number if it can be one.
pub(crate) fn open_value(path: &str, node: &Node, v: &mut Violations) -> Option<ParamValue> {
    match scalar(node, None) {
        Some(ParamValue::Float(float)) if !float.is_finite() => {
            v.about(path, node, || {
                Broken::new(
                    ViolationCode::NotFinite,
                    format!("must be a finite number, got {float}"),
                )
            });
            None
        }
        None => {
            v.wrong_type(path, node, "a number, a name, true or false");
            None
        }
        value => value,
    }
}

/// The node as a parameter's value. Untyped text is what the parameter is, or what it looks like if that is not known.
fn scalar(node: &Node, kind: Option<&ParamKind>) -> Option<ParamValue> {
    let boolean = || read::boolean(node).map(ParamValue::Bool);
    match &node.content {
        Content::Bool(_) => boolean(),
        Content::Integer(_) | Content::Float(_) => numeric(node),
        Content::Text(text) => Some(ParamValue::Name(text.clone())),
        Content::Untyped(text) => {
            let name = || Some(ParamValue::Name(text.trim().to_owned()));
            match kind {
                None => boolean().or_else(|| numeric(node)).or_else(name),
                Some(ParamKind::Name { .. }) => name(),
                Some(ParamKind::Bool) => boolean(),
                Some(_) => numeric(node),
            }
        }
        Content::Null | Content::Date(_) | Content::List(_) | Content::Map(_) => None,
    }
}

fn numeric(node: &Node) -> Option<ParamValue> {
    let whole = read::whole(node).and_then(|value| i64::try_from(value).ok());
    whole
        .map(ParamValue::Int)
        .or_else(|| read::number(node).map(ParamValue::Float))
}

fn cross(rule: &ParamRule, given: &Given<'_>, resolved: &Params, v: &mut Violations) {
    // The one that the caller gave is the one to change.
    let Some((name, node)) = rule
        .names()
        .into_iter()
        .find_map(|name| Some((name, given.node.find(name)?)))
    else {
        return;
    };
    let [low, high] = rule.names();
    let (relation, other) = match rule {
        ParamRule::Less(..) if name == low => ("less than", high),
        ParamRule::Less(..) => ("greater than", low),
        _ => ("as the rule says of it and", if name == low { high } else { low }),
    };
    v.about(&join(&given.path, name), node, || {
        let show = |name: &str| resolved.get(name).map_or_else(String::new, ToString::to_string);
        let message = format!("must be {relation} {other} ({}), got {}", show(other), show(name));
        Broken::new(ViolationCode::CrossRule, message)
    });
}
