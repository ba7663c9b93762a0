//! Bad ticks and splits, told from crashes.

use threadx_market::{Columns, FindingCode, Timeframe, Timestamp};

use crate::support::{counts, finding, hours, quiet, report};

/// AAPL, 2000-06-12 to 2000-06-30: open, high, low, close. A split of 2:1 on 2000-06-21.
const SPLIT: [[f64; 4]; 15] = [
    [96.38, 96.44, 90.88, 91.25],
    [91.19, 94.69, 88.19, 94.5],
    [94.69, 96.25, 90.13, 90.44],
    [91.25, 93.38, 89.0, 92.31],
    [93.5, 93.75, 89.06, 91.17],
    [90.56, 97.88, 89.81, 96.69],
    [98.5, 103.94, 98.38, 101.0],
    [50.5, 56.94, 50.31, 55.56],
    [55.88, 57.63, 53.56, 53.69],
    [53.78, 54.63, 50.81, 51.69],
    [52.5, 54.75, 52.13, 54.5],
    [53.78, 55.63, 51.63, 51.81],
    [53.31, 55.38, 51.5, 54.44],
    [53.06, 53.94, 51.06, 51.31],
    [52.81, 54.94, 51.69, 52.38],
];

fn aapl(prices: &[[f64; 4]]) -> Columns {
    let start = Timestamp::parse("2000-06-12").unwrap().nanoseconds();
    let day = 24 * crate::support::HOUR;
    // Weekends left out of the count: only the order of the days matters here.
    let time = (0..prices.len() as i64)
        .map(|n| Timestamp::from_nanoseconds(start + n * day))
        .collect();
    let column = |index: usize| prices.iter().map(|bar| bar[index]).collect();
    Columns {
        time,
        open: column(0),
        high: column(1),
        low: column(2),
        close: column(3),
        volume: vec![1.0; prices.len()],
    }
}

#[test]
fn a_split_is_suspected_and_named() {
    let report = report(&aapl(&SPLIT), Timeframe::D1);
    assert_eq!(counts(&report), [(FindingCode::SuspectedSplits, 1)]);
    let example = &finding(&report, FindingCode::SuspectedSplits).examples[0];
    assert_eq!(
        (
            example.time.unwrap().to_string().as_str(),
            example.detail.as_str()
        ),
        ("2000-06-19T00:00:00Z", "101 to 50.5, about 2:1")
    );
}

#[test]
fn without_the_split_nothing_is_found() {
    let adjusted: Vec<[f64; 4]> = SPLIT
        .iter()
        .enumerate()
        .map(|(day, bar)| {
            if day < 7 {
                bar.map(|price| price / 2.0)
            } else {
                *bar
            }
        })
        .collect();
    assert_eq!(counts(&report(&aapl(&adjusted), Timeframe::D1)), []);
}

#[test]
fn bad_ticks_are_spikes_wherever_they_are() {
    let check = |row: usize, change: fn(&mut [f64; 4]), name: &str| {
        let mut prices = SPLIT[7..].to_vec();
        change(&mut prices[row]);
        let report = report(&aapl(&prices), Timeframe::D1);
        assert_eq!(counts(&report), [(FindingCode::Spikes, 1)], "{name} in row {row}");
        let detail = &finding(&report, FindingCode::Spikes).examples[0].detail;
        assert!(detail.starts_with(name), "{detail}");
    };
    check(3, |bar| bar[2] /= 10.0, "low");
    check(3, |bar| bar[1] *= 10.0, "high");
    // The first and the last bar have neighbours on one side only.
    check(0, |bar| bar[1] *= 100.0, "high");
    check(7, |bar| bar[2] /= 100.0, "low");
}

#[test]
fn a_move_that_stays_is_no_spike() {
    let mut columns = quiet(hours(0..300));
    for row in 150..300 {
        for column in [
            &mut columns.open,
            &mut columns.high,
            &mut columns.low,
            &mut columns.close,
        ] {
            column[row] *= 1.15;
        }
    }
    let report = report(&columns, Timeframe::H1);
    assert_eq!(counts(&report), [(FindingCode::Jumps, 1)]);
    assert_eq!(
        finding(&report, FindingCode::Jumps).examples[0].detail,
        "100 to 114.99999999999999, +15.0%"
    );
}

#[test]
fn many_bad_ticks_do_not_hide_each_other() {
    let mut columns = quiet(hours(0..300));
    let bad: Vec<usize> = (5..295).step_by(6).collect();
    for row in &bad {
        columns.high[*row] = 1000.0;
    }
    let report = report(&columns, Timeframe::H1);
    assert_eq!(finding(&report, FindingCode::Spikes).count, bad.len() as u64);
}
