//! Step one: a document as an ordered tree with positions.

mod json;
mod lines;
mod node;
mod toml;

use threadx_error::{ValidationError, Violation, ViolationCode};

pub(crate) use self::node::{Content, Entry, Node, digits, quoted};
use crate::{Limits, Value};

/// Where something stands in a request file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    /// Line, from 1.
    pub(crate) line: u32,
    /// Column in characters, from 1.
    pub(crate) column: u32,
}

/// A request or settings document as it was read, before any rule: an ordered tree with positions.
///
/// It comes from JSON or TOML, or is put together field by field, as from a program's flags, and is then validated
/// with [`Valid::from_document`](crate::Valid::from_document) exactly like one that was read.
///
/// ```
/// use threadx_request::{BacktestRequest, Document, RequestContext, Valid, Value};
///
/// let mut flags = Document::new();
/// flags.set("token", "BTCUSDT");
/// flags.set("timeframe", "1h");
/// flags.set("strategy", "ma_crossover");
/// flags.set("start_date", "2019-01-01");
/// flags.set("end_date", "2019-06-30");
/// flags.set("fee_rate", Value::untyped("0.002"));
/// flags.set_in("params", "fast_period", Value::untyped("12"));
///
/// let request = Valid::<BacktestRequest>::from_document(&flags, &RequestContext::open())?;
/// assert_eq!(request.fee_rate, 0.002);
/// assert_eq!(request.params.int("fast_period"), Some(12));
/// # Ok::<(), threadx_error::ValidationError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    pub(crate) root: Node,
}

impl Default for Document {
    fn default() -> Self {
        Self::new()
    }
}

impl Document {
    /// A document without fields.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            root: Node {
                content: Content::Map(Vec::new()),
                at: None,
            },
        }
    }

    /// Reads strict JSON (RFC 8259); a byte order mark in front is skipped.
    ///
    /// # Errors
    ///
    /// A [`ValidationError`] with one violation: `too_large`, `not_utf8`, `bad_syntax` or `too_deep`.
    pub fn from_json(bytes: impl AsRef<[u8]>, limits: &Limits) -> Result<Self, ValidationError> {
        let text = readable(bytes.as_ref(), limits)?;
        Ok(Self {
            root: json::parse(text, limits)?,
        })
    }

    /// Reads TOML 1.1; a byte order mark in front is skipped.
    ///
    /// # Errors
    ///
    /// A [`ValidationError`] with `too_large` or `not_utf8`, or with each `bad_syntax` and `duplicate_key`, or
    /// `too_deep`.
    pub fn from_toml(bytes: impl AsRef<[u8]>, limits: &Limits) -> Result<Self, ValidationError> {
        let text = readable(bytes.as_ref(), limits)?;
        Ok(Self {
            root: toml::parse(text, limits)?,
        })
    }

    /// Sets a field; whatever it held before is replaced.
    pub fn set(&mut self, field: &str, value: impl Into<Value>) {
        self.root.set(field, Node::from(value.into()));
    }

    /// Sets `name` within a field that is an object, such as `params`; the object is made if it is not there.
    pub fn set_in(&mut self, field: &str, name: &str, value: impl Into<Value>) {
        match self.root.find_mut(field) {
            Some(node) => node.set(name, Node::from(value.into())),
            None => self.set(field, Value::Map(vec![(name.to_owned(), value.into())])),
        }
    }

    /// Adds an item to a field that is a list; the list is made if it is not there.
    pub(crate) fn push(&mut self, field: &str, item: impl Into<Value>) {
        self.root.push(field, Node::from(item.into()));
    }

    /// Whether the field is given; `null` is not.
    #[must_use]
    pub fn contains(&self, field: &str) -> bool {
        self.root.find(field).is_some_and(|node| !node.is_null())
    }

    /// The text that the field holds, if it holds text.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        match &self.root.find(field)?.content {
            Content::Text(text) | Content::Untyped(text) | Content::Date(text) => Some(text),
            _ => None,
        }
    }

    /// The texts of the field: of a list, or of text between commas whose type the field decides; none if it has none.
    ///
    /// ```
    /// use threadx_request::{Document, Value};
    ///
    /// let mut document = Document::new();
    /// document.set("tokens", Value::untyped("BTCUSDT, ETHUSDT"));
    /// assert_eq!(document.texts("tokens"), ["BTCUSDT", "ETHUSDT"]);
    /// ```
    #[must_use]
    pub fn texts(&self, field: &str) -> Vec<&str> {
        match self.root.find(field).map(|node| &node.content) {
            Some(Content::Untyped(text)) => text.split(',').map(str::trim).collect(),
            Some(Content::Text(text)) => vec![text],
            Some(Content::List(items)) => items
                .iter()
                .filter_map(|item| match &item.content {
                    Content::Text(text) => Some(text.as_str()),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The field as a document of its own, its positions kept; `None` if it is absent.
    ///
    /// This is how a request is taken out of an envelope, such as a line of a batch.
    #[must_use]
    pub fn extract(&self, field: &str) -> Option<Self> {
        self.root.find(field).map(|node| Self { root: node.clone() })
    }
}

/// The bytes as text without a byte order mark, if they are UTF-8 and not too many.
fn readable<'b>(bytes: &'b [u8], limits: &Limits) -> Result<&'b str, ValidationError> {
    if bytes.len() > limits.bytes {
        let message = format!("must be at most {} bytes long, got {}", limits.bytes, bytes.len());
        return Err(Violation::new("", ViolationCode::TooLarge, message).into());
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|cause| {
        let offset = cause.valid_up_to();
        // What lies before the first bad byte is UTF-8, so nothing of it is lost.
        let before = String::from_utf8_lossy(&bytes[..offset]);
        let position = lines::Lines::new(&before).position(offset);
        Violation::new(
            "",
            ViolationCode::NotUtf8,
            format!("must be UTF-8, but byte {offset} is not"),
        )
        .at(position.line, position.column)
        .into()
    })
}
