//! Names that stand twice in one object.

use std::collections::BTreeMap;

use threadx_error::ViolationCode;

use super::scope::{item_path, join};
use crate::{
    document::{Content, Node},
    field::Broken,
    violations::Violations,
};

/// Reports every name that stands again in the same object, wherever in the document.
pub(crate) fn duplicate_keys(node: &Node, path: &str, violations: &mut Violations) {
    match &node.content {
        Content::List(items) => {
            for (index, item) in items.iter().enumerate() {
                if matches!(item.content, Content::List(_) | Content::Map(_)) {
                    duplicate_keys(item, &item_path(path, index), violations);
                }
            }
        }
        Content::Map(entries) => {
            let mut first = BTreeMap::new();
            for entry in entries {
                let inner = join(path, &entry.name);
                duplicate_keys(&entry.node, &inner, violations);
                let line = entry.at.map(|at| at.line);
                let Some(line) = first.insert(entry.name.as_str(), line) else {
                    continue;
                };
                violations.at(&inner, entry.at, || {
                    let message = match line {
                        Some(line) => format!("is given twice, before on line {line}"),
                        None => "is given twice".to_owned(),
                    };
                    Broken::new(ViolationCode::DuplicateKey, message)
                });
            }
        }
        _ => {}
    }
}
