//! What is said of a field: the one source for reading, rules, defaults, JSON Schema and documentation.

mod interval;
mod judge;
mod kind;

pub(crate) use self::{
    interval::{Interval, Whole},
    judge::{Broken, judge, one_of},
    kind::{Kind, ListRule},
};

/// A field of a request or of the settings.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    /// A second name under which the field is accepted.
    pub(crate) alias: Option<&'static str>,
    pub(crate) kind: Kind,
    pub(crate) presence: Presence,
    /// One clause or two: what it means, with its unit.
    pub(crate) doc: &'static str,
    /// Why this version refuses the field although it knows it.
    pub(crate) unsupported: Option<&'static str>,
}

/// What an absent field means.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Presence {
    Required,
    /// Exactly one of this field and that one is given.
    Either(&'static Field),
    /// Takes this value.
    Default(Literal),
    /// Takes a value that depends on something else, told in words.
    Computed(&'static str),
    /// Stays absent.
    Optional,
}

/// A default.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Literal {
    Bool(bool),
    Number(f64),
    Whole(u64),
    Name(&'static str),
    Names(fn() -> Vec<&'static str>),
    EmptyMap,
}

impl Field {
    const fn new(name: &'static str, kind: Kind, presence: Presence, doc: &'static str) -> Self {
        Self {
            name,
            alias: None,
            kind,
            presence,
            doc,
            unsupported: None,
        }
    }

    pub(crate) const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self::new(name, kind, Presence::Required, doc)
    }

    pub(crate) const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self::new(name, kind, Presence::Optional, doc)
    }

    pub(crate) const fn computed(
        name: &'static str,
        kind: Kind,
        otherwise: &'static str,
        doc: &'static str,
    ) -> Self {
        Self::new(name, kind, Presence::Computed(otherwise), doc)
    }

    pub(crate) const fn number(
        name: &'static str,
        interval: Interval,
        default: f64,
        doc: &'static str,
    ) -> Self {
        let presence = Presence::Default(Literal::Number(default));
        Self::new(name, Kind::Number(interval), presence, doc)
    }

    pub(crate) const fn whole(name: &'static str, whole: Whole, default: u64, doc: &'static str) -> Self {
        let presence = Presence::Default(Literal::Whole(default));
        Self::new(name, Kind::Whole(whole), presence, doc)
    }

    pub(crate) const fn boolean(name: &'static str, default: bool, doc: &'static str) -> Self {
        let presence = Presence::Default(Literal::Bool(default));
        Self::new(name, Kind::Boolean, presence, doc)
    }

    pub(crate) const fn choice(
        name: &'static str,
        names: fn() -> Vec<&'static str>,
        default: &'static str,
        doc: &'static str,
    ) -> Self {
        let presence = Presence::Default(Literal::Name(default));
        Self::new(name, Kind::Choice(names), presence, doc)
    }

    pub(crate) const fn alias(mut self, alias: &'static str) -> Self {
        self.alias = Some(alias);
        self
    }

    /// Marks the field as known and refused, with the reason as a clause behind its name.
    pub(crate) const fn unsupported(mut self, reason: &'static str) -> Self {
        self.unsupported = Some(reason);
        self
    }

    /// Whether `name` is the field's name or alias.
    pub(crate) fn answers_to(&self, name: &str) -> bool {
        self.name == name || self.alias == Some(name)
    }

    /// The default if it is a number.
    pub(crate) const fn default_number(&self) -> f64 {
        match self.presence {
            Presence::Default(Literal::Number(value)) => value,
            _ => f64::NAN,
        }
    }

    /// The default if it is a whole number.
    pub(crate) const fn default_whole(&self) -> u64 {
        match self.presence {
            Presence::Default(Literal::Whole(value)) => value,
            _ => 0,
        }
    }

    /// The default if it is a boolean.
    pub(crate) const fn default_boolean(&self) -> bool {
        matches!(self.presence, Presence::Default(Literal::Bool(true)))
    }

    /// Smallest whole number.
    pub(crate) const fn min(&self) -> i128 {
        match &self.kind {
            Kind::Whole(whole) => whole.min,
            _ => i128::MIN,
        }
    }

    /// Largest whole number.
    pub(crate) const fn max(&self) -> i128 {
        match &self.kind {
            Kind::Whole(whole) => whole.max,
            _ => i128::MAX,
        }
    }

    /// Fewest items of a list.
    pub(crate) const fn shortest(&self) -> usize {
        match &self.kind {
            Kind::List(rule) => rule.min,
            _ => 0,
        }
    }

    /// Most items of a list.
    pub(crate) const fn longest(&self) -> usize {
        match &self.kind {
            Kind::List(rule) => rule.max,
            _ => usize::MAX,
        }
    }
}
