//! What the caches hold and have done.

use serde::Serialize;
use threadx_indicators::{BankFigures, BankUsage};

/// What the caches of [`Services`](crate::Services) hold and have done since they were built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct CacheFigures {
    /// The bars that were read.
    pub bars: CacheState,
    /// The indicators that were computed.
    pub indicators: CacheState,
}

/// What one cache holds and has done since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct CacheState {
    /// Requests that were answered by an entry, or by work that was under way.
    pub hits: u64,
    /// How often the work was done: a file read, an indicator computed.
    pub misses: u64,
    /// Entries that had to make room.
    pub evictions: u64,
    /// Entries held.
    pub entries: usize,
    /// Heap bytes of the entries held.
    pub bytes: usize,
    /// The bound on `bytes`.
    pub bytes_max: usize,
}

impl From<BankFigures> for CacheState {
    fn from(figures: BankFigures) -> Self {
        Self {
            hits: figures.hits,
            misses: figures.misses,
            evictions: figures.evictions,
            entries: figures.entries,
            bytes: figures.bytes,
            bytes_max: figures.bytes_max,
        }
    }
}

/// What one request got out of a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct CacheUsage {
    /// What was there, or under way.
    pub hits: u64,
    /// What had to be computed.
    pub misses: u64,
}

impl From<BankUsage> for CacheUsage {
    fn from(usage: BankUsage) -> Self {
        Self {
            hits: usage.hits,
            misses: usage.misses,
        }
    }
}
