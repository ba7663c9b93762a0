//! One computation for all tasks that need the same thing at the same time.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use threadx_error::CoordinatorError;

use crate::TaskContext;

/// How often a waiting task looks whether it should stop, or the computing one has ended.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// One computation for all tasks that need the same thing at the same time.
///
/// The first task that asks for a key computes; others that ask meanwhile wait for its value, each
/// with its own cancellation and deadline. A claim is a lease: if the computing task fails, panics or
/// has ended (it was given up while it computed), the next waiter computes. Nothing is kept once
/// nobody waits: this is what stands before a cache, not a cache.
///
/// The keys' `Ord` runs under a lock and should be plain. The computation runs under none; it must
/// neither submit tasks nor wait for any, nor ask for the same key again.
///
/// ```
/// use threadx_coordinator::{SingleFlight, TaskContext};
/// use threadx_error::CoordinatorError;
///
/// let flights = SingleFlight::new();
/// let value = flights.share(&TaskContext::detached(), "sma 20", || Ok::<_, CoordinatorError>(vec![1.0, 1.5]))?;
/// assert_eq!(*value, [1.0, 1.5]);
/// # Ok::<(), CoordinatorError>(())
/// ```
#[derive(Debug)]
pub struct SingleFlight<K, V> {
    flights: Mutex<Flights<K, V>>,
    /// Something became ready, or free to claim.
    changed: Condvar,
}

#[derive(Debug)]
struct Flights<K, V> {
    by_key: BTreeMap<K, Flight<V>>,
    claims: u64,
}

#[derive(Debug)]
struct Flight<V> {
    /// Who computes; nobody after a failure.
    holder: Option<TaskContext>,
    /// The number of the holder's claim: a former holder that comes late has another.
    claim: u64,
    waiters: usize,
    value: Option<Arc<V>>,
}

impl<K, V> Default for SingleFlight<K, V> {
    fn default() -> Self {
        Self {
            flights: Mutex::new(Flights {
                by_key: BTreeMap::new(),
                claims: 0,
            }),
            changed: Condvar::new(),
        }
    }
}

impl<K: Ord + Clone, V> SingleFlight<K, V> {
    /// No computation is under way.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of `key`: what another task is computing, or what `compute` yields.
    ///
    /// `compute` should put the value where the next one looks first, before it returns.
    ///
    /// # Errors
    ///
    /// That of `compute`, if this task computed; [`CoordinatorError::Cancelled`] or
    /// [`CoordinatorError::TimedOut`] if this task was told to stop while it waited.
    pub fn share<E>(
        &self,
        context: &TaskContext,
        key: K,
        compute: impl FnOnce() -> Result<V, E>,
    ) -> Result<Arc<V>, E>
    where
        E: From<CoordinatorError>,
    {
        match self.claim_or_wait(context, &key)? {
            Turn::Value(value) => Ok(value),
            Turn::Claim(claim) => {
                let lease = Lease {
                    flights: self,
                    key,
                    claim,
                    value: None,
                };
                lease.fulfil(compute)
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Flights<K, V>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn claim_or_wait(&self, context: &TaskContext, key: &K) -> Result<Turn<V>, CoordinatorError> {
        // Dropped after the lock is let go: it may be the last pointer to a task.
        let former;
        let mut flights = self.lock();
        if let Some(flight) = flights.by_key.get_mut(key) {
            flight.waiters += 1;
        }
        loop {
            flights.claims += 1;
            let claim = flights.claims;
            let Some(flight) = flights.by_key.get_mut(key) else {
                let flight = Flight {
                    holder: Some(context.clone()),
                    claim,
                    waiters: 0,
                    value: None,
                };
                flights.by_key.insert(key.clone(), flight);
                return Ok(Turn::Claim(claim));
            };
            if let Some(value) = &flight.value {
                let value = Arc::clone(value);
                flight.waiters -= 1;
                let done = flights.clear(key);
                drop(flights);
                drop(done);
                return Ok(Turn::Value(value));
            }
            if flight.holder.as_ref().is_none_or(TaskContext::has_ended) {
                former = flight.holder.replace(context.clone());
                flight.claim = claim;
                flight.waiters -= 1;
                drop(flights);
                drop(former);
                return Ok(Turn::Claim(claim));
            }
            if let Err(stopped) = context.checkpoint() {
                flight.waiters -= 1;
                let done = flights.clear(key);
                drop(flights);
                drop(done);
                return Err(stopped);
            }
            flights = self
                .changed
                .wait_timeout(flights, LOOK_EVERY)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

impl<K: Ord, V> Flights<K, V> {
    /// Takes a flight out that nobody computes and nobody waits for; to be dropped outside the lock.
    fn clear(&mut self, key: &K) -> Option<(K, Flight<V>)> {
        let flight = self.by_key.get(key)?;
        let over = flight.waiters == 0 && (flight.holder.is_none() || flight.value.is_some());
        if over { self.by_key.remove_entry(key) } else { None }
    }
}

/// What a task is to do about a key.
enum Turn<V> {
    Value(Arc<V>),
    Claim(u64),
}

/// The right and duty to compute; given back when dropped, also by a panic.
struct Lease<'a, K: Ord, V> {
    flights: &'a SingleFlight<K, V>,
    key: K,
    claim: u64,
    value: Option<Arc<V>>,
}

impl<K: Ord, V> Lease<'_, K, V> {
    fn fulfil<E>(mut self, compute: impl FnOnce() -> Result<V, E>) -> Result<Arc<V>, E> {
        let value = Arc::new(compute()?);
        self.value = Some(Arc::clone(&value));
        Ok(value)
    }
}

impl<K: Ord, V> Drop for Lease<'_, K, V> {
    fn drop(&mut self) {
        let mut flights = self
            .flights
            .flights
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut former = None;
        if let Some(flight) = flights.by_key.get_mut(&self.key)
            && flight.claim == self.claim
        {
            former = flight.holder.take();
            flight.value = self.value.take();
        }
        let done = flights.clear(&self.key);
        drop(flights);
        self.flights.changed.notify_all();
        drop((former, done));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use threadx_error::CoordinatorError;

    use super::SingleFlight;
    use crate::TaskContext;

    #[test]
    fn whoever_waits_shares_the_one_value() {
        let flights = Arc::new(SingleFlight::<u8, usize>::new());
        let computed = AtomicUsize::new(0);
        let value = std::thread::scope(|scope| {
            let compute = || {
                let context = TaskContext::detached();
                flights.share(&context, 1, || {
                    // Not before all others wait.
                    while flights.lock().by_key[&1].waiters < 7 {
                        std::thread::yield_now();
                    }
                    Ok::<_, CoordinatorError>(computed.fetch_add(1, Ordering::SeqCst))
                })
            };
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(compute)).collect();
            let values = threads.into_iter().map(|thread| thread.join().unwrap().unwrap());
            values.collect::<Vec<_>>()
        });
        assert_eq!(computed.load(Ordering::SeqCst), 1);
        assert!(value.iter().all(|other| Arc::ptr_eq(other, &value[0])));
        assert!(flights.lock().by_key.is_empty(), "nothing is kept");
    }
}
