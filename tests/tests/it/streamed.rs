//! Runs that skip bars and keep no curve come to what runs bar by bar come to.

use std::sync::Arc;

use proptest::prelude::*;
use threadx::{
    data,
    engine::{
        AccountView, Backtest, BacktestOptions, BacktestSpec, BarRun, BarStrategy, Entry, Metrics, Orders,
        PointOutcome, Side, Signals, Strategy as Decider, StrategyInput, StrategyRegistry, SweepInput,
        SweepPlan, SweepRows, Uninterrupted, run_shard,
    },
    error::BacktestError,
    indicators::Direct,
    market::Bars,
    spec::{Direction, ExitReason, FillModel, Metric, ParamValue, Params, Sizing, StrategySpec},
};

use crate::{
    random::{Given, GivenOrders, bars_and_orders, bars_and_signals, options},
    runs::{run, run_bar_strategy, run_strategy},
};

/// The metrics of a strategy without parameters as a sweep has them that is ranked by `wanted`.
fn swept(bars: &Bars, strategy: &Decider, options: &BacktestOptions, wanted: &[Metric]) -> Metrics {
    let spec = BacktestSpec::new(options.clone()).unwrap();
    let rows = SweepRows::new(bars, 0, &spec, wanted);
    assert!(!rows.is_fast());
    let input = SweepInput {
        plan: &SweepPlan::new(strategy.spec(), Vec::new()).unwrap(),
        indicators: &Direct::new(bars),
        first: 0,
        strategy,
        spec: &spec,
        rows: Some(&rows),
    };
    let shard = run_shard(&input, 0..1, &Uninterrupted).unwrap();
    match &shard.points()[0].outcome {
        PointOutcome::Evaluated(metrics) => metrics.clone(),
        PointOutcome::Failed(error) => panic!("{error}"),
    }
}

/// Nothing is lost but the tail where it is not wanted, and no bit differs.
fn check_swept(
    bars: &Bars,
    strategy: &Decider,
    options: &BacktestOptions,
    full: &Backtest,
) -> Result<(), TestCaseError> {
    let with_tail = swept(bars, strategy, options, &[Metric::Sqn, Metric::Cvar95]);
    prop_assert_eq!(&with_tail, &full.metrics);
    let without = swept(bars, strategy, options, &[Metric::Sqn]);
    let expect = Metrics {
        value_at_risk_95: None,
        cvar_95: None,
        ..full.metrics.clone()
    };
    prop_assert_eq!(&without, &expect);
    Ok(())
}

/// A strategy whose signals are given, asked about every bar.
struct AskedAlways(StrategySpec, Signals);

struct AskedRun(Signals);

impl BarStrategy for AskedAlways {
    fn spec(&self) -> &StrategySpec {
        &self.0
    }

    fn warm_up(&self, _params: &Params) -> Result<usize, BacktestError> {
        Ok(0)
    }

    fn start<'a>(&self, _input: &StrategyInput<'a>) -> Result<Box<dyn BarRun + 'a>, BacktestError> {
        Ok(Box::new(AskedRun(self.1.clone())))
    }
}

impl BarRun for AskedRun {
    fn on_bar(&mut self, account: &AccountView<'_>) -> Orders {
        let (signals, bar) = (&self.0, account.index());
        let enters = [
            (Side::Long, signals.long_entry.get(bar)),
            (Side::Short, signals.short_entry.get(bar)),
        ];
        let leaves = match account.side() {
            Some(Side::Long) => signals.long_exit.get(bar),
            Some(Side::Short) => signals.short_exit.get(bar),
            None => false,
        };
        let side = enters
            .into_iter()
            .find(|(_, enters)| *enters)
            .map(|(side, _)| side);
        Orders {
            entry: side.map(|side| Entry { side, stop: None }),
            exit: leaves.then_some(ExitReason::Signal),
            ..Orders::default()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn bars_that_are_passed_over_are_those_on_which_nothing_happens(
        (bars, signals) in bars_and_signals(),
        // One signal in so many is kept: long stretches in between, in which levels and the longest hold count.
        keep in 1usize..8,
        options in options(),
    ) {
        let thin = |mask: &threadx::engine::Mask| {
            threadx::engine::Mask::from_fn(bars.len(), |bar| mask.get(bar) && bar % keep == 0)
        };
        let signals = Signals {
            long_entry: thin(&signals.long_entry),
            long_exit: thin(&signals.long_exit),
            short_entry: thin(&signals.short_entry),
            short_exit: thin(&signals.short_exit),
        };
        let resolved = signals.resolved(options.direction, options.exit_on_signal);
        let by_masks = run_strategy(&bars, Given::new(signals), options.clone());
        let asked = AskedAlways(StrategySpec::bar("asked", 1, "asked about every bar"), resolved);
        let asked = run_bar_strategy(&bars, asked, options);
        prop_assert_eq!(&by_masks.equity, &asked.equity);
        prop_assert_eq!(&by_masks.trades, &asked.trades);
        prop_assert_eq!(&by_masks.rejected_orders, &asked.rejected_orders);
        prop_assert_eq!(&by_masks.metrics, &asked.metrics);
    }

    #[test]
    fn a_point_of_a_sweep_has_the_bits_of_its_backtest((bars, signals) in bars_and_signals(), options in options()) {
        let full = run_strategy(&bars, Given::new(signals.clone()), options.clone());
        let strategy = Decider::Signal(Arc::new(Given::new(signals)));
        check_swept(&bars, &strategy, &options, &full)?;
    }

    #[test]
    fn so_has_a_point_that_decides_bar_by_bar((bars, orders) in bars_and_orders(), options in options()) {
        let full = run_bar_strategy(&bars, GivenOrders::new(orders.clone()), options.clone());
        let strategy = Decider::Bar(Arc::new(GivenOrders::new(orders)));
        check_swept(&bars, &strategy, &options, &full)?;
    }
}

/// A strategy of ours that is asked about every bar.
struct NeverSkips(Arc<dyn BarStrategy>);

struct NeverSkipsRun<'a>(Box<dyn BarRun + 'a>);

impl BarStrategy for NeverSkips {
    fn spec(&self) -> &StrategySpec {
        self.0.spec()
    }

    fn warm_up(&self, params: &Params) -> Result<usize, BacktestError> {
        self.0.warm_up(params)
    }

    fn proposed_sizing(&self, params: &Params) -> Option<Sizing> {
        self.0.proposed_sizing(params)
    }

    fn max_hold(&self, params: &Params) -> Option<usize> {
        self.0.max_hold(params)
    }

    fn start<'a>(&self, input: &StrategyInput<'a>) -> Result<Box<dyn BarRun + 'a>, BacktestError> {
        Ok(Box::new(NeverSkipsRun(self.0.start(input)?)))
    }
}

impl BarRun for NeverSkipsRun<'_> {
    fn on_bar(&mut self, account: &AccountView<'_>) -> Orders {
        self.0.on_bar(account)
    }
}

#[test]
fn strategies_that_say_where_they_may_enter_miss_nothing() {
    let bars = data::sample().unwrap().bars;
    let registry = StrategyRegistry::built_in();
    for (name, parameter, values) in [
        ("bb_atr", "spacing", [0, 6, 50]),
        ("bb_atr", "trend_period", [0, 30, 200]),
        ("bollinger_dual", "lookback", [1, 5, 20]),
    ] {
        for (value, direction, fill) in [
            (values[0], Direction::Both, FillModel::NextOpen),
            (values[1], Direction::Long, FillModel::Close),
            (values[2], Direction::Short, FillModel::NextOpen),
        ] {
            let options = BacktestOptions {
                direction,
                fill,
                ..BacktestOptions::default()
            };
            let params = Params::from_iter([(parameter, ParamValue::Int(value))]);
            let skips = run(&bars, name, &params, options.clone());
            let Decider::Bar(strategy) = registry.get(name).unwrap() else {
                panic!("{name} decides bar by bar");
            };
            let mut plain = StrategyRegistry::empty();
            plain.register_bar(NeverSkips(Arc::clone(strategy))).unwrap();
            let asked = crate::runs::run_shared(&bars, plain.get(name).unwrap(), &params, options);
            assert!(skips.trades.len() > 10, "{name} {parameter} {value}");
            assert_eq!(skips, asked, "{name} {parameter} {value}");
        }
    }
}
