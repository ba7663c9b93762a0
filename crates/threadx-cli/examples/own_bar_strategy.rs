//! The whole program with a strategy of one's own that decides bar by bar, sees its position and moves its stop.
//!
//! ```console
//! cargo run --release --example own_bar_strategy -- backtest --strategy pullback -p falls=4
//! cargo run --release --example own_bar_strategy -- check-strategy pullback
//! ```

use std::{error::Error, io::Write, process::ExitCode};

use threadx::{
    engine::{
        AccountView, BarRun, BarStrategy, Entry, EntryStop, Orders, Side, StrategyInput, StrategyRegistry,
    },
    error::BacktestError,
    market::Bars,
    spec::{ExitReason, ParamSpec, Params, Sizing, StrategySpec},
};

/// Buys after so many falling closes in a row, risking 1% of equity down to the lowest low of the fall; moves the
/// stop up to each bar's low, and leaves after the first close above the high of the bar before.
struct Pullback {
    spec: StrategySpec,
}

impl Pullback {
    fn new() -> Self {
        let spec = StrategySpec::bar(
            "pullback",
            1,
            "long after falling closes, out above the last high",
        )
        .param(ParamSpec::int("falls", 3, 1..=20, "falling closes in a row"))
        .with_stops();
        Self { spec }
    }
}

impl BarStrategy for Pullback {
    fn spec(&self) -> &StrategySpec {
        &self.spec
    }

    fn warm_up(&self, params: &Params) -> Result<usize, BacktestError> {
        Ok(params.int("falls").map_or(0, |falls| falls as usize))
    }

    fn proposed_sizing(&self, _params: &Params) -> Option<Sizing> {
        Some(Sizing::Risk(0.01))
    }

    fn start<'a>(&self, input: &StrategyInput<'a>) -> Result<Box<dyn BarRun + 'a>, BacktestError> {
        Ok(Box::new(Run {
            bars: input.bars(),
            falls: input.int("falls")? as usize,
        }))
    }
}

/// One run over the bars. What a strategy wants to remember from bar to bar goes in here.
struct Run<'a> {
    bars: &'a Bars,
    falls: usize,
}

impl BarRun for Run<'_> {
    fn on_bar(&mut self, account: &AccountView<'_>) -> Orders {
        // Nothing beyond bar t may be read: `check-strategy` finds out.
        let t = account.index();
        let (high, low, close) = (self.bars.high(), self.bars.low(), self.bars.close());
        if account.side().is_some() {
            let recovered = close[t] > high[t - 1];
            return Orders {
                exit: recovered.then_some(ExitReason::Signal),
                // Never loosened: a lower price than the last one does nothing.
                stop: Some(low[t]),
                ..Orders::default()
            };
        }
        let Some(from) = t.checked_sub(self.falls) else {
            return Orders::default();
        };
        let falling = close[from..=t]
            .iter()
            .zip(&close[from + 1..=t])
            .all(|(before, after)| after < before);
        let lowest = low[from..=t].iter().copied().fold(f64::INFINITY, f64::min);
        Orders {
            entry: falling.then_some(Entry {
                side: Side::Long,
                stop: Some(EntryStop::Level(lowest)),
            }),
            ..Orders::default()
        }
    }
}

fn registry() -> Result<StrategyRegistry, BacktestError> {
    let mut registry = StrategyRegistry::built_in();
    registry.register_bar(Pullback::new())?;
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
