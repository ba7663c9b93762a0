//! The entries of a bank, the least recently used of which make room.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{BankFigures, Key, flight::Flight};
use crate::Outputs;

/// The entries of a bank and the computations under way.
#[derive(Debug)]
pub(super) struct Store {
    by_key: HashMap<Key, State>,
    /// The entries by when they were last used: the first makes room first.
    by_use: BTreeMap<u64, Key>,
    uses: u64,
    figures: BankFigures,
}

#[derive(Debug)]
enum State {
    UnderWay(Arc<Flight>),
    Ready {
        outputs: Arc<Outputs>,
        bytes: usize,
        /// Its place in `by_use`.
        used: u64,
    },
}

/// What was found of a key.
#[derive(Debug)]
pub(super) enum Slot {
    Ready(Arc<Outputs>),
    /// Another thread computes it.
    UnderWay(Arc<Flight>),
    /// The caller has to compute it.
    Claimed(Arc<Flight>),
}

impl Store {
    pub(super) fn new(bytes_max: usize) -> Self {
        Self {
            by_key: HashMap::new(),
            by_use: BTreeMap::new(),
            uses: 0,
            figures: BankFigures {
                bytes_max,
                ..BankFigures::default()
            },
        }
    }

    pub(super) fn find_or_claim(&mut self, key: &Key) -> Slot {
        match self.by_key.get_mut(key) {
            Some(State::UnderWay(flight)) => Slot::UnderWay(Arc::clone(flight)),
            Some(State::Ready { outputs, used, .. }) => {
                self.uses += 1;
                if let Some(key) = self.by_use.remove(used) {
                    self.by_use.insert(self.uses, key);
                }
                *used = self.uses;
                self.figures.hits += 1;
                Slot::Ready(Arc::clone(outputs))
            }
            None => {
                let flight = Arc::new(Flight::default());
                self.by_key
                    .insert(key.clone(), State::UnderWay(Arc::clone(&flight)));
                Slot::Claimed(flight)
            }
        }
    }

    pub(super) fn count_hit(&mut self) {
        self.figures.hits += 1;
    }

    /// Ends the claim of `key` without a result.
    pub(super) fn release(&mut self, key: &Key) {
        self.by_key.remove(key);
    }

    /// Ends the claim of `key` with its result, which is kept if it fits; returns what made room.
    pub(super) fn put(&mut self, key: &Key, outputs: &Arc<Outputs>) -> Vec<Arc<Outputs>> {
        self.figures.misses += 1;
        self.by_key.remove(key);
        let bytes = outputs.heap_bytes();
        if bytes > self.figures.bytes_max {
            return Vec::new();
        }
        let mut evicted = Vec::new();
        while self.figures.bytes + bytes > self.figures.bytes_max {
            let Some((_, oldest)) = self.by_use.pop_first() else {
                break;
            };
            self.figures.evictions += 1;
            evicted.extend(self.take(&oldest));
        }
        self.uses += 1;
        self.by_use.insert(self.uses, key.clone());
        self.by_key.insert(
            key.clone(),
            State::Ready {
                outputs: Arc::clone(outputs),
                bytes,
                used: self.uses,
            },
        );
        self.figures.bytes += bytes;
        self.figures.entries += 1;
        evicted
    }

    /// Drops every entry; returns what it held.
    pub(super) fn clear(&mut self) -> Vec<Arc<Outputs>> {
        let keys = std::mem::take(&mut self.by_use);
        keys.values().filter_map(|key| self.take(key)).collect()
    }

    pub(super) const fn figures(&self) -> BankFigures {
        self.figures
    }

    /// Takes an entry out; its place in `by_use` is already gone.
    fn take(&mut self, key: &Key) -> Option<Arc<Outputs>> {
        match self.by_key.remove(key)? {
            State::Ready { outputs, bytes, .. } => {
                self.figures.bytes -= bytes;
                self.figures.entries -= 1;
                Some(outputs)
            }
            State::UnderWay(_) => None,
        }
    }
}
