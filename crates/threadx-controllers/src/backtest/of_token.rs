//! A row of a result, with the token that it is of in a portfolio.

use serde::Serialize;
use threadx_market::Symbol;

/// A row of a result, with the token that it is of in a portfolio; it serialises flat, `token` first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OfToken<T> {
    /// The token; `None` in a run of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Symbol>,
    /// The row.
    #[serde(flatten)]
    pub row: T,
}

impl<T> OfToken<T> {
    /// The rows of a run of one token.
    pub(super) fn unnamed(rows: Vec<T>) -> Vec<Self> {
        let unnamed = |row| Self { token: None, row };
        rows.into_iter().map(unnamed).collect()
    }
}

/// The row is what it is mostly about.
impl<T> std::ops::Deref for OfToken<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.row
    }
}
