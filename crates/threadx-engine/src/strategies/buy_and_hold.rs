//! Buy (or sell short) once and hold.

use threadx_error::BacktestError;
use threadx_spec::{Direction, Params, StrategySpec};

use crate::{SignalStrategy, Signals, StrategyInput};

/// Enters on the first bar of the range and never leaves: the benchmark that a strategy has to beat.
///
/// Long, unless the run takes shorts only.
#[derive(Debug)]
pub(super) struct BuyAndHold {
    spec: StrategySpec,
}

impl BuyAndHold {
    pub(super) fn new() -> Self {
        Self {
            spec: StrategySpec::signal("buy_and_hold", 1, "enters on the first bar and never leaves")
        .details("Enters at the close of the first bar of the range and never leaves: the benchmark that a \
             strategy has to beat. Long, or short if the run takes shorts only."),
        }
    }
}

impl SignalStrategy for BuyAndHold {
    fn spec(&self) -> &StrategySpec {
        &self.spec
    }

    fn warm_up(&self, _params: &Params) -> Result<usize, BacktestError> {
        Ok(0)
    }

    fn signals(&self, input: &StrategyInput<'_>) -> Result<Signals, BacktestError> {
        let mut signals = Signals::none(input.bars().len());
        // Entries to both sides on one bar would cancel each other.
        match input.direction {
            Direction::Long | Direction::Both => signals.long_entry.set(input.first),
            Direction::Short => signals.short_entry.set(input.first),
        }
        Ok(signals)
    }
}
