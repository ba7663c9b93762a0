//! The name of a market.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use threadx_error::DataError;

/// The name of a market, for example `BTCUSDT`: 1 to 32 of `A-Z 0-9 . _ -`, a letter or digit first,
/// never two dots in a row (a symbol is also a file name).
///
/// ```
/// use threadx_market::Symbol;
///
/// assert_eq!(Symbol::parse(" btcusdt ")?.as_str(), "BTCUSDT");
/// assert!(Symbol::parse("../etc").is_err());
/// # Ok::<(), threadx_error::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Symbol(Arc<str>);

impl Symbol {
    /// Longest symbol, in characters.
    pub const MAX_LEN: usize = 32;

    /// The symbol that `text` names, trimmed and upper-cased.
    ///
    /// # Errors
    ///
    /// [`DataError::Symbol`] if it is empty, too long, or has a character that symbols do not have.
    pub fn parse(text: &str) -> Result<Self, DataError> {
        let symbol = text.trim().to_ascii_uppercase();
        let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
        let well_formed = symbol.len() <= Self::MAX_LEN
            && symbol.starts_with(|c: char| c.is_ascii_alphanumeric())
            && symbol.chars().all(allowed)
            && !symbol.contains("..");
        if well_formed {
            Ok(Self(symbol.into()))
        } else {
            Err(DataError::Symbol {
                text: text.to_owned(),
            })
        }
    }

    /// The symbol as text, upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Symbol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

impl std::str::FromStr for Symbol {
    type Err = DataError;

    fn from_str(text: &str) -> Result<Self, DataError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Symbol {
    type Error = DataError;

    fn try_from(text: String) -> Result<Self, DataError> {
        Self::parse(&text)
    }
}

impl From<Symbol> for String {
    fn from(symbol: Symbol) -> Self {
        symbol.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_symbols_and_refuses_everything_else() {
        let check = |text: &str, expect: Option<&str>| {
            let got = Symbol::parse(text).ok();
            assert_eq!(got.as_ref().map(Symbol::as_str), expect, "{text:?}");
        };
        check("BTCUSDT", Some("BTCUSDT"));
        check(" eth-usd\n", Some("ETH-USD"));
        check("BRK.B", Some("BRK.B"));
        check("7203_T", Some("7203_T"));
        check(&"A".repeat(32), Some(&"A".repeat(32)));
        check(&"A".repeat(33), None);
        check("", None);
        check(" ", None);
        check("@@", None);
        check(".A", None);
        check("A..B", None);
        check("A/B", None);
        check("ÄPFEL", None);
    }
}
