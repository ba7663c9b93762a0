//! One way to run a strategy in these tests.

use threadx::{
    engine::{
        Backtest, BacktestInput, BacktestOptions, BacktestSpec, BarStrategy, SignalStrategy, Strategy,
        StrategyRegistry, Uninterrupted, backtest,
    },
    indicators::Direct,
    market::Bars,
    spec::{ParamValue, Params},
};

/// Parameters from pairs.
pub(crate) fn params<const N: usize>(entries: [(&str, ParamValue); N]) -> Params {
    Params::from_iter(entries)
}

/// Runs a built-in strategy over all of the bars.
pub(crate) fn run(bars: &Bars, strategy: &str, params: &Params, options: BacktestOptions) -> Backtest {
    run_shared(
        bars,
        StrategyRegistry::built_in().get(strategy).unwrap(),
        params,
        options,
    )
}

/// Runs a strategy without parameters over all of the bars.
pub(crate) fn run_strategy(
    bars: &Bars,
    strategy: impl SignalStrategy + 'static,
    options: BacktestOptions,
) -> Backtest {
    run_shared(
        bars,
        &Strategy::Signal(std::sync::Arc::new(strategy)),
        &Params::new(),
        options,
    )
}

/// Runs a bar-by-bar strategy without parameters over all of the bars.
pub(crate) fn run_bar_strategy(
    bars: &Bars,
    strategy: impl BarStrategy + 'static,
    options: BacktestOptions,
) -> Backtest {
    run_shared(
        bars,
        &Strategy::Bar(std::sync::Arc::new(strategy)),
        &Params::new(),
        options,
    )
}

/// Runs a strategy of either kind over all of the bars.
pub(crate) fn run_shared(
    bars: &Bars,
    strategy: &Strategy,
    params: &Params,
    options: BacktestOptions,
) -> Backtest {
    let spec = BacktestSpec::new(options).unwrap();
    let input = BacktestInput {
        indicators: &Direct::new(bars),
        first: 0,
        strategy,
        params,
        spec: &spec,
    };
    backtest(&input, &Uninterrupted).unwrap()
}
