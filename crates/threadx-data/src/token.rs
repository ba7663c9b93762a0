//! The market that a file is named for.

use std::path::Path;

use threadx_market::{Symbol, Timeframe};

use crate::currency::{ends_with_quote, is_quote};

/// Endings that say how a file is stored, not what it holds.
const ENDINGS: [&str; 11] = [
    ".csv", ".txt", ".tsv", ".json", ".gz", ".zip", ".parquet", ".feather", ".arrow", ".ipc", ".last",
];

/// Words in front of a symbol that say where the bars are from or how they are written. No market is called so.
#[rustfmt::skip]
const SOURCES: [&str; 71] = [
    // Exchanges
    "binance", "binanceus", "bitfinex", "bitget", "bitmex", "bitstamp", "bittrex", "bybit", "cboe", "cex", "coinbase",
    "coinex", "cryptocom", "deribit", "ftx", "gateio", "gemini", "hitbtc", "huobi", "htx", "kraken", "kucoin", "lbank",
    "mexc", "nasdaq", "nse", "nyse", "okcoin", "okex", "okx", "phemex", "poloniex",
    // Brokers, vendors and programs
    "alphavantage", "barchart", "cdd", "cryptodatadownload", "dukascopy", "forexcom", "fxcm", "google", "histdata",
    "investing", "metatrader", "mt4", "mt5", "ninjatrader", "oanda", "polygon", "quandl", "stooq", "tradingview",
    "yahoo", "yfinance",
    // Of HistData: `DAT_ASCII_EURUSD_M1_2023`, `HISTDATA_COM_ASCII_EURUSD_M12023`
    "dat", "ascii", "com", "mt",
    // What else files are called for
    "api", "dump", "fixture", "freqtrade", "header", "kline", "klines", "lean", "new", "old", "wiki",
    // Of TradingView: `FX_EURUSD, 60`
    "fx", "tvc", "amex",
];

/// Letters of a currency or share that is quoted in another.
const BASE_LEN_MAX: usize = 10;

/// The symbol that a file is named for, upper-cased; `None` if its name is not that of one.
///
/// The name is cut at `_`, blanks and commas, and at the first `-` that a timeframe follows. Pieces in front that
/// name an exchange or a vendor are passed over if the name goes on. Then the first piece is the symbol; a piece
/// behind it that is a quote currency belongs to it.
///
/// ```
/// use std::path::Path;
/// use threadx_data::token_of;
///
/// let token = |name| token_of(Path::new(name)).map(|token| token.to_string());
/// assert_eq!(token("data/btcusdt_1h_2019.csv.gz").as_deref(), Some("BTCUSDT"));
/// assert_eq!(token("BTCUSDT-1h-2024-12.zip").as_deref(), Some("BTCUSDT"));
/// assert_eq!(token("eth-usd.csv").as_deref(), Some("ETH-USD"));
/// assert_eq!(token("BINANCE_BTCUSDT, 60.csv").as_deref(), Some("BTCUSDT"));
/// assert_eq!(token("BTC_USDT-1h.feather").as_deref(), Some("BTCUSDT"));
/// assert_eq!(token("…csv"), None);
/// ```
#[must_use]
pub fn token_of(path: &Path) -> Option<Symbol> {
    let mut name = path.file_name()?.to_str()?;
    while let Some(shorter) = ENDINGS.iter().find_map(|ending| strip_ending(name, ending)) {
        name = shorter;
    }
    let pieces: Vec<&str> = name
        .split(['_', ' ', ','])
        .map(|piece| before_timeframe(piece).unwrap_or(piece))
        .collect();
    let is_source = |piece: &str| SOURCES.iter().any(|word| word.eq_ignore_ascii_case(piece));
    // Of a name that is nothing else the source is all there is.
    let is_timeframe = |piece: &str| {
        Timeframe::ALL
            .iter()
            .any(|one| one.as_str().eq_ignore_ascii_case(piece))
    };
    let named = |piece: &&str| !is_source(piece) && !is_timeframe(piece) && Symbol::parse(piece).is_ok();
    let at = match pieces.first() {
        Some(first) if is_source(first) => pieces.iter().position(named).unwrap_or(0),
        _ => 0,
    };
    let symbol = *pieces.get(at)?;
    let quote = pieces
        .get(at + 1)
        .filter(|piece| is_quote(piece) && symbol.len() <= BASE_LEN_MAX && !ends_with_quote(symbol));
    Symbol::parse(&format!("{symbol}{}", quote.copied().unwrap_or_default())).ok()
}

/// What stands before the first `-` that a timeframe follows.
fn before_timeframe(piece: &str) -> Option<&str> {
    let mut at = 0;
    loop {
        let dash = at + piece.get(at..)?.find('-')?;
        let behind = &piece[dash + 1..];
        let word = behind.split('-').next()?;
        if Timeframe::parse(word).is_ok() {
            return Some(&piece[..dash]);
        }
        at = dash + 1;
    }
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
        check("Bitcoin Historical Data.csv", Some("BITCOIN"));
        check("_x.csv", None);
        check(".csv", None);
        check("", None);
        check("a..b.csv", None);
        check("größe.csv", None);
        check("-.csv", None);
    }

    #[test]
    fn passes_over_where_the_bars_are_from() {
        let check = |name: &str, expect: &str| {
            let token = token_of(Path::new(name));
            assert_eq!(token.as_ref().map(Symbol::as_str), Some(expect), "{name:?}");
        };
        check("BINANCE_BTCUSDT, 60.csv", "BTCUSDT");
        check("NASDAQ_AAPL, 1D.csv", "AAPL");
        check("FX_EURUSD, 60.csv", "EURUSD");
        check("Binance_BTCUSDT_1h.csv", "BTCUSDT");
        check("cdd_binance_BTCUSDT_minute.csv", "BTCUSDT");
        check("DAT_ASCII_EURUSD_M1_2023.csv", "EURUSD");
        check("HISTDATA_COM_ASCII_EURUSD_M12023.zip", "EURUSD");
        check("EURUSD.Last.txt", "EURUSD");
        check("binance_dump_BTCUSDT-1h-2024-12.csv", "BTCUSDT");
        check("binance_1h_BTCUSDT_offgrid.csv", "BTCUSDT");
        check("freqtrade_ETH_BTC-5m.feather", "ETHBTC");
        check("yahoo_old_KO_1d.csv", "KO");
        // Nothing else is there to be called so.
        check("binance.csv", "BINANCE");
        check("FX.csv", "FX");
        check("binance_größe.csv", "BINANCE");
    }

    #[test]
    fn a_quote_currency_belongs_to_the_symbol() {
        let check = |name: &str, expect: &str| {
            let token = token_of(Path::new(name));
            assert_eq!(token.as_ref().map(Symbol::as_str), Some(expect), "{name:?}");
        };
        check("BTC_USDT-1h.feather", "BTCUSDT");
        check("BTC_USDT_USDT-1h-futures.feather", "BTCUSDT");
        check("UNITTEST_BTC-1m.feather", "UNITTESTBTC");
        check("XRP_ETH-1m.json", "XRPETH");
        check("kraken_eth_eur.csv", "ETHEUR");
        check("EUR_USD.csv", "EURUSD");
        check("BTCUSDT_ETH_pair.csv", "BTCUSDT");
        check("AAPL_1d_usd.csv", "AAPL");
    }
}
