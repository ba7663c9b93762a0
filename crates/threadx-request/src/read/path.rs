//! Paths of fields.

use crate::document::quoted;

/// The path of an entry. A name that no field could have is put in quotes, and cut before it fills a screen.
pub(crate) fn join(path: &str, name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let name = if !name.is_empty() && name.len() <= 64 && name.chars().all(plain) {
        name.to_owned()
    } else {
        quoted(name)
    };
    if path.is_empty() {
        name
    } else {
        format!("{path}.{name}")
    }
}

pub(crate) fn item_path(path: &str, index: usize) -> String {
    format!("{path}[{index}]")
}
