//! What a column's name says about what it holds.

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

/// The names of each role, letters and digits only, best first.
const NAMES: &[(Role, &[&str])] = &[
    (
        Role::Time,
        &[
            "timestamp",
            "datetime",
            "unix",
            "unixtimestamp",
            "unixtime",
            "epoch",
            "opentime",
            "time",
            "date",
            "dateandtime",
            "timeopen",
            "starttime",
            "timestart",
            "startdate",
            "windowstart",
            "timeperiodstart",
            "gmttime",
            "utctime",
            "timeutc",
            "dateutc",
            "utc",
            "localtime",
            "bartime",
            "candletime",
            "candlebegintime",
            "begintime",
            "begin",
            "start",
            "tradedate",
            "tradingdate",
            "dtyyyymmdd",
            "yyyymmdd",
            "hhmmss",
            "day",
            "hour",
            "period",
            "timestampms",
            "ts",
            "dt",
            "t",
            "datum",
            "zeit",
            "uhrzeit",
            "fecha",
            "hora",
            "heure",
            "data",
        ],
    ),
    (
        Role::CloseTime,
        &[
            "closetime",
            "timeclose",
            "endtime",
            "timeend",
            "timeperiodend",
            "windowend",
            "end",
            "kline_close_time",
        ],
    ),
    (
        Role::Open,
        &[
            "open",
            "openprice",
            "priceopen",
            "opening",
            "openingprice",
            "openbid",
            "bidopen",
            "first",
            "o",
            "eröffnung",
            "eröffn",
            "eröffnungskurs",
            "erster",
            "apertura",
            "ouverture",
        ],
    ),
    (
        Role::High,
        &[
            "high",
            "highprice",
            "pricehigh",
            "highest",
            "highbid",
            "bidhigh",
            "max",
            "h",
            "hoch",
            "tageshoch",
            "máximo",
            "maximo",
            "haut",
        ],
    ),
    (
        Role::Low,
        &[
            "low",
            "lowprice",
            "pricelow",
            "lowest",
            "lowbid",
            "bidlow",
            "min",
            "l",
            "tief",
            "tagestief",
            "mínimo",
            "minimo",
            "bas",
        ],
    ),
    (
        Role::Close,
        &[
            "close",
            "closeprice",
            "priceclose",
            "closing",
            "closingprice",
            "closelast",
            "closebid",
            "bidclose",
            "last",
            "lastprice",
            "latest",
            "settle",
            "price",
            "c",
            "schluss",
            "schlusskurs",
            "zuletzt",
            "cierre",
            "último",
            "ultimo",
            "clôture",
            "dernier",
        ],
    ),
    (
        Role::Volume,
        &[
            "volume",
            "vol",
            "basevolume",
            "volumebase",
            "volumefrom",
            "basecoinvolume",
            "totalvolume",
            "qty",
            "quantity",
            "shares",
            "totaltradedquantity",
            "v",
            "tickvolume",
            "tickvol",
            "volumen",
            "stück",
            "umsatz",
            "volumeto",
        ],
    ),
    (
        Role::Symbol,
        &[
            "symbol",
            "ticker",
            "tic",
            "pair",
            "instrument",
            "product",
            "productid",
        ],
    ),
    (
        Role::Other,
        &[
            "openinterest",
            "openint",
            "quotevolume",
            "quoteassetvolume",
            "volumequote",
            "volumecurrency",
            "volccy",
            "volccyquote",
            "takerbuybase",
            "takerbuyquote",
            "takerbuyvolume",
            "takerbuybaseassetvolume",
            "takerbuyquoteassetvolume",
            "takerbuybasevolume",
            "takerbuyquotevolume",
            "turnover",
            "closechange",
            "volumema",
            "volumechange",
            "opencloserange",
            "highlowrange",
            "openask",
            "highask",
            "lowask",
            "closeask",
            "askopen",
            "askhigh",
            "asklow",
            "askclose",
            "prevclose",
            "previousclose",
            "vwap",
        ],
    ),
];

/// How well a name fits a role: smaller is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fit {
    /// 0 for the whole name, 1 where a word in front of it or behind it was left out.
    part: u8,
    /// Position among the role's names.
    rank: usize,
}

/// The role that a column's name stands for; `None` if it says nothing.
///
/// Case, blanks, punctuation and a number in front (`1. open`) do not matter. `adjusted` anywhere makes a
/// price an adjusted one. If the whole name is not known, its last word alone may be (`Candlestick.Open`), or
/// its first (`Open_1h`, `Volume BTC`).
pub(crate) fn role(name: &str) -> Option<(Role, Fit)> {
    let words = words(name);
    let first_letters = words
        .iter()
        .position(|word| !word.bytes().all(|byte| byte.is_ascii_digit()));
    let words = &words[first_letters?..];
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
    // Single letters stand for something only where they stand alone.
    let long = |word: &String| word.len() > 1;
    let last = words.last().filter(|word| long(word));
    let first = words.first().filter(|word| long(word));
    last.and_then(|word| known(std::slice::from_ref(word), 1))
        .or_else(|| first.and_then(|word| known(std::slice::from_ref(word), 1)))
        .filter(|(role, _)| *role != Role::Other)
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
