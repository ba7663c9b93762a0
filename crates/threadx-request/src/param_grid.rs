//! The grid of a sweep.

mod steps;

use std::collections::BTreeMap;

use serde::Serialize;
use threadx_spec::ParamValue;

pub(crate) use self::steps::Steps;

/// The values of each parameter that a sweep varies, in the order of the parameters' names.
///
/// Nothing is expanded: a range stays a range, and values are computed when they are asked for.
///
/// ```
/// use threadx_request::{RequestContext, SweepRequest, Valid};
///
/// let text = r#"{"token": "BTCUSDT", "timeframe": "1h", "strategy": "bollinger_reversion",
///                "start_date": "2019-01-01", "end_date": "2019-06-30",
///                "param_grid": {"std": {"min": 1.0, "max": 1.5, "step": 0.1}, "period": [20, 40]}}"#;
/// let request = Valid::<SweepRequest>::from_json(text, &RequestContext::open())?;
/// assert_eq!(request.param_grid.combinations(), 12);
/// let std = request.param_grid.axis("std").expect("it is in the grid");
/// let values: Vec<String> = std.iter().map(|value| value.to_string()).collect();
/// assert_eq!(values.join(" "), "1 1.1 1.2 1.3 1.4 1.5");
/// # Ok::<(), threadx_error::ValidationError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct ParamGrid {
    axes: BTreeMap<String, Axis>,
}

impl ParamGrid {
    /// The grid of these axes, and how many combinations they give; `None` for the number if it is beyond a `u64`.
    pub(crate) fn new(axes: BTreeMap<String, Axis>) -> (Self, Option<u64>) {
        let combinations = axes
            .values()
            .try_fold(1_u64, |product, axis| product.checked_mul(axis.len()));
        (Self { axes }, combinations)
    }

    /// The axes in the order of their names; at least one.
    pub fn axes(&self) -> impl ExactSizeIterator<Item = (&str, &Axis)> {
        self.axes.iter().map(|(name, axis)| (name.as_str(), axis))
    }

    /// The values of one parameter.
    #[must_use]
    pub fn axis(&self, name: &str) -> Option<&Axis> {
        self.axes.get(name)
    }

    /// The product of the axes' lengths, those that break the strategy's own rules included; at least 1.
    #[must_use]
    pub fn combinations(&self) -> u64 {
        self.axes.values().map(Axis::len).product()
    }
}

/// The values of one parameter: at least one, each within the parameter's bounds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Axis(Form);

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
enum Form {
    List(Vec<ParamValue>),
    Range(Steps),
}

impl Axis {
    pub(crate) const fn list(values: Vec<ParamValue>) -> Self {
        Self(Form::List(values))
    }

    pub(crate) const fn range(steps: Steps) -> Self {
        Self(Form::Range(steps))
    }

    /// How many values there are; at least 1.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "an axis is never empty")]
    pub fn len(&self) -> u64 {
        match &self.0 {
            Form::List(values) => values.len() as u64,
            Form::Range(steps) => steps.count(),
        }
    }

    /// The value at `index`, from 0; `None` beyond the last.
    #[must_use]
    pub fn get(&self, index: u64) -> Option<ParamValue> {
        match &self.0 {
            Form::List(values) => values.get(usize::try_from(index).ok()?).cloned(),
            Form::Range(steps) => (index < steps.count()).then(|| steps.value(index)),
        }
    }

    /// The values in order.
    pub fn iter(&self) -> impl Iterator<Item = ParamValue> {
        (0..self.len()).map_while(|index| self.get(index))
    }
}
