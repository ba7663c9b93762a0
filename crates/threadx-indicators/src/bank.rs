//! Indicators that are computed once for all who ask.

mod flight;
mod source;
mod store;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use threadx_error::IndicatorError;
use threadx_market::{Bars, Fingerprint};

use crate::Outputs;
use flight::{Claim, Flight, Landing};
pub use source::{BankSource, BankUsage};
use store::{Slot, Store};

/// Indicators that are computed once for all who ask, kept within a bound on their bytes.
///
/// An entry is known by its content: the fingerprint of the bars, which covers every column, and the
/// indicator's name with all its parameters. So equal bars share, however they were read, and bars that
/// differ in one volume do not.
///
/// Threads that ask for one thing at one time share one computation. If it fails or panics the next of
/// them computes; one that no longer wants to wait gives up without harm to the others. What many
/// indicators are made of (an average true range, a mean) is an entry of its own, computed once for all
/// of them.
///
/// ```
/// # use threadx_market::{Bars, Columns, Timeframe, Timestamp};
/// use threadx_indicators::{IndicatorBank, IndicatorSource};
/// use threadx_spec::Params;
///
/// # let first = Timestamp::parse("2019-01-01")?;
/// # let bars = Bars::new(Timeframe::D1, Columns {
/// #     time: vec![first, Timeframe::D1.next(first)],
/// #     open: vec![10.0, 11.0], high: vec![10.0, 11.0], low: vec![10.0, 11.0],
/// #     close: vec![10.0, 11.0], volume: vec![0.0, 0.0],
/// # })?;
/// let bank = IndicatorBank::new(64 << 20);
/// let source = bank.source(&bars, &|| false);
/// let params = Params::from_iter([("period", 2)]);
/// let first = source.outputs("sma", &params)?;
/// let again = source.outputs("sma", &params)?;
/// assert!(std::sync::Arc::ptr_eq(&first, &again));
/// assert_eq!((source.usage().misses, source.usage().hits), (1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct IndicatorBank {
    store: Mutex<Store>,
}

/// What an entry is known by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    data: Fingerprint,
    /// Name and resolved parameters, such as `sma period=20`.
    indicator: String,
}

/// What a bank holds and has done since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BankFigures {
    /// Requests that were answered by an entry or by a computation under way.
    pub hits: u64,
    /// Computations that were done.
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

/// How an answer came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Hit,
    Computed,
}

impl IndicatorBank {
    /// A bank that holds at most `bytes_max` heap bytes of results; 0 keeps nothing but still shares
    /// computations under way.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        Self {
            store: Mutex::new(Store::new(bytes_max)),
        }
    }

    /// The indicators over `bars`, computed in this bank. `given_up` is asked every few milliseconds
    /// while another thread computes what is wanted.
    ///
    /// The bars' fingerprint is taken when the first indicator is asked for, once a source: make one
    /// source for all that is wanted of the same bars.
    #[must_use]
    pub fn source<'a>(&'a self, bars: &'a Bars, given_up: &'a (dyn Fn() -> bool + Sync)) -> BankSource<'a> {
        BankSource::new(self, bars, given_up)
    }

    /// What the bank holds and has done.
    #[must_use]
    pub fn figures(&self) -> BankFigures {
        self.lock().figures()
    }

    /// Forgets every entry; computations under way go on.
    pub fn clear(&self) {
        let dropped = self.lock().clear();
        // Freeing many series takes a while: not under the lock.
        drop(dropped);
    }

    /// The outputs of `key`, or what `compute` makes of it.
    fn get(
        &self,
        key: &Key,
        given_up: &(dyn Fn() -> bool + Sync),
        compute: impl Fn() -> Result<Outputs, IndicatorError>,
    ) -> Result<(Arc<Outputs>, Answer), IndicatorError> {
        loop {
            let slot = self.lock().find_or_claim(key);
            let flight = match slot {
                Slot::Ready(outputs) => return Ok((outputs, Answer::Hit)),
                Slot::Claimed(flight) => return self.compute(key, flight, compute),
                Slot::UnderWay(flight) => flight,
            };
            match flight.wait(given_up) {
                Landing::Done(outputs) => {
                    self.lock().count_hit();
                    return Ok((outputs, Answer::Hit));
                }
                // The next to look claims it.
                Landing::Failed => {}
                Landing::GivenUp => {
                    return Err(IndicatorError::Interrupted {
                        indicator: key.indicator.clone(),
                    });
                }
            }
        }
    }

    fn compute(
        &self,
        key: &Key,
        flight: Arc<Flight>,
        compute: impl Fn() -> Result<Outputs, IndicatorError>,
    ) -> Result<(Arc<Outputs>, Answer), IndicatorError> {
        // Passes the claim on if `compute` fails or panics.
        let claim = Claim::new(flight, || self.lock().release(key));
        let outputs = Arc::new(compute()?);
        let evicted = self.lock().put(key, &outputs);
        claim.land(Arc::clone(&outputs));
        drop(evicted);
        Ok((outputs, Answer::Computed))
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        // Nothing that can panic runs under the lock but allocation.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        panic::{AssertUnwindSafe, catch_unwind},
        sync::mpsc::{Sender, channel},
        thread,
    };

    use threadx_market::{Columns, Timeframe};

    use super::*;
    use crate::Series;

    fn key() -> Key {
        Key {
            data: Bars::new(Timeframe::H1, Columns::default())
                .unwrap()
                .fingerprint(),
            indicator: "sma period=3".to_owned(),
        }
    }

    fn outputs() -> Outputs {
        Outputs::new([("sma", Series::new(2, vec![1.5]))])
    }

    fn failure() -> IndicatorError {
        IndicatorError::Unknown {
            name: "sma".to_owned(),
            nearest: Vec::new(),
        }
    }

    /// One thread holds the claim until another waits for it, then ends with `end`; the other's answer.
    fn wait_for(
        end: impl Fn() -> Result<Outputs, IndicatorError> + Send,
        patience: usize,
    ) -> (IndicatorBank, Result<Answer, IndicatorError>) {
        let bank = IndicatorBank::new(1 << 20);
        let (claimed, is_claimed) = channel();
        let (waits, is_waited_for) = channel::<()>();
        let answer = thread::scope(|scope| {
            let bank = &bank;
            scope.spawn(move || {
                let compute = || {
                    claimed.send(()).unwrap();
                    is_waited_for.recv().unwrap();
                    end()
                };
                // A panic stays in this thread.
                let held = catch_unwind(AssertUnwindSafe(|| bank.get(&key(), &|| false, compute)));
                drop(held);
            });
            is_claimed.recv().unwrap();
            let waits: Mutex<(Sender<()>, usize)> = Mutex::new((waits, patience));
            let given_up = || {
                let mut waits = waits.lock().unwrap();
                if waits.1 == 0 {
                    // The holder goes on after this thread gave up.
                    waits.0.send(()).unwrap();
                    return true;
                }
                waits.1 -= 1;
                // The holder may have ended after an earlier look.
                let _gone = waits.0.send(());
                false
            };
            let given_up: &(dyn Fn() -> bool + Sync) = &given_up;
            bank.get(&key(), given_up, || Ok(outputs()))
                .map(|(_, answer)| answer)
        });
        (bank, answer)
    }

    #[test]
    fn one_who_waits_gets_the_result() {
        let (bank, answer) = wait_for(|| Ok(outputs()), usize::MAX);
        assert_eq!(answer, Ok(Answer::Hit));
        assert_eq!((bank.figures().misses, bank.figures().hits), (1, 1));
    }

    #[test]
    fn one_who_gives_up_leaves_the_computation_alone() {
        let (bank, answer) = wait_for(|| Ok(outputs()), 0);
        let error = answer.unwrap_err();
        assert_eq!(
            error.to_string(),
            "sma period=3: interrupted before it was computed"
        );
        assert_eq!((bank.figures().misses, bank.figures().entries), (1, 1));
    }

    #[test]
    fn after_a_failure_the_next_computes() {
        let (bank, answer) = wait_for(|| Err(failure()), usize::MAX);
        assert_eq!(answer, Ok(Answer::Computed));
        assert_eq!((bank.figures().misses, bank.figures().entries), (1, 1));
    }

    #[test]
    fn after_a_panic_the_next_computes() {
        let (bank, answer) = wait_for(|| panic!("as a bug would"), usize::MAX);
        assert_eq!(answer, Ok(Answer::Computed));
        assert_eq!((bank.figures().misses, bank.figures().entries), (1, 1));
    }

    #[test]
    fn a_failure_keeps_nothing_and_the_next_request_tries_again() {
        let bank = IndicatorBank::new(1 << 20);
        let failed = bank.get(&key(), &|| false, || Err(failure()));
        assert_eq!(failed.map(|(_, answer)| answer), Err(failure()));
        assert_eq!(bank.figures(), IndicatorBank::new(1 << 20).figures());
        let tried = bank.get(&key(), &|| false, || Ok(outputs()));
        assert_eq!(tried.map(|(_, answer)| answer), Ok(Answer::Computed));
    }
}
