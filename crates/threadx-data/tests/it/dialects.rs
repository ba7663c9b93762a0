//! Each dialect, told by its content.

use threadx_data::{DailyStamps, Import, ImportOptions, NoteCode, Zone, import};
use threadx_error::DataError;

use crate::support::{file, import_text, times};

/// Open, high, low and close of AAPL on 2005-02-23 to 2005-02-25, of 2005-02-28 and 2005-03-01.
pub(crate) const AAPL: [[f64; 5]; 5] = [
    [86.71, 88.45, 82.47, 88.22, 23_551_799.0],
    [88.48, 89.92, 87.73, 88.9, 26_721_628.0],
    [89.62, 89.91, 88.19, 88.97, 15_696_091.0],
    [44.67, 45.14, 43.96, 44.84, 21_957_556.0],
    [45.04, 45.11, 44.16, 44.43, 15_622_033.0],
];
pub(crate) const AAPL_DAYS: [&str; 5] = [
    "2005-02-23T00:00:00Z",
    "2005-02-24T00:00:00Z",
    "2005-02-25T00:00:00Z",
    "2005-02-28T00:00:00Z",
    "2005-03-01T00:00:00Z",
];

/// EURUSD from 2017-01-01 22:00 to 2017-01-02 00:00.
pub(crate) const EURUSD: [[f64; 5]; 3] = [
    [1.05236, 1.05253, 1.05221, 1.05227, 143_539_993.3],
    [1.05227, 1.05426, 1.05226, 1.05282, 253_139_999.4],
    [1.05283, 1.05283, 1.05268, 1.05281, 131_399_993.9],
];
pub(crate) const EURUSD_HOURS: [&str; 3] = [
    "2017-01-01T22:00:00Z",
    "2017-01-01T23:00:00Z",
    "2017-01-02T00:00:00Z",
];

pub(crate) fn bars(import: &Import) -> Vec<[f64; 5]> {
    let bars = &import.dataset.bars;
    (0..bars.len())
        .map(|i| {
            [
                bars.open()[i],
                bars.high()[i],
                bars.low()[i],
                bars.close()[i],
                bars.volume()[i],
            ]
        })
        .collect()
}

fn check(dialect: &str, text: &str, expect: &[[f64; 5]], stamps: &[&str]) -> Import {
    let import =
        import_text(text, &ImportOptions::default()).unwrap_or_else(|error| panic!("{dialect}: {error}"));
    assert_eq!(bars(&import), expect, "{dialect}");
    assert_eq!(times(&import), stamps, "{dialect}");
    assert_eq!(import.report.dialect.name, dialect);
    assert_eq!(import.report.bars as usize, expect.len());
    import
}

fn without_volume(bars: &[[f64; 5]]) -> Vec<[f64; 5]> {
    bars.iter()
        .map(|[open, high, low, close, _]| [*open, *high, *low, *close, 0.0])
        .collect()
}

#[test]
fn yahoo_old_and_new() {
    let import = check(
        "Yahoo Finance",
        "Date,Open,High,Low,Close,Volume,Adj Close\n\
         2005-03-01,45.04,45.11,44.16,44.43,15622033,2.7\n\
         2005-02-28,44.67,45.14,43.96,44.84,21957556,2.8\n\
         2005-02-25,89.62,89.91,88.19,88.97,15696091,5.6\n\
         2005-02-24,88.48,89.92,87.73,88.90,26721628,5.6\n\
         2005-02-23,86.71,88.45,82.47,88.22,23551799,5.5\n",
        &AAPL,
        &AAPL_DAYS,
    );
    assert!(import.report.note(NoteCode::Reversed).is_some());
    assert!(import.report.note(NoteCode::RawPrices).is_some());
    assert!(import.report.note(NoteCode::AssumedUtc).is_none());
    check(
        "Yahoo Finance",
        "Price,Close,High,Low,Open,Volume\nTicker,AAPL,AAPL,AAPL,AAPL,AAPL\nDate,,,,,\n\
         2005-02-23,88.22,88.45,82.47,86.71,23551799\n2005-02-24,88.9,89.92,87.73,88.48,26721628\n",
        &AAPL[..2],
        &AAPL_DAYS[..2],
    );
}

#[test]
fn yahoo_with_offsets_is_converted_or_labelled_by_date() {
    let text = "Date,Open,High,Low,Close,Adj Close,Volume\n\
                2005-02-23 00:00:00-05:00,86.71,88.45,82.47,88.22,5.5,23551799\n\
                2005-02-24 00:00:00-05:00,88.48,89.92,87.73,88.9,5.6,26721628\n";
    let stamps = ["2005-02-23T05:00:00Z", "2005-02-24T05:00:00Z"];
    let converted = check("Yahoo Finance", text, &AAPL[..2], &stamps);
    assert_eq!(converted.report.note(NoteCode::LocalMidnights).unwrap().count, 2);
    let options = ImportOptions {
        daily: DailyStamps::SessionDate,
        ..ImportOptions::default()
    };
    let labelled = import_text(text, &options).unwrap();
    assert_eq!(times(&labelled), AAPL_DAYS[..2]);
    assert!(labelled.report.note(NoteCode::LocalMidnights).is_none());
}

#[test]
fn google() {
    check(
        "Google Finance",
        "Date,Open,High,Low,Close,Volume\n24-Feb-05,88.48,89.92,87.73,88.90,26721628\n23-Feb-05,86.71,88.45,82.47,88.22,23551799\n",
        &AAPL[..2],
        &AAPL_DAYS[..2],
    );
}

#[test]
fn investing() {
    let rounded: Vec<[f64; 5]> = [
        [86.71, 88.45, 82.47, 88.22, 23_550_000.0],
        [88.48, 89.92, 87.73, 88.9, 26_720_000.0],
    ]
    .to_vec();
    check(
        "Investing.com",
        "\u{feff}\"Date\",\"Price\",\"Open\",\"High\",\"Low\",\"Vol.\",\"Change %\"\r\n\
         \"Feb 24, 2005\",\"88.90\",\"88.48\",\"89.92\",\"87.73\",\"26.72M\",\"0.77%\"\r\n\
         \"Feb 23, 2005\",\"88.22\",\"86.71\",\"88.45\",\"82.47\",\"23.55M\",\"3.33%\"\r\n",
        &rounded,
        &AAPL_DAYS[..2],
    );
}

#[test]
fn thousands_and_decimal_commas() {
    let expect = [
        [3701.23, 3713.0, 3689.88, 3700.31, 686.36742],
        [3700.2, 3702.73, 3684.22, 3689.69, 613.539115],
    ];
    let stamps = ["2019-01-01T00:00:00Z", "2019-01-01T01:00:00Z"];
    check(
        "bars with header",
        "Date;Open;High;Low;Close;Volume\n01.01.2019 00:00;3.701,23;3.713,00;3.689,88;3.700,31;686,36742\n\
         01.01.2019 01:00;3.700,20;3.702,73;3.684,22;3.689,69;613,539115\n",
        &expect,
        &stamps,
    );
    check(
        "bars with header",
        "Date,Open,High,Low,Close,Volume\n2019-01-01 00:00,\"3,701.23\",\"3,713.00\",\"3,689.88\",\"$3,700.31\",686.36742\n\
         2019-01-01 01:00,\"3,700.20\",\"3,702.73\",\"3,684.22\",\"3,689.69\",613.539115\n",
        &expect,
        &stamps,
    );
}

#[test]
fn binance_dumps_in_ms_and_us() {
    for unit in [1_000, 1_000_000] {
        let row = |second: i64, prices: &str| {
            let open = second * unit;
            format!("{open},{prices},{},750.5,12,1.5,2.5,0\n", open + 3600 * unit - 1)
        };
        let text = row(
            1_483_308_000,
            "1.05236000,1.05253000,1.05221000,1.05227000,143539993.3",
        ) + &row(1_483_311_600, "1.05227,1.05426,1.05226,1.05282,253139999.4")
            + &row(1_483_315_200, "1.05283,1.05283,1.05268,1.05281,131399993.9");
        check("Binance klines without header", &text, &EURUSD, &EURUSD_HOURS);
    }
}

#[test]
fn binance_with_header_and_a_second_empty_open_time() {
    check(
        "Binance klines",
        "open_time,open,high,low,close,volume,close_time,quote_asset_volume,trades,taker_buy_base,taker_buy_quote,ignore,open_time\n\
         2017-01-01 22:00:00+00:00,1.05236,1.05253,1.05221,1.05227,143539993.3,1483311599999,1,2,3,4,0,\n\
         2017-01-01 23:00:00+00:00,1.05227,1.05426,1.05226,1.05282,253139999.4,1483315199999,1,2,3,4,0,\n\
         2017-01-02 00:00:00+00:00,1.05283,1.05283,1.05268,1.05281,131399993.9,1483318799999,1,2,3,4,0,\n",
        &EURUSD,
        &EURUSD_HOURS,
    );
}

#[test]
fn a_clock_without_date_is_refused_and_the_close_time_can_be_used() {
    let text = "03:00:00,86.71,88.45,82.47,88.22,23551799,1109203199999,1,2,3,4,0\n\
                03:00:00,88.48,89.92,87.73,88.90,26721628,1109289599999,1,2,3,4,0\n\
                03:00:00,89.62,89.91,88.19,88.97,15696091,1109375999999,1,2,3,4,0\n";
    let error = import_text(text, &ImportOptions::default()).unwrap_err();
    assert!(matches!(error, DataError::Layout { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains("column 7 looks like the times at which the bars ended"),
        "{error}"
    );
    let options = ImportOptions {
        columns: Some("-,open,high,low,close,volume,close_time".parse().unwrap()),
        ..ImportOptions::default()
    };
    let import = import_text(text, &options).unwrap();
    assert_eq!(bars(&import), AAPL[..3]);
    assert_eq!(times(&import), AAPL_DAYS[..3]);
    assert!(import.report.note(NoteCode::CloseTimes).is_some());
}

#[test]
fn cryptodatadownload_of_every_age() {
    let oldest = check(
        "CryptoDataDownload",
        "Timestamps are UTC timezone,https://www.CryptoDataDownload.com\nDate,Symbol,Open,High,Low,Close,Volume EUR,Volume USD\n\
         2017-01-02 12-AM,EURUSD,1.05283,1.05283,1.05268,1.05281,131399993.9,1\n\
         2017-01-01 11-PM,EURUSD,1.05227,1.05426,1.05226,1.05282,253139999.4,1\n\
         2017-01-01 10-PM,EURUSD,1.05236,1.05253,1.05221,1.05227,143539993.3,1\n",
        &EURUSD,
        &EURUSD_HOURS,
    );
    assert_eq!(oldest.dataset.token.as_str(), "EURUSD");
    assert!(oldest.report.note(NoteCode::Preamble).is_some());
    let mixed = check(
        "CryptoDataDownload",
        "unix,date,symbol,open,high,low,close,Volume EUR,Volume USD,tradecount\n\
         1483315200000,2017-01-02 00:00:00,EUR/USD,1.05283,1.05283,1.05268,1.05281,131399993.9,1,7\n\
         1483311600.0,2017-01-01 11-PM,EUR/USD,1.05227,1.05426,1.05226,1.05282,253139999.4,1,NULL\n\
         1483308000,2017-01-01 18-PM,EUR/USD,1.05236,1.05253,1.05221,1.05227,143539993.3,1,NULL\n",
        &EURUSD,
        &EURUSD_HOURS,
    );
    assert_eq!(mixed.dataset.token.as_str(), "EURUSD");
    assert_eq!(mixed.report.note(NoteCode::MixedEpochs).unwrap().count, 3);
    assert!(mixed.report.note(NoteCode::StampsDisagree).is_none());
    let disagreeing = check(
        "CryptoDataDownload",
        "unix,date,symbol,volume,open,high,low,close\n1483308000,2017-01-01 06-PM,EURUSD,143539993.3,1.05236,1.05253,1.05221,1.05227\n\
         1483311600,2017-01-01 11-PM,EURUSD,253139999.4,1.05227,1.05426,1.05226,1.05282\n",
        &EURUSD[..2],
        &EURUSD_HOURS[..2],
    );
    assert_eq!(
        disagreeing.report.note(NoteCode::StampsDisagree).unwrap().count,
        1
    );
}

#[test]
fn tradingview() {
    check(
        "TradingView",
        "time,open,high,low,close,Plot,Plot,A组1,Volume\n\
         2017-01-02T07:00:00+09:00,1.05236,1.05253,1.05221,1.05227,1,2,3,143539993.3\n\
         2017-01-02T08:00:00+09:00,1.05227,1.05426,1.05226,1.05282,1,NaN,,253139999.4\n\
         2017-01-02T09:00:00+09:00,1.05283,1.05283,1.05268,1.05281,1,2,3,131399993.9\n",
        &EURUSD,
        &EURUSD_HOURS,
    );
}

#[test]
fn dukascopy_with_and_without_offset() {
    check(
        "Dukascopy",
        "Time,Open,High,Low,Close,Volume\n01.01.2017 22:00:00.000,1.05236,1.05253,1.05221,1.05227,143539993.3\n\
         01.01.2017 23:00:00.000,1.05227,1.05426,1.05226,1.05282,253139999.4\n\
         02.01.2017 00:00:00.000,1.05283,1.05283,1.05268,1.05281,131399993.9\n",
        &EURUSD,
        &EURUSD_HOURS,
    );
    check(
        "Dukascopy",
        "Local time,Open,High,Low,Close,Volume\n01.01.2017 23:00:00.000 GMT+0100,1.05236,1.05253,1.05221,1.05227,143539993.3\n\
         02.01.2017 00:00:00.000 GMT+0100,1.05227,1.05426,1.05226,1.05282,253139999.4\n",
        &EURUSD[..2],
        &EURUSD_HOURS[..2],
    );
}

#[test]
fn metatrader_4_and_5() {
    check(
        "MetaTrader 4",
        "2017.01.01,22:00,1.05236,1.05253,1.05221,1.05227,143539993.3\n2017.01.01,23:00,1.05227,1.05426,1.05226,1.05282,253139999.4\n\
         2017.01.02,00:00,1.05283,1.05283,1.05268,1.05281,131399993.9\n",
        &EURUSD,
        &EURUSD_HOURS,
    );
    let text = "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\r\n\
                2017.01.01\t22:00:00\t1.05236\t1.05253\t1.05221\t1.05227\t7\t143539993.3\t10\r\n\
                2017.01.01\t23:00:00\t1.05227\t1.05426\t1.05226\t1.05282\t7\t253139999.4\t10\r\n";
    check("MetaTrader 5", text, &EURUSD[..2], &EURUSD_HOURS[..2]);
    // As MetaTrader saves it.
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let (_dir, path) = file("EURUSD_H1.csv", &utf16);
    assert_eq!(
        bars(&import(&path, &ImportOptions::default()).unwrap()),
        EURUSD[..2]
    );
}

#[test]
fn ninjatrader_and_metastock() {
    let import = check(
        "NinjaTrader or HistData",
        "20170101 220000;1.05236;1.05253;1.05221;1.05227;143539993.3\r\n20170101 230000;1.05227;1.05426;1.05226;1.05282;253139999.4\r\n",
        &EURUSD[..2],
        &EURUSD_HOURS[..2],
    );
    assert!(import.report.note(NoteCode::MaybeCloseTimes).is_some());
    let import = check(
        "MetaStock ASCII",
        "<TICKER>,<PER>,<DTYYYYMMDD>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>\nEURUSD,60,20170101,220000,1.05236,1.05253,1.05221,1.05227,143539993.3\n\
         EURUSD,60,20170101,230000,1.05227,1.05426,1.05226,1.05282,253139999.4\nEURUSD,60,20170102,000000,1.05283,1.05283,1.05268,1.05281,131399993.9\n",
        &EURUSD,
        &EURUSD_HOURS,
    );
    assert_eq!(import.dataset.token.as_str(), "EURUSD");
}

#[test]
fn alpha_vantage_nasdaq_barchart_quandl() {
    check(
        "Alpha Vantage",
        "timestamp,1. open,2. high,3. low,4. close,5. volume\n2005-02-24,88.48,89.92,87.73,88.90,26721628\n2005-02-23,86.71,88.45,82.47,88.22,23551799\n",
        &AAPL[..2],
        &AAPL_DAYS[..2],
    );
    check(
        "Nasdaq",
        "Date,Close/Last,Volume,Open,High,Low\n02/24/2005,$88.90,26721628,$88.48,$89.92,$87.73\n02/23/2005,$88.22,23551799,$86.71,$88.45,$82.47\n",
        &AAPL[..2],
        &AAPL_DAYS[..2],
    );
    let import = check(
        "Barchart",
        "Time,Open,High,Low,Last,Change,Volume\n2/24/2005,88.48,89.92,87.73,8.890E+01,6.80E-01,26721628\n2/23/2005,86.71,88.45,82.47,88.22,1,23551799\n\
         Downloaded from Barchart.com as of 02-25-2005 01:00pm CST\n",
        &AAPL[..2],
        &AAPL_DAYS[..2],
    );
    assert_eq!(import.report.note(NoteCode::Footer).unwrap().count, 1);
    assert_eq!(import.report.rows, 2);
    check(
        "Quandl",
        "Date,Open,High,Low,Close,Volume,Ex-Dividend,Split Ratio,Adj. Open,Adj. High,Adj. Low,Adj. Close,Adj. Volume\n\
         2005-02-24,88.48,89.92,87.73,88.9,26721628.0,0.0,1.0,5,6,4,5,7\n2005-02-23,86.71,88.45,82.47,88.22,23551799.0,0.0,1.0,5,6,4,5,7\n",
        &AAPL[..2],
        &AAPL_DAYS[..2],
    );
}

#[test]
fn lean_equities_and_minutes() {
    let daily = check(
        "QuantConnect Lean",
        "20050223 00:00,867100,884500,824700,882200,23551799\n20050224 00:00,884800,899200,877300,889000,26721628\n",
        &AAPL[..2],
        &AAPL_DAYS[..2],
    );
    assert!(daily.report.note(NoteCode::ScaledPrices).is_some());
    let hours = "0,1.05236,1.05253,1.05221,1.05227,143539993.3\n3600000,1.05227,1.05426,1.05226,1.05282,253139999.4\n";
    let (_dir, path) = file("20170101_eurusd_hour_trade.csv", hours.as_bytes());
    let options = ImportOptions {
        token: Some("EURUSD".parse().unwrap()),
        ..ImportOptions::default()
    };
    let import = import(&path, &options).unwrap();
    assert_eq!(times(&import), ["2017-01-01T00:00:00Z", "2017-01-01T01:00:00Z"]);
    assert_eq!(bars(&import), EURUSD[..2]);
}

#[test]
fn header_of_seven_over_rows_of_eight() {
    let import = check(
        "bars with header",
        "Date,Open,High,Low,Close,Volume,OpenInterest\r\n2017-01-01,22:00:00,1.05236,1.05253,1.05221,1.05227,143539993.3,0\r\n\
         2017-01-01,23:00:00,1.05227,1.05426,1.05226,1.05282,253139999.4,0\r\n",
        &EURUSD[..2],
        &EURUSD_HOURS[..2],
    );
    assert!(import.report.note(NoteCode::HeaderMismatch).is_some());
}

#[test]
fn prefixed_suffixed_and_unnamed_columns() {
    check(
        "bars with header",
        "Candlestick.Time,Candlestick.Open,Candlestick.High,Candlestick.Low,Candlestick.Close,Candlestick.Volume\n\
         2/23/2005 0:00,86.71,88.45,82.47,88.22,23551799\n2/24/2005 0:00,88.48,89.92,87.73,88.9,26721628\n",
        &AAPL[..2],
        &AAPL_DAYS[..2],
    );
    check(
        "bars with header",
        "Date_1h,Open_1h,High_1h,Low_1h,Close_1h,Vol_1h,Date,Hour\n2017-01-01 22:00:00.000,1.05236,1.05253,1.05221,1.05227,143539993.3,2017-01-01,22\n\
         2017-01-01 23:00:00,1.05227,1.05426,1.05226,1.05282,253139999.4,2017-01-01,23\n",
        &EURUSD[..2],
        &EURUSD_HOURS[..2],
    );
    check(
        "bars with header",
        ",Open,High,Low,Close\n2005-02-23,86.71,88.45,82.47,88.22\n2005-02-24,88.48,89.92,87.73,88.90\n",
        &without_volume(&AAPL[..2]),
        &AAPL_DAYS[..2],
    );
}

#[test]
fn month_ends_are_close_times() {
    // Five daily bars stamped as if they were monthly: only the stamps matter here.
    let import = check(
        "bars with header",
        ",Open,High,Low,Close,Volume\n2004-10-31,86.71,88.45,82.47,88.22,23551799\n2004-11-30,88.48,89.92,87.73,88.9,26721628\n\
         2004-12-31,89.62,89.91,88.19,88.97,15696091\n2005-01-31,44.67,45.14,43.96,44.84,21957556\n2005-02-28,45.04,45.11,44.16,44.43,15622033\n",
        &AAPL,
        &[
            "2004-10-01T00:00:00Z",
            "2004-11-01T00:00:00Z",
            "2004-12-01T00:00:00Z",
            "2005-01-01T00:00:00Z",
            "2005-02-01T00:00:00Z",
        ],
    );
    assert_eq!(import.dataset.bars.timeframe().as_str(), "1M");
    assert!(import.report.note(NoteCode::CloseTimes).is_some());
}

#[test]
fn months_without_a_day_are_their_first() {
    let text = "Month,Open,High,Low,Close\n2012-01,4.58,7.38,3.8,6.08\n2012-02,6.08,6.15,3.8,4.99\n2012-03,4.99,5.5,4.6,4.78\n";
    for text in [text.to_owned(), text.replace("2012-", "2012/")] {
        let import = import_text(&text, &ImportOptions::default()).unwrap();
        assert_eq!(import.report.timeframe, threadx_market::Timeframe::Month1);
        assert_eq!(
            times(&import),
            [
                "2012-01-01T00:00:00Z",
                "2012-02-01T00:00:00Z",
                "2012-03-01T00:00:00Z"
            ]
        );
    }
}

#[test]
fn lines_may_end_as_on_old_macs() {
    let text = "date,open,high,low,close,volume\n2005-02-23,86.71,88.45,82.47,88.22,23551799\n2005-02-24,88.48,89.92,87.73,88.9,26721628\n";
    let expect = import_text(text, &ImportOptions::default()).unwrap();
    let import = import_text(&text.replace('\n', "\r"), &ImportOptions::default()).unwrap();
    assert_eq!(import.dataset.bars, expect.dataset.bars);
    let wrong = text.replace('\n', "\r").replace("87.73", "99");
    let error = import_text(&wrong, &ImportOptions::default()).unwrap_err();
    assert!(error.to_string().contains("line 3"), "{error}");
}

#[test]
fn json_rows_of_arrays_and_objects() {
    check(
        "JSON candles",
        "[[1483308000000,1.05236,1.05253,1.05221,1.05227,143539993.3],[1483311600000,1.05227,1.05426,1.05226,1.05282,253139999.4]]",
        &EURUSD[..2],
        &EURUSD_HOURS[..2],
    );
    check(
        "bars with header",
        "{\"data\":[{\"t\":1483308000,\"o\":\"1.05236\",\"h\":\"1.05253\",\"l\":\"1.05221\",\"c\":\"1.05227\",\"v\":\"143539993.3\"},\n\
         {\"v\":253139999.4,\"o\":1.05227,\"t\":1483311600,\"h\":1.05426,\"l\":1.05226,\"c\":1.05282}]}",
        &EURUSD[..2],
        &EURUSD_HOURS[..2],
    );
}

#[test]
fn columns_of_coinbase_and_bitfinex_are_told_by_their_values() {
    let sample = threadx_data::sample().unwrap().bars.slice(0..300);
    let rows = |order: [usize; 4]| {
        let row = |i: usize| {
            let prices = [
                sample.open()[i],
                sample.high()[i],
                sample.low()[i],
                sample.close()[i],
            ];
            let prices: Vec<String> = order.iter().map(|column| prices[*column].to_string()).collect();
            let at = sample.time()[i].nanoseconds() / 1_000_000;
            format!("[{at},{},{}]", prices.join(","), sample.volume()[i])
        };
        // Newest first.
        let rows: Vec<String> = (0..sample.len()).rev().map(row).collect();
        format!("[{}]", rows.join(","))
    };
    for (order, name) in [
        ([2, 1, 0, 3], "Coinbase candles"),
        ([0, 3, 1, 2], "Bitfinex candles"),
    ] {
        let import = import_text(&rows(order), &ImportOptions::default()).unwrap();
        assert_eq!(import.dataset.bars, sample, "{name}");
        assert_eq!(import.report.dialect.name, name);
        assert!(import.report.note(NoteCode::ColumnsDeduced).is_some());
    }
}

#[test]
fn local_stamps_are_converted_by_their_zone() {
    let options = ImportOptions {
        timezone: Some(Zone::parse("Europe/Paris").unwrap()),
        ..ImportOptions::default()
    };
    let text = "time,open,high,low,close,volume\n2017-01-01 23:00,1.05236,1.05253,1.05221,1.05227,143539993.3\n\
                2017-01-02 00:00,1.05227,1.05426,1.05226,1.05282,253139999.4\n2017-01-02 01:00,1.05283,1.05283,1.05268,1.05281,131399993.9\n";
    let import = import_text(text, &options).unwrap();
    assert_eq!(times(&import), EURUSD_HOURS);
    assert!(import.report.note(NoteCode::AssumedUtc).is_none());
    // An hour that the clock skipped.
    let skipped = text.replace("2017-01-02 01:00", "2017-03-26 02:30");
    let error = import_text(&skipped, &options).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("line 4, column time: expected a time that clocks in Europe/Paris showed"),
        "{error}"
    );
    // Days stay the days that they are.
    let days =
        "date,open,high,low,close\n2005-02-23,86.71,88.45,82.47,88.22\n2005-02-24,88.48,89.92,87.73,88.90\n";
    assert_eq!(times(&import_text(days, &options).unwrap()), AAPL_DAYS[..2]);
}

#[test]
fn what_holds_no_bars_is_refused_with_what_was_expected() {
    let check = |text: &str, expect: &str| {
        let error = import_text(text, &ImportOptions::default()).unwrap_err();
        assert!(error.to_string().contains(expect), "{error}");
    };
    check("", "got an empty file");
    check("hello\n", "got a file that begins with \"hello\"");
    check(
        "19980102,0.8613657,0.00892857,1\n20000620,0.8613657,0.00892857,101\n",
        "expected at least 5 columns",
    );
    check(
        "Date,Open,High,Low\n2005-02-23,86.71,88.45,82.47\n2005-02-24,88.48,89.92,87.73\n",
        "close is missing",
    );
    check(
        "id,a,b,c,d\n1,86.71,88.45,82.47,88.22\n2,88.48,89.92,87.73,88.90\n",
        "open is missing",
    );
    check(
        "Date,Open,High,Low,Close\n2005-02-23,86.71,88.45,82.47,88.22\n",
        "got one row, which tells none",
    );
    let rows = |minutes: i64| -> String {
        let row = |i: i64| format!("{},1,2,1,2\n", 1_483_308_000 + i * minutes * 60);
        "time,open,high,low,close\n".to_owned() + &(0..9).map(row).collect::<String>()
    };
    check(&rows(10), "got 9 rows that are 10 minutes apart");
    check("[[1,2],[3,4]]", "expected at least 5 columns");
    check("[[1483308000000,1,2,", "is not closed");
    check("{}", "expected JSON rows");
}

#[test]
fn a_volume_that_is_always_zero_gives_way_to_the_count_of_ticks() {
    let text = "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\n\
                2019.01.01\t00:00:00\t1\t2\t1\t2\t77\t0\n2019.01.01\t01:00:00\t1\t2\t1\t2\t88\t0\n";
    let import = import_text(text, &ImportOptions::default()).unwrap();
    assert_eq!(import.dataset.bars.volume(), [77.0, 88.0]);
    let none = text.replace("77", "0").replace("88", "0");
    let import = import_text(&none, &ImportOptions::default()).unwrap();
    assert_eq!(import.dataset.bars.volume(), [0.0, 0.0]);
}

#[test]
fn names_of_columns_in_other_languages_are_known() {
    let rows = "02.01.2019;1.000,5;1.002,5;999,5;1.001,5;12\n03.01.2019;1.001,5;1.003,5;999,5;1.002,5;13\n";
    for head in [
        "Datum;Eröffnung;Hoch;Tief;Schluss;Volumen",
        "Datum;Erster;Hoch;Tief;Schlusskurs;Stück",
        "Fecha;Apertura;Máximo;Mínimo;Cierre;Volumen",
        "Date;Ouverture;Haut;Bas;Clôture;Volume",
        "Data;Otwarcie;Najwyzszy;Najnizszy;Zamkniecie;Wolumen",
        "Дата;Откр.;Макс.;Мин.;Цена;Объём",
    ] {
        let import = import_text(&format!("{head}\n{rows}"), &ImportOptions::default()).unwrap();
        assert_eq!(import.dataset.bars.close(), [1001.5, 1002.5], "{head}");
    }
}

#[test]
fn an_average_price_in_front_of_the_volume_is_not_taken_for_it() {
    let rows = |averages: &dyn Fn(usize) -> &'static str| {
        let row = |hour: usize| {
            let time = 1_483_308_000 + hour * 3600;
            let average = averages(hour);
            format!("[{time},\"10.5\",\"12\",\"9\",\"11\",\"{average}\",\"77.5\",3]")
        };
        let rows: Vec<String> = (0..12).map(row).collect();
        format!(
            "{{\"error\":[],\"result\":{{\"XXBTZUSD\":[{}],\"last\":1}}}}",
            rows.join(",")
        )
    };
    let volume = |text: &str| {
        let import = import_text(text, &ImportOptions::default()).unwrap();
        import.dataset.bars.volume()[3]
    };
    let kraken = rows(&|hour| if hour == 5 { "0.0" } else { "10.75" });
    assert_eq!(volume(&kraken), 77.5);
    let volumes = rows(&|hour| if hour == 5 { "30.1" } else { "10.75" });
    assert_eq!(volume(&volumes), 10.75, "one that lies elsewhere is no price");
}

#[test]
fn an_adjusted_close_in_front_of_the_volume_is_not_taken_for_it() {
    let sample = threadx_data::sample().unwrap().bars.slice(0..40);
    let text = |fifth: &dyn Fn(usize) -> f64| -> String {
        let row = |i: usize| {
            let (time, open, high) = (sample.time()[i], sample.open()[i], sample.high()[i]);
            let (low, close, volume) = (sample.low()[i], sample.close()[i], sample.volume()[i]);
            format!("{time},{open},{high},{low},{close},{:.6},{volume}\n", fifth(i))
        };
        (0..sample.len()).map(row).collect()
    };
    let import = |text: String| {
        import_text(&text, &ImportOptions::default())
            .unwrap()
            .dataset
            .bars
    };
    // A dividend half-way.
    let adjusted = text(&|i| sample.close()[i] * if i < 20 { 0.91 } else { 0.92 });
    assert_eq!(import(adjusted).volume(), sample.volume());
    // Trades in quote currency move with the close, but not as it does.
    let traded = text(&|i| sample.close()[i] * sample.volume()[i]);
    assert_ne!(import(traded).volume(), sample.volume());
}
