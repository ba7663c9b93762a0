//! Validates a backtest request that has much wrong with it and prints what.

use std::io::Write;

use threadx_market::Timestamp;
use threadx_request::{BacktestRequest, RequestContext, Valid};
use threadx_spec::{ParamSpec, StrategySpec};

const REQUEST: &str = r#"{
    "token": "BTCUSD",
    "timeframe": "1H",
    "strategy": "ma_crossover",
    "start_date": "2019-02-29",
    "params": { "fast_perod": 12, "slow_period": 1 },
    "fee_rate": 1.5,
    "leverage": "two"
}"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let crossover = StrategySpec::signal("ma_crossover", 1, "fast average crosses slow average")
        .param(ParamSpec::int(
            "fast_period",
            10,
            1..=500,
            "bars of the fast average",
        ))
        .param(ParamSpec::int(
            "slow_period",
            30,
            2..=1000,
            "bars of the slow average",
        ))
        .less("fast_period", "slow_period");
    let context = RequestContext::open()
        .tokens(["BTCUSDT", "ETHUSDT"])
        .strategies([crossover])
        .now(Timestamp::parse("2026-01-01")?);

    let mut out = std::io::stdout().lock();
    match Valid::<BacktestRequest>::from_json(REQUEST, &context) {
        Ok(request) => writeln!(out, "valid: {}", serde_json::to_string(&request)?)?,
        Err(error) => {
            for violation in error.violations() {
                match (violation.line, violation.column) {
                    (Some(line), Some(column)) => writeln!(out, "{line}:{column}: {violation}")?,
                    _ => writeln!(out, "{violation}")?,
                }
            }
        }
    }
    Ok(())
}
