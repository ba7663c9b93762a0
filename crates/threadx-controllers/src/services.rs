//! What all tasks share, built once.

use std::sync::Arc;

use threadx_data::BarSource;
use threadx_engine::StrategyRegistry;
use threadx_error::Result;
use threadx_indicators::IndicatorBank;
use threadx_request::RequestContext;

use crate::{
    BacktestController, CacheFigures, DataController, IndicatorController, SweepController,
    stored_bars::StoredBars,
};

/// What the caches may hold unless said otherwise, bytes: 256 MiB.
const CACHE_BYTES: u64 = 256 << 20;

/// The controllers with the registries and caches that they share; built once and shared by all tasks.
///
/// ```
/// use threadx_controllers::Services;
///
/// // The embedded sample and the built-in strategies.
/// let services = Services::builder().build()?;
/// assert_eq!(services.source().list()?[0].token.as_str(), "BTCUSDT");
/// # Ok::<(), threadx_error::Error>(())
/// ```
#[derive(Debug)]
pub struct Services {
    bars: Arc<StoredBars>,
    bank: Arc<IndicatorBank>,
    strategies: Arc<StrategyRegistry>,
    backtests: BacktestController,
    indicators: IndicatorController,
    sweeps: SweepController,
    data: DataController,
}

/// Collects what [`Services`] are built of.
#[derive(Debug, Default)]
pub struct ServicesBuilder {
    source: Option<BarSource>,
    strategies: Option<StrategyRegistry>,
    cache_bytes: Option<u64>,
}

impl ServicesBuilder {
    /// Where bars come from; the embedded sample unless given.
    #[must_use]
    pub fn source(mut self, source: BarSource) -> Self {
        self.source = Some(source);
        self
    }

    /// The strategies that there are; the built-in ones unless given.
    #[must_use]
    pub fn strategies(mut self, strategies: StrategyRegistry) -> Self {
        self.strategies = Some(strategies);
        self
    }

    /// Most heap bytes that cached bars and indicators take together, half of it each; 256 MiB unless given, 0
    /// keeps nothing. Tasks that need the same at the same time share it in any case.
    #[must_use]
    pub const fn cache_bytes(mut self, bytes: u64) -> Self {
        self.cache_bytes = Some(bytes);
        self
    }

    /// The services.
    ///
    /// # Errors
    ///
    /// A data error if the embedded sample is used and cannot be read.
    pub fn build(self) -> Result<Services> {
        let source = match self.source {
            Some(source) => source,
            None => BarSource::sample()?,
        };
        // Beyond the address space there is nothing to keep.
        let half = usize::try_from(self.cache_bytes.unwrap_or(CACHE_BYTES) / 2).unwrap_or(usize::MAX);
        let bars = Arc::new(StoredBars::new(source, half));
        let bank = Arc::new(IndicatorBank::new(half));
        let strategies = Arc::new(self.strategies.unwrap_or_else(StrategyRegistry::built_in));
        Ok(Services {
            backtests: BacktestController::new(Arc::clone(&bars), Arc::clone(&bank), Arc::clone(&strategies)),
            indicators: IndicatorController::new(Arc::clone(&bars), Arc::clone(&bank)),
            sweeps: SweepController::new(Arc::clone(&bars), Arc::clone(&bank), Arc::clone(&strategies)),
            data: DataController::new(Arc::clone(&bars)),
            bars,
            bank,
            strategies,
        })
    }
}

impl Services {
    /// Collects what services are built of.
    #[must_use]
    pub fn builder() -> ServicesBuilder {
        ServicesBuilder::default()
    }

    /// The controller of backtests.
    #[must_use]
    pub fn backtests(&self) -> &BacktestController {
        &self.backtests
    }

    /// The controller of indicators.
    #[must_use]
    pub fn indicators(&self) -> &IndicatorController {
        &self.indicators
    }

    /// The controller of parameter sweeps.
    #[must_use]
    pub fn sweeps(&self) -> &SweepController {
        &self.sweeps
    }

    /// The controller of data checks.
    #[must_use]
    pub fn data(&self) -> &DataController {
        &self.data
    }

    /// Where bars come from.
    #[must_use]
    pub fn source(&self) -> &BarSource {
        self.bars.source()
    }

    /// What the caches hold and have done: hits, misses, evictions, bytes.
    #[must_use]
    pub fn cache_figures(&self) -> CacheFigures {
        CacheFigures {
            bars: self.bars.figures(),
            indicators: self.bank.figures().into(),
        }
    }

    /// The strategies that there are.
    #[must_use]
    pub fn strategies(&self) -> &StrategyRegistry {
        &self.strategies
    }

    /// What requests are validated against: the stored tokens, the registered strategies, the indicators.
    ///
    /// Dates are checked against the present only if the caller adds it
    /// ([`RequestContext::now`]).
    ///
    /// # Errors
    ///
    /// A data error if the stored tokens cannot be listed.
    pub fn request_context(&self) -> Result<RequestContext> {
        let tokens = self
            .source()
            .list()?
            .into_iter()
            .map(|listing| listing.token.as_str().to_owned());
        Ok(RequestContext::open()
            .tokens(tokens.collect::<std::collections::BTreeSet<_>>())
            .strategies(self.strategies.specs().cloned())
            .indicators(threadx_indicators::specs()))
    }
}
