//! What a backtest trades.

use threadx_market::Symbol;

/// What a backtest trades: one token, or 2 to 100 different ones as a portfolio, in order of precedence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    first: Symbol,
    rest: Vec<Symbol>,
}

/// The tokens separated by commas.
impl std::fmt::Display for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.first.as_str())?;
        self.rest.iter().try_for_each(|token| write!(f, ", {token}"))
    }
}

impl Tokens {
    /// One token.
    pub(crate) const fn single(token: Symbol) -> Self {
        Self {
            first: token,
            rest: Vec::new(),
        }
    }

    /// The tokens of a portfolio; `None` if there are none.
    pub(crate) fn portfolio(tokens: Vec<Symbol>) -> Option<Self> {
        let mut tokens = tokens.into_iter();
        Some(Self {
            first: tokens.next()?,
            rest: tokens.collect(),
        })
    }

    /// The first token; the only one unless this is a portfolio.
    #[must_use]
    pub const fn first(&self) -> &Symbol {
        &self.first
    }

    /// The tokens in order; never empty.
    pub fn iter(&self) -> impl Iterator<Item = &Symbol> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    /// Whether there are several.
    #[must_use]
    pub const fn is_portfolio(&self) -> bool {
        !self.rest.is_empty()
    }
}
