//! Real bars, written in a dialect made up at random, come back the same.

use proptest::prelude::*;
use threadx_data::{DateOrder, ImportOptions, import, sample};
use threadx_market::Timestamp;

use crate::support::file;

#[derive(Debug, Clone)]
struct Style {
    delimiter: char,
    stamp: usize,
    /// Order of the columns: a permutation of time, open, high, low, close, volume.
    order: Vec<usize>,
    /// Which set of names; none for the first.
    names: usize,
    quoted: bool,
    carriage_return: bool,
    byte_order_mark: bool,
    comma: bool,
    junk: bool,
    backwards: bool,
    from: usize,
    len: usize,
}

const NAMES: [[&str; 6]; 4] = [
    ["timestamp", "open", "high", "low", "close", "volume"],
    ["Date", "Open", "High", "Low", "Price", "Vol."],
    ["<DATE>", "<OPEN>", "<HIGH>", "<LOW>", "<CLOSE>", "<TICKVOL>"],
    [
        "BTC.openTime",
        "BTC.open",
        "BTC.high",
        "BTC.low",
        "BTC.close",
        "BTC.volume",
    ],
];

fn style() -> impl Strategy<Value = Style> {
    let order = Just(vec![0usize, 1, 2, 3, 4, 5]).prop_shuffle();
    (
        (
            prop::sample::select(vec![',', ';', '\t', '|']),
            0usize..12,
            order,
            0usize..5,
        ),
        (
            any::<bool>(),
            any::<bool>(),
            any::<bool>(),
            any::<bool>(),
            any::<bool>(),
            any::<bool>(),
        ),
        (0usize..8000, 40usize..400),
    )
        .prop_map(|((delimiter, stamp, order, names), flags, (from, len))| {
            let (quoted, carriage_return, byte_order_mark, comma, junk, backwards) = flags;
            Style {
                delimiter,
                stamp,
                // Without names only the usual order can be told for sure.
                order: if names == 0 { vec![0, 1, 2, 3, 4, 5] } else { order },
                names,
                quoted,
                carriage_return,
                byte_order_mark,
                comma: comma && delimiter != ',',
                junk: junk && names > 0,
                backwards,
                from,
                len,
            }
        })
}

fn stamp(at: Timestamp, form: usize) -> String {
    let t = at.to_datetime();
    let (y, m, d, h) = (t.year(), u8::from(t.month()), t.day(), t.hour());
    let name = &t.month().to_string()[..3];
    let half = if h < 12 { "AM" } else { "PM" };
    let h12 = if h % 12 == 0 { 12 } else { h % 12 };
    match form {
        0 => at.to_string(),
        1 => format!("{y}-{m:02}-{d:02} {h:02}:00:00"),
        2 => (at.nanoseconds() / 1_000_000_000).to_string(),
        3 => (at.nanoseconds() / 1_000_000).to_string(),
        4 => (at.nanoseconds() / 1_000).to_string(),
        5 => at.nanoseconds().to_string(),
        6 => format!("{d:02}.{m:02}.{y} {h:02}:00:00.000"),
        7 => format!("{m}/{d}/{y} {h}:00"),
        8 => format!("{y}{m:02}{d:02} {h:02}0000"),
        9 => format!("{d}-{name}-{:02} {h:02}:00", y % 100),
        10 => format!("{y}-{m:02}-{d:02} {h12:02}-{half}"),
        _ => format!("{}.0", at.nanoseconds() / 1_000_000_000),
    }
}

fn write(style: &Style) -> (String, threadx_market::Bars) {
    let bars = sample().unwrap().bars.slice(style.from..style.from + style.len);
    let cell = |text: String| if style.quoted { format!("\"{text}\"") } else { text };
    let number = |value: f64| {
        let text = value.to_string();
        if style.comma { text.replace('.', ",") } else { text }
    };
    let end = if style.carriage_return { "\r\n" } else { "\n" };
    let mut lines = Vec::new();
    if style.names > 0 {
        let mut names: Vec<String> = style
            .order
            .iter()
            .map(|c| cell(NAMES[style.names - 1][*c].to_owned()))
            .collect();
        if style.junk {
            names.insert(3, cell("Trades".to_owned()));
            names.push(cell("Comment".to_owned()));
        }
        lines.push(names.join(&style.delimiter.to_string()));
    }
    let mut rows: Vec<usize> = (0..bars.len()).collect();
    if style.backwards {
        rows.reverse();
    }
    for i in rows {
        let values = [
            stamp(bars.time()[i], style.stamp),
            number(bars.open()[i]),
            number(bars.high()[i]),
            number(bars.low()[i]),
            number(bars.close()[i]),
            number(bars.volume()[i]),
        ];
        let mut row: Vec<String> = style.order.iter().map(|c| cell(values[*c].clone())).collect();
        if style.junk {
            row.insert(3, cell((i * 7).to_string()));
            row.push(cell(if i % 3 == 0 {
                "ok".to_owned()
            } else {
                String::new()
            }));
        }
        lines.push(row.join(&style.delimiter.to_string()));
    }
    let mark = if style.byte_order_mark { "\u{feff}" } else { "" };
    (format!("{mark}{}{end}", lines.join(end)), bars)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_dialect_reads_back(style in style()) {
        let (text, bars) = write(&style);
        let (_dir, path) = file("BTCUSDT_x.csv", text.as_bytes());
        // A few days in numbers may be read both ways, and are then refused: the caller says which.
        let options = ImportOptions {
            date_order: (style.stamp == 7).then_some(DateOrder::Mdy),
            ..ImportOptions::default()
        };
        let import = import(&path, &options);
        let import = import.map_err(|error| TestCaseError::fail(format!("{error}\n{}", &text[..text.len().min(400)])))?;
        prop_assert_eq!(&import.dataset.bars, &bars, "{}", &text[..text.len().min(400)]);
        prop_assert_eq!(import.report.rows, bars.len() as u64);
    }

    #[test]
    fn an_order_of_day_and_month_is_never_guessed_wrong(from in 0usize..8300, len in 2usize..400, day_first in any::<bool>()) {
        let bars = sample().unwrap().bars.slice(from..from + len);
        let mut text = "Date,Open,High,Low,Close,Volume\n".to_owned();
        for i in 0..bars.len() {
            let t = bars.time()[i].to_datetime();
            let (m, d) = (u8::from(t.month()), t.day());
            let (one, two) = if day_first { (d, m) } else { (m, d) };
            text += &format!(
                "{one}/{two}/{} {}:00,{},{},{},{},{}\n",
                t.year(), t.hour(), bars.open()[i], bars.high()[i], bars.low()[i], bars.close()[i], bars.volume()[i]
            );
        }
        let (_dir, path) = file("BTCUSDT_x.csv", text.as_bytes());
        if let Ok(import) = import(&path, &ImportOptions::default()) {
            prop_assert_eq!(&import.dataset.bars, &bars);
        }
    }
}
