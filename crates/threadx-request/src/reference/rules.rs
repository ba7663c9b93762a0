//! Rules and defaults in words.

use crate::field::{Field, Interval, Kind, Literal, Presence};
use threadx_market::{Span, Timeframe};
use threadx_spec::Metric;

/// The type of a field and what it accepts.
pub(super) fn rule(kind: &Kind) -> String {
    match kind {
        Kind::Boolean => "true or false".to_owned(),
        Kind::Number(interval) => number(interval),
        Kind::Whole(whole) => format!("whole number, {whole}"),
        Kind::Choice(names) => format!("one of {}", quoted(&names())),
        Kind::Criterion => {
            let metrics: Vec<&str> = Metric::ALL.iter().map(|metric| metric.as_str()).collect();
            format!(
                "one of {}, with `:higher` or `:lower` behind it or not",
                quoted(&metrics)
            )
        }
        Kind::Token => {
            "token: 1 to 32 of `A-Z 0-9 . _ -`, a letter or digit first, no `..`; known".to_owned()
        }
        Kind::Timeframe => format!("one of {}", quoted(&Timeframe::ALL.map(Timeframe::as_str))),
        Kind::Timestamp => "date".to_owned(),
        Kind::Strategy => "name of a known strategy".to_owned(),
        Kind::Indicator => "name of a known indicator".to_owned(),
        Kind::Path => "path".to_owned(),
        Kind::Span => Span::EXPECTED.to_owned(),
        Kind::Constraint => "condition on the strategy's parameters".to_owned(),
        Kind::Params => "object of numbers, names, true or false".to_owned(),
        Kind::Grid => "object, not empty: by name a list, not empty, or a range".to_owned(),
        Kind::Sizing => "`\"all_in\"` or an object".to_owned(),
        Kind::List(list) => {
            let unique = if list.unique { ", none twice" } else { "" };
            format!(
                "list of {} to {}{unique}: {}",
                list.min,
                list.max,
                rule(&list.item)
            )
        }
        Kind::Object(fields) => {
            let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
            format!("object with {}", quoted(&names))
        }
    }
}

fn number(interval: &Interval) -> String {
    match interval.bounds() {
        Some(bounds) => format!("number, {bounds}"),
        None => "number".to_owned(),
    }
}

fn quoted(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// What an absent field means.
pub(super) fn default(field: &Field) -> String {
    match field.presence {
        Presence::Required => "**required**".to_owned(),
        Presence::Either(other) if other.unsupported.is_some() => "**required**".to_owned(),
        Presence::Either(other) => format!("**required**, or `{}` instead", other.name),
        Presence::Optional => "–".to_owned(),
        Presence::Computed(otherwise) => otherwise.to_owned(),
        Presence::Default(literal) => match literal {
            Literal::Bool(value) => format!("`{value}`"),
            Literal::Number(value) => format!("`{value}`"),
            Literal::Whole(value) => format!("`{value}`"),
            Literal::Name(name) => format!("`{name}`"),
            Literal::Names(names) => quoted(&names()),
            Literal::EmptyMap => "`{}`".to_owned(),
        },
    }
}
