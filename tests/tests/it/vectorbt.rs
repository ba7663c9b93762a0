//! Agreement with vectorbt, trade by trade, on real bars.
//!
//! W1 is `ma_crossover`, W2 `bollinger_reversion`, W3 its entries with stops only, W3b stops and exits; all
//! in, filled at the close, fee 0.001 a side, starting with 100.

use serde_json::Value;
use threadx::{
    engine::{Backtest, BacktestOptions, Trade},
    spec::{ExitReason, FillModel},
};

use crate::{
    golden::{self, agree},
    runs::{params, run},
};

fn options() -> BacktestOptions {
    BacktestOptions {
        portfolio_value: 100.0,
        fill: FillModel::Close,
        ..BacktestOptions::default()
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

/// Runs what the golden row says it ran.
fn replay(set: &str, row: &Value) -> Backtest {
    let bars = golden::bars(set);
    let given = &row["params"];
    let whole = |name: &str| given[name].as_i64().unwrap().into();
    let bands = || params([("period", whole("period")), ("std", number(&given["std"]).into())]);
    let stops = || BacktestOptions {
        stop_loss: Some(number(&given["sl"])),
        take_profit: Some(number(&given["tp"])),
        ..options()
    };
    match row["workload"].as_str().unwrap() {
        "W1" => {
            let params = params([("fast_period", whole("fast")), ("slow_period", whole("slow"))]);
            run(&bars, "ma_crossover", &params, options())
        }
        "W2" => run(&bars, "bollinger_reversion", &bands(), options()),
        "W3" => run(
            &bars,
            "bollinger_reversion",
            &bands(),
            BacktestOptions {
                exit_on_signal: false,
                ..stops()
            },
        ),
        "W3b" => run(&bars, "bollinger_reversion", &bands(), stops()),
        other => panic!("no workload {other}"),
    }
}

fn check_trade(what: &str, ours: &Trade, theirs: &[Value], last_bar: usize) {
    let [
        entry_index,
        exit_index,
        size,
        entry_price,
        exit_price,
        entry_fees,
        exit_fees,
        pnl,
        share,
        status,
    ] = theirs
    else {
        panic!("{what}: a trade has ten columns");
    };
    assert_eq!(
        ours.entry_index as u64,
        entry_index.as_u64().unwrap(),
        "{what} entry_index"
    );
    let exit = ours.exit.map_or(last_bar, |exit| exit.index);
    assert_eq!(exit as u64, exit_index.as_u64().unwrap(), "{what} exit_index");
    assert_eq!(
        u64::from(!ours.is_open()),
        status.as_u64().unwrap(),
        "{what} status"
    );
    agree(&format!("{what} size"), ours.quantity, size);
    agree(&format!("{what} entry_price"), ours.entry_price, entry_price);
    if let Some(exit) = ours.exit {
        agree(&format!("{what} exit_price"), exit.price, exit_price);
    }
    agree(
        &format!("{what} fees"),
        ours.fees,
        &(number(entry_fees) + number(exit_fees)).into(),
    );
    // A pnl is a small difference of large numbers: its scale is the position's value.
    let scale = 1e-9 * ours.quantity * ours.entry_price;
    assert!(
        (ours.pnl - number(pnl)).abs() <= scale,
        "{what} pnl: ours {}, theirs {pnl}",
        ours.pnl
    );
    assert!(
        (ours.return_fraction - number(share)).abs() <= 1e-9,
        "{what} return"
    );
}

/// Bars on which the close is exactly the middle band, in integer arithmetic on prices of at most five
/// decimals. There rounding decides in vectorbt, whose own two engines differ: exempt.
fn first_middle_tie(set: &str, row: &Value) -> Option<usize> {
    let period = row["params"]["period"].as_u64()? as usize;
    if row["workload"] == "W3" {
        return None; // Takes no exit at the middle.
    }
    let bars = golden::bars(set);
    let ticks: Vec<i64> = bars
        .close()
        .iter()
        .map(|close| (close * 1e5).round() as i64)
        .collect();
    let tie = |window: &[i64]| window.last().map(|last| last * period as i64) == Some(window.iter().sum());
    ticks
        .windows(period)
        .position(tie)
        .map(|start| start + period - 1)
}

/// Compares a run and returns whether it was compared to its end.
fn check_run(set: &str, row: &Value) -> bool {
    let what = format!("{set} {} {}", row["workload"], row["params"]);
    let ours = replay(set, row);
    if let Some(tie) = first_middle_tie(set, row) {
        let before = ours
            .trades
            .iter()
            .filter(|trade| trade.exit.is_some_and(|exit| exit.index < tie));
        let mut compared = 0;
        for (trade, theirs) in before.zip(row["trades"]["rows"].as_array().unwrap()) {
            check_trade(&what, trade, theirs.as_array().unwrap(), ours.equity.len() - 1);
            compared += 1;
        }
        assert!(compared > 0, "{what} has no trade before its tie");
        return false;
    }
    let theirs = row["trades"]["rows"].as_array().unwrap();
    assert_eq!(ours.trades.len(), theirs.len(), "{what} trades");
    assert!(!theirs.is_empty(), "{what} has no trades, which proves nothing");
    for (position, (ours_trade, theirs)) in ours.trades.iter().zip(theirs).enumerate() {
        let what = format!("{what} trade {position}");
        check_trade(
            &what,
            ours_trade,
            theirs.as_array().unwrap(),
            ours.equity.len() - 1,
        );
    }
    let metrics = &ours.metrics;
    agree(
        &format!("{what} final equity"),
        *ours.equity.last().unwrap(),
        &row["final_value"],
    );
    agree(
        &format!("{what} sharpe"),
        metrics.sharpe_ratio.unwrap(),
        &row["sharpe_ratio"],
    );
    agree(
        &format!("{what} drawdown"),
        metrics.max_drawdown.unwrap(),
        &row["max_drawdown"],
    );
    agree(
        &format!("{what} sortino"),
        metrics.sortino_ratio.unwrap(),
        &row["sortino_ratio"],
    );
    agree(
        &format!("{what} omega"),
        metrics.omega_ratio.unwrap(),
        &row["omega_ratio"],
    );
    agree(
        &format!("{what} volatility"),
        metrics.volatility.unwrap(),
        &row["annualized_volatility"],
    );
    agree(
        &format!("{what} 1 + total return"),
        1.0 + metrics.total_return.unwrap(),
        &(1.0 + number(&row["total_return"])).into(),
    );
    agree(
        &format!("{what} fees"),
        metrics.fees_paid.unwrap(),
        &row["stats"]["Total Fees Paid"],
    );
    true
}

#[test]
fn every_trade_agrees() {
    let mut partly = Vec::new();
    for set in golden::SETS {
        let document = golden::json(&format!("vectorbt/{set}.json.gz"));
        let rows = document["runs"].as_array().unwrap();
        assert!(rows.len() >= 4, "{set} has the four workloads");
        for row in rows {
            if !check_run(set, row) {
                partly.push(format!("{set} {}", row["workload"]));
            }
        }
    }
    assert_eq!(
        partly,
        [r#"eurusd_1h_2017 "W2""#, r#"eurusd_1h_2017 "W3b""#],
        "the runs with a tie"
    );
}

#[test]
fn stops_and_targets_are_among_the_trades_that_agree() {
    let document = golden::json("vectorbt/btcusdt_1h_2019.json.gz");
    let row = document["runs"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["workload"] == "W3b")
        .unwrap();
    let reasons: Vec<ExitReason> = replay("btcusdt_1h_2019", row)
        .trades
        .iter()
        .filter_map(|trade| trade.exit)
        .map(|exit| exit.reason)
        .collect();
    for reason in [ExitReason::StopLoss, ExitReason::TakeProfit, ExitReason::Signal] {
        assert!(reasons.contains(&reason), "{reason}");
    }
}

#[test]
fn every_fiftieth_combination_of_the_sweep_agrees() {
    for set in golden::SETS {
        let bars = golden::bars(set);
        let document = golden::json(&format!("vectorbt/sweep_{set}.json.gz"));
        let columns: Vec<&str> = document["columns"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let at = |name: &str| columns.iter().position(|column| *column == name).unwrap();
        let mut compared = 0;
        for row in document["rows"].as_array().unwrap() {
            // Where two averages are exactly equal rounding decides in vectorbt: exempt.
            if row[at("tie_bars")].as_u64() != Some(0) {
                continue;
            }
            compared += 1;
            let (fast, slow) = (
                row[at("fast")].as_i64().unwrap(),
                row[at("slow")].as_i64().unwrap(),
            );
            let params = params([("fast_period", fast.into()), ("slow_period", slow.into())]);
            let ours = run(&bars, "ma_crossover", &params, options());
            let what = format!("{set} fast {fast} slow {slow}");
            let total = 1.0 + ours.metrics.total_return.unwrap();
            agree(&what, total, &(1.0 + number(&row[at("total_return")])).into());
            agree(
                &format!("{what} sharpe"),
                ours.metrics.sharpe_ratio.unwrap(),
                &row[at("sharpe")],
            );
            agree(
                &format!("{what} drawdown"),
                ours.metrics.max_drawdown.unwrap(),
                &row[at("max_drawdown")],
            );
            assert_eq!(
                ours.trades.len() as u64,
                row[at("trades")].as_u64().unwrap(),
                "{what} trades"
            );
        }
        assert!(
            compared >= 10,
            "{set}: only {compared} combinations are without a tie"
        );
    }
}
