//! A request that breaks rules.

use crate::Violation;

/// A request (or one layer's specification) that breaks at least one rule; all broken rules at once.
///
/// The text names the first violation and counts the others; [`violations`](Self::violations) has
/// them all, sorted by field.
#[derive(Debug, Clone, PartialEq)]
pub struct ValidationError {
    violations: Vec<Violation>,
}

impl ValidationError {
    /// `Err` with the violations sorted by field, or `Ok` if there are none.
    ///
    /// # Errors
    ///
    /// A [`ValidationError`] if `violations` is not empty.
    pub fn check(mut violations: Vec<Violation>) -> Result<(), Self> {
        if violations.is_empty() {
            return Ok(());
        }
        violations
            .sort_by(|a, b| (&a.field, a.line, a.column, a.code).cmp(&(&b.field, b.line, b.column, b.code)));
        Err(Self { violations })
    }

    /// Every broken rule, sorted by field; never empty.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }
}

impl From<Violation> for ValidationError {
    fn from(violation: Violation) -> Self {
        Self {
            violations: vec![violation],
        }
    }
}

impl std::fmt::Display for ValidationError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("invalid request")?;
        if let Some(first) = self.violations.first() {
            write!(f, ": {first}")?;
        }
        match self.violations.len() {
            0 | 1 => Ok(()),
            2 => f.write_str(" (and 1 more violation)"),
            n => write!(f, " (and {} more violations)", n - 1),
        }
    }
}

impl std::error::Error for ValidationError {}
