//! Timestamps of the wire form: the edges of calendars, clocks, offsets and epochs.

use std::{fmt::Write, process::Command};

use proptest::prelude::*;
use serde_json::{Value, json};
use threadx_market::Timestamp;
use threadx_request::{BacktestRequest, RequestContext, Valid, ViolationCode as Code};

use crate::support::broken;

/// What is given, and the instant that it is; `None` if it is none.
fn table() -> Vec<(Value, Option<&'static str>)> {
    vec![
        // A naive text is UTC, so hours that a zone skips or repeats are ordinary ones.
        (json!("2019-03-10 02:30"), Some("2019-03-10T02:30:00Z")),
        (json!("2019-03-10T02:59:59"), Some("2019-03-10T02:59:59Z")),
        (json!("2019-03-10 03:00"), Some("2019-03-10T03:00:00Z")),
        (json!("2019-11-03 01:30"), Some("2019-11-03T01:30:00Z")),
        (json!("2019-11-03T01:30:00-04:00"), Some("2019-11-03T05:30:00Z")),
        (json!("2019-11-03T01:30:00-05:00"), Some("2019-11-03T06:30:00Z")),
        (json!("2019-03-31 02:30"), Some("2019-03-31T02:30:00Z")),
        // The day that Samoa left out.
        (json!("2011-12-30"), Some("2011-12-30T00:00:00Z")),
        (json!("2011-12-30T12:00:00+14:00"), Some("2011-12-29T22:00:00Z")),
        (json!("2011-12-29T23:59:59-10:00"), Some("2011-12-30T09:59:59Z")),
        // Leap days.
        (json!("2020-02-29"), Some("2020-02-29T00:00:00Z")),
        (json!("2000-02-29"), Some("2000-02-29T00:00:00Z")),
        (json!("2019-02-29"), None),
        (json!("2100-02-29"), None),
        (json!("1900-02-29"), None),
        (json!("2020-02-30"), None),
        (json!("2019-04-31"), None),
        (json!("2019-00-01"), None),
        (json!("2019-01-00"), None),
        (json!("2019-13-01"), None),
        // Offsets.
        (json!("2019-01-01T00:00:00+14:00"), Some("2018-12-31T10:00:00Z")),
        (json!("2019-01-01T00:00:00-14:00"), Some("2019-01-01T14:00:00Z")),
        (json!("2019-01-01T00:00:00+05:30"), Some("2018-12-31T18:30:00Z")),
        (json!("2019-01-01T00:00:00+05:45"), Some("2018-12-31T18:15:00Z")),
        (json!("2020-03-01T00:00:00+14:00"), Some("2020-02-29T10:00:00Z")),
        (json!("2019-01-01T00:00:00-00:00"), Some("2019-01-01T00:00:00Z")),
        (json!("2019-01-01T00:00:00z"), Some("2019-01-01T00:00:00Z")),
        (json!("2019-01-01t00:00:00Z"), Some("2019-01-01T00:00:00Z")),
        (json!("2019-01-01T00:00:00 America/New_York"), None),
        (json!("2019-01-01T00:00:00 EST"), None),
        (json!("2019-01-01T00:00:00+24:00"), None),
        (json!("2019-01-01T00:00:00+5:30"), None),
        // Clocks.
        (
            json!("2019-01-01T23:59:59.999999999Z"),
            Some("2019-01-01T23:59:59.999999999Z"),
        ),
        (json!("2019-01-01T24:00:00Z"), None),
        (json!("2019-01-01T23:60:00Z"), None),
        (json!("2016-12-31T23:59:60Z"), None),
        // 1970, from both sides and in every unit.
        (json!("1970-01-01"), Some("1970-01-01T00:00:00Z")),
        (
            json!("1969-12-31T23:59:59.999999999Z"),
            Some("1969-12-31T23:59:59.999999999Z"),
        ),
        (json!(0), Some("1970-01-01T00:00:00Z")),
        (json!(-1), Some("1969-12-31T23:59:59Z")),
        (json!("-1"), Some("1969-12-31T23:59:59Z")),
        (json!(1.0), Some("1970-01-01T00:00:01Z")),
        (json!(99_999_999_999_i64), None),
        (json!(9_223_372_036_i64), Some("2262-04-11T23:47:16Z")),
        (json!(9_223_372_037_i64), None),
        (json!(100_000_000_000_i64), Some("1973-03-03T09:46:40Z")),
        (json!(9_223_372_036_854_i64), Some("2262-04-11T23:47:16.854Z")),
        (json!(99_999_999_999_999_i64), None),
        (json!(100_000_000_000_000_i64), Some("1973-03-03T09:46:40Z")),
        (
            json!(9_223_372_036_854_775_i64),
            Some("2262-04-11T23:47:16.854775Z"),
        ),
        (json!(99_999_999_999_999_999_i64), None),
        (json!(100_000_000_000_000_000_i64), Some("1973-03-03T09:46:40Z")),
        // 2262, and the other end.
        (json!(i64::MAX), Some("2262-04-11T23:47:16.854775807Z")),
        (
            json!("9223372036854775807"),
            Some("2262-04-11T23:47:16.854775807Z"),
        ),
        (
            json!("2262-04-11T23:47:16.854775807Z"),
            Some("2262-04-11T23:47:16.854775807Z"),
        ),
        (json!("2262-04-11T23:47:16.854775808Z"), None),
        (json!("2262-04-12"), None),
        (json!(i64::MAX as u64 + 1), None),
        (json!(i64::MIN), Some("1677-09-21T00:12:43.145224192Z")),
        (
            json!("1677-09-21T00:12:43.145224192Z"),
            Some("1677-09-21T00:12:43.145224192Z"),
        ),
        (json!("1677-09-21T00:12:43.145224191Z"), None),
        (json!("1677-09-21"), None),
        (json!("9999-12-31"), None),
        (json!("0000-01-01"), None),
    ]
}

/// A request whose one date is `date` and whose other one is far away from it.
fn request(date: &Value, instant: Option<&str>) -> Value {
    let mut request = crate::backtest::base();
    let early = instant.is_some_and(|instant| instant < "2000");
    let (field, other, far) = if early {
        ("start_date", "end_date", "2200-01-01")
    } else {
        ("end_date", "start_date", "1700-01-01")
    };
    request[field] = date.clone();
    request[other] = json!(far);
    request
}

#[test]
fn instants_are_those_of_utc() {
    let mut report = String::new();
    for (date, instant) in table() {
        let request = request(&date, instant).to_string();
        match (
            Valid::<BacktestRequest>::from_json(request, &RequestContext::open()),
            instant,
        ) {
            (Ok(valid), Some(instant)) => {
                let written = serde_json::to_string(&valid).unwrap();
                assert!(written.contains(instant), "{date} is not {instant} in {written}");
                writeln!(report, "instant {date} {written}").unwrap();
            }
            (Err(error), None) => {
                assert_eq!(broken(&error), [("end_date", Code::BadTimestamp)], "{date}");
                writeln!(report, "instant {date} {error}").unwrap();
            }
            (outcome, expect) => panic!("{date}: expected {expect:?}, got {outcome:?}"),
        }
    }
    // For the test below, which runs this one in other zones.
    println!("zone {:?}\n{report}", std::env::var_os("TZ"));
}

#[test]
fn results_are_the_same_bytes_in_every_zone() {
    let in_zone = |zone: &str| {
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "timestamps::instants_are_those_of_utc",
                "--exact",
                "--nocapture",
                "--test-threads=1",
            ])
            .env("TZ", zone)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{zone}: {text}");
        assert!(text.contains(&format!("zone Some({zone:?})")), "{zone}: {text}");
        let instants: Vec<String> = text
            .lines()
            .filter(|line| line.starts_with("instant "))
            .map(str::to_owned)
            .collect();
        assert_eq!(instants.len(), table().len());
        instants
    };
    let utc = in_zone("UTC");
    for zone in [
        "America/New_York",
        "Asia/Kolkata",
        "Pacific/Apia",
        "Europe/Dublin",
        "nonsense",
    ] {
        assert_eq!(in_zone(zone), utc, "{zone}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_refused_or_reads_back_from_what_is_written(text in "[-+0-9TtZz: .e]{0,36}|\\PC{0,24}") {
        if let Ok(instant) = Timestamp::parse(&text) {
            let written = instant.to_string();
            prop_assert_eq!(Timestamp::parse(&written).ok(), Some(instant), "{} as {}", text, written);
            prop_assert!(written.ends_with('Z'));
        }
    }

    #[test]
    fn every_instant_reads_back_in_every_form(
        nanoseconds: i64,
        hours in -14..=14_i64,
        minutes in 0..60_i64,
    ) {
        let instant = Timestamp::from_nanoseconds(nanoseconds);
        prop_assert_eq!(Timestamp::parse(&instant.to_string()).ok(), Some(instant));
        // The same instant told by a clock that is ahead or behind.
        let offset = (hours.abs() * 60 + minutes) * if hours < 0 { -1 } else { 1 };
        if let Some(local) = nanoseconds.checked_add(offset * 60_000_000_000) {
            let local = Timestamp::from_nanoseconds(local).to_string();
            let sign = if hours < 0 { '-' } else { '+' };
            let text = format!("{}{sign}{:02}:{minutes:02}", local.trim_end_matches('Z'), hours.abs());
            prop_assert_eq!(Timestamp::parse(&text).ok(), Some(instant), "{}", text);
        }
    }

    #[test]
    fn an_epoch_has_the_unit_of_its_size(epoch: i64) {
        let unit: i128 = match epoch.unsigned_abs() {
            0..100_000_000_000 => 1_000_000_000,
            100_000_000_000..100_000_000_000_000 => 1_000_000,
            100_000_000_000_000..100_000_000_000_000_000 => 1_000,
            _ => 1,
        };
        let expect = i64::try_from(i128::from(epoch) * unit).ok().map(Timestamp::from_nanoseconds);
        prop_assert_eq!(Timestamp::parse(&epoch.to_string()).ok(), expect);
        prop_assert_eq!(Timestamp::from_epoch(i128::from(epoch)).ok(), expect);
    }
}
