//! The market that a file is named for.

use std::path::Path;

use threadx_market::{Symbol, Timeframe};

/// Endings that say how a file is stored, not what it holds.
const ENDINGS: [&str; 10] = [
    ".csv", ".txt", ".tsv", ".json", ".gz", ".zip", ".parquet", ".feather", ".arrow", ".ipc",
];

/// The symbol that a file is named for: the part of the name before the first `_`, blank or comma, and
/// before the first `-` that a timeframe follows, upper-cased. `None` if that is not a symbol.
///
/// ```
/// use std::path::Path;
/// use threadx_data::token_of;
///
/// let token = |name| token_of(Path::new(name)).map(|token| token.to_string());
/// assert_eq!(token("data/btcusdt_1h_2019.csv.gz").as_deref(), Some("BTCUSDT"));
/// assert_eq!(token("BTCUSDT-1h-2024-12.zip").as_deref(), Some("BTCUSDT"));
/// assert_eq!(token("eth-usd.csv").as_deref(), Some("ETH-USD"));
/// assert_eq!(token("…csv"), None);
/// ```
#[must_use]
pub fn token_of(path: &Path) -> Option<Symbol> {
    let mut name = path.file_name()?.to_str()?;
    while let Some(shorter) = ENDINGS.iter().find_map(|ending| strip_ending(name, ending)) {
        name = shorter;
    }
    let name = name.split(['_', ' ', ',']).next()?;
    let pieces: Vec<&str> = name.split('-').collect();
    let until = (1..pieces.len())
        .find(|&piece| Timeframe::parse(pieces[piece]).is_ok())
        .unwrap_or(pieces.len());
    Symbol::parse(&pieces[..until].join("-")).ok()
}

fn strip_ending<'a>(name: &'a str, ending: &str) -> Option<&'a str> {
    let (stem, tail) = name.split_at_checked(name.len().checked_sub(ending.len())?)?;
    tail.eq_ignore_ascii_case(ending).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_leading_part_of_the_name() {
        let check = |name: &str, expect: Option<&str>| {
            let token = token_of(Path::new(name));
            assert_eq!(token.as_ref().map(Symbol::as_str), expect, "{name:?}");
        };
        check("aapl.csv", Some("AAPL"));
        check("BRK.B_1d.csv", Some("BRK.B"));
        check("EURUSD60.CSV", Some("EURUSD60"));
        check("BTCUSDT-1M-2024.csv", Some("BTCUSDT"));
        check("BINANCE_BTCUSDT, 60.csv", Some("BINANCE"));
        check("Bitcoin Historical Data.csv", Some("BITCOIN"));
        check("_x.csv", None);
        check(".csv", None);
        check("", None);
        check("a..b.csv", None);
        check("größe.csv", None);
    }
}
