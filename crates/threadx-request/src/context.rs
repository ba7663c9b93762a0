//! What is known when a request is validated.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use threadx_market::Timestamp;
use threadx_spec::{IndicatorSpec, StrategySpec};

use crate::Limits;

/// What is known when a request is validated: tokens, strategies, indicators and the time.
///
/// What is not known is not checked, so that a front end without data can validate everything else. A clone shares the
/// tables, so that one with another [`now`](Self::now) is made for each request at no cost.
///
/// ```
/// use threadx_market::Timestamp;
/// use threadx_request::RequestContext;
/// use threadx_spec::{ParamSpec, StrategySpec};
///
/// let crossover = StrategySpec::signal("ma_crossover", 1, "fast average crosses slow average")
///     .param(ParamSpec::int("fast_period", 10, 1..=500, "bars"))
///     .param(ParamSpec::int("slow_period", 30, 2..=1000, "bars"))
///     .less("fast_period", "slow_period");
/// let context = RequestContext::open()
///     .tokens(["BTCUSDT", "ETHUSDT"])
///     .strategies([crossover])
///     .now(Timestamp::parse("2026-01-01")?);
/// # Ok::<(), threadx_error::DataError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct RequestContext {
    tokens: Option<Arc<BTreeSet<String>>>,
    strategies: Option<Arc<BTreeMap<String, StrategySpec>>>,
    indicators: Option<Arc<BTreeMap<String, IndicatorSpec>>>,
    now: Option<Timestamp>,
    limits: Limits,
}

impl RequestContext {
    /// Knows nothing: tokens, strategies, indicators and their parameters are not checked, nor dates against the
    /// present.
    #[must_use]
    pub fn open() -> Self {
        Self::default()
    }

    /// Adds known tokens; from then on every other one is refused. They are trimmed and upper-cased like those of a
    /// request.
    #[must_use]
    pub fn tokens<T: Into<String>>(mut self, tokens: impl IntoIterator<Item = T>) -> Self {
        let tokens = tokens
            .into_iter()
            .map(|token| token.into().trim().to_ascii_uppercase());
        Arc::make_mut(self.tokens.get_or_insert_default()).extend(tokens);
        self
    }

    /// Adds known strategies; from then on every other one is refused, and parameters are typed and checked.
    #[must_use]
    pub fn strategies(mut self, strategies: impl IntoIterator<Item = StrategySpec>) -> Self {
        let named = strategies.into_iter().map(|spec| (spec.name.to_string(), spec));
        Arc::make_mut(self.strategies.get_or_insert_default()).extend(named);
        self
    }

    /// Adds known indicators; from then on every other one is refused, and parameters are typed and checked.
    #[must_use]
    pub fn indicators(mut self, indicators: impl IntoIterator<Item = IndicatorSpec>) -> Self {
        let named = indicators.into_iter().flat_map(|spec| {
            let aliases: Vec<String> = spec.aliases.iter().map(ToString::to_string).collect();
            let aliased = aliases.into_iter().map({
                let spec = spec.clone();
                move |alias| (alias, spec.clone())
            });
            aliased.chain([(spec.name.to_string(), spec)]).collect::<Vec<_>>()
        });
        Arc::make_mut(self.indicators.get_or_insert_default()).extend(named);
        self
    }

    /// Sets the present; from then on dates later than it plus one bar are refused.
    #[must_use]
    pub const fn now(mut self, now: Timestamp) -> Self {
        self.now = Some(now);
        self
    }

    /// Sets how large a document may be.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The known tokens; `None` if any may be.
    #[must_use]
    pub fn known_tokens(&self) -> Option<&BTreeSet<String>> {
        self.tokens.as_deref()
    }

    /// The known strategies by name; `None` if any may be.
    #[must_use]
    pub fn known_strategies(&self) -> Option<&BTreeMap<String, StrategySpec>> {
        self.strategies.as_deref()
    }

    /// The known indicators by each of their names; `None` if any may be.
    #[must_use]
    pub fn known_indicators(&self) -> Option<&BTreeMap<String, IndicatorSpec>> {
        self.indicators.as_deref()
    }

    /// The present, if dates are checked against it.
    #[must_use]
    pub const fn present(&self) -> Option<Timestamp> {
        self.now
    }

    /// How large a document may be.
    #[must_use]
    pub const fn document_limits(&self) -> &Limits {
        &self.limits
    }
}
