//! Whoever decides for a strategy of either kind.

use threadx_error::BacktestError;
use threadx_spec::ExitReason;

use crate::{
    AccountView, BacktestOptions, BarRun, Entry, EntryStop, Mask, Orders, Side, Signals, Strategy,
    StrategyInput, simulator::Decide, strategy::signals_of,
};

/// Whoever decides for a strategy of either kind.
pub(crate) enum Decider<'a> {
    Signals(BySignals),
    Bar(ByBar<'a>),
}

impl<'a> Decider<'a> {
    pub(crate) fn start(
        strategy: &Strategy,
        input: &StrategyInput<'a>,
        options: &BacktestOptions,
    ) -> Result<Self, BacktestError> {
        match strategy {
            Strategy::Signal(signal) => {
                let signals = signals_of(&**signal, input)?;
                let signals = signals.resolved(options.direction, options.exit_on_signal);
                Ok(Self::Signals(BySignals::new(signals, input.first)))
            }
            Strategy::Bar(bar) => Ok(Self::Bar(ByBar {
                run: bar.start(input)?,
                first: input.first,
                strategy: strategy.spec().name.clone().into_owned(),
            })),
        }
    }

    /// For those to whom the kind does not matter.
    pub(crate) fn boxed(self) -> Box<dyn Decide + 'a> {
        match self {
            Self::Signals(decide) => Box::new(decide),
            Self::Bar(decide) => Box::new(decide),
        }
    }
}

/// Decides by resolved masks.
pub(crate) struct BySignals {
    signals: Signals,
    /// Bars with any signal, so that the many without one cost a single look.
    any: Mask,
    first: usize,
}

impl BySignals {
    fn new(signals: Signals, first: usize) -> Self {
        let masks = [
            &signals.long_entry,
            &signals.long_exit,
            &signals.short_entry,
            &signals.short_exit,
        ];
        let words = (0..signals.long_entry.words().len())
            .map(|word| masks.iter().fold(0, |any, mask| any | mask.words()[word]))
            .collect();
        Self {
            any: Mask::from_words(words, signals.len()),
            signals,
            first,
        }
    }
}

impl Decide for BySignals {
    fn next(&self, index: usize, _in_position: bool) -> usize {
        self.any
            .next_set(self.first + index)
            .map_or(usize::MAX, |bar| bar - self.first)
    }

    fn at_close(
        &mut self,
        index: usize,
        account: &AccountView<'_>,
        orders: &mut Orders,
    ) -> Result<(), BacktestError> {
        *orders = Orders::default();
        let bar = self.first + index;
        if !self.any.get(bar) {
            return Ok(());
        }
        let entry = |side| Some(Entry { side, stop: None });
        let exits = match account.side() {
            Some(Side::Long) => self.signals.long_exit.get(bar),
            Some(Side::Short) => self.signals.short_exit.get(bar),
            None => false,
        };
        *orders = Orders {
            entry: if self.signals.long_entry.get(bar) {
                entry(Side::Long)
            } else if self.signals.short_entry.get(bar) {
                entry(Side::Short)
            } else {
                None
            },
            exit: exits.then_some(ExitReason::Signal),
            ..Orders::default()
        };
        Ok(())
    }
}

/// Decides by asking a bar-by-bar strategy.
pub(crate) struct ByBar<'a> {
    run: Box<dyn BarRun + 'a>,
    first: usize,
    strategy: String,
}

impl Decide for ByBar<'_> {
    fn next(&self, index: usize, in_position: bool) -> usize {
        if in_position {
            return index;
        }
        let bar = self.run.next_while_flat(self.first + index);
        bar.map_or(usize::MAX, |bar| bar.saturating_sub(self.first).max(index))
    }

    fn at_close(
        &mut self,
        _index: usize,
        account: &AccountView<'_>,
        orders: &mut Orders,
    ) -> Result<(), BacktestError> {
        *orders = self.run.on_bar(account);
        let stops = [
            orders.stop,
            orders.entry.and_then(|entry| entry.stop).map(EntryStop::value),
        ];
        let refused = |rule: String| BacktestError::StrategyOrder {
            strategy: self.strategy.clone(),
            index: account.index(),
            rule,
        };
        if let Some(stop) = stops.into_iter().flatten().find(|stop| !stop.is_finite()) {
            return Err(refused(format!("a stop must be finite, got {stop}")));
        }
        match orders.exit_size.value() {
            Some(size) if !size.is_finite() || size <= 0.0 => Err(refused(format!(
                "the size of an exit must be above 0, got {size}"
            ))),
            _ => Ok(()),
        }
    }
}
