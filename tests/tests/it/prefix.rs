//! Cutting off the future changes no earlier decision.

use proptest::prelude::*;
use threadx::{
    data,
    engine::{Backtest, BacktestOptions, StrategyRegistry},
    market::Bars,
    spec::{Direction, FillModel, Params},
};

use crate::{
    random::{Given, bars_and_signals, options},
    runs::{run, run_strategy},
};

/// Fails unless `short`, a run over the first bars only, is the beginning of `long`.
fn check_prefix(long: &Backtest, short: &Backtest, what: &str) {
    let bars = short.equity.len();
    // A decision on the last bar of the short run is not filled there, so its last bar's equity and every
    // trade that ended before it must agree.
    for index in 0..bars {
        assert_eq!(
            long.equity[index].to_bits(),
            short.equity[index].to_bits(),
            "{what}: equity at bar {index}"
        );
    }
    for (position, trade) in short.trades.iter().enumerate() {
        let other = &long.trades[position];
        assert_eq!(
            trade.entry_index, other.entry_index,
            "{what}: entry of trade {position}"
        );
        assert_eq!(
            trade.quantity.to_bits(),
            other.quantity.to_bits(),
            "{what}: size of trade {position}"
        );
        match trade.exit {
            Some(exit) => assert_eq!(Some(exit), other.exit, "{what}: exit of trade {position}"),
            None => assert!(
                other.exit.is_none_or(|exit| exit.index >= bars),
                "{what}: trade {position} is open"
            ),
        }
    }
    let later = long.trades.iter().skip(short.trades.len());
    for trade in later {
        assert!(
            trade.entry_index >= bars,
            "{what}: a trade from before the cut is missing"
        );
    }
}

fn all_options() -> Vec<BacktestOptions> {
    let mut all = Vec::new();
    for direction in [Direction::Long, Direction::Short, Direction::Both] {
        for fill in [FillModel::NextOpen, FillModel::Close] {
            all.push(BacktestOptions {
                direction,
                fill,
                ..BacktestOptions::default()
            });
        }
    }
    all
}

fn check_strategy(bars: &Bars, name: &str) {
    for options in all_options() {
        let long = run(bars, name, &Params::new(), options.clone());
        for cut in [1, 2, 31, 64, 65, 100, 257, bars.len() - 1] {
            let short = run(&bars.slice(0..cut), name, &Params::new(), options.clone());
            let what = format!("{name} {:?} {:?} cut at {cut}", options.direction, options.fill);
            check_prefix(&long, &short, &what);
        }
    }
}

#[test]
fn every_built_in_strategy_keeps_the_prefix_rule_on_real_bars() {
    let bars = data::sample().unwrap().bars;
    let bars = bars.slice(0..600);
    let registry = StrategyRegistry::built_in();
    // `signals` decides nothing by itself; what it is given was decided elsewhere.
    for spec in registry.specs().filter(|spec| spec.name != "signals") {
        check_strategy(&bars, &spec.name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_simulator_keeps_the_prefix_rule(
        (bars, signals) in bars_and_signals(),
        options in options(),
        cut in 1usize..80,
    ) {
        let cut = cut.min(bars.len());
        let long = run_strategy(&bars, Given::new(signals.clone()), options.clone());
        let head = |mask: &threadx::engine::Mask| threadx::engine::Mask::from_words(mask.words().to_vec(), cut);
        let signals = threadx::engine::Signals {
            long_entry: head(&signals.long_entry),
            long_exit: head(&signals.long_exit),
            short_entry: head(&signals.short_entry),
            short_exit: head(&signals.short_exit),
        };
        let short = run_strategy(&bars.slice(0..cut), Given::new(signals), options);
        check_prefix(&long, &short, "random");
    }
}
