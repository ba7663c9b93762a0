//! The indicators of one set of bars out of a bank.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicU64, Ordering},
};

use threadx_error::IndicatorError;
use threadx_market::{Bars, Fingerprint};
use threadx_spec::Params;

use super::{Answer, IndicatorBank, Key};
use crate::{IndicatorSource, Outputs, build, catalogue::canonical};

/// The indicators over one set of bars, computed in a bank; made by
/// [`IndicatorBank::source`](IndicatorBank::source). May be shared by threads.
pub struct BankSource<'a> {
    bank: &'a IndicatorBank,
    bars: &'a Bars,
    given_up: &'a (dyn Fn() -> bool + Sync),
    data: OnceLock<Fingerprint>,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// What a source's callers asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BankUsage {
    /// Answers that were there, or that another thread was computing.
    pub hits: u64,
    /// Answers that were computed.
    pub misses: u64,
}

impl<'a> BankSource<'a> {
    pub(super) const fn new(
        bank: &'a IndicatorBank,
        bars: &'a Bars,
        given_up: &'a (dyn Fn() -> bool + Sync),
    ) -> Self {
        Self {
            bank,
            bars,
            given_up,
            data: OnceLock::new(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    /// The same with the bars' fingerprint, for a caller who makes many sources of the same bars and took it once.
    #[must_use]
    pub fn known_as(self, fingerprint: Fingerprint) -> Self {
        Self {
            data: OnceLock::from(fingerprint),
            ..self
        }
    }

    /// What was asked of this source; parts that indicators have in common are not counted.
    #[must_use]
    pub fn usage(&self) -> BankUsage {
        BankUsage {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
        }
    }

    fn get(&self, name: &str, params: &Params) -> Result<(Arc<Outputs>, Answer), IndicatorError> {
        let (name, params) = canonical(name, params)?;
        let key = Key {
            data: *self.data.get_or_init(|| self.bars.fingerprint()),
            indicator: format!("{name} {params}"),
        };
        self.bank.get(&key, self.given_up, || {
            build(&name, &params)?.compute_from(&Parts(self))
        })
    }
}

impl IndicatorSource for BankSource<'_> {
    fn bars(&self) -> &Bars {
        self.bars
    }

    fn outputs(&self, name: &str, params: &Params) -> Result<Arc<Outputs>, IndicatorError> {
        let (outputs, answer) = self.get(name, params)?;
        match answer {
            Answer::Hit => self.hits.fetch_add(1, Ordering::Relaxed),
            Answer::Computed => self.misses.fetch_add(1, Ordering::Relaxed),
        };
        Ok(outputs)
    }
}

/// What an indicator under computation is made of: the same entries, not counted as usage.
struct Parts<'a>(&'a BankSource<'a>);

impl IndicatorSource for Parts<'_> {
    fn bars(&self) -> &Bars {
        self.0.bars
    }

    fn outputs(&self, name: &str, params: &Params) -> Result<Arc<Outputs>, IndicatorError> {
        self.0.get(name, params).map(|(outputs, _)| outputs)
    }
}

impl std::fmt::Debug for BankSource<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BankSource")
            .field("bars", &self.bars.len())
            .field("usage", &self.usage())
            .finish_non_exhaustive()
    }
}
