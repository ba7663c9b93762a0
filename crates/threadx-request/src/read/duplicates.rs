//! Names that stand twice in one object.

use std::collections::BTreeMap;

use threadx_error::ViolationCode;

use super::path::{item_path, join};
use crate::{
    document::{Content, Node},
    field::Broken,
    violations::Violations,
};

/// Reports every name that stands again in the same object, wherever in the document.
pub(crate) fn duplicate_keys(root: &Node, violations: &mut Violations) {
    within(root, &Place::Root, violations);
}

/// A place in the document; its path is written only if it is reported, for it may be long and there may be many.
enum Place<'p> {
    Root,
    Name(&'p Self, &'p str),
    Item(&'p Self, usize),
}

impl Place<'_> {
    fn path(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Name(outer, name) => join(&outer.path(), name),
            Self::Item(outer, index) => item_path(&outer.path(), *index),
        }
    }
}

/// Nesting is limited where documents are read, so the stack is not used up.
fn within(node: &Node, place: &Place<'_>, violations: &mut Violations) {
    match &node.content {
        Content::List(items) => {
            for (index, item) in items.iter().enumerate() {
                within(item, &Place::Item(place, index), violations);
            }
        }
        Content::Map(entries) => {
            let mut first = BTreeMap::new();
            for entry in entries {
                let inner = Place::Name(place, &entry.name);
                within(&entry.node, &inner, violations);
                let line = entry.at.map(|at| at.line);
                let Some(before) = first.insert(entry.name.as_str(), line) else {
                    continue;
                };
                violations.at_with(entry.at, || {
                    let message = match before {
                        Some(line) => format!("is given twice, before on line {line}"),
                        None => "is given twice".to_owned(),
                    };
                    (inner.path(), Broken::new(ViolationCode::DuplicateKey, message))
                });
            }
        }
        _ => {}
    }
}
