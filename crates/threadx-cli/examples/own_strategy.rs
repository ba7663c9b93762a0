//! The whole program with a strategy of one's own.
//!
//! ```console
//! cargo run --release --example own_strategy -- backtest --strategy close_above_average -p period=100
//! ```

use std::{error::Error, io::Write, process::ExitCode};

use threadx::{
    engine::{SignalStrategy, Signals, StrategyInput, StrategyRegistry, crossings},
    error::BacktestError,
    spec::{ParamSpec, Params, StrategySpec},
};

/// Long while the close is above its average, short while it is below.
struct CloseAboveAverage {
    spec: StrategySpec,
}

impl CloseAboveAverage {
    fn new() -> Self {
        let spec = StrategySpec::signal(
            "close_above_average",
            1,
            "long while the close is above its average",
        )
        .param(ParamSpec::int("period", 50, 2..=500, "bars in the average"))
        .reads("ema");
        Self { spec }
    }
}

impl SignalStrategy for CloseAboveAverage {
    fn spec(&self) -> &StrategySpec {
        &self.spec
    }

    fn warm_up(&self, params: &Params) -> Result<usize, BacktestError> {
        Ok(params.int("period").map_or(0, |period| period as usize))
    }

    fn signals(&self, input: &StrategyInput<'_>) -> Result<Signals, BacktestError> {
        let params = Params::from_iter([("period", input.int("period")?)]);
        let average = input.series("ema", &params, "ema")?;
        let crossed = crossings(input.bars().close(), &*average);
        Ok(Signals {
            long_entry: crossed.above.clone(),
            long_exit: crossed.below.clone(),
            short_entry: crossed.below,
            short_exit: crossed.above,
        })
    }
}

fn registry() -> Result<StrategyRegistry, BacktestError> {
    let mut registry = StrategyRegistry::built_in();
    registry.register(CloseAboveAverage::new())?;
    Ok(registry)
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    match registry() {
        Ok(registry) => Ok(threadx_cli::main_with(registry)),
        Err(error) => {
            writeln!(std::io::stderr(), "{error}")?;
            Ok(ExitCode::FAILURE)
        }
    }
}
