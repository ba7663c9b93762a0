//! From what garde reports to violations.

use std::collections::BTreeSet;

use threadx_error::ViolationCode;

use super::{
    path::{item_path, join},
    scope::{Given, Scope},
};
use crate::{
    field::{Broken, Kind, judge},
    violations::Violations,
};

/// Reports the fields that garde found wrong. Of garde's report only the paths are used; code, message and bounds
/// come from the table of fields.
pub(crate) fn blame(outcome: Result<(), garde::Report>, scope: &Scope<'_>, violations: &mut Violations) {
    let Err(report) = outcome else { return };
    // A value may break several of garde's rules for one reason, as infinity does.
    let paths: BTreeSet<String> = report.iter().map(|(path, _)| path.to_string()).collect();
    for path in paths {
        match locate(scope, &path) {
            Some((kind, given)) => violations.about(&given.path, given.node, || {
                judge(kind, given.node).unwrap_or_else(|| unexplained(kind.expected()))
            }),
            None => violations.at(&path, None, || unexplained("what its field accepts")),
        }
    }
}

/// A rule of a raw model that the table of fields does not have. Tests of every bound keep the two equal, so this is
/// not seen; a violation must not be lost if they fail to.
fn unexplained(expected: &str) -> Broken {
    Broken::new(ViolationCode::BadFormat, format!("must be {expected}"))
}

/// The kind and value at one of garde's paths, such as `indicators[2].name`.
fn locate<'d>(scope: &Scope<'d>, path: &str) -> Option<(&'static Kind, Given<'d>)> {
    let mut segments = path.split(['.', '[']);
    let field = scope.field(segments.next()?)?;
    let mut kind = &field.kind;
    let Given { mut node, mut path } = scope.given(field)?;
    for segment in segments {
        (kind, node, path) = match (segment.strip_suffix(']'), kind) {
            (Some(index), Kind::List(rule)) => {
                let index = index.parse().ok()?;
                (&rule.item, node.items().get(index)?, item_path(&path, index))
            }
            (None, kind) => {
                let fields = kind.fields();
                let field = fields.iter().find(|field| field.name == segment)?;
                (&field.kind, node.find(segment)?, join(&path, segment))
            }
            _ => return None,
        };
    }
    Some((kind, Given { node, path }))
}
