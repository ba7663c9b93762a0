//! Nights, weekends and holidays are not gaps.

use threadx_market::{Calendar, Check, DeclaredCalendar, FindingCode, QualityOptions, Timeframe, Verdict};

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

/// Codes and counts of findings under a declared calendar.
fn declared(
    times: impl Iterator<Item = i64>,
    timeframe: Timeframe,
    calendar: DeclaredCalendar,
) -> Vec<(FindingCode, u64)> {
    let options = QualityOptions {
        calendar,
        checks: [Check::Gaps].into(),
        ..QualityOptions::default()
    };
    counts(&report_with(&quiet(hours(times)), timeframe, &options))
}

#[test]
fn a_declared_calendar_is_taken() {
    use DeclaredCalendar::{Always, Auto, Sessions, Weekdays};
    use FindingCode::{Gaps, LongBreaks, MissingDays, SessionBreaks};
    // Ten weeks around the clock on weekdays, without hours 50 to 52 and 250; a week of an exchange; days.
    let forex = || (0..1680).filter(|hour| hour % 168 < 120 && !(50..53).contains(hour) && *hour != 250);
    let week = || (0..168).filter(|hour| hour % 168 < 120 && (14..21).contains(&(hour % 24)) && *hour != 42);
    let two_days = || (0..48).filter(|hour| (14..21).contains(&(hour % 24)) && *hour != 42);
    let days = || {
        (0..70)
            .filter(|day| day % 7 < 5 && *day != 30)
            .map(|day| day * 24)
    };
    let weeks = || (0..20).filter(|week| *week != 7).map(|week| week * 168);
    let thin = || (0..3000).filter(|hour| hour * 7919 % 10 < 6);
    let thin_gaps = declared(thin(), Timeframe::H1, Auto);
    assert_eq!(thin_gaps[0].0, Gaps);

    let (hour, day, week_long) = (Timeframe::H1, Timeframe::D1, Timeframe::W1);
    // The market is open at weekends: nine of them are missing.
    assert_eq!(declared(forex(), hour, Auto), [(Gaps, 2), (SessionBreaks, 9)]);
    assert_eq!(declared(forex(), hour, Always), [(Gaps, 11)]);
    assert_eq!(declared(forex(), hour, Weekdays), [(Gaps, 2), (SessionBreaks, 9)]);
    assert_eq!(declared(forex(), hour, Sessions), [(Gaps, 2), (SessionBreaks, 9)]);
    // Nights are gaps where only weekends are closed.
    assert_eq!(
        declared(office(), hour, Weekdays),
        [(Gaps, 40), (SessionBreaks, 9)]
    );
    assert_eq!(declared(office(), hour, Sessions), [(SessionBreaks, 49)]);
    assert_eq!(declared(week(), hour, Always), [(Gaps, 5)]);
    assert_eq!(declared(week(), hour, Sessions), [(Gaps, 1), (SessionBreaks, 4)]);
    // Two days show nothing to who does not know that there are sessions.
    assert_eq!(declared(two_days(), hour, Auto), [(Gaps, 2)]);
    assert_eq!(
        declared(two_days(), hour, Sessions),
        [(Gaps, 1), (SessionBreaks, 1)]
    );
    assert_eq!(
        declared(days(), day, Auto),
        [(SessionBreaks, 9), (MissingDays, 1)]
    );
    assert_eq!(declared(days(), day, Always), [(Gaps, 10)]);
    assert_eq!(
        declared(days(), day, Weekdays),
        [(SessionBreaks, 9), (MissingDays, 1)]
    );
    assert_eq!(declared(days().take(6), day, Sessions), [(SessionBreaks, 1)]);
    // A week is never closed as a whole.
    for calendar in [Auto, Always, Weekdays, Sessions] {
        assert_eq!(declared(weeks(), week_long, calendar), [(Gaps, 1)], "{calendar}");
        assert_eq!(declared(std::iter::empty(), hour, calendar), [], "{calendar}");
    }
    // A thin market is not taken for a closed one.
    assert_eq!(declared(thin(), hour, Always), thin_gaps);
    let away = || office().filter(|hour| !(336..504).contains(hour));
    assert_eq!(
        declared(away(), hour, Sessions),
        [(LongBreaks, 1), (SessionBreaks, 44)]
    );
}

#[test]
fn declared_calendars_have_the_names_of_the_wire() {
    for (name, calendar) in DeclaredCalendar::NAMES {
        assert_eq!(calendar.as_str(), name);
        assert_eq!(serde_json::to_value(calendar).unwrap(), name);
    }
}
