//! TOML into a tree.

use threadx_error::{ValidationError, Violation, ViolationCode};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Content, Entry, Node, json::too_deep, lines::Lines};
use crate::{Limits, violations::Violations};

/// How deep the parser itself goes.
const PARSER_DEPTH: usize = 80;

/// The tree of a TOML text.
pub(super) fn parse(text: &str, limits: &Limits) -> Result<Node, ValidationError> {
    let mut lines = Lines::new(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut violations = Violations::new(limits.violations);
    for cause in &errors {
        violations.add_with(|| fault(cause, limits, &mut lines));
    }
    violations.finish()?;
    let at = Some(lines.position(0));
    Ok(Node {
        content: map(table.into_inner(), 0, limits, &mut lines)?,
        at,
    })
}

fn node(
    value: Spanned<DeValue<'_>>,
    depth: usize,
    limits: &Limits,
    lines: &mut Lines<'_>,
) -> Result<Node, ValidationError> {
    let at = lines.position(value.span().start);
    let content = match value.into_inner() {
        DeValue::Boolean(value) => Content::Bool(value),
        DeValue::String(text) => Content::Text(text.into_owned()),
        DeValue::Datetime(at) => Content::Date(at.to_string()),
        DeValue::Integer(integer) => i128::from_str_radix(integer.as_str(), integer.radix())
            .map_or(Content::Float(f64::INFINITY), Content::Integer),
        DeValue::Float(float) => Content::Float(float.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Array(_) | DeValue::Table(_) if depth >= limits.depth => {
            return Err(too_deep(limits).at(at.line, at.column).into());
        }
        DeValue::Array(items) => Content::List(
            items
                .into_iter()
                .map(|item| node(item, depth + 1, limits, lines))
                .collect::<Result<_, _>>()?,
        ),
        DeValue::Table(table) => map(table, depth, limits, lines)?,
    };
    Ok(Node {
        content,
        at: Some(at),
    })
}

/// The entries of a table in the order of the file; the parser hands them out by name.
fn map(
    table: DeTable<'_>,
    depth: usize,
    limits: &Limits,
    lines: &mut Lines<'_>,
) -> Result<Content, ValidationError> {
    let mut entries: Vec<_> = table.into_iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    entries
        .into_iter()
        .map(|(name, value)| {
            let at = lines.position(name.span().start);
            Ok(Entry {
                name: name.into_inner().into_owned(),
                at: Some(at),
                node: node(value, depth + 1, limits, lines)?,
            })
        })
        .collect::<Result<_, _>>()
        .map(Content::Map)
}

/// The parser tells its reasons as text only; those that have a code of their own are recognised by it,
/// which tests hold to.
fn fault(cause: &toml::de::Error, limits: &Limits, lines: &mut Lines<'_>) -> Violation {
    let violation = match cause.message() {
        "duplicate key" => Violation::new(
            "",
            ViolationCode::DuplicateKey,
            "must not have the same key twice",
        ),
        reason if reason.contains("max recursion depth") || reason == "recursion limit" => {
            too_deep(&Limits::default().depth(limits.depth.min(PARSER_DEPTH)))
        }
        reason => Violation::new(
            "",
            ViolationCode::BadSyntax,
            format!("must be TOML, but: {reason}"),
        ),
    };
    match cause.span() {
        Some(span) => {
            let position = lines.position(span.start);
            violation.at(position.line, position.column)
        }
        None => violation,
    }
}
