//! The nodes of a document.

use super::Position;
use crate::Value;

/// A value of a document and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) content: Content,
    pub(crate) at: Option<Position>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    Null,
    Bool(bool),
    Integer(i128),
    /// Also what is too large for any number type: it is infinite then.
    Float(f64),
    Text(String),
    /// A date of TOML, in its RFC 3339 form.
    Date(String),
    /// Text whose type the field decides.
    Untyped(String),
    List(Vec<Node>),
    /// As it was read, so a name may stand twice.
    Map(Vec<Entry>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) at: Option<Position>,
    pub(crate) node: Node,
}

impl Node {
    pub(crate) const fn is_null(&self) -> bool {
        matches!(self.content, Content::Null)
    }

    /// The entries, none if this is not an object.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.content {
            Content::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items, none if this is not a list.
    pub(crate) fn items(&self) -> &[Self] {
        match &self.content {
            Content::List(items) => items,
            _ => &[],
        }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Self> {
        self.entries()
            .iter()
            .find(|entry| entry.name == name)
            .map(|entry| &entry.node)
    }

    pub(super) fn find_mut(&mut self, name: &str) -> Option<&mut Self> {
        match &mut self.content {
            Content::Map(entries) => entries
                .iter_mut()
                .find(|entry| entry.name == name)
                .map(|entry| &mut entry.node),
            _ => None,
        }
    }

    /// Sets an entry; a node that is not an object becomes one.
    pub(super) fn set(&mut self, name: &str, node: Self) {
        if let Some(old) = self.find_mut(name) {
            *old = node;
            return;
        }
        let entry = Entry {
            name: name.to_owned(),
            at: None,
            node,
        };
        match &mut self.content {
            Content::Map(entries) => entries.push(entry),
            content => *content = Content::Map(vec![entry]),
        }
    }

    /// Adds an item to an entry; one that is not a list becomes one.
    pub(super) fn push(&mut self, name: &str, item: Self) {
        match self.find_mut(name).map(|node| &mut node.content) {
            Some(Content::List(items)) => items.push(item),
            _ => self.set(
                name,
                Self {
                    content: Content::List(vec![item]),
                    at: None,
                },
            ),
        }
    }

    /// How the value is shown in a message: short scalars as JSON, everything else by its kind.
    pub(crate) fn shown(&self) -> String {
        match &self.content {
            Content::Null => "null".to_owned(),
            Content::Bool(value) => value.to_string(),
            Content::Integer(value) => value.to_string(),
            Content::Float(value) => digits(*value),
            Content::Date(text) => text.clone(),
            Content::Text(text) | Content::Untyped(text) => quoted(text),
            Content::List(items) => match items.len() {
                0 => "an empty list".to_owned(),
                1 => "a list of 1 item".to_owned(),
                n => format!("a list of {n} items"),
            },
            Content::Map(_) => "an object".to_owned(),
        }
    }

    /// The value as JSON for a violation; `None` if it is longer than a screen can use.
    pub(crate) fn to_json(&self) -> Option<serde_json::Value> {
        const LONGEST: usize = 256;

        match &self.content {
            Content::Null => Some(serde_json::Value::Null),
            Content::Bool(value) => Some((*value).into()),
            Content::Integer(value) => Some(integer_to_json(*value)),
            Content::Float(value) if value.is_finite() => Some((*value).into()),
            // JSON has no such number.
            Content::Float(value) => Some(value.to_string().into()),
            Content::Text(text) | Content::Untyped(text) | Content::Date(text) => {
                (text.len() <= LONGEST).then(|| text.as_str().into())
            }
            Content::List(_) | Content::Map(_) => None,
        }
    }
}

fn integer_to_json(value: i128) -> serde_json::Value {
    match (i64::try_from(value), u64::try_from(value)) {
        (Ok(small), _) => small.into(),
        (_, Ok(large)) => large.into(),
        _ => value.to_string().into(),
    }
}

/// A number for a message: plain digits, or powers of ten where these would be many.
pub(crate) fn digits(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || (1e-6..1e16).contains(&size) || !value.is_finite() {
        value.to_string()
    } else {
        format!("{value:e}")
    }
}

/// `text` in quotes, cut if it is long.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 64;

    match text.char_indices().nth(LONGEST) {
        None => format!("{text:?}"),
        Some((cut, _)) => format!("{:?}… ({} characters)", &text[..cut], text.chars().count()),
    }
}

impl From<Value> for Node {
    fn from(value: Value) -> Self {
        let content = match value {
            Value::Null => Content::Null,
            Value::Bool(value) => Content::Bool(value),
            Value::Integer(value) => Content::Integer(value),
            Value::Float(value) => Content::Float(value),
            Value::Text(text) => Content::Text(text),
            Value::Untyped(text) => Content::Untyped(text),
            Value::List(items) => Content::List(items.into_iter().map(Self::from).collect()),
            Value::Map(entries) => Content::Map(
                entries
                    .into_iter()
                    .map(|(name, value)| Entry {
                        name,
                        at: None,
                        node: Self::from(value),
                    })
                    .collect(),
            ),
        };
        Self { content, at: None }
    }
}
