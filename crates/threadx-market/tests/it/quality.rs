//! Each check on columns that break its rule.

use proptest::prelude::*;
use threadx_market::{
    Bars, Calendar, Check, Columns, DeclaredCalendar, FindingCode, QualityOptions, Severity, Timeframe,
    Timestamp, Verdict,
};

use crate::support::{HOUR, counts, finding, hours, quiet, report, report_with};

#[test]
fn good_bars_pass_every_check() {
    let report = report(&quiet(hours(0..500)), Timeframe::H1);
    assert_eq!(report.verdict, Verdict::Pass);
    assert_eq!(counts(&report), []);
    assert_eq!(report.checks.len(), Check::ALL.len());
    assert_eq!((report.bars, report.calendar), (500, Calendar::Continuous));
}

#[test]
fn only_the_checks_that_are_asked_for_are_made() {
    let mut columns = quiet(hours((0..100).filter(|hour| *hour != 50)));
    columns.high[3] = 1.0;
    let options = QualityOptions {
        checks: [Check::Gaps].into(),
        ..QualityOptions::default()
    };
    let report = report_with(&columns, Timeframe::H1, &options);
    assert_eq!(counts(&report), [(FindingCode::Gaps, 1)]);
    assert_eq!(
        report.checks.into_iter().collect::<Vec<_>>(),
        [(Check::Gaps, Verdict::Warn)]
    );
}

#[test]
fn missing_bars_are_counted_with_the_longest_hole() {
    let report = report(
        &quiet(hours(
            (0..400).filter(|hour| ![7, 100, 101, 102, 300].contains(hour)),
        )),
        Timeframe::H1,
    );
    let missing = finding(&report, FindingCode::MissingBars);
    assert_eq!((missing.count, missing.severity), (5, Severity::Warning));
    assert_eq!(
        missing.message,
        "5 of 400 bars are missing (1.250%), at most 3 in a row"
    );
    assert_eq!(
        missing.examples[0].time.unwrap().to_string(),
        "2019-01-11T03:00:00Z"
    );
    let gaps = finding(&report, FindingCode::Gaps);
    let details: Vec<_> = gaps
        .examples
        .iter()
        .map(|example| example.detail.as_str())
        .collect();
    assert_eq!(details, ["1 bar missing", "3 bars missing", "1 bar missing"]);
}

#[test]
fn a_range_that_is_not_covered_is_told() {
    let options = QualityOptions {
        range: Some((
            Timestamp::parse("2019-01-06").unwrap(),
            Timestamp::parse("2019-01-08").unwrap(),
        )),
        ..QualityOptions::default()
    };
    let columns = quiet(hours(0..20));
    let report = report_with(&columns, Timeframe::H1, &options);
    let details: Vec<_> = finding(&report, FindingCode::RangeNotCovered)
        .examples
        .iter()
        .map(|example| example.detail.as_str())
        .collect();
    assert_eq!(
        details,
        [
            "the first bar opens 24 bars after the start of the range, 2019-01-06T00:00:00Z",
            "the last bar ends 4 bars before the end of the range, 2019-01-08T00:00:00Z"
        ]
    );
    let covered = QualityOptions {
        range: Some((columns.time[0], Timeframe::H1.next(columns.time[19]))),
        ..QualityOptions::default()
    };
    assert_eq!(counts(&report_with(&columns, Timeframe::H1, &covered)), []);
}

#[test]
fn a_wrong_timeframe_fails() {
    let report = report(&quiet(hours((0..100).map(|step| step * 4))), Timeframe::H1);
    assert_eq!(
        finding(&report, FindingCode::WrongTimeframe).message,
        "bars are most often spaced 4h, not 1h"
    );
    assert_eq!(report.verdict, Verdict::Fail);
}

#[test]
fn stamps_off_the_grid_are_told_whatever_its_phase() {
    let mut times = hours(0..100);
    for time in &mut times {
        *time = Timestamp::from_nanoseconds(time.nanoseconds() + HOUR / 2);
    }
    assert_eq!(counts(&report(&quiet(times.clone()), Timeframe::H1)), []);
    times[40] = Timestamp::from_nanoseconds(times[40].nanoseconds() + 90 * 1_000_000_000);
    let report = report(&quiet(times), Timeframe::H1);
    assert_eq!(counts(&report), [(FindingCode::OffGrid, 1)]);
    assert_eq!(
        finding(&report, FindingCode::OffGrid).examples[0].detail,
        "90 seconds off"
    );
}

#[test]
fn duplicates_and_order() {
    let mut columns = quiet(hours([0, 1, 1, 2, 2, 4, 3, 5].into_iter()));
    columns.close[4] = 100.25;
    let report = report(&columns, Timeframe::H1);
    assert_eq!(
        counts(&report),
        [
            (FindingCode::ConflictingDuplicates, 1),
            (FindingCode::IdenticalDuplicates, 1),
            (FindingCode::OutOfOrder, 1),
        ]
    );
    assert_eq!(
        finding(&report, FindingCode::ConflictingDuplicates).examples[0].detail,
        "rows 4 and 5"
    );
    assert_eq!(report.checks[&Check::Duplicates], Verdict::Fail);
    assert_eq!(report.checks[&Check::Gaps], Verdict::Pass);
}

#[test]
fn prices_and_volumes_that_no_bar_has() {
    let mut columns = quiet(hours(0..60));
    columns.open[1] = 101.0;
    columns.low[2] = 100.25;
    columns.close[3] = -1.0;
    columns.high[4] = f64::NAN;
    columns.volume[5] = -2.0;
    columns.volume[6] = f64::INFINITY;
    columns.volume[7] = 0.0;
    let report = report(&columns, Timeframe::H1);
    for (code, count) in [
        (FindingCode::BrokenOhlc, 2),
        (FindingCode::NotPositive, 1),
        (FindingCode::NotFinite, 1),
        (FindingCode::BadVolume, 2),
        (FindingCode::ZeroVolume, 1),
    ] {
        assert_eq!(finding(&report, code).count, count, "{code:?}");
    }
    assert_eq!(
        finding(&report, FindingCode::BrokenOhlc).examples[0].detail,
        "open 101, high 100.5, low 99.5, close 100"
    );
}

#[test]
fn bars_that_stand_still() {
    let mut columns = quiet(hours(0..60));
    for row in (10..22).chain(30..39) {
        for column in [
            &mut columns.open,
            &mut columns.high,
            &mut columns.low,
            &mut columns.close,
        ] {
            column[row] = 100.25;
        }
    }
    columns.volume = vec![0.0; 60];
    let report = report(&columns, Timeframe::H1);
    assert_eq!(
        counts(&report),
        [
            (FindingCode::FlatRuns, 1),
            (FindingCode::FlatBars, 21),
            (FindingCode::NoVolume, 60)
        ]
    );
    assert_eq!(
        finding(&report, FindingCode::FlatRuns).examples[0].detail,
        "12 bars at 100.25"
    );
    assert_eq!(report.verdict, Verdict::Warn);
}

#[test]
fn nothing_is_no_bars() {
    let report = report(&Columns::default(), Timeframe::H1);
    assert_eq!(counts(&report), [(FindingCode::NoBars, 0)]);
    assert_eq!((report.verdict, report.first), (Verdict::Fail, None));
}

#[test]
fn the_report_is_json_by_name() {
    let mut columns = quiet(hours(0..30));
    columns.volume[3] = -1.0;
    let json = serde_json::to_value(report(&columns, Timeframe::H1)).unwrap();
    assert_eq!(json["checks"]["volume"], "fail");
    assert_eq!(json["verdict"], "fail");
    assert_eq!(json["calendar"], "continuous");
    assert_eq!(
        json["findings"][0],
        serde_json::json!({
            "check": "volume", "code": "bad_volume", "severity": "error", "count": 1,
            "message": "volumes are below 0 or not finite",
            "examples": [{"time": "2019-01-07T03:00:00Z", "detail": "-1"}],
        })
    );
}

fn any_columns() -> impl Strategy<Value = Columns> {
    let price = prop_oneof![Just(100.0), any::<f64>(), 99.0..101.0];
    proptest::collection::vec(
        (
            prop_oneof![any::<i64>(), 0i64..60],
            price.clone(),
            price.clone(),
            price.clone(),
            price.clone(),
            price,
        ),
        0..50,
    )
    .prop_map(|rows| {
        let mut columns = Columns::default();
        for (time, open, high, low, close, volume) in rows {
            let time = if (0..60).contains(&time) {
                time * HOUR
            } else {
                time
            };
            columns.time.push(Timestamp::from_nanoseconds(time));
            columns.open.push(open);
            columns.high.push(high);
            columns.low.push(low);
            columns.close.push(close);
            columns.volume.push(volume);
        }
        columns
    })
}

proptest! {
    #[test]
    fn any_columns_get_a_report(mut columns in any_columns(), timeframe in 0usize..15, cut in 0usize..9) {
        columns.close.truncate(columns.close.len().saturating_sub(cut));
        for timeframe in [Timeframe::ALL[timeframe], Timeframe::H1] {
            let report = report(&columns, timeframe);
            prop_assert!(report.findings.iter().all(|finding| finding.examples.len() <= 5));
            let worst = report.findings.iter().map(|finding| finding.severity).max();
            prop_assert_eq!(report.verdict, worst.map_or(Verdict::Pass, Verdict::from));
        }
    }

    #[test]
    fn bars_never_fail_what_their_constructor_checks(present in proptest::collection::btree_set(0i64..800, 1..200)) {
        let columns = quiet(hours(present.iter().copied()));
        let bars = Bars::new(Timeframe::H1, columns.clone()).unwrap();
        let report = threadx_market::check_quality(&"X".parse().unwrap(), Timeframe::H1, (&bars).into(), &QualityOptions {
            calendar: DeclaredCalendar::Always,
            ..QualityOptions::default()
        });
        for check in [Check::Duplicates, Check::Order, Check::Ohlc, Check::Volume] {
            prop_assert_eq!(report.checks[&check], Verdict::Pass);
        }
        let (first, last) = (present.first().unwrap(), present.last().unwrap());
        let missing = (last - first + 1) as u64 - present.len() as u64;
        prop_assert_eq!(report.finding(FindingCode::MissingBars).map_or(0, |finding| finding.count), missing);
    }
}
