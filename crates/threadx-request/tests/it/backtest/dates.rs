//! Timeframe and dates of a backtest.

use super::*;

#[test]
fn timeframes_are_those_of_the_list_in_their_case() {
    for name in "1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M".split(' ') {
        assert_eq!(valid(&json!({"timeframe": name})).timeframe.as_str(), name);
    }
    for name in ["", "1H", "60m", "999m", "1 h", " 1h", "2M", "0h", "h"] {
        refused(
            &json!({"timeframe": name}),
            &[("timeframe", Code::UnknownTimeframe)],
        );
    }
    refused(&json!({"timeframe": 60}), &[("timeframe", Code::WrongType)]);
}

#[test]
fn dates_take_every_form_and_the_end_is_after_the_start() {
    for (start, end) in [
        (json!("2019-01-01"), json!("2019-01-01T00:00:00.000000001Z")),
        (json!("2019-01-01 10:00"), json!("2019-01-01 10:00:01")),
        (json!(1_546_300_800), json!("1546300801")),
        (json!(1_546_300_800_000_i64), json!(1_546_300_800_000_000_001_i64)),
        (
            json!("2019-01-01T00:00:00+14:00"),
            json!("2019-01-01T00:00:00-14:00"),
        ),
        (json!(-5), json!(0)),
    ] {
        valid(&json!({"start_date": start, "end_date": end}));
    }
    for end in [
        json!("2019-01-01"),
        json!("2018-12-31T23:59:59Z"),
        json!("2019-01-01T01:00:00+01:00"),
        json!(0),
    ] {
        refused(&json!({"end_date": end}), &[("end_date", Code::EndNotAfterStart)]);
    }
    for bad in [
        json!("yesterday"),
        json!(""),
        json!("2019-02-29"),
        json!("2019-13-01"),
        json!("2019-1-1"),
        json!("2019-01-01T25:00:00Z"),
        json!("2300-01-01"),
        json!(1e30),
        json!(u64::MAX),
    ] {
        refused(&json!({"start_date": bad}), &[("start_date", Code::BadTimestamp)]);
    }
    for wrong in [json!(true), json!(1.5), json!([]), json!({})] {
        refused(&json!({"end_date": wrong}), &[("end_date", Code::WrongType)]);
    }
}

#[test]
fn dates_end_with_now_plus_one_bar() {
    // The context's now is 2026-01-01.
    valid(&json!({"end_date": "2026-01-01T01:00:00Z"}));
    refused(
        &json!({"end_date": "2026-01-01T01:00:00.000000001Z"}),
        &[("end_date", Code::InFuture)],
    );
    valid(&json!({"end_date": "2026-02-01", "timeframe": "1M"}));
    refused(
        &json!({"end_date": "2026-02-01T00:00:01Z", "timeframe": "1M"}),
        &[("end_date", Code::InFuture)],
    );
    refused(
        &json!({"start_date": "2030-01-01", "end_date": "2031-01-01"}),
        &[("end_date", Code::InFuture), ("start_date", Code::InFuture)],
    );
    let open = RequestContext::open();
    let far = patched(&base(), &json!({"end_date": "2262-01-01"}));
    assert!(Valid::<BacktestRequest>::from_json(far.to_string(), &open).is_ok());
}
