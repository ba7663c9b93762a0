//! Documents that are put together by hand take the same way as those that are read.

use serde_json::json;
use threadx_market::{Timeframe, Timestamp};
use threadx_request::{
    BacktestRequest, Check, DataRequest, Document, IndicatorRequest, Limits, SweepRequest, Valid, Value,
    ViolationCode as Code,
};
use threadx_spec::{Criterion, Direction, FillModel, Params, Sizing, WarmUp};

use crate::support::{broken, context, patched};

fn flags(flags: &[(&str, &str)]) -> Document {
    let mut document = Document::new();
    for (field, text) in [
        ("token", "BTCUSDT"),
        ("timeframe", "1h"),
        ("strategy", "ma_crossover"),
        ("start_date", "2019-01-01"),
        ("end_date", "1561852800"),
    ]
    .iter()
    .chain(flags)
    {
        match field.split_once('.') {
            Some((field, name)) => document.set_in(field, name, Value::untyped(*text)),
            None => document.set(field, Value::untyped(*text)),
        }
    }
    document
}

#[test]
fn text_takes_the_type_of_its_field() {
    let document = flags(&[
        ("leverage", " 2.5 "),
        ("fee_rate", "1e-3"),
        ("max_hold", "72.0"),
        ("whole_units", "true"),
        ("direction", "both"),
        ("sizing", "fraction=0.5"),
        ("seed", "18446744073709551615"),
        ("params.fast_period", "12"),
        ("params.kind", "ema"),
    ]);
    let by_flags = Valid::<BacktestRequest>::from_document(&document, &context()).unwrap();
    let request = patched(
        &crate::backtest::base(),
        &json!({
            "end_date": "2019-06-30", "leverage": 2.5, "fee_rate": 0.001, "max_hold": 72, "whole_units": true,
            "direction": "both", "sizing": {"fraction": 0.5}, "seed": u64::MAX,
            "params": {"fast_period": 12, "kind": "ema"},
        }),
    );
    assert_eq!(
        by_flags,
        Valid::from_json(request.to_string(), &context()).unwrap()
    );
    let all_in =
        Valid::<BacktestRequest>::from_document(&flags(&[("sizing", "all_in")]), &context()).unwrap();
    assert_eq!(all_in.sizing, Some(Sizing::AllIn));
}

#[test]
fn text_that_cannot_have_the_type_is_refused_without_positions() {
    let document = flags(&[
        ("leverage", "two"),
        ("fee_rate", "nan"),
        ("take_profit", "inf"),
        ("max_hold", "1.5"),
        ("whole_units", "yes"),
        ("sizing", "half=1"),
        ("params.fast_period", "x"),
        ("params.slow_period", "1001"),
        ("seed", "99999999999999999999"),
    ]);
    let error = Valid::<BacktestRequest>::from_document(&document, &context()).unwrap_err();
    assert_eq!(
        broken(&error),
        [
            ("fee_rate", Code::NotFinite),
            ("leverage", Code::WrongType),
            ("max_hold", Code::WrongType),
            ("params.fast_period", Code::WrongType),
            ("params.slow_period", Code::OutOfRange),
            ("seed", Code::OutOfRange),
            ("sizing", Code::Missing),
            ("sizing.half", Code::UnknownField),
            ("take_profit", Code::NotFinite),
            ("whole_units", Code::WrongType),
        ]
    );
    assert!(
        error
            .violations()
            .iter()
            .all(|violation| violation.line.is_none())
    );
}

#[test]
fn grids_and_lists_have_a_short_form() {
    let document = flags(&[
        ("param_grid.fast_period", "5:50:5"),
        ("param_grid.slow_period", "60, 80"),
        ("param_grid.kind", "sma,ema"),
        ("criteria", "sortino_ratio,cagr:lower"),
        ("top_n", "3"),
    ]);
    let request = Valid::<SweepRequest>::from_document(&document, &context()).unwrap();
    assert_eq!(request.param_grid.combinations(), 40);
    let texts: Vec<String> = request.criteria.iter().map(Criterion::to_string).collect();
    assert_eq!(texts, ["sortino_ratio", "cagr:lower"]);
    let wrong = flags(&[("param_grid.fast_period", "5:50"), ("param_grid.kind", "a:b:c")]);
    let error = Valid::<SweepRequest>::from_document(&wrong, &context()).unwrap_err();
    assert_eq!(
        broken(&error),
        [
            ("param_grid.fast_period[0]", Code::WrongType),
            ("param_grid.kind", Code::WrongType)
        ]
    );
    let mut data = Document::new();
    data.set("tokens", Value::untyped("btcusdt, ethusdt"));
    data.set("timeframe", Timeframe::D1);
    data.set("start", Value::untyped("2019-01-01"));
    data.set("end", Value::untyped("2019-01-02"));
    data.set("checks", Value::untyped("gaps"));
    let request = Valid::<DataRequest>::from_document(&data, &context()).unwrap();
    assert_eq!(request.tokens[1].as_str(), "ETHUSDT");
    assert!(request.checks.contains(&Check::Gaps));
}

#[test]
fn what_is_set_last_counts() {
    let mut document = flags(&[]);
    assert!(document.contains("token") && !document.contains("fee_rate"));
    assert_eq!(document.text("token"), Some("BTCUSDT"));
    document.set("token", "ETHUSDT");
    document.set("fee_rate", Value::Null);
    assert!(!document.contains("fee_rate"));
    document.set_in("params", "fast_period", 11);
    document.set_in("params", "fast_period", 12);
    let request = Valid::<BacktestRequest>::from_document(&document, &context()).unwrap();
    assert_eq!(request.tokens.first().as_str(), "ETHUSDT");
    assert_eq!(request.params.int("fast_period"), Some(12));
}

#[test]
fn a_request_is_taken_out_of_its_envelope_with_its_positions() {
    let line = format!(
        r#"{{"kind": "backtest", "id": 7, "request": {}}}"#,
        crate::backtest::base()
    );
    let envelope = Document::from_json(&line, &Limits::default()).unwrap();
    assert_eq!(envelope.text("kind"), Some("backtest"));
    let request = envelope.extract("request").unwrap();
    assert!(Valid::<BacktestRequest>::from_document(&request, &context()).is_ok());
    assert_eq!(envelope.extract("requests"), None);

    let line = line.replace("BTCUSDT", "XRP");
    let request = Document::from_json(&line, &Limits::default())
        .unwrap()
        .extract("request")
        .unwrap();
    let error = Valid::<BacktestRequest>::from_document(&request, &context()).unwrap_err();
    let column = line.chars().take(line.find("\"XRP\"").unwrap()).count() as u32 + 1;
    assert_eq!(error.violations()[0].column, Some(column));
}

#[test]
fn builders_end_in_the_same_rules() {
    let (start, end) = (
        Timestamp::parse("2019-01-01").unwrap(),
        Timestamp::parse("2019-06-30").unwrap(),
    );
    let built = BacktestRequest::builder()
        .token("BTCUSDT")
        .timeframe(Timeframe::H1)
        .strategy("ma_crossover")
        .start_date(start)
        .end_date(end)
        .params(Params::from_iter([("fast_period", 5)]))
        .param("kind", "ema")
        .portfolio_value(500.0)
        .leverage(2.0)
        .fee_rate(0.01)
        .slippage_rate(0.02)
        .borrow_rate(0.03)
        .direction(Direction::Short)
        .fill(FillModel::Close)
        .sizing(Sizing::Cash(100.0))
        .whole_units(true)
        .stop_loss(0.1)
        .trailing_stop(0.2)
        .take_profit(0.3)
        .max_hold(9)
        .exit_on_signal(false)
        .warm_up(WarmUp::Before)
        .periods_per_year(252.0)
        .risk_free_rate(0.04)
        .seed(u64::MAX)
        .build(&context())
        .unwrap();
    let read = patched(
        &crate::backtest::base(),
        &json!({
            "params": {"fast_period": 5, "kind": "ema"}, "portfolio_value": 500, "leverage": 2, "fee_rate": 0.01,
            "slippage_rate": 0.02, "borrow_rate": 0.03, "direction": "short", "fill": "close",
            "sizing": {"cash": 100}, "whole_units": true, "stop_loss": 0.1, "trailing_stop": 0.2,
            "take_profit": 0.3, "max_hold": 9, "exit_on_signal": false, "warm_up": "before",
            "periods_per_year": 252, "risk_free_rate": 0.04, "seed": u64::MAX,
        }),
    );
    assert_eq!(built, Valid::from_json(read.to_string(), &context()).unwrap());

    let error = BacktestRequest::builder()
        .tokens(vec!["BTCUSDT"])
        .sizing(Sizing::Risk(2.0))
        .max_hold(0)
        .build(&context())
        .unwrap_err();
    assert_eq!(
        broken(&error),
        [
            ("end_date", Code::Missing),
            ("max_hold", Code::OutOfRange),
            ("sizing.risk", Code::OutOfRange),
            ("start_date", Code::Missing),
            ("strategy", Code::Missing),
            ("timeframe", Code::Missing),
            ("tokens", Code::OutOfRange),
        ]
    );

    let error = IndicatorRequest::builder()
        .indicator("sma", Params::new())
        .indicator("sma", Params::from_iter([("period", 20)]))
        .build(&context())
        .unwrap_err();
    assert!(broken(&error).contains(&("indicators[1]", Code::Duplicate)));
    let error = SweepRequest::builder()
        .values("x", [1, 2])
        .top_n(0)
        .sample(0, 0)
        .build(&context())
        .unwrap_err();
    assert!(broken(&error).contains(&("sample.n", Code::OutOfRange)));
    assert!(broken(&error).contains(&("top_n", Code::OutOfRange)));
}
