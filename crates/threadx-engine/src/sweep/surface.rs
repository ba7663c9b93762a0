//! What a criterion comes to over two parameters.

use threadx_error::SweepError;
use threadx_spec::{Criterion, ParamValue, Preference};

use super::plan::SweepPlan;

/// Most cells along an axis; longer axes put several values into a cell.
const CELLS_MAX: usize = 100;

/// The best value of a criterion for each pair of values of two parameters, over all others: of bounded size, whatever the
/// number of points. Points may be added in any order.
///
/// ```
/// use threadx_engine::{StrategyRegistry, Surface, SweepPlan};
/// use threadx_spec::{Metric, ParamValue::Int};
///
/// let registry = StrategyRegistry::built_in();
/// let axes = vec![
///     ("fast_period".to_owned(), vec![Int(5), Int(10)]),
///     ("slow_period".to_owned(), vec![Int(20), Int(30), Int(40)]),
/// ];
/// let plan = SweepPlan::new(registry.get("ma_crossover")?.spec(), axes)?;
/// let mut surface = Surface::new(&plan, None, Metric::SharpeRatio.into())?;
/// surface.add(&plan, 4, Some(1.5));
/// assert_eq!(surface.x().name, "fast_period");
/// assert_eq!(surface.y().labels, ["20", "30", "40"]);
/// assert_eq!(surface.value(1, 1), Some(1.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Surface {
    criterion: Criterion,
    x: SurfaceAxis,
    y: SurfaceAxis,
    /// Row by row, those of y.
    values: Vec<Option<f64>>,
}

/// An axis of a [`Surface`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurfaceAxis {
    /// The parameter.
    pub name: String,
    /// What each cell stands for: a value, or the first and last of several.
    pub labels: Vec<String>,
    /// Which axis of the plan it is.
    axis: usize,
    /// How many values the axis has.
    values: usize,
}

impl SurfaceAxis {
    fn new(axis: usize, name: &str, values: &[ParamValue]) -> Self {
        let cells = values.len().min(CELLS_MAX);
        let labels = (0..cells).filter_map(|cell| {
            // The values of a cell: those whose place falls into it.
            let first = (cell * values.len()).div_ceil(cells);
            let last = ((cell + 1) * values.len()).div_ceil(cells).checked_sub(1)?;
            let (first, last) = (values.get(first)?, values.get(last)?);
            Some(if first == last {
                first.to_string()
            } else {
                format!("{first} to {last}")
            })
        });
        Self {
            name: name.to_owned(),
            labels: labels.collect(),
            axis,
            values: values.len(),
        }
    }

    fn cell(&self, index: usize) -> usize {
        index * self.labels.len() / self.values
    }
}

impl Surface {
    /// No points yet. The parameters are the given ones, or the first two that have more than one value.
    ///
    /// # Errors
    ///
    /// [`SweepError::NoSurface`] if there are no such two parameters.
    pub fn new(
        plan: &SweepPlan,
        params: Option<[&str; 2]>,
        criterion: Criterion,
    ) -> Result<Self, SweepError> {
        let axes = plan.axes();
        let none = || SweepError::NoSurface {
            params: axes
                .iter()
                .filter(|(_, values)| values.len() > 1)
                .map(|(name, _)| name.clone())
                .collect(),
        };
        let mut varied = (0..axes.len()).filter(|axis| axes[*axis].1.len() > 1);
        let [x, y] = match params {
            Some(names) => names.map(|wanted| axes.iter().position(|(name, _)| name == wanted)),
            None => [varied.next(), varied.next()],
        };
        let (Some(x), Some(y)) = (x, y) else {
            return Err(none());
        };
        if x == y {
            return Err(none());
        }
        let [x, y] = [x, y].map(|axis| SurfaceAxis::new(axis, &axes[axis].0, &axes[axis].1));
        Ok(Self {
            criterion,
            values: vec![None; x.labels.len() * y.labels.len()],
            x,
            y,
        })
    }

    /// Adds what a combination of the plan came to.
    pub fn add(&mut self, plan: &SweepPlan, combination: u64, value: Option<f64>) {
        let indices = plan.indices(combination);
        let (Some(value), Some(x), Some(y)) = (value, indices.get(self.x.axis), indices.get(self.y.axis))
        else {
            return;
        };
        let cell = self.y.cell(*y) * self.x.labels.len() + self.x.cell(*x);
        if let Some(held) = self.values.get_mut(cell) {
            *held = Some(match (*held, self.criterion.better) {
                (None, _) => value,
                (Some(held), Preference::Higher) => held.max(value),
                (Some(held), Preference::Lower) => held.min(value),
            });
        }
    }

    /// The criterion.
    #[must_use]
    pub const fn criterion(&self) -> Criterion {
        self.criterion
    }

    /// The parameter that runs to the right.
    #[must_use]
    pub const fn x(&self) -> &SurfaceAxis {
        &self.x
    }

    /// The parameter that runs upwards.
    #[must_use]
    pub const fn y(&self) -> &SurfaceAxis {
        &self.y
    }

    /// The best value in a cell; `None` if nothing was run there or nothing is defined.
    #[must_use]
    pub fn value(&self, x: usize, y: usize) -> Option<f64> {
        let inside = x < self.x.labels.len();
        self.values
            .get(y * self.x.labels.len() + x)
            .copied()
            .flatten()
            .filter(|_| inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StrategyRegistry;
    use threadx_spec::Metric;

    fn plan(axes: &[(&str, i64)]) -> SweepPlan {
        let axes = axes
            .iter()
            .map(|(name, count)| ((*name).to_owned(), (1..=*count).map(ParamValue::Int).collect()))
            .collect();
        let registry = StrategyRegistry::built_in();
        SweepPlan::new(registry.get("ma_crossover").unwrap().spec(), axes).unwrap()
    }

    #[test]
    fn a_cell_holds_the_best_of_all_points_in_it_in_any_order() {
        let plan = plan(&[("a", 3), ("b", 1), ("c", 250), ("d", 2)]);
        for (metric, best) in [
            (Metric::SharpeRatio, f64::max as fn(f64, f64) -> f64),
            (Metric::Volatility, f64::min),
        ] {
            let mut forwards = Surface::new(&plan, None, metric.into()).unwrap();
            let mut backwards = forwards.clone();
            assert_eq!((&*forwards.x().name, &*forwards.y().name), ("a", "c"));
            assert_eq!(forwards.y().labels.len(), 100);
            assert_eq!(&forwards.y().labels[..2], ["1 to 3", "4 to 5"]);
            assert_eq!(forwards.y().labels[99], "249 to 250");
            let value = |combination: u64| ((combination * 7919) % 1009) as f64;
            let mut by_hand = vec![None; 300];
            for combination in 0..plan.len() {
                forwards.add(&plan, combination, Some(value(combination)));
                let back = plan.len() - 1 - combination;
                backwards.add(&plan, back, Some(value(back)));
                let indices = plan.indices(combination);
                let cell: &mut Option<f64> = &mut by_hand[indices[2] * 100 / 250 * 3 + indices[0]];
                *cell = Some(cell.map_or(value(combination), |held| best(held, value(combination))));
            }
            assert_eq!(forwards, backwards);
            for y in 0..100 {
                for x in 0..3 {
                    assert_eq!(forwards.value(x, y), by_hand[y * 3 + x]);
                }
            }
            assert_eq!((forwards.value(3, 0), forwards.value(0, 100)), (None, None));
        }
    }

    #[test]
    fn two_different_parameters_are_needed() {
        let wide = plan(&[("a", 3), ("b", 2)]);
        let told = |plan: &SweepPlan, params| {
            Surface::new(plan, params, Metric::SharpeRatio.into())
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            told(&wide, Some(["a", "z"])),
            "a heatmap needs two different parameters of the grid; those with more than one value are a, b"
        );
        assert!(told(&wide, Some(["a", "a"])).ends_with("a, b"));
        assert!(told(&plan(&[("a", 3), ("b", 1)]), None).ends_with("are a"));
    }
}
