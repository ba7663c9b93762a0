//! The canonical wire form: stable, complete, and read back to the same request.

use serde_json::{Value, json};
use threadx_request::{BacktestRequest, DataRequest, IndicatorRequest, Request, SweepRequest, Valid};

use crate::support::{context, patched};

#[track_caller]
fn round_trip<T: Request>(request: &Value) -> String {
    let first = Valid::<T>::from_json(request.to_string(), &context()).unwrap();
    let text = serde_json::to_string(&first).unwrap();
    let second = Valid::<T>::from_json(&text, &context()).unwrap();
    assert_eq!(first, second, "{text}");
    assert_eq!(serde_json::to_string(&second).unwrap(), text);
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(crate::schema::agrees::<T>(&value, None), Ok(()));
    text
}

#[test]
fn a_backtest_is_written_in_a_fixed_order_with_its_defaults() {
    assert_eq!(
        round_trip::<BacktestRequest>(&crate::backtest::base()),
        r#"{"token":"BTCUSDT","timeframe":"1h","strategy":"ma_crossover","start_date":"2019-01-01T00:00:00Z","end_date":"2019-06-30T00:00:00Z","params":{"fast_period":10,"kind":"sma","slow_period":30},"portfolio_value":10000.0,"leverage":1.0,"fee_rate":0.001,"slippage_rate":0.0,"borrow_rate":0.0,"direction":"long","fill":"next_open","whole_units":false,"exit_on_signal":true,"warm_up":"inside","risk_free_rate":0.0}"#
    );
}

#[test]
fn everything_that_is_given_is_written() {
    let text = round_trip::<BacktestRequest>(&patched(
        &crate::backtest::base(),
        &json!({
            "sizing": {"risk": 0.1}, "stop_loss": 0.1, "trailing_stop": 0.30000000000000004, "take_profit": 1e-300,
            "max_hold": 3, "periods_per_year": 252, "seed": u64::MAX, "risk_free_rate": -0.0,
        }),
    ));
    for part in [
        r#""sizing":{"risk":0.1}"#,
        r#""trailing_stop":0.30000000000000004"#,
        r#""take_profit":1e-300"#,
        r#""max_hold":3"#,
        r#""seed":18446744073709551615"#,
        r#""risk_free_rate":0.0"#,
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    round_trip::<BacktestRequest>(&patched(&crate::backtest::base(), &json!({"sizing": "all_in"})));
}

#[test]
fn the_others_are_written_whole_too() {
    assert_eq!(
        round_trip::<IndicatorRequest>(&crate::indicators::base()),
        r#"{"token":"BTCUSDT","timeframe":"1d","start_date":"2019-01-01T00:00:00Z","end_date":"2019-06-30T00:00:00Z","indicators":[{"name":"sma","params":{"period":20}}]}"#
    );
    assert_eq!(
        round_trip::<DataRequest>(&patched(
            &crate::data::base(),
            &json!({"checks": ["ohlc", "gaps"]})
        )),
        r#"{"tokens":["BTCUSDT"],"start":"2019-01-01T00:00:00Z","end":"2019-06-30T00:00:00Z","timeframe":"1d","checks":["gaps","ohlc"],"calendar":"auto"}"#
    );
    let grid = json!({
        "strategy": "bb_atr",
        "param_grid": {"std": {"min": 1, "max": 2, "step": 0.1}, "period": {"min": 5, "max": 9, "step": 2}, "trailing": [true]},
        "sample": {"n": 3},
    });
    let text = round_trip::<SweepRequest>(&patched(&crate::sweep::base(), &grid));
    assert!(
        text.ends_with(
            r#""param_grid":{"period":{"min":5,"max":9,"step":2},"std":{"min":1.0,"max":2.0,"step":0.1},"trailing":[true]},"max_combinations":3000000,"criteria":["sharpe_ratio","total_return"],"top_n":10,"sample":{"n":3,"method":"random","seed":0},"luck":true}"#
        ),
        "{text}"
    );
    assert!(!text.contains("\"params\""));
}

#[test]
fn the_same_request_in_other_words_has_the_same_form() {
    let form = |patch: Value| {
        let request = patched(&crate::backtest::base(), &patch).to_string();
        serde_json::to_string(&Valid::<BacktestRequest>::from_json(request, &context()).unwrap()).unwrap()
    };
    let plain = form(json!({}));
    for patch in [
        json!({"token": " btcusdt "}),
        json!({"token": "-", "symbol": "BTCUSDT"}),
        json!({"start_date": 1_546_300_800_000_i64}),
        json!({"start_date": "2019-01-01T05:30:00+05:30"}),
        json!({"params": {"fast_period": 10.0}}),
        json!({"initial_cash": 10_000}),
        json!({"slippage_rate": -0.0}),
        json!({"leverage": 1, "sizing": null}),
    ] {
        assert_eq!(form(patch.clone()), plain, "{patch}");
    }
}
