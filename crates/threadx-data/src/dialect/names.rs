//! The names that files give their columns.

use super::header::Role;

/// The names of each role, letters and digits only in lower case, best first.
#[rustfmt::skip]
pub(super) const NAMES: &[(Role, &[&str])] = &[
    (Role::Time, &[
        "timestamp", "datetime", "unix", "unixtimestamp", "unixtime", "epoch", "opentime", "time", "date",
        // CoinAPI calls the time of the first trade `time_open`.
        "dateandtime", "timeperiodstart", "timeopen", "starttime", "timestart", "startdate", "windowstart",
        "gmttime", "utctime", "timeutc", "dateutc", "utc", "localtime", "bartime", "candletime",
        "candlebegintime", "begintime", "begin", "start", "tradedate", "tradingdate", "dtyyyymmdd", "yyyymmdd",
        "hhmmss", "day", "hour", "period", "timestampms", "ts", "dt", "t", "datum", "zeit", "uhrzeit", "fecha",
        "hora", "heure", "data", "timekey", "tradetime", "дата", "время", "日期", "时间", "tarih",
    ]),
    (Role::CloseTime, &[
        "closetime", "timeclose", "endtime", "timeend", "timeperiodend", "windowend", "end", "klineclosetime",
        "candleclosetime",
    ]),
    (Role::Open, &[
        "open", "openprice", "priceopen", "opening", "openingprice", "openbid", "bidopen", "first", "o",
        "eröffnung", "eröffn", "eröffnungskurs", "erster", "apertura", "ouverture", "ouv", "abertura",
        "otwarcie", "откр", "açılış", "开盘", "开盘价",
    ]),
    (Role::High, &[
        "high", "highprice", "pricehigh", "highest", "highbid", "bidhigh", "max", "h", "hoch", "tageshoch",
        "máximo", "maximo", "haut", "plushaut", "massimo", "máxima", "maxima", "najwyzszy", "макс", "yüksek",
        "高", "最高价", "hoog",
    ]),
    (Role::Low, &[
        "low", "lowprice", "pricelow", "lowest", "lowbid", "bidlow", "min", "l", "tief", "tagestief", "mínimo",
        "minimo", "bas", "plusbas", "mínima", "minima", "najnizszy", "мин", "düşük", "低", "最低价", "laag",
    ]),
    (Role::Close, &[
        "close", "closeprice", "priceclose", "closing", "closingprice", "closelast", "closebid", "bidclose",
        "last", "lastprice", "latest", "settle", "price", "c", "schluss", "schlusskurs", "zuletzt", "cierre",
        "último", "ultimo", "clôture", "dernier", "schluß", "laatste", "zamkniecie", "ostatnio", "цена",
        "şimdi", "收盘", "收盘价",
    ]),
    (Role::Volume, &[
        "volume", "vol", "basevolume", "volumebase", "volumefrom", "basecoinvolume", "totalvolume", "qty",
        "quantity", "shares", "totaltradedquantity", "v", "tickvolume", "tickvol", "volumen", "stück", "umsatz",
        "volumeto", "wolumen", "wol", "объём", "объем", "交易量", "成交量", "hac", "hacim",
    ]),
    (Role::Symbol, &[
        "symbol", "ticker", "tic", "pair", "instrument", "product", "productid",
    ]),
    (Role::Other, &[
        "openinterest", "openint", "quotevolume", "quoteassetvolume", "volumequote", "volquote", "volumecurrency", "volccy",
        "volccyquote", "takerbuybase", "takerbuyquote", "takerbuyvolume", "takerbuybaseassetvolume",
        "takerbuyquoteassetvolume", "takerbuybasevolume", "takerbuyquotevolume", "turnover", "closechange",
        "volumema", "volumechange", "opencloserange", "highlowrange", "openask", "highask", "lowask",
        "closeask", "askopen", "askhigh", "asklow", "askclose", "prevclose", "previousclose", "vwap",
    ]),
];

/// Names of times that say of themselves that bars open at them.
pub(super) const OPEN_TIMES: [&str; 9] = [
    "opentime",
    "timeopen",
    "starttime",
    "timestart",
    "windowstart",
    "timeperiodstart",
    "candlebegintime",
    "begintime",
    "barstarttime",
];
