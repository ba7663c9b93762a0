//! Which points a sweep has.

use std::sync::Arc;

use threadx_error::SweepError;
use threadx_spec::{Constraint, ParamValue, Params, SampleMethod, StrategySpec};

use super::sample::sample;

/// The points of a sweep: every combination of the axes' values, or some of them. Deterministic: the same axes give
/// the same points under the same numbers. Cheap to clone.
///
/// A point is numbered by its combination, the last axis running fastest. A combination that breaks a rule of the
/// strategy, or does not meet the constraint, is no point.
///
/// ```
/// use threadx_engine::{StrategyRegistry, SweepPlan};
/// use threadx_spec::ParamValue::Int;
///
/// let registry = StrategyRegistry::built_in();
/// let spec = registry.get("ma_crossover")?.spec();
/// let axes = vec![
///     ("fast_period".to_owned(), vec![Int(5), Int(10)]),
///     ("slow_period".to_owned(), vec![Int(10), Int(20)]),
/// ];
/// let plan = SweepPlan::new(spec, axes)?;
/// assert_eq!((plan.combinations(), plan.len()), (4, 4));
/// assert_eq!(plan.params(1).unwrap().int("slow_period"), Some(20));
/// assert!(plan.params(2).is_none(), "10 is not less than 10");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct SweepPlan {
    spec: StrategySpec,
    axes: Vec<(String, Vec<ParamValue>)>,
    combinations: u64,
    constraint: Option<Constraint>,
    /// The combinations that are looked at, in this order; all of them if absent.
    chosen: Option<Arc<[u64]>>,
}

impl SweepPlan {
    /// Every combination of the axes' values.
    ///
    /// # Errors
    ///
    /// [`SweepError::NoCombinations`] if an axis has no values; [`SweepError::TooManyCombinations`] if their number
    /// does not fit.
    pub fn new(spec: &StrategySpec, axes: Vec<(String, Vec<ParamValue>)>) -> Result<Self, SweepError> {
        let combinations = axes
            .iter()
            .try_fold(1u64, |product, (_, values)| {
                product.checked_mul(values.len() as u64)
            })
            .ok_or(SweepError::TooManyCombinations)?;
        if combinations == 0 {
            return Err(SweepError::NoCombinations { combinations });
        }
        Ok(Self {
            spec: spec.clone(),
            axes,
            combinations,
            constraint: None,
            chosen: None,
        })
    }

    /// Only combinations that meet the constraint, if there is one.
    #[must_use]
    pub fn constrained(mut self, constraint: Option<Constraint>) -> Self {
        self.constraint = constraint;
        self
    }

    /// A sample of `n` combinations, ascending, the same for the same seed; all of them if there are no more.
    ///
    /// [`SampleMethod::Random`] draws `n` different ones. The other methods may draw a combination twice, which then
    /// counts once.
    #[must_use]
    pub fn sampled(mut self, method: SampleMethod, n: u64, seed: u64) -> Self {
        if n < self.combinations {
            let lengths: Vec<u64> = self.axes.iter().map(|(_, values)| values.len() as u64).collect();
            self.chosen = Some(sample(method, &lengths, n, seed).into());
        }
        self
    }

    /// The given combinations in the given order; those that are none are left out.
    #[must_use]
    pub fn choosing(mut self, mut combinations: Vec<u64>) -> Self {
        combinations.retain(|combination| *combination < self.combinations);
        self.chosen = Some(combinations.into());
        self
    }

    /// Number of combinations of the axes' values.
    #[must_use]
    pub fn combinations(&self) -> u64 {
        self.combinations
    }

    /// Number of combinations that the plan looks at: all, or those that were chosen.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a plan of nothing is no use")]
    pub fn len(&self) -> u64 {
        self.chosen
            .as_ref()
            .map_or(self.combinations, |chosen| chosen.len() as u64)
    }

    /// The number of the combination at `position` of the plan.
    #[must_use]
    pub fn combination(&self, position: u64) -> Option<u64> {
        match &self.chosen {
            Some(chosen) => chosen.get(usize::try_from(position).ok()?).copied(),
            None => (position < self.combinations).then_some(position),
        }
    }

    /// The axes: names and values, in the order of the names.
    #[must_use]
    pub fn axes(&self) -> &[(String, Vec<ParamValue>)] {
        &self.axes
    }

    /// Which value of each axis a combination has, from 0.
    #[must_use]
    pub fn indices(&self, combination: u64) -> Vec<usize> {
        let mut rest = combination;
        let mut indices = vec![0; self.axes.len()];
        for ((_, values), index) in self.axes.iter().zip(&mut indices).rev() {
            let count = values.len() as u64;
            *index = (rest % count) as usize;
            rest /= count;
        }
        indices
    }

    /// The number of the combination with these values of the axes; `None` if one is beyond its axis.
    #[must_use]
    pub fn combination_at(&self, indices: &[usize]) -> Option<u64> {
        let mut combination = 0;
        for ((_, values), index) in self.axes.iter().zip(indices) {
            if *index >= values.len() {
                return None;
            }
            combination = combination * values.len() as u64 + *index as u64;
        }
        (indices.len() == self.axes.len()).then_some(combination)
    }

    /// The points that differ from a combination by one step along one axis of numbers, ascending.
    #[must_use]
    pub fn neighbours(&self, combination: u64) -> Vec<u64> {
        let indices = self.indices(combination);
        let mut found = Vec::new();
        for axis in (0..indices.len()).filter(|axis| self.is_numeric(*axis)) {
            for index in [indices[axis].checked_sub(1), indices[axis].checked_add(1)] {
                let Some(index) = index else { continue };
                let mut beside = indices.clone();
                beside[axis] = index;
                found.extend(
                    self.combination_at(&beside)
                        .filter(|beside| self.params(*beside).is_some()),
                );
            }
        }
        found.sort_unstable();
        found
    }

    /// Whether steps along the axis are small changes.
    pub(super) fn is_numeric(&self, axis: usize) -> bool {
        let number = |value: &ParamValue| matches!(value, ParamValue::Int(_) | ParamValue::Float(_));
        self.axes
            .get(axis)
            .is_some_and(|(_, values)| values.iter().all(number))
    }

    /// All parameters of a combination, the defaults filled in; `None` if it breaks a rule of the strategy or does
    /// not meet the constraint.
    #[must_use]
    pub fn params(&self, combination: u64) -> Option<Params> {
        let mut params = self.spec.defaults();
        let mut rest = combination;
        for (name, values) in self.axes.iter().rev() {
            let count = values.len() as u64;
            params.insert(name.clone(), values[usize::try_from(rest % count).ok()?].clone());
            rest /= count;
        }
        let kept = self.spec.rules.iter().all(|rule| rule.holds(&params))
            && self
                .constraint
                .as_ref()
                .is_none_or(|constraint| constraint.holds(&params));
        kept.then_some(params)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StrategyRegistry;
    use ParamValue::Int;

    fn plan() -> SweepPlan {
        let registry = StrategyRegistry::built_in();
        let kinds = ["sma", "ema", "wma"].map(ParamValue::from).to_vec();
        let axes = vec![
            ("fast_period".to_owned(), (2..7).map(Int).collect()),
            ("kind".to_owned(), kinds),
            ("slow_period".to_owned(), (4..10).map(Int).collect()),
        ];
        SweepPlan::new(registry.get("ma_crossover").unwrap().spec(), axes).unwrap()
    }

    #[test]
    fn indices_and_combinations_are_each_other_s_inverse() {
        let plan = plan();
        for combination in 0..plan.combinations() {
            assert_eq!(plan.combination_at(&plan.indices(combination)), Some(combination));
        }
        assert_eq!(plan.indices(7), [0, 1, 1]);
        assert_eq!(plan.combination_at(&[5, 0, 0]), None);
        assert_eq!(plan.combination_at(&[0, 0]), None);
    }

    #[test]
    fn neighbours_are_a_step_along_an_axis_of_numbers_and_points() {
        let plan = plan();
        let at = |fast: i64, slow: i64| {
            plan.combination_at(&[(fast - 2) as usize, 1, (slow - 4) as usize])
                .unwrap()
        };
        assert_eq!(
            plan.neighbours(at(4, 7)),
            [at(3, 7), at(4, 6), at(4, 8), at(5, 7)]
        );
        assert_eq!(
            plan.neighbours(at(6, 7)),
            [at(5, 7), at(6, 8)],
            "6 is not less than 6"
        );
        assert_eq!(plan.neighbours(at(2, 4)), [at(2, 5), at(3, 4)]);
    }

    #[test]
    fn a_constraint_leaves_combinations_out() {
        let constraint = Constraint::parse("slow_period >= fast_period * 2 && kind == 'ema'").unwrap();
        let plan = plan().constrained(Some(constraint));
        let met: Vec<Params> = (0..plan.len()).filter_map(|point| plan.params(point)).collect();
        assert_eq!(
            met.len(),
            6 + 4 + 2,
            "fast 2 with 4 to 9, 3 with 6 to 9, 4 with 8 and 9"
        );
        assert!(met.iter().all(|params| params.name("kind") == Some("ema")));
    }
}
