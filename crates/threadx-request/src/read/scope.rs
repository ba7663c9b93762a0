//! An object and the fields that it may have.

use threadx_error::ViolationCode;
use threadx_spec::{Criterion, Metric, Preference};

use super::{
    near::near_clause,
    path::{item_path, join},
};

use crate::{
    document::{Content, Node, quoted},
    field::{Broken, Field, Presence, one_of},
    read,
    violations::Violations,
};

/// An object of a document and the fields that it may have.
#[derive(Debug)]
pub(crate) struct Scope<'d> {
    node: &'d Node,
    path: String,
    fields: &'static [&'static Field],
}

/// A field's value and the path under which it was given (its alias perhaps).
#[derive(Debug)]
pub(crate) struct Given<'d> {
    pub(crate) node: &'d Node,
    pub(crate) path: String,
}

impl<'d> Scope<'d> {
    /// Opens an object; unknown, unsupported, doubled and missing fields are reported. `owner` says what the fields
    /// belong to, for example "a backtest request". `None` if the node is no object.
    pub(crate) fn open(
        node: &'d Node,
        path: &str,
        fields: &'static [&'static Field],
        owner: &str,
        violations: &mut Violations,
    ) -> Option<Self> {
        let Content::Map(entries) = &node.content else {
            violations.wrong_type(path, node, "an object");
            return None;
        };
        for entry in entries {
            let inner = join(path, &entry.name);
            match fields.iter().find(|field| field.answers_to(&entry.name)) {
                None => violations.at(&inner, entry.at, || unknown_field(&entry.name, fields, owner)),
                Some(field) => {
                    if let (Some(reason), false) = (field.unsupported, entry.node.is_null()) {
                        violations.about(&inner, &entry.node, || {
                            Broken::new(ViolationCode::Unsupported, reason)
                        });
                    }
                }
            }
        }
        let scope = Self {
            node,
            path: path.to_owned(),
            fields,
        };
        for field in fields {
            scope.presence(field, violations);
        }
        Some(scope)
    }

    fn presence(&self, field: &Field, violations: &mut Violations) {
        if let Some(alias) = field.alias
            && self.under(field.name).is_some()
            && let Some(second) = self.under(alias)
        {
            violations.about(&join(&self.path, alias), second, || {
                let message = format!("means the same as {}, which is given too", field.name);
                Broken::new(ViolationCode::Conflict, message)
            });
        }
        match field.presence {
            Presence::Required if self.given(field).is_none() => self.missing(field.name, violations),
            Presence::Either(other) => match (self.given(field), self.given(other)) {
                (Some(_), Some(second)) => violations.about(&second.path, second.node, || {
                    let message = format!("cannot be given together with {}", field.name);
                    Broken::new(ViolationCode::Conflict, message)
                }),
                (None, None) => self.missing(field.name, violations),
                _ => {}
            },
            _ => {}
        }
    }

    /// Reports that `what` is missing here.
    pub(crate) fn missing(&self, what: &str, violations: &mut Violations) {
        violations.at(&join(&self.path, what), self.node.at, || {
            Broken::new(ViolationCode::Missing, "is required")
        });
    }

    fn under(&self, name: &str) -> Option<&'d Node> {
        self.node.find(name).filter(|node| !node.is_null())
    }

    /// The field's value; `null` is as good as absent.
    pub(crate) fn given(&self, field: &Field) -> Option<Given<'d>> {
        [Some(field.name), field.alias]
            .into_iter()
            .flatten()
            .find_map(|name| {
                Some(Given {
                    node: self.under(name)?,
                    path: join(&self.path, name),
                })
            })
    }

    /// The field of that name.
    pub(super) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().copied().find(|field| field.name == name)
    }

    fn read<T>(
        &self,
        field: &Field,
        read: impl FnOnce(&'d Node) -> Option<T>,
        violations: &mut Violations,
    ) -> Option<T> {
        let given = self.given(field)?;
        let value = read(given.node);
        if value.is_none() {
            violations.wrong_type(&given.path, given.node, field.kind.expected());
        }
        value
    }

    pub(crate) fn boolean(&self, field: &Field, violations: &mut Violations) -> Option<bool> {
        self.read(field, read::boolean, violations)
    }

    pub(crate) fn number(&self, field: &Field, violations: &mut Violations) -> Option<f64> {
        self.read(field, read::number, violations)
    }

    pub(crate) fn whole(&self, field: &Field, violations: &mut Violations) -> Option<i128> {
        self.read(field, read::whole, violations)
    }

    pub(crate) fn text(&self, field: &Field, violations: &mut Violations) -> Option<String> {
        self.read(field, |node| read::text(node).map(str::to_owned), violations)
    }

    pub(crate) fn time(&self, field: &Field, violations: &mut Violations) -> Option<read::RawTime> {
        self.read(field, read::time, violations)
    }

    /// The items of a list and their paths; of a list that is too long, as many as show that it is.
    pub(crate) fn items(&self, field: &Field, violations: &mut Violations) -> Option<Vec<Given<'d>>> {
        let items = self.read(
            field,
            |node| match &node.content {
                Content::List(items) => Some(items),
                _ => None,
            },
            violations,
        )?;
        let path = self.given(field)?.path;
        let given = |(index, node)| Given {
            node,
            path: item_path(&path, index),
        };
        let most = field.longest().saturating_add(1);
        Some(items.iter().take(most).enumerate().map(given).collect())
    }

    /// The items of a list of text; one of another type is reported and absent.
    pub(crate) fn texts(&self, field: &Field, violations: &mut Violations) -> Option<Vec<Option<String>>> {
        let items = self.items(field, violations)?;
        let texts = items.into_iter().map(|item| {
            let text = read::text(item.node);
            if text.is_none() {
                violations.wrong_type(&item.path, item.node, "text");
            }
            text.map(str::to_owned)
        });
        Some(texts.collect())
    }

    /// The values of a list of names; what is none is reported and absent.
    pub(crate) fn choices<T: Copy>(
        &self,
        field: &Field,
        names: &[(&str, T)],
        violations: &mut Violations,
    ) -> Option<Vec<Option<T>>> {
        let texts = self.texts(field, violations)?;
        let items = self.items(field, violations)?;
        let values = texts
            .iter()
            .zip(&items)
            .map(|(text, item)| choose(item, text.as_ref()?, names, violations));
        Some(values.collect())
    }

    /// The criteria of a list of text; what is none is reported and absent.
    pub(crate) fn criteria(
        &self,
        field: &Field,
        violations: &mut Violations,
    ) -> Option<Vec<Option<Criterion>>> {
        let texts = self.texts(field, violations)?;
        let items = self.items(field, violations)?;
        let values = texts.iter().zip(&items).map(|(text, item)| {
            let text = text.as_ref()?;
            let criterion = Criterion::parse(text);
            if criterion.is_none() {
                violations.about(&item.path, item.node, || no_criterion(text));
            }
            criterion
        });
        Some(values.collect())
    }

    /// The value of that name.
    pub(crate) fn choice<T: Copy>(
        &self,
        field: &Field,
        names: &[(&str, T)],
        violations: &mut Violations,
    ) -> Option<T> {
        let text = self.read(field, read::text, violations)?;
        choose(&self.given(field)?, text, names, violations)
    }
}

/// The value that `text` names, or a violation with all the names.
fn choose<T: Copy>(
    given: &Given<'_>,
    text: &str,
    names: &[(&str, T)],
    violations: &mut Violations,
) -> Option<T> {
    let found = names
        .iter()
        .find(|(name, _)| *name == text)
        .map(|(_, value)| *value);
    if found.is_none() {
        violations.about(&given.path, given.node, || {
            unknown_value(text, names.iter().map(|(name, _)| *name).collect())
        });
    }
    found
}

/// That `text` is none of `names`.
fn unknown_value(text: &str, names: Vec<&str>) -> Broken {
    let near = if names.len() > 5 {
        near_clause(text, names.iter().copied())
    } else {
        String::new()
    };
    let message = format!("must be one of {}, got {}{near}", names.join(", "), quoted(text));
    Broken::new(ViolationCode::UnknownValue, message).with_bounds(one_of(names))
}

/// That `text` is no criterion.
fn no_criterion(text: &str) -> Broken {
    match text.split_once(':') {
        Some((name, direction)) if Metric::from_name(name).is_some() => {
            let names = Preference::NAMES.map(|(name, _)| name);
            let message = format!(
                "must have {} behind {name}:, got {}",
                names.join(" or "),
                quoted(direction)
            );
            Broken::new(ViolationCode::UnknownValue, message).with_bounds(one_of(names.to_vec()))
        }
        _ => unknown_value(text, Metric::ALL.iter().map(|metric| metric.as_str()).collect()),
    }
}

fn unknown_field(name: &str, fields: &[&Field], owner: &str) -> Broken {
    let known = fields
        .iter()
        .flat_map(|field| [Some(field.name), field.alias])
        .flatten();
    let message = format!("is not a field of {owner}{}", near_clause(name, known));
    Broken::new(ViolationCode::UnknownField, message)
}
