//! Entries and exits that were decided elsewhere.

use std::sync::Arc;

use threadx_error::BacktestError;
use threadx_spec::{Params, StrategySpec};

use crate::{SignalStrategy, SignalTable, Signals, StrategyInput};

/// Enters and leaves where a [`SignalTable`] says so: rows of a file, or masks passed in.
///
/// Without a table every run fails and says how to give one. The table's fingerprint is part of a result's
/// identity.
#[derive(Debug)]
pub(crate) struct GivenSignals {
    spec: StrategySpec,
    table: Option<Arc<SignalTable>>,
}

impl GivenSignals {
    /// The strategy's name.
    pub(crate) const NAME: &str = "signals";

    pub(crate) fn new(table: Option<Arc<SignalTable>>) -> Self {
        let description = "enters and leaves where a file or a caller says so";
        Self {
            spec: StrategySpec::signal(Self::NAME, 1, description)
        .details("Entries and exits of a table: `--signals FILE`, or `StrategyRegistry::set_signals`. The form \
             of the file is told in [semantics.md](semantics.md#signals-that-another-tool-decided)."),
            table,
        }
    }
}

impl SignalStrategy for GivenSignals {
    fn spec(&self) -> &StrategySpec {
        &self.spec
    }

    fn warm_up(&self, _params: &Params) -> Result<usize, BacktestError> {
        Ok(0)
    }

    fn signals(&self, input: &StrategyInput<'_>) -> Result<Signals, BacktestError> {
        let table = self.table.as_ref().ok_or(BacktestError::NoSignals)?;
        table.on(input.bars().time())
    }
}
