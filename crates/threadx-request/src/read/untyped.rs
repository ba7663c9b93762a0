//! Text whose type the field decides, where that type is a list or an object.

use crate::{
    document::{Content, Entry, Node},
    field::{Field, Kind},
};

/// The node with untyped text taken apart where its field is a list, a sizing or a grid: `a,b`, `fraction=0.5`,
/// `10:60:2`. Scalars stay untyped and are read by the field's kind later.
pub(crate) fn typed(node: &Node, fields: &[&Field]) -> Node {
    let mut node = node.clone();
    if let Content::Map(entries) = &mut node.content {
        for entry in entries {
            if let Some(field) = fields.iter().find(|field| field.answers_to(&entry.name)) {
                take_apart(&mut entry.node, &field.kind);
            }
        }
    }
    node
}

fn take_apart(node: &mut Node, kind: &Kind) {
    match (&mut node.content, kind) {
        (Content::Untyped(text), Kind::List(_)) => node.content = list(text),
        (Content::Untyped(text), Kind::Sizing) => {
            node.content = match text.split_once('=') {
                Some((name, value)) => map([(name, value)]),
                None => Content::Text(text.trim().to_owned()),
            };
        }
        (Content::Map(axes), Kind::Grid) => {
            for axis in axes {
                if let Content::Untyped(text) = &axis.node.content {
                    axis.node.content = match text.split(':').collect::<Vec<_>>()[..] {
                        [min, max, step] => map([("min", min), ("max", max), ("step", step)]),
                        _ => list(text),
                    };
                }
            }
        }
        _ => {}
    }
}

fn list(text: &str) -> Content {
    Content::List(text.split(',').map(untyped).collect())
}

fn map<const N: usize>(entries: [(&str, &str); N]) -> Content {
    let entry = |(name, value): (&str, &str)| Entry {
        name: name.trim().to_owned(),
        at: None,
        node: untyped(value),
    };
    Content::Map(entries.into_iter().map(entry).collect())
}

fn untyped(text: &str) -> Node {
    Node {
        content: Content::Untyped(text.trim().to_owned()),
        at: None,
    }
}
