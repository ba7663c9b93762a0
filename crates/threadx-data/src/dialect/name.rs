//! The name of a dialect, for reports: how a file is read does not depend on it.

use super::{sample::Sample, time_columns::TimeColumns};
use crate::dialect::Plan;

/// The name of the program or site that writes files like this one.
pub(crate) fn dialect_name(sample: &Sample, plan: &Plan, json: bool) -> &'static str {
    let names: Vec<String> = plan
        .names
        .iter()
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let has = |name: &str| names.iter().any(|held| held == name);
    let begins = |wanted: &[&str]| {
        names.len() >= wanted.len() && names.iter().zip(wanted).all(|(name, want)| name == want)
    };
    let first = sample.rows.first();
    let cell = |column: usize| first.and_then(|row| row.get(column)).map_or("", String::as_str);
    let time = match plan.roles.time {
        TimeColumns::One(column)
        | TimeColumns::Close(column)
        | TimeColumns::DateAndClock(column, _)
        | TimeColumns::MillisecondsOfDay(column, _) => cell(column),
    };
    let count = |byte: u8| time.bytes().filter(|held| *held == byte).count();
    if sample
        .preamble
        .iter()
        .any(|line| line.to_ascii_lowercase().contains("cryptodatadownload"))
    {
        return "CryptoDataDownload";
    }
    if names.is_empty() {
        return match (plan.roles.time, plan.roles.prices) {
            (TimeColumns::MillisecondsOfDay(..), _) => "QuantConnect Lean",
            _ if plan.price_divisor != 1.0 => "QuantConnect Lean",
            (_, [3, 2, 1, 4]) => "Coinbase candles",
            (_, [1, 3, 4, 2]) => "Bitfinex candles",
            _ if json => "JSON candles",
            _ if sample.width == 12 => "Binance klines without header",
            (TimeColumns::DateAndClock(..), _) if count(b'.') == 2 => "MetaTrader 4",
            (TimeColumns::One(_), _) if plan.delimiter == Some(b';') => "NinjaTrader or HistData",
            _ => "bars without header",
        };
    }
    if (has("open_time") || has("open time"))
        && names.iter().any(|name| name.starts_with("close"))
        && names.len() >= 11
    {
        "Binance klines"
    } else if has("unix") && has("symbol") {
        "CryptoDataDownload"
    } else if names.iter().any(|name| name.starts_with('<')) {
        if has("<tickvol>") {
            "MetaTrader 5"
        } else {
            "MetaStock ASCII"
        }
    } else if (has("adj close") && !has("date time")) || has("adj close**") || begins(&["price", "close"]) {
        "Yahoo Finance"
    } else if has("price") && has("vol.") {
        "Investing.com"
    } else if has("close/last") {
        "Nasdaq"
    } else if names.iter().any(|name| name.starts_with("adj. ")) {
        "Quandl"
    } else if names.iter().any(|name| name.starts_with("1. ")) {
        "Alpha Vantage"
    } else if has("last") && has("change") {
        "Barchart"
    } else if begins(&["time", "low", "high", "open", "close"]) {
        "Coinbase candles"
    } else if has("gmt time") || has("local time") || (count(b'.') >= 2 && count(b':') == 2) {
        "Dukascopy"
    } else if begins(&["time", "open", "high", "low", "close"])
        && (has("plot") || plan.names.iter().any(|name| name == "Volume"))
    {
        "TradingView"
    } else if plan.names == crate::csv::HEADER {
        "clean form"
    } else if has("date")
        && time.contains(|c: char| c.is_ascii_alphabetic())
        && count(b'-') == 2
        && time.len() <= 9
    {
        "Google Finance"
    } else {
        "bars with header"
    }
}
