//! Codes of currencies.

/// Currencies in which prices are quoted.
const QUOTES: [&str; 20] = [
    "USDT", "USDC", "BUSD", "TUSD", "FDUSD", "DAI", "USD", "EUR", "GBP", "JPY", "AUD", "CAD", "CHF", "NZD",
    "TRY", "BRL", "KRW", "BTC", "ETH", "BNB",
];

/// Whether `text` is the code of a currency in which prices are quoted, in any case.
pub(crate) fn is_quote(text: &str) -> bool {
    QUOTES.iter().any(|quote| quote.eq_ignore_ascii_case(text))
}

/// Whether a symbol names the currency in which it is quoted at its end.
pub(crate) fn ends_with_quote(symbol: &str) -> bool {
    QUOTES.iter().any(|quote| {
        symbol.len() > quote.len() + 1
            && symbol
                .get(symbol.len() - quote.len()..)
                .is_some_and(|end| end.eq_ignore_ascii_case(quote))
    })
}
