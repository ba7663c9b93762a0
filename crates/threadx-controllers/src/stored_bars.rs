//! Stored bars that are read once for all who ask.

use std::{
    collections::BTreeMap,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use threadx_data::BarSource;
use threadx_error::{CoordinatorError, Error, Result};
use threadx_market::{Bars, Fingerprint, Symbol, Timeframe};

use crate::CacheState;

/// How often one who waits looks whether it should give up.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A source of bars behind a cache that is bounded in bytes.
///
/// An entry is known by the fingerprint of the bars, so that what another program stores meanwhile is seen by
/// the next to ask. Tasks that ask for one thing at one time share one reading of it.
#[derive(Debug)]
pub(crate) struct StoredBars {
    source: BarSource,
    state: Mutex<State>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    token: Symbol,
    timeframe: Timeframe,
    data: Fingerprint,
}

#[derive(Debug, Default)]
struct State {
    slots: BTreeMap<Key, Slot>,
    uses: u64,
    figures: CacheState,
}

#[derive(Debug)]
enum Slot {
    UnderWay(Arc<Flight>),
    Ready { bars: Bars, used: u64 },
}

/// A reading under way, and what came of it.
#[derive(Debug, Default)]
struct Flight {
    landing: Mutex<Option<Landing>>,
    landed: Condvar,
}

#[derive(Debug, Clone)]
enum Landing {
    Done(Bars),
    Failed,
}

impl Flight {
    fn land(&self, landing: Landing) {
        *self.landing.lock().unwrap_or_else(PoisonError::into_inner) = Some(landing);
        self.landed.notify_all();
    }

    /// Waits for what comes of it, or until `given_up` says so; asks it under no lock.
    fn wait(&self, given_up: &dyn Fn() -> bool) -> Result<Landing> {
        loop {
            if given_up() {
                return Err(CoordinatorError::Cancelled.into());
            }
            let landing = self.landing.lock().unwrap_or_else(PoisonError::into_inner);
            let (landing, _) = self
                .landed
                .wait_timeout_while(landing, LOOK_EVERY, |landing| landing.is_none())
                .unwrap_or_else(PoisonError::into_inner);
            if let Some(landing) = &*landing {
                return Ok(landing.clone());
            }
        }
    }
}

/// The duty to land a flight; dropped before it did, the flight has failed and its key is free again.
struct Claim<'a> {
    bars: &'a StoredBars,
    key: &'a Key,
    flight: Arc<Flight>,
    landed: bool,
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if !self.landed {
            self.bars.lock().slots.remove(self.key);
            self.flight.land(Landing::Failed);
        }
    }
}

impl StoredBars {
    /// The bars of `source`, of which at most `bytes_max` heap bytes are kept.
    pub(crate) fn new(source: BarSource, bytes_max: usize) -> Self {
        Self {
            source,
            state: Mutex::new(State {
                figures: CacheState {
                    bytes_max,
                    ..CacheState::default()
                },
                ..State::default()
            }),
        }
    }

    pub(crate) const fn source(&self) -> &BarSource {
        &self.source
    }

    pub(crate) fn figures(&self) -> CacheState {
        self.lock().figures
    }

    /// All bars of `token` in `timeframe`. `given_up` is asked every few milliseconds while another task reads
    /// them.
    ///
    /// # Errors
    ///
    /// As [`BarSource::load`]; [`CoordinatorError::Cancelled`] if the wait was given up.
    pub(crate) fn load(
        &self,
        token: &Symbol,
        timeframe: Timeframe,
        given_up: &dyn Fn() -> bool,
    ) -> Result<Bars> {
        let Some(data) = self.source.stored(token, timeframe)? else {
            // In memory already, or not stored at all, which the source explains.
            return Ok(self.source.load(token, timeframe)?);
        };
        let key = Key {
            token: token.clone(),
            timeframe,
            data,
        };
        self.get(&key, given_up, || {
            self.source.load(token, timeframe).map_err(Error::from)
        })
    }

    fn get(&self, key: &Key, given_up: &dyn Fn() -> bool, read: impl Fn() -> Result<Bars>) -> Result<Bars> {
        loop {
            let flight = {
                let mut state = self.lock();
                state.uses += 1;
                let now = state.uses;
                match state.slots.get_mut(key) {
                    Some(Slot::Ready { bars, used }) => {
                        *used = now;
                        let bars = bars.clone();
                        state.figures.hits += 1;
                        return Ok(bars);
                    }
                    Some(Slot::UnderWay(flight)) => Arc::clone(flight),
                    None => {
                        let flight = Arc::new(Flight::default());
                        state
                            .slots
                            .insert(key.clone(), Slot::UnderWay(Arc::clone(&flight)));
                        drop(state);
                        return self.read(key, flight, read);
                    }
                }
            };
            // After a failure the next to look reads.
            if let Landing::Done(bars) = flight.wait(given_up)? {
                self.lock().figures.hits += 1;
                return Ok(bars);
            }
        }
    }

    fn read(&self, key: &Key, flight: Arc<Flight>, read: impl Fn() -> Result<Bars>) -> Result<Bars> {
        let mut claim = Claim {
            bars: self,
            key,
            flight,
            landed: false,
        };
        let bars = read()?;
        let dropped = self.lock().put(key, &bars);
        claim.landed = true;
        claim.flight.land(Landing::Done(bars.clone()));
        // Freeing bars takes a while: not under the lock.
        drop(dropped);
        Ok(bars)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic runs under the lock but allocation.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Keeps the bars if they fit; returns what made room.
    fn put(&mut self, key: &Key, bars: &Bars) -> Vec<Slot> {
        self.figures.misses += 1;
        self.slots.remove(key);
        let bytes = bars.heap_bytes();
        if bytes > self.figures.bytes_max {
            return Vec::new();
        }
        let mut dropped = Vec::new();
        while self.figures.bytes + bytes > self.figures.bytes_max {
            let oldest = self.slots.iter().filter_map(|(key, slot)| match slot {
                Slot::Ready { used, .. } => Some((*used, key)),
                Slot::UnderWay(_) => None,
            });
            let Some(key) = oldest.min().map(|(_, key)| key.clone()) else {
                break;
            };
            if let Some(slot) = self.slots.remove(&key) {
                if let Slot::Ready { bars, .. } = &slot {
                    self.figures.bytes -= bars.heap_bytes();
                    self.figures.entries -= 1;
                    self.figures.evictions += 1;
                }
                dropped.push(slot);
            }
        }
        self.uses += 1;
        let used = self.uses;
        let slot = Slot::Ready {
            bars: bars.clone(),
            used,
        };
        self.slots.insert(key.clone(), slot);
        self.figures.bytes += bytes;
        self.figures.entries += 1;
        dropped
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            atomic::{AtomicUsize, Ordering},
            mpsc::channel,
        },
        thread,
    };

    use threadx_data::sample;

    use super::*;

    fn key(name: &str) -> Key {
        let sample = sample().unwrap();
        Key {
            token: Symbol::parse(name).unwrap(),
            timeframe: Timeframe::H1,
            data: sample.bars.fingerprint(),
        }
    }

    fn bars() -> Bars {
        sample().unwrap().bars
    }

    fn cache(bytes_max: usize) -> StoredBars {
        StoredBars::new(BarSource::sample().unwrap(), bytes_max)
    }

    /// One thread reads until another waits for it, then ends with `end`; how often it was read, and the other's
    /// result.
    fn two_ask(bytes_max: usize, end: impl Fn() -> Result<Bars> + Send + Sync) -> (usize, Result<Bars>) {
        let cache = cache(bytes_max);
        let reads = AtomicUsize::new(0);
        let (begun, has_begun) = channel();
        let (waits, is_waited_for) = channel::<()>();
        let second = thread::scope(|scope| {
            let (cache, reads, end) = (&cache, &reads, &end);
            scope.spawn(move || {
                let read = || {
                    reads.fetch_add(1, Ordering::Relaxed);
                    begun.send(()).unwrap();
                    is_waited_for.recv().unwrap();
                    end()
                };
                drop(cache.get(&key("A"), &|| false, read));
            });
            has_begun.recv().unwrap();
            let given_up = || {
                // The reader may have ended after an earlier look.
                let _gone = waits.send(());
                false
            };
            cache.get(&key("A"), &given_up, || {
                reads.fetch_add(1, Ordering::Relaxed);
                Ok(bars())
            })
        });
        (reads.load(Ordering::Relaxed), second)
    }

    fn failure() -> Result<Bars> {
        Err(CoordinatorError::Cancelled.into())
    }

    #[test]
    fn two_who_ask_at_one_time_share_one_reading() {
        let (reads, second) = two_ask(1 << 30, || Ok(bars()));
        assert_eq!((reads, second.unwrap().len()), (1, 8732));
        // Also of bars that are too many to be kept.
        assert_eq!(two_ask(0, || Ok(bars())).0, 1);
    }

    #[test]
    fn after_a_failure_the_next_reads() {
        let (reads, second) = two_ask(1 << 30, failure);
        assert_eq!((reads, second.unwrap().len()), (2, 8732));
    }

    #[test]
    fn one_who_gives_up_is_told() {
        let cache = cache(1 << 30);
        let inner = cache.get(&key("A"), &|| false, || {
            // While this reads, nobody else can: one who gives up returns.
            let gave_up = cache.get(&key("A"), &|| true, || Ok(bars()));
            assert_eq!(gave_up.unwrap_err().code(), "cancelled");
            Ok(bars())
        });
        assert!(inner.is_ok());
    }

    #[test]
    fn the_least_recently_used_makes_room() {
        let one = bars().heap_bytes();
        let cache = cache(2 * one + one / 2);
        let ask = |name: &str| cache.get(&key(name), &|| false, || Ok(bars())).unwrap();
        for name in ["A", "B", "A", "C", "A", "B"] {
            ask(name);
        }
        let figures = cache.figures();
        assert_eq!(
            (figures.hits, figures.misses, figures.evictions, figures.entries),
            (2, 4, 2, 2),
            "A was held throughout: {figures:?}"
        );
        assert_eq!(figures.bytes, 2 * one);
        assert!(failure().is_err() && cache.get(&key("D"), &|| false, failure).is_err());
        assert_eq!(cache.figures(), figures, "a failure changes nothing");
    }
}
