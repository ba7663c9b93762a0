//! A walk-forward analysis is the sweeps and backtests that one would run by hand.

use serde_json::{Value, json};
use threadx::{
    controllers::{BacktestReport, Services, SweepOptions, SweepReport},
    coordinator::TaskContext,
    engine::Uninterrupted,
    market::Timestamp,
    request::{BacktestRequest, SweepRequest, Valid},
    spec::{ExitReason, Params},
};

const FEE: f64 = 0.002;
const SLIPPAGE: f64 = 0.001;

fn request(more: &Value) -> String {
    let mut request = json!({
        "token": "BTCUSDT",
        "timeframe": "1h",
        "strategy": "ma_crossover",
        "start_date": "2019-01-01",
        "end_date": "2019-12-25",
        "direction": "both",
        "fee_rate": FEE,
        "slippage_rate": SLIPPAGE,
    });
    for (name, value) in more.as_object().unwrap() {
        request[name] = value.clone();
    }
    request.to_string()
}

fn sweep(services: &Services, more: &Value) -> SweepReport {
    let mut more = more.clone();
    more["param_grid"] = json!({"fast_period": [5, 20, 60], "slow_period": [50, 100, 200]});
    more["luck"] = json!(false);
    let known = services.request_context().unwrap();
    let request = Valid::<SweepRequest>::from_json(request(&more), &known).unwrap();
    let context = TaskContext::detached();
    let options = SweepOptions::default();
    let flow = services.sweeps().start(&request, &options, &context).unwrap();
    flow.complete(services, &context).unwrap()
}

fn trade(services: &Services, [start, end]: [Timestamp; 2], cash: f64, params: &Params) -> BacktestReport {
    let request = request(&json!({
        "start_date": start.to_string(),
        "end_date": end.to_string(),
        "portfolio_value": cash,
        "params": params,
        "warm_up": "before",
    }));
    let known = services.request_context().unwrap();
    let request = Valid::<BacktestRequest>::from_json(request, &known).unwrap();
    services.backtests().run(&request, &Uninterrupted).unwrap()
}

fn by_hand(windows: &Value) {
    let services = Services::builder().build().unwrap();
    let walked = sweep(&services, &json!({ "walk_forward": windows }))
        .walk_forward
        .unwrap();
    assert_eq!(walked.equity.len(), walked.bars.len());
    let (mut cash, mut next, mut closed) = (10_000.0, 0, 0);
    for window in &walked.windows {
        let dates = json!({
            "start_date": window.train_start.to_string(),
            "end_date": window.train_end.to_string(),
        });
        let learned = sweep(&services, &dates);
        let best = &learned.results[0];
        assert_eq!(learned.data.bars, window.train_bars);
        assert_eq!(window.params.as_ref(), Some(&best.params));
        assert_eq!(window.in_sample.as_ref(), Some(&best.metrics));

        let by_hand = trade(&services, [window.train_end, window.test_end], cash, &best.params);
        let bars = by_hand.equity.len();
        assert_eq!(bars, window.test_bars);
        let here = &walked.equity[next..next + bars];
        assert_eq!(here[..bars - 1], by_hand.equity[..bars - 1]);
        // What is open at the end is closed at the last close, for slippage and fee.
        let open = by_hand.trades.iter().find(|trade| trade.row.is_open());
        let cost = open.map_or(0.0, |open| {
            closed += 1;
            let close = by_hand.bars.close()[bars - 1];
            let price = close * (1.0 - open.row.side.sign() * SLIPPAGE);
            open.row.quantity * ((close - price).abs() + price * FEE)
        });
        let expected = by_hand.equity[bars - 1] - cost;
        let gain = here[bars - 1] / cash - 1.0;
        cash = here[bars - 1];
        assert!((cash - expected).abs() < 1e-9 * expected, "{cash} {expected}");
        let out = window.out_of_sample.as_ref().unwrap();
        assert!((out.total_return.unwrap() - gain).abs() < 1e-12);
        next += bars;
    }
    assert_eq!(next, walked.equity.len());
    assert!((walked.metrics.total_return.unwrap() - (cash / 10_000.0 - 1.0)).abs() < 1e-12);
    let at_end = |reason: ExitReason| reason == ExitReason::WindowEnd;
    let exits = walked.trades.iter().filter_map(|trade| trade.exit);
    assert_eq!(exits.filter(|exit| at_end(exit.reason)).count(), closed);
    assert!(closed > 0, "some window ends with an open position");
    let pnl: f64 = walked.trades.iter().map(|trade| trade.pnl).sum();
    assert!(
        (10_000.0 + pnl - cash).abs() < 1e-6,
        "money adds up over all windows"
    );
    for trade in &walked.trades {
        assert_eq!(walked.bars.time()[trade.entry_index], trade.entry_time);
    }
}

#[test]
fn windows_that_roll_are_sweeps_and_backtests_by_hand() {
    by_hand(&json!({"train": "3M", "test": "1M"}));
}

#[test]
fn anchored_windows_are_sweeps_and_backtests_by_hand() {
    by_hand(&json!({"train": "60d", "test": "45d", "anchored": true}));
}

#[test]
fn purged_and_embargoed_bars_are_neither_learned_from_nor_traded() {
    let services = Services::builder().build().unwrap();
    let windows = |purge: u64, embargo: u64| {
        let windows = json!({"train": "3M", "test": "1M", "purge": purge, "embargo": embargo});
        sweep(&services, &json!({ "walk_forward": windows }))
            .walk_forward
            .unwrap()
    };
    let (plain, cut) = (windows(0, 0), windows(30, 50));
    assert_eq!(plain.bars, cut.bars);
    for (plain, window) in plain.windows.iter().zip(&cut.windows) {
        assert_eq!(window.train_bars, plain.train_bars - 30);
        assert_eq!(window.test_bars, plain.test_bars - 50);
        let first = cut.bars.time().partition_point(|time| *time < window.train_end);
        let embargo = first..first + 50;
        assert!(
            cut.trades
                .iter()
                .all(|trade| !embargo.contains(&trade.entry_index))
        );
        let held = &cut.equity[embargo];
        assert!(held.iter().all(|equity| *equity == held[0]), "cash does not move");
    }
}
