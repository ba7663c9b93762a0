//! The fast path of sweeps agrees with the full simulator on every combination of the workloads, on real bars and on
//! the same rounded to a coarse tick, where averages and prices tie.

use threadx::{
    engine::{
        BacktestInput, BacktestOptions, BacktestSpec, Metrics, PointOutcome, StrategyRegistry, SweepInput,
        SweepPlan, SweepRows, Uninterrupted, backtest, run_shard,
    },
    indicators::{Direct, IndicatorBank},
    market::{Bars, Columns},
    spec::{Direction, FillModel, Metric, ParamValue},
};

use crate::golden;

/// What the fast path measures, one of them to be ranked by.
const MEASURED: [Metric; 18] = [
    Metric::TotalReturn,
    Metric::Cagr,
    Metric::Volatility,
    Metric::SharpeRatio,
    Metric::MaxDrawdown,
    Metric::CalmarRatio,
    Metric::TradeCount,
    Metric::WinRate,
    Metric::ProfitFactor,
    Metric::Expectancy,
    Metric::AvgWin,
    Metric::AvgLoss,
    Metric::BestTrade,
    Metric::WorstTrade,
    Metric::AvgTradeDuration,
    Metric::Exposure,
    Metric::FeesPaid,
    Metric::BuyAndHoldReturn,
];

fn rounded(bars: &Bars, tick: f64) -> Bars {
    let round = |prices: &[f64]| -> Vec<f64> {
        prices
            .iter()
            .map(|price| ((price / tick).round() * tick).max(tick))
            .collect()
    };
    let columns = Columns {
        time: bars.time().to_vec(),
        open: round(bars.open()),
        high: round(bars.high()),
        low: round(bars.low()),
        close: round(bars.close()),
        volume: bars.volume().to_vec(),
    };
    Bars::new(bars.timeframe(), columns).unwrap()
}

fn agree(what: &str, fast: &Metrics, full: &Metrics, value: f64) {
    for metric in MEASURED {
        let (Some(a), Some(b)) = (fast.get(metric), full.get(metric)) else {
            assert_eq!(fast.get(metric), full.get(metric), "{what} {metric}");
            continue;
        };
        // Near 0 a return is compared as 1 + return; currency by the starting value.
        let scale = match metric {
            Metric::TradeCount | Metric::WinRate | Metric::Exposure => 0.0,
            Metric::Expectancy | Metric::AvgWin | Metric::AvgLoss => value,
            _ => b.abs().max(1.0),
        };
        assert!(
            (a - b).abs() <= 1e-9 * scale,
            "{what} {metric}: fast {a}, full {b}"
        );
    }
}

/// Every `step`-th combination of the axes.
fn check(
    what: &str,
    bars: &Bars,
    strategy: &str,
    axes: &[(&str, Vec<ParamValue>)],
    options: &BacktestOptions,
    step: usize,
) {
    let registry = StrategyRegistry::built_in();
    let strategy = registry.get(strategy).unwrap();
    let spec = BacktestSpec::new(options.clone()).unwrap();
    let axes = axes
        .iter()
        .map(|(name, values)| ((*name).to_owned(), values.clone()));
    let plan = SweepPlan::new(strategy.spec(), axes.collect()).unwrap();
    let rows = SweepRows::new(bars, 0, &spec, &MEASURED);
    assert!(rows.is_fast(), "{what}");
    let bank = IndicatorBank::new(256 << 20);
    let source = bank.source(bars, &|| false);
    let input = SweepInput {
        plan: &plan,
        indicators: &source,
        first: 0,
        strategy,
        spec: &spec,
        rows: Some(&rows),
    };
    let shard = run_shard(&input, 0..plan.len(), &Uninterrupted).unwrap();
    assert!(shard.evaluated() > 0);
    let direct = Direct::new(bars);
    for point in shard.points().iter().step_by(step) {
        let PointOutcome::Evaluated(fast) = &point.outcome else {
            panic!("{what}: {point:?}");
        };
        let params = plan.params(point.combination).unwrap();
        let input = BacktestInput {
            // The bands of the full form are series of their own, not made of the mean and the deviation.
            indicators: if point.position % 16 == 0 {
                &direct
            } else {
                &source
            },
            first: 0,
            strategy,
            params: &params,
            spec: &spec,
        };
        let full = backtest(&input, &Uninterrupted).unwrap().metrics;
        agree(&format!("{what} {params}"), fast, &full, options.portfolio_value);
    }
}

fn ints(values: impl Iterator<Item = i64>) -> Vec<ParamValue> {
    values.map(ParamValue::Int).collect()
}

/// W1, W2 and W3 over these bars, and mirrors of them that take both sides.
fn check_workloads(set: &str, bars: &Bars, pairs: usize, step: usize) {
    let close = BacktestOptions {
        portfolio_value: 100.0,
        fill: FillModel::Close,
        ..BacktestOptions::default()
    };
    let averages = [
        ("fast_period", ints((2..100).step_by(pairs))),
        ("slow_period", ints((3..=100).step_by(pairs))),
    ];
    let widths = (10..=30).map(|tenth| ParamValue::Float(f64::from(tenth) / 10.0));
    let bands = [
        ("period", ints((10..=60).step_by(2))),
        ("std", widths.step_by(pairs).collect()),
    ];
    let stops = BacktestOptions {
        exit_on_signal: false,
        stop_loss: Some(0.02),
        take_profit: Some(0.04),
        ..close.clone()
    };
    let both = |options: &BacktestOptions| BacktestOptions {
        direction: Direction::Both,
        fill: FillModel::NextOpen,
        slippage_rate: 0.0005,
        ..options.clone()
    };
    let check = |name: &str, strategy, axes: &[_], options: &_, step| {
        check(&format!("{set} {name}"), bars, strategy, axes, options, step);
    };
    check("W1", "ma_crossover", &averages, &close, step);
    check("W2", "bollinger_reversion", &bands, &close, step);
    check("W3", "bollinger_reversion", &bands, &stops, step);
    check("W1 both", "ma_crossover", &averages, &both(&close), 8 * step);
    check("W2 both", "bollinger_reversion", &bands, &both(&close), 4 * step);
    check("W3 both", "bollinger_reversion", &bands, &both(&stops), 4 * step);
    let masks = [("entry", ints(5..40))];
    check("masks", "donchian_breakout", &masks, &close, 1);
}

#[test]
fn on_real_bars() {
    for set in golden::SETS {
        check_workloads(set, &golden::bars(set), 3, 3);
    }
}

#[test]
fn on_prices_of_a_coarse_tick() {
    let tick = |set: &str| match set {
        "btcusdt_1h_2019" => 25.0,
        "aapl_1d" => 0.25,
        _ => 0.0025,
    };
    for set in golden::SETS {
        check_workloads(
            &format!("{set} rounded"),
            &rounded(&golden::bars(set), tick(set)),
            5,
            2,
        );
    }
}

/// vectorbt rounds away exact ties of two averages, one in a thousand of its trades; single combinations without ties are
/// compared to 1e-9 elsewhere.
#[test]
fn all_combinations_add_up_to_vectorbt_s_sums_and_have_its_best() {
    let registry = StrategyRegistry::built_in();
    let strategy = registry.get("ma_crossover").unwrap();
    let options = BacktestOptions {
        portfolio_value: 100.0,
        fill: FillModel::Close,
        ..BacktestOptions::default()
    };
    let spec = BacktestSpec::new(options).unwrap();
    for set in golden::SETS {
        let bars = golden::bars(set);
        let axes = vec![
            ("fast_period".to_owned(), ints(2..=99)),
            ("slow_period".to_owned(), ints(3..=100)),
        ];
        let plan = SweepPlan::new(strategy.spec(), axes).unwrap();
        let rows = SweepRows::new(&bars, 0, &spec, &MEASURED);
        let bank = IndicatorBank::new(256 << 20);
        let input = SweepInput {
            plan: &plan,
            indicators: &bank.source(&bars, &|| false),
            first: 0,
            strategy,
            spec: &spec,
            rows: Some(&rows),
        };
        let shard = run_shard(&input, 0..plan.len(), &Uninterrupted).unwrap();
        let returns = shard.points().iter().map(|point| match &point.outcome {
            PointOutcome::Evaluated(metrics) => (metrics.total_return.unwrap(), point.combination),
            PointOutcome::Failed(error) => panic!("{set}: {error}"),
        });
        let returns: Vec<(f64, u64)> = returns.collect();
        assert_eq!(returns.len(), 4851);
        let all = &golden::json(&format!("vectorbt/sweep_{set}.json.gz"))["all_combos"];
        let sum: f64 = returns.iter().map(|(value, _)| value).sum();
        let theirs = all["sum_total_return"].as_f64().unwrap();
        assert!(
            (sum / theirs - 1.0).abs() < 1e-4,
            "{set}: {sum}, vectorbt {theirs}"
        );
        let (best, combination) = returns.into_iter().max_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
        let best_of_theirs = all["best_total_return"].as_f64().unwrap();
        assert!((best - best_of_theirs).abs() < 1e-3, "{set}: {best}");
        let params = plan.params(combination).unwrap();
        let pair = [params.int("fast_period"), params.int("slow_period")];
        assert_eq!(serde_json::json!(pair), all["best"], "{set}");
    }
}
