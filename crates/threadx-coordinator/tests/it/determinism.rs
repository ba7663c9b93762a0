//! Results do not depend on workers, order of submission or timing.

use std::collections::BTreeMap;

use threadx_coordinator::{Flow, Outcome, Parts, task_fn};
use threadx_error::CoordinatorError;

use crate::support::{config, pool, watched};

/// A small generator (`SplitMix64`), the same everywhere.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

type Outcomes = BTreeMap<u64, Outcome<u64, CoordinatorError>>;

fn outcomes(workers: usize, order: &[u64]) -> Outcomes {
    let pool = pool(config().workers(workers).queue_capacity(order.len()));
    let handles: Vec<_> = order
        .iter()
        .map(|&number| {
            let task = task_fn("number", move |(): &(), _| match number % 4 {
                0 => Err(CoordinatorError::WouldDeadlock { task_id: number }),
                1 => Ok(Flow::Done(number * number)),
                _ => {
                    // Order matters to this sum, and part 13 of some fails, before later ones that do too.
                    let part = move |index: usize, (): &(), _: &_| {
                        if number % 4 == 3 && index >= 13 {
                            return Err(CoordinatorError::WouldDeadlock {
                                task_id: index as u64,
                            });
                        }
                        Ok(number + index as u64)
                    };
                    let finish = |yielded: Vec<u64>, (): &(), _: &_| {
                        Ok(yielded
                            .into_iter()
                            .fold(1, |sum: u64, part| sum.wrapping_mul(31).wrapping_add(part)))
                    };
                    Ok(Flow::Parts(Parts::new(20, part, finish)))
                }
            });
            (number, pool.submit(task).unwrap())
        })
        .collect();
    let results = handles.into_iter().map(|(number, handle)| {
        let result = handle.into_result().unwrap();
        (number, result.outcome.clone())
    });
    results.collect()
}

#[test]
fn results_do_not_depend_on_workers_or_order() {
    watched(|| {
        let mut order: Vec<u64> = (0..120).collect();
        let expected = outcomes(1, &order);
        let mut random = Random(7);
        for workers in [2, 3, 16] {
            for index in (1..order.len()).rev() {
                let other = random.below(index as u64 + 1);
                order.swap(index, usize::try_from(other).unwrap());
            }
            assert_eq!(outcomes(workers, &order), expected, "{workers} workers");
        }
    });
}
