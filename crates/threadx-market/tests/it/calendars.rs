//! Nights, weekends and holidays are not gaps.

use threadx_market::{Calendar, FindingCode, QualityOptions, Timeframe, Verdict};

use crate::support::{counts, finding, hours, quiet, report, report_with};

/// Hours 14 to 20 from Monday to Friday, ten weeks.
fn office() -> impl Iterator<Item = i64> {
    (0..1680).filter(|hour| hour % 168 < 120 && (14..21).contains(&(hour % 24)))
}

#[test]
fn nights_and_weekends_are_breaks() {
    let report = report(&quiet(hours(office())), Timeframe::H1);
    assert!(matches!(report.calendar, Calendar::Sessions(_)));
    assert_eq!(counts(&report), [(FindingCode::SessionBreaks, 49)]);
    assert_eq!(report.verdict, Verdict::Pass);
}

#[test]
fn holidays_and_half_days_are_breaks_and_holes_within_a_day_are_gaps() {
    // The second Wednesday is a holiday, the Thursday after it a half day, and an hour is missing on the Friday.
    let missing = |hour: &i64| (216..240).contains(hour) || (256..264).contains(hour) || *hour == 281;
    let report = report(
        &quiet(hours(office().filter(|hour| !missing(hour)))),
        Timeframe::H1,
    );
    let gaps = finding(&report, FindingCode::Gaps);
    assert_eq!(
        (gaps.count, gaps.examples[0].time.unwrap().to_string().as_str()),
        (1, "2019-01-18T16:00:00Z")
    );
    assert_eq!(finding(&report, FindingCode::MissingBars).count, 1);
}

#[test]
fn a_missing_week_is_a_long_break() {
    let report = report(
        &quiet(hours(office().filter(|hour| !(336..504).contains(hour)))),
        Timeframe::H1,
    );
    assert_eq!(
        finding(&report, FindingCode::LongBreaks).examples[0].detail,
        "9 days"
    );
    assert_eq!(report.verdict, Verdict::Warn);
}

#[test]
fn weekdays_without_a_daily_bar_are_holidays_up_to_two_in_a_row() {
    let days = (0..100i64).filter(|day| day % 7 < 5);
    let daily = days
        .filter(|day| ![15, 30, 31, 43, 44, 45].contains(day))
        .map(|day| day * 24);
    let report = report(&quiet(hours(daily)), Timeframe::D1);
    assert_eq!(report.calendar, Calendar::WEEKDAYS);
    assert_eq!(finding(&report, FindingCode::MissingDays).count, 2);
    assert_eq!(
        finding(&report, FindingCode::Gaps).examples[0].detail,
        "3 bars missing"
    );
    assert_eq!(finding(&report, FindingCode::MissingBars).count, 3);
}

#[test]
fn too_many_holidays_are_a_warning() {
    let daily = (0..200i64)
        .filter(|day| day % 7 < 5 && day % 7 != 2 || day % 14 == 2)
        .map(|day| day * 24);
    let report = report(&quiet(hours(daily)), Timeframe::D1);
    assert_eq!(
        finding(&report, FindingCode::MissingDays).severity,
        threadx_market::Severity::Warning
    );
}

#[test]
fn christmas_is_no_gap_where_there_are_sessions() {
    // Around the clock from Monday to Friday; 2019-12-25 is 352 days after 2019-01-07.
    let christmas = 352 * 24;
    let times = |without: bool| {
        let around = (0..24 * 371).filter(|hour| hour % 168 < 120);
        quiet(hours(around.filter(move |hour| {
            !without || !(christmas - 3..christmas + 20).contains(hour)
        })))
    };
    assert!(
        report(&times(false), Timeframe::H1)
            .finding(FindingCode::Gaps)
            .is_none()
    );
    assert!(
        report(&times(true), Timeframe::H1)
            .finding(FindingCode::Gaps)
            .is_none()
    );
}

#[test]
fn a_declared_calendar_is_taken() {
    let columns = quiet(hours(office()));
    let options = QualityOptions {
        calendar: Some(Calendar::Continuous),
        ..QualityOptions::default()
    };
    assert_eq!(
        finding(&report_with(&columns, Timeframe::H1, &options), FindingCode::Gaps).count,
        49
    );
    // A thin market is not taken for a closed one.
    let thin = quiet(hours((0..3000).filter(|hour| hour * 7919 % 10 < 6)));
    assert_eq!(report(&thin, Timeframe::H1).calendar, Calendar::Continuous);
}
