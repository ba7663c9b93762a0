//! A search that looks closer and closer around the best.

use std::collections::BTreeSet;

use super::plan::SweepPlan;

/// Looks at a coarse lattice of the grid first, then, round by round with half the distance, around the best so far.
///
/// Along an axis of numbers the first lattice takes every 2^k-th value and the last, with k so that at least three
/// gaps remain; along an axis of names or booleans it takes every value. The search ends when no neighbour of the
/// best `keep` is left, so what it ends with is at least as good as all its neighbours in the grid. Deterministic, and
/// no point is looked at twice.
#[derive(Debug, Clone)]
pub struct Narrowing {
    /// The distance along each axis of the round under way.
    strides: Vec<usize>,
    seen: BTreeSet<u64>,
}

impl Narrowing {
    /// The search over a plan, and the combinations of its first round, ascending.
    #[must_use]
    pub fn start(plan: &SweepPlan) -> (Self, Vec<u64>) {
        let lengths: Vec<usize> = plan.axes().iter().map(|(_, values)| values.len()).collect();
        let strides: Vec<usize> = (0..lengths.len())
            .map(|axis| {
                let mut stride = 1;
                while plan.is_numeric(axis) && stride * 2 * 3 < lengths[axis] {
                    stride *= 2;
                }
                stride
            })
            .collect();
        let mut first = vec![Vec::new()];
        for (length, stride) in lengths.iter().zip(&strides) {
            let values: BTreeSet<usize> = (0..*length).step_by(*stride).chain([length - 1]).collect();
            first = first
                .into_iter()
                .flat_map(|indices: Vec<usize>| {
                    values.iter().map(move |value| {
                        let mut longer = indices.clone();
                        longer.push(*value);
                        longer
                    })
                })
                .collect();
        }
        let seen: BTreeSet<u64> = first
            .iter()
            .filter_map(|indices| plan.combination_at(indices))
            .collect();
        let round = seen.iter().copied().collect();
        (Self { strides, seen }, round)
    }

    /// The combinations of the next round around the `best` so far, ascending; none if the search is over.
    #[must_use]
    pub fn next(&mut self, plan: &SweepPlan, best: &[u64]) -> Vec<u64> {
        loop {
            let finest = self.strides.iter().all(|stride| *stride == 1);
            for stride in &mut self.strides {
                *stride = (*stride / 2).max(1);
            }
            let mut round = BTreeSet::new();
            for combination in best {
                self.around(plan, *combination, &mut round);
            }
            if !round.is_empty() || finest {
                self.seen.extend(&round);
                return round.into_iter().collect();
            }
        }
    }

    /// Adds the combinations at the round's distance along each axis of numbers, and along several of them at once.
    fn around(&self, plan: &SweepPlan, combination: u64, round: &mut BTreeSet<u64>) {
        let centre = plan.indices(combination);
        let mut beside = vec![centre];
        for (axis, stride) in self
            .strides
            .iter()
            .enumerate()
            .filter(|(axis, _)| plan.is_numeric(*axis))
        {
            for place in 0..beside.len() {
                let at = beside[place][axis];
                for moved in [at.checked_sub(*stride), at.checked_add(*stride)]
                    .into_iter()
                    .flatten()
                {
                    let mut indices = beside[place].clone();
                    indices[axis] = moved;
                    beside.push(indices);
                }
            }
        }
        let known = beside.iter().filter_map(|indices| plan.combination_at(indices));
        round.extend(known.filter(|combination| !self.seen.contains(combination)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StrategyRegistry;
    use proptest::prelude::*;
    use threadx_spec::ParamValue::{self, Int};

    fn plan(fast: i64, slow: i64) -> SweepPlan {
        let registry = StrategyRegistry::built_in();
        let axes = vec![
            ("fast_period".to_owned(), (1..=fast).map(Int).collect()),
            ("kind".to_owned(), ["sma", "ema"].map(ParamValue::from).to_vec()),
            ("slow_period".to_owned(), (501..=500 + slow).map(Int).collect()),
        ];
        SweepPlan::new(registry.get("ma_crossover").unwrap().spec(), axes).unwrap()
    }

    /// Searches with a measure of combinations; what was looked at, round by round.
    fn search(plan: &SweepPlan, keep: usize, measure: impl Fn(u64) -> f64) -> Vec<u64> {
        let (mut narrowing, mut round) = Narrowing::start(plan);
        let mut seen: Vec<u64> = Vec::new();
        while !round.is_empty() {
            seen.extend(&round);
            let mut best = seen.clone();
            best.sort_by(|a, b| measure(*b).total_cmp(&measure(*a)).then(a.cmp(b)));
            best.truncate(keep);
            round = narrowing.next(plan, &best);
        }
        seen
    }

    proptest! {
        #[test]
        fn finds_the_top_of_a_hill(fast in 1i64..60, slow in 1i64..60, a in 0.0..1.0f64, b in 0.0..1.0f64, kind in 0usize..2) {
            let plan = plan(fast, slow);
            let top = [(a * fast as f64) as usize, kind, (b * slow as f64) as usize];
            let hill = |combination: u64| {
                let at = plan.indices(combination);
                let kinds = if at[1] == kind { 0.0 } else { 1e3 };
                -(kinds + (at[0] as f64 - top[0] as f64).powi(2) + (at[2] as f64 - top[2] as f64).powi(2))
            };
            let seen = search(&plan, 3, hill);
            let distinct: BTreeSet<&u64> = seen.iter().collect();
            prop_assert_eq!(distinct.len(), seen.len(), "no point is looked at twice");
            prop_assert!(seen.contains(&plan.combination_at(&top).unwrap()));
        }
    }

    #[test]
    fn looks_at_few_of_many() {
        let plan = plan(100, 200);
        let seen = search(&plan, 3, |combination| -((combination as f64) - 12_345.0).abs());
        assert!(seen.len() < 1000, "{} of {}", seen.len(), plan.combinations());
    }
}
