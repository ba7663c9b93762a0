//! Settings from environment variables.

use std::ffi::{OsStr, OsString};

use threadx_error::{Violation, ViolationCode, nearest};

use crate::{
    Document, Value,
    field::{Broken, Field},
    fields::settings::SETTINGS,
    read::near_list,
    violations::Violations,
};

const PREFIX: &str = "THREADX_";

/// The variable that sets a key.
fn variable(field: &Field) -> String {
    format!("{PREFIX}{}", field.name.to_ascii_uppercase())
}

/// The variables that are settings, as a document by key; one that is no setting is reported.
pub(super) fn document<'v>(
    variables: impl IntoIterator<Item = (&'v OsString, &'v OsString)>,
    v: &mut Violations,
) -> Document {
    let mut document = Document::new();
    for (name, value) in variables {
        let Some(name) = of_prefix(name) else { continue };
        let Some(field) = SETTINGS.iter().find(|field| variable(field) == name) else {
            v.at(&name, None, || unknown(&name));
            continue;
        };
        match value.to_str() {
            Some(text) => document.set(field.name, Value::untyped(text)),
            None => v.at(&name, None, || {
                Broken::new(ViolationCode::NotUtf8, "must be UTF-8")
            }),
        }
    }
    document
}

/// The name if it begins with the prefix; what is not UTF-8 in it becomes replacement characters.
fn of_prefix(name: &OsStr) -> Option<String> {
    let name = name.to_string_lossy();
    name.starts_with(PREFIX).then(|| name.into_owned())
}

fn unknown(name: &str) -> Broken {
    // Without the prefix, which would make all of them near.
    let key = name.trim_start_matches(PREFIX).to_ascii_lowercase();
    let near = nearest(&key, SETTINGS.iter().map(|field| field.name));
    let near: Vec<String> = near
        .iter()
        .map(|key| format!("{PREFIX}{}", key.to_ascii_uppercase()))
        .collect();
    Broken::new(
        ViolationCode::UnknownField,
        format!("is not a setting{}", near_list(&near)),
    )
}

/// A violation of a key under the name of the variable that set it.
pub(super) fn renamed(mut violation: Violation) -> Violation {
    if let Some(field) = SETTINGS.iter().find(|field| field.name == violation.field) {
        violation.field = variable(field);
    }
    violation
}
