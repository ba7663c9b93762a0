//! The strategies that there are.

use std::{collections::BTreeMap, sync::Arc};

use threadx_error::BacktestError;
use threadx_spec::StrategySpec;

use crate::{
    BarStrategy, SignalStrategy, SignalTable, Strategy,
    strategies::{self, GivenSignals},
};

/// The strategies that there are, by name.
///
/// A user's own strategy is added in one call and is then usable from requests, sweeps and the program
/// like those that are built in.
///
/// ```
/// use threadx_engine::StrategyRegistry;
///
/// let registry = StrategyRegistry::built_in();
/// let names: Vec<&str> = registry.specs().map(|spec| &*spec.name).collect();
/// assert!(names.contains(&"ma_crossover"));
/// assert!(registry.get("no_such_strategy").is_err());
/// ```
#[derive(Debug, Clone, Default)]
pub struct StrategyRegistry {
    strategies: BTreeMap<String, Strategy>,
    signals: Option<Arc<SignalTable>>,
}

impl StrategyRegistry {
    /// No strategies.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// The strategies that ThreadX brings.
    #[must_use]
    pub fn built_in() -> Self {
        Self {
            strategies: strategies::all()
                .into_iter()
                .map(|strategy| (strategy.spec().name.clone().into_owned(), strategy))
                .collect(),
            signals: None,
        }
    }

    /// Gives the strategy `signals` what to trade, in place of what it had.
    pub fn set_signals(&mut self, table: SignalTable) -> &mut Self {
        let table = Arc::new(table);
        let strategy = Strategy::Signal(Arc::new(GivenSignals::new(Some(Arc::clone(&table)))));
        self.strategies.insert(GivenSignals::NAME.to_owned(), strategy);
        self.signals = Some(table);
        self
    }

    /// What the strategy of that name trades, if it is `signals` and was given something.
    #[must_use]
    pub fn signals_of(&self, strategy: &str) -> Option<&SignalTable> {
        self.signals.as_deref().filter(|_| strategy == GivenSignals::NAME)
    }

    /// Adds a strategy that decides by masks.
    ///
    /// # Errors
    ///
    /// [`BacktestError::DuplicateStrategy`] if the name is taken; [`BacktestError::StrategySpec`] if its
    /// specification contradicts itself ([`StrategySpec::fault`]).
    pub fn register(&mut self, strategy: impl SignalStrategy + 'static) -> Result<&mut Self, BacktestError> {
        self.add(Strategy::Signal(Arc::new(strategy)))
    }

    /// Adds a strategy that decides bar by bar.
    ///
    /// # Errors
    ///
    /// As [`register`](Self::register).
    pub fn register_bar(&mut self, strategy: impl BarStrategy + 'static) -> Result<&mut Self, BacktestError> {
        self.add(Strategy::Bar(Arc::new(strategy)))
    }

    fn add(&mut self, strategy: Strategy) -> Result<&mut Self, BacktestError> {
        let name = strategy.spec().name.clone().into_owned();
        if let Some(rule) = strategy.spec().fault() {
            return Err(BacktestError::StrategySpec { strategy: name, rule });
        }
        if self.strategies.contains_key(&name) {
            return Err(BacktestError::DuplicateStrategy { name });
        }
        self.strategies.insert(name, strategy);
        Ok(self)
    }

    /// The strategy of that name.
    ///
    /// # Errors
    ///
    /// [`BacktestError::UnknownStrategy`] if there is none.
    pub fn get(&self, name: &str) -> Result<&Strategy, BacktestError> {
        self.strategies
            .get(name)
            .ok_or_else(|| BacktestError::UnknownStrategy {
                name: name.to_owned(),
            })
    }

    /// What the strategies publish about themselves, by name.
    pub fn specs(&self) -> impl Iterator<Item = &StrategySpec> {
        self.strategies.values().map(Strategy::spec)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_strategies_publish_sound_specifications() {
        let registry = StrategyRegistry::built_in();
        assert_eq!(
            registry.specs().count(),
            strategies::all().len(),
            "a name stands twice"
        );
        for spec in registry.specs() {
            assert_eq!(spec.fault(), None, "{}", spec.name);
        }
    }
}
