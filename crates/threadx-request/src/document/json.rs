//! JSON into a tree: `serde_json` says whether it is JSON, `jsonc-parser` where everything stands.

use jsonc_parser::{ParseOptions, ast, common::Ranged, errors::ParseErrorKind};
use serde::de::IgnoredAny;
use threadx_error::{ValidationError, Violation, ViolationCode};

use super::{Content, Entry, Node, lines::Lines};
use crate::Limits;

/// The tree of a JSON text.
///
/// `jsonc-parser` keeps positions but is more lenient than JSON (it takes other blanks and control characters in
/// strings, for example); `serde_json` is strict but keeps none. So the text must first pass
/// `serde_json`, which skims it without recursion and without building anything.
pub(super) fn parse(text: &str, limits: &Limits) -> Result<Node, ValidationError> {
    let mut lines = Lines::new(text);
    serde_json::from_str::<IgnoredAny>(text).map_err(|cause| bad_syntax(&cause, &mut lines))?;
    let options = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let tree = jsonc_parser::parse_to_ast(text, &Default::default(), &options).map_err(|cause| {
        let position = lines.position(cause.range().start);
        let violation = match cause.kind() {
            ParseErrorKind::NestingDepthExceeded => too_deep(limits),
            // Half of a surrogate pair in an escape: grammatical, but no character.
            kind => Violation::new(
                "",
                ViolationCode::BadSyntax,
                format!("must be JSON, but {}", lower_first(&kind.to_string())),
            ),
        };
        violation.at(position.line, position.column)
    })?;
    let tree = tree
        .value
        .ok_or_else(|| Violation::new("", ViolationCode::BadSyntax, "must be JSON, but is empty"))?;
    node(tree, 0, limits, &mut lines)
}

fn node(
    value: ast::Value<'_>,
    depth: usize,
    limits: &Limits,
    lines: &mut Lines<'_>,
) -> Result<Node, ValidationError> {
    let at = lines.position(value.start());
    let nested = matches!(value, ast::Value::Array(_) | ast::Value::Object(_));
    if nested && depth >= limits.depth {
        return Err(too_deep(limits).at(at.line, at.column).into());
    }
    let content = match value {
        ast::Value::NullKeyword(_) => Content::Null,
        ast::Value::BooleanLit(literal) => Content::Bool(literal.value),
        ast::Value::NumberLit(literal) => number(literal.value),
        ast::Value::StringLit(literal) => Content::Text(literal.value.into_owned()),
        ast::Value::Array(array) => Content::List(
            array
                .elements
                .into_iter()
                .map(|item| node(item, depth + 1, limits, lines))
                .collect::<Result<_, _>>()?,
        ),
        ast::Value::Object(object) => Content::Map(
            object
                .properties
                .into_iter()
                .map(|property| {
                    let at = lines.position(property.name.start());
                    Ok(Entry {
                        name: property.name.into_string(),
                        at: Some(at),
                        node: node(property.value, depth + 1, limits, lines)?,
                    })
                })
                .collect::<Result<_, ValidationError>>()?,
        ),
    };
    Ok(Node {
        content,
        at: Some(at),
    })
}

/// A number as it is written. One beyond every number type reads as infinite, which the rules refuse.
pub(super) fn number(text: &str) -> Content {
    match text.parse::<i128>() {
        Ok(integer) => Content::Integer(integer),
        Err(_not_whole) => Content::Float(text.parse().unwrap_or(f64::NAN)),
    }
}

pub(super) fn too_deep(limits: &Limits) -> Violation {
    Violation::new(
        "",
        ViolationCode::TooDeep,
        format!("must not nest deeper than {} levels", limits.depth),
    )
}

fn bad_syntax(cause: &serde_json::Error, lines: &mut Lines<'_>) -> Violation {
    let text = cause.to_string();
    // The position is told apart.
    let reason = text.split(" at line ").next().unwrap_or(&text);
    let position = lines.position_of_byte(cause.line(), cause.column());
    Violation::new(
        "",
        ViolationCode::BadSyntax,
        format!("must be JSON, but {}", lower_first(reason)),
    )
    .at(position.line, position.column)
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
