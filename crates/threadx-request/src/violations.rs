//! Collects broken rules.

use threadx_error::{ValidationError, Violation, ViolationCode};

use crate::{
    document::{Node, Position},
    field::Broken,
};

/// Collects broken rules, up to a limit.
#[derive(Debug)]
pub(crate) struct Violations {
    list: Vec<Violation>,
    limit: usize,
    omitted: usize,
}

impl Violations {
    pub(crate) const fn new(limit: usize) -> Self {
        Self {
            list: Vec::new(),
            limit,
            omitted: 0,
        }
    }

    /// Adds the rule that `make` tells, which is not asked if the list is full.
    pub(crate) fn add_with(&mut self, make: impl FnOnce() -> Violation) {
        if self.list.len() < self.limit {
            self.list.push(make());
        } else {
            self.omitted += 1;
        }
    }

    /// A rule about a value: its position and, if it is a short scalar, its text go into the violation.
    pub(crate) fn about(&mut self, field: &str, node: &Node, broken: impl FnOnce() -> Broken) {
        self.add_with(|| {
            let mut violation = violation(field, broken(), node.at);
            violation.value = node.to_json();
            violation
        });
    }

    /// A rule about something that is not there, or about a name at `at`.
    pub(crate) fn at(&mut self, field: &str, at: Option<Position>, broken: impl FnOnce() -> Broken) {
        self.add_with(|| violation(field, broken(), at));
    }

    /// The same, its field being told only if it is listed.
    pub(crate) fn at_with(&mut self, at: Option<Position>, broken: impl FnOnce() -> (String, Broken)) {
        self.add_with(|| {
            let (field, broken) = broken();
            violation(&field, broken, at)
        });
    }

    pub(crate) fn wrong_type(&mut self, field: &str, node: &Node, expected: &str) {
        self.about(field, node, || {
            let message = format!("must be {expected}, got {}", node.shown());
            Broken::new(ViolationCode::WrongType, message)
        });
    }

    /// How many rules are broken so far.
    pub(crate) const fn count(&self) -> usize {
        self.list.len() + self.omitted
    }

    /// All violations that are listed, and one more for those that are not.
    pub(crate) fn into_list(mut self) -> Vec<Violation> {
        if self.omitted > 0 {
            let message = format!("breaks {} more rules than are listed", self.omitted);
            self.list
                .push(Violation::new("", ViolationCode::NotListed, message));
        }
        self.list
    }

    /// All violations, sorted by field; `Ok` if there are none.
    pub(crate) fn finish(self) -> Result<(), ValidationError> {
        ValidationError::check(self.into_list())
    }
}

fn violation(field: &str, broken: Broken, at: Option<Position>) -> Violation {
    let mut violation = Violation::new(field, broken.code, broken.message);
    violation.bounds = broken.bounds;
    match at {
        Some(at) => violation.at(at.line, at.column),
        None => violation,
    }
}
