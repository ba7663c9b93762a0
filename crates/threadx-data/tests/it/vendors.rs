//! What is special about the files of single vendors and programs.

use threadx_data::{ImportOptions, NoteCode, Zone, import};
use threadx_error::DataError;

use crate::{
    dialects::{AAPL, AAPL_DAYS, EURUSD, EURUSD_HOURS, bars},
    support::{file, import_text, times},
};

#[test]
fn the_page_of_yahoo_has_dividends_and_splits_between_its_bars() {
    let table = |mark: char, between: [&str; 2], head: &str| {
        let days = [
            "Feb 23, 2005",
            "Feb 24, 2005",
            "Feb 25, 2005",
            "Feb 28, 2005",
            "Mar 1, 2005",
        ];
        let row = |(day, [open, high, low, close, volume]): (&str, [f64; 5])| {
            let day = if mark == ',' {
                format!("\"{day}\"")
            } else {
                day.to_owned()
            };
            [
                day,
                open.to_string(),
                high.to_string(),
                low.to_string(),
                close.to_string(),
                "2.7".to_owned(),
                volume.to_string(),
            ]
            .join(&mark.to_string())
        };
        let mut rows: Vec<String> = days.into_iter().zip(AAPL).map(row).rev().collect();
        rows.insert(2, between[0].to_owned());
        rows.insert(4, between[1].to_owned());
        format!("{head}\n{}\n", rows.join("\n"))
    };
    let csv = table(
        ',',
        [
            "\"Feb 28, 2005\",0.24 Dividend,,,,,",
            "\"Feb 25, 2005\",,2:1 Stock Splits,,,,",
        ],
        "Date,Open,High,Low,Close,Adj Close,Volume",
    );
    let copied = table(
        '\t',
        ["Feb 28, 2005\t0.24 Dividend", "Feb 25, 2005\t2:1 Stock Split"],
        "Date\tOpen\tHigh\tLow\tClose Close price adjusted for splits.\tAdj Close Adjusted close price adjusted for splits \
         and dividend and/or capital gain distributions.\tVolume",
    );
    for text in [&csv, &copied] {
        let import = import_text(text, &ImportOptions::default()).unwrap();
        assert_eq!(bars(&import), AAPL);
        assert_eq!(times(&import), AAPL_DAYS);
        assert_eq!(import.report.note(NoteCode::Events).unwrap().count, 2);
    }
    // A price that is missing beside others is no dividend.
    let third = format!("{csv}\"Feb 22, 2005\",0.24 Dividend,88,87,88,5,1\n");
    let error = import_text(&third, &ImportOptions::default()).unwrap_err();
    assert!(error.to_string().contains("line 9, column Open"), "{error}");
}

#[test]
fn a_table_of_several_tickers_is_refused_unless_its_columns_are_listed() {
    let text = "Price,Close,Close,High,High,Low,Low,Open,Open,Volume,Volume\n\
                Ticker,AAPL,MSFT,AAPL,MSFT,AAPL,MSFT,AAPL,MSFT,AAPL,MSFT\nDate,,,,,,,,,,\n\
                2005-02-23,1,88.22,1,88.45,1,82.47,1,86.71,1,23551799\n2005-02-24,1,88.90,1,89.92,1,87.73,1,88.48,1,26721628\n";
    let error = import_text(text, &ImportOptions::default()).unwrap_err();
    assert!(
        error.to_string().contains("one column for open, got 8 and 9"),
        "{error}"
    );
    let options = ImportOptions {
        columns: Some("time,-,close,-,high,-,low,-,open,-,volume".parse().unwrap()),
        ..ImportOptions::default()
    };
    assert_eq!(bars(&import_text(text, &options).unwrap()), AAPL[..2]);
}

#[test]
fn the_name_of_the_column_may_tell_the_zone() {
    let text = |name: &str| {
        format!(
            "{name},Open,High,Low,Close,Volume \n2017.01.02 00:00:00,1.05236,1.05253,1.05221,1.05227,143539993.3\n\
             2017.01.02 01:00:00,1.05227,1.05426,1.05226,1.05282,253139999.4\n"
        )
    };
    let import = import_text(&text("Time (EET)"), &ImportOptions::default()).unwrap();
    assert_eq!(times(&import), EURUSD_HOURS[..2]);
    assert_eq!(import.report.note(NoteCode::NamedZone).unwrap().count, 2);
    // What the caller says goes before.
    let options = ImportOptions {
        timezone: Some(Zone::parse("Europe/Paris").unwrap()),
        ..ImportOptions::default()
    };
    let import = import_text(&text("Time (EET)"), &options).unwrap();
    assert_eq!(times(&import)[0], "2017-01-01T23:00:00Z");
    // UTC, so that nothing is assumed.
    let import = import_text(&text("Gmt time"), &ImportOptions::default()).unwrap();
    assert_eq!(times(&import)[0], "2017-01-02T00:00:00Z");
    assert!(import.report.note(NoteCode::AssumedUtc).is_none());
    // With summer time or without?
    let error = import_text(&text("Time (EST)"), &ImportOptions::default()).unwrap_err();
    assert!(matches!(error, DataError::Ambiguous { .. }), "{error}");
    assert!(error.to_string().contains("in EST"), "{error}");
    let days = "Date (EST),Open,High,Low,Close\n2005-02-23,86.71,88.45,82.47,88.22\n2005-02-24,88.48,89.92,87.73,88.90\n";
    assert_eq!(
        times(&import_text(days, &options).unwrap()),
        AAPL_DAYS[..2],
        "days are in no zone"
    );
}

#[test]
fn json_may_key_its_rows_by_their_time_or_hold_columns() {
    let row = |[open, high, low, close, volume]: [f64; 5]| {
        format!(
            "\"1. open\":\"{open}\",\"2. high\":\"{high}\",\"3. low\":\"{low}\",\"4. close\":\"{close}\",\"5. volume\":\"{volume}\""
        )
    };
    let keyed = format!(
        "{{\"Meta Data\":{{\"1. Information\":\"Daily\",\"2. Symbol\":\"IBM\"}},\"Time Series (Daily)\":{{\"2005-02-25\":{{{}}},\"2005-02-24\":{{{}}},\"2005-02-23\":{{{}}}}}}}",
        row(AAPL[2]),
        row(AAPL[1]),
        row(AAPL[0])
    );
    let import = import_text(&keyed, &ImportOptions::default()).unwrap();
    assert_eq!(
        (bars(&import).as_slice(), times(&import)),
        (
            &AAPL[..3],
            AAPL_DAYS[..3].iter().map(|day| (*day).to_owned()).collect()
        )
    );
    assert!(import.report.note(NoteCode::Preamble).is_some());
    let wrong = keyed.replace("87.73", "x");
    let error = import_text(&wrong, &ImportOptions::default()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("row 3, column 3. low: expected a number, got \"x\""),
        "{error}"
    );

    let columns = "{\"s\":\"ok\",\"t\":[1483308000,1483311600],\"o\":[1.05236,1.05227],\"h\":[1.05253,1.05426],\
                   \"l\":[1.05221,1.05226],\"c\":[1.05227,1.05282],\"v\":[143539993.3,253139999.4],\"ranges\":[\"1d\"]}";
    let import = import_text(columns, &ImportOptions::default()).unwrap();
    assert_eq!(bars(&import), EURUSD[..2]);
    assert_eq!(times(&import), EURUSD_HOURS[..2]);
    // Columns of different lengths are no rows.
    let error = import_text(&columns.replace("1.05221,", ""), &ImportOptions::default()).unwrap_err();
    assert!(error.to_string().contains("low is missing"), "{error}");
}

#[test]
fn remarks_apostrophes_and_currencies_are_no_obstacle() {
    for text in [
        "# by somebody\n#date,open,high,low,close,volume\n2005-02-23,86.71,88.45,82.47,88.22,23551799\n# more\n2005-02-24,88.48,89.92,87.73,88.9,26721628\n",
        "'date','open','high','low','close','volume'\n'2005-02-23','86.71','88.45','82.47','88.22','23,551,799'\n'2005-02-24','88.48','89.92','87.73','88.9','26,721,628'\n",
        "date,open,high,low,close,volume\n2005-02-23,86.71 USD,88.45 USD,82.47 USD,88.22 USD,23551799 USD\n2005-02-24,USD 88.48,$89.92,87.73 usd,88.9,26721628\n",
    ] {
        let import = import_text(text, &ImportOptions::default()).unwrap();
        assert_eq!(bars(&import), AAPL[..2], "{text}");
    }
}

#[test]
fn a_symbol_may_begin_as_a_remark_does() {
    let text = "symbol,date,open,high,low,close,volume\n#AAPL,2005-02-23,86.71,88.45,82.47,88.22,23551799\n\
                #AAPL,2005-02-24,88.48,89.92,87.73,88.9,26721628\n";
    let import = import_text(text, &ImportOptions::default()).unwrap();
    assert_eq!(bars(&import), AAPL[..2]);
    assert!(import.report.note(NoteCode::Comments).is_none());
}

#[test]
fn what_stands_beside_a_symbol_is_no_part_of_it() {
    for symbol in ["BTC/USDT:USDT", "BINANCE:BTCUSDT", "BTC/USDT", "btcusdt"] {
        let text = format!(
            "date,symbol,open,high,low,close\n2005-02-23,{symbol},86.71,88.45,82.47,88.22\n2005-02-24,{symbol},88.48,89.92,87.73,88.90\n"
        );
        let import = import_text(&text, &ImportOptions::default()).unwrap();
        assert_eq!(import.dataset.token.as_str(), "BTCUSDT", "{symbol}");
    }
}

#[test]
fn databento_stores_billionths() {
    let head = "ts_event,rtype,publisher_id,instrument_id,open,high,low,close,volume,symbol\n";
    let whole = "1483308000000000000,34,1,5,1052360000,1052530000,1052210000,1052270000,143539993,EURUSD\n\
                 1483311600000000000,34,1,5,1052270000,1054260000,1052260000,1052820000,253139999,EURUSD\n";
    let pretty = "2017-01-01T22:00:00.000000000Z,34,1,5,1.052360000,1.052530000,1.052210000,1.052270000,143539993,EURUSD\n\
                  2017-01-01T23:00:00.000000000Z,34,1,5,1.052270000,1.054260000,1.052260000,1.052820000,253139999,EURUSD\n";
    for (rows, scaled) in [(whole, true), (pretty, false)] {
        let import = import_text(&format!("{head}{rows}"), &ImportOptions::default()).unwrap();
        assert_eq!(import.dataset.bars.close(), [1.05227, 1.05282]);
        assert_eq!(times(&import), EURUSD_HOURS[..2]);
        assert_eq!(import.report.note(NoteCode::ScaledPrices).is_some(), scaled);
    }
}

#[test]
fn the_name_of_a_file_tells_the_market_behind_the_venue() {
    let text =
        "time,open,high,low,close\n2005-02-23,86.71,88.45,82.47,88.22\n2005-02-24,88.48,89.92,87.73,88.90\n";
    for (name, token) in [
        ("BINANCE_BTCUSDT, 1D.csv", "BTCUSDT"),
        ("ETH_USDT-1d.csv", "ETHUSDT"),
    ] {
        let (_dir, path) = file(name, text.as_bytes());
        let import = import(&path, &ImportOptions::default()).unwrap();
        assert_eq!(import.dataset.token.as_str(), token);
    }
}
