//! `--signals FILE`.

use threadx::{
    Error,
    controllers::signal_table,
    engine::{StrategyRegistry, UnmatchedRows},
    error::{ValidationError, Violation, ViolationCode},
    request::Document,
};

use crate::args::SignalsArgs;

/// Name of the strategy that trades them.
const STRATEGY: &str = "signals";

impl SignalsArgs {
    /// Reads the file, if there is one, and gives its signals to the strategy that trades them.
    pub(crate) fn give_to(&self, strategies: &mut StrategyRegistry) -> Result<(), Error> {
        if let Some(path) = &self.signals {
            let unmatched = if self.drop_unmatched {
                UnmatchedRows::Drop
            } else {
                UnmatchedRows::Refuse
            };
            strategies.set_signals(signal_table(path)?.unmatched(unmatched));
        }
        Ok(())
    }

    /// Makes the strategy that trades them the default of the flags.
    pub(crate) fn choose(&self, document: &mut Document) {
        if self.signals.is_some() && !document.contains("strategy") {
            document.set("strategy", STRATEGY);
        }
    }

    /// Refuses signals for a strategy that would not look at them.
    pub(crate) fn check(&self, strategy: &str) -> Result<(), ValidationError> {
        let mut violations = Vec::new();
        if self.signals.is_some() && strategy != STRATEGY {
            let message = format!("must be {STRATEGY} beside --signals, got {strategy}");
            violations
                .push(Violation::new("strategy", ViolationCode::BadFormat, message).with_value(strategy));
        }
        ValidationError::check(violations)
    }
}
