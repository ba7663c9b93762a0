//! Which points a sweep has.

use threadx_error::SweepError;
use threadx_spec::{ParamValue, Params, StrategySpec};

use super::sample::sample;

/// The points of a sweep: every combination of the axes' values, or a sample of them. Deterministic: the same
/// axes give the same points under the same numbers.
///
/// A point is numbered by its combination, the last axis running fastest. A combination that breaks a rule of the
/// strategy is no point.
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
    /// The combinations that were drawn, ascending; all of them if absent.
    drawn: Option<Vec<u64>>,
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
            drawn: None,
        })
    }

    /// A sample of `n` different combinations, the same for the same seed; all of them if there are no more.
    #[must_use]
    pub fn sampled(mut self, n: u64, seed: u64) -> Self {
        self.drawn = (n < self.combinations).then(|| sample(self.combinations, n, seed));
        self
    }

    /// Number of combinations of the axes' values.
    #[must_use]
    pub fn combinations(&self) -> u64 {
        self.combinations
    }

    /// Number of combinations that the plan looks at: all, or those of the sample.
    #[must_use]
    #[expect(
        clippy::len_without_is_empty,
        reason = "a plan without combinations cannot be made"
    )]
    pub fn len(&self) -> u64 {
        self.drawn
            .as_ref()
            .map_or(self.combinations, |drawn| drawn.len() as u64)
    }

    /// The number of the combination at `position` of the plan.
    #[must_use]
    pub fn combination(&self, position: u64) -> Option<u64> {
        match &self.drawn {
            Some(drawn) => drawn.get(usize::try_from(position).ok()?).copied(),
            None => (position < self.combinations).then_some(position),
        }
    }

    /// All parameters of a combination, the defaults filled in; `None` if it breaks a rule of the strategy.
    #[must_use]
    pub fn params(&self, combination: u64) -> Option<Params> {
        let mut params = self.spec.defaults();
        let mut rest = combination;
        for (name, values) in self.axes.iter().rev() {
            let count = values.len() as u64;
            params.insert(name.clone(), values[usize::try_from(rest % count).ok()?].clone());
            rest /= count;
        }
        self.spec
            .rules
            .iter()
            .all(|rule| rule.holds(&params))
            .then_some(params)
    }
}
