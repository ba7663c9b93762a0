//! What a column's name says about what it holds.

use super::names::{NAMES, OPEN_TIMES};

/// What a column may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Role {
    /// A stamp, or a part of one: what part the cells tell.
    Time,
    /// When the bar ended.
    CloseTime,
    Open,
    High,
    Low,
    Close,
    Volume,
    Symbol,
    /// A price that was changed for later splits and dividends.
    Adjusted,
    /// Known not to be any of these.
    Other,
}

/// How well a name fits a role: smaller is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fit {
    /// 0 for the whole name, 1 where a word in front of it or behind it was left out.
    part: u8,
    /// Position among the role's names.
    rank: usize,
}

impl Fit {
    /// Whether the whole name is one of the role's.
    pub(crate) fn is_whole(self) -> bool {
        self.part == 0
    }
}

/// The role that a column's name stands for; `None` if it says nothing.
///
/// Case, blanks, punctuation and a number in front (`1. open`) do not matter. `adjusted` anywhere makes a
/// price an adjusted one. If the whole name is not known, what it begins with may be (`open_time_utc`), its
/// last word alone (`Candlestick.Open`), or its first (`Open_1h`, `Volume BTC`).
pub(crate) fn role(name: &str) -> Option<(Role, Fit)> {
    let words = words(name);
    let first_letters = words
        .iter()
        .position(|word| !word.bytes().all(|byte| byte.is_ascii_digit()));
    let words = &words[first_letters?..];
    // Yahoo's page explains its raw prices: "Close Close price adjusted for splits.".
    if words.starts_with(&["close", "close", "price", "adjusted"].map(str::to_owned)) {
        return Some((Role::Close, Fit { part: 0, rank: 0 }));
    }
    if words
        .iter()
        .any(|word| matches!(word.as_str(), "adj" | "adjusted" | "adjclose" | "adjustedclose"))
    {
        return Some((Role::Adjusted, Fit { part: 0, rank: 0 }));
    }
    let known = |words: &[String], part: u8| {
        let key = words.concat();
        NAMES.iter().find_map(|(role, names)| {
            let rank = names.iter().position(|name| *name == key)?;
            Some((*role, Fit { part, rank }))
        })
    };
    if let Some(found) = known(words, 0) {
        return Some(found);
    }
    if words.len() < 2 {
        return None;
    }
    if let Some(found) = (2..words.len()).rev().find_map(|len| known(&words[..len], 1)) {
        return Some(found).filter(|(role, _)| *role != Role::Other);
    }
    // Single letters stand for something only where they stand alone.
    let long = |word: &String| word.len() > 1;
    let last = words.last().filter(|word| long(word));
    let first = words.first().filter(|word| long(word));
    last.and_then(|word| known(std::slice::from_ref(word), 1))
        .or_else(|| first.and_then(|word| known(std::slice::from_ref(word), 1)))
        .filter(|(role, _)| *role != Role::Other)
}

/// Which of the columns that are called so holds the open, if the four prices are among them.
pub(crate) fn names_prices(names: &[&str]) -> Option<usize> {
    let at = |wanted: Role| {
        names
            .iter()
            .position(|name| role(name).is_some_and(|(role, _)| role == wanted))
    };
    at(Role::High)
        .and(at(Role::Low))
        .and(at(Role::Close))
        .and(at(Role::Open))
}

/// Whether a column's name says that bars open at the times that it holds.
pub(crate) fn is_open_time(name: &str) -> bool {
    let name = words(name).concat();
    OPEN_TIMES.iter().any(|known| name.starts_with(known))
}

/// Whether a column's name says that it holds stamps.
#[cfg(feature = "parquet")]
pub(crate) fn is_time_name(name: &str) -> bool {
    matches!(role(name), Some((Role::Time | Role::CloseTime, _)))
}

/// The words of a name in lower case: cut at everything that is no letter or digit, and where a capital
/// follows a small letter.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let new_word = !c.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase());
        if new_word && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_names_that_files_use() {
        let check = |name: &str, expect: Option<Role>| {
            assert_eq!(role(name).map(|(role, _)| role), expect, "{name:?}");
        };
        for name in [
            "timestamp",
            "Date",
            "<DATE>",
            "Date Time",
            "Unix Timestamp",
            "open_time",
            "openTime",
            "Date_1h",
        ] {
            check(name, Some(Role::Time));
        }
        for name in [
            "Candlestick.Time",
            "Gmt time",
            "<DTYYYYMMDD>",
            "window_start",
            "time_period_start",
        ] {
            check(name, Some(Role::Time));
        }
        for name in [
            "Open",
            "<OPEN>",
            "1. open",
            "Candlestick.Open",
            "Open_1h",
            "open_price",
            " o ",
            "AAPL Open",
        ] {
            check(name, Some(Role::Open));
        }
        for name in [
            "Close",
            "Close/Last",
            "Last",
            "Price",
            "4. close",
            "Close*",
            "closePrice",
        ] {
            check(name, Some(Role::Close));
        }
        for name in [
            "Volume",
            "Vol.",
            "<VOL>",
            "Volume BTC",
            "volume_btc",
            "Volume_(BTC)",
            "<TICKVOL>",
            "5. volume",
        ] {
            check(name, Some(Role::Volume));
        }
        for name in [
            "Adj Close",
            "Adj. Open",
            "adjusted_close",
            "5. adjusted close",
            "AdjClose",
            "Adj Close**",
        ] {
            check(name, Some(Role::Adjusted));
        }
        for name in [
            "quote_asset_volume",
            "OpenInterest",
            "taker_buy_base",
            "Volume MA",
            "Volume_(Currency)",
        ] {
            check(name, Some(Role::Other));
        }
        check("close_time", Some(Role::CloseTime));
        check("High", Some(Role::High));
        check("<LOW>", Some(Role::Low));
        check("Symbol", Some(Role::Symbol));
        check("", None);
        check("Plot", None);
        check("A组1", None);
        check("Change %", None);
        check("trades", None);
        check("Dividends", None);
        check("123", None);
        check("Weighted_Price", Some(Role::Close));
    }

    #[test]
    fn a_whole_name_fits_better_than_a_part_of_one() {
        let fit = |name| role(name).unwrap().1;
        assert!(fit("Close") < fit("Weighted_Price"));
        assert!(fit("Close") < fit("Price"));
        assert!(fit("timestamp") < fit("Date_1h"));
        assert!(fit("<VOL>") < fit("<TICKVOL>"));
    }
}
