//! When the rest of a grid is left out.

use threadx_spec::Criterion;

/// Leaves out the points behind a long stretch that brought no new best.
///
/// It is asked about the points in the order of the plan only, whatever the order in which they were run, so that
/// what is left out does not depend on the number of workers.
///
/// ```
/// use threadx_engine::EarlyStop;
/// use threadx_spec::Metric;
///
/// let mut stop = EarlyStop::new(2, Metric::SharpeRatio.into());
/// let values = [Some(1.0), Some(0.5), None, Some(2.0)];
/// let taken: Vec<bool> = values.iter().map(|value| stop.take(*value)).collect();
/// assert_eq!(taken, [true, true, true, false], "two brought nothing better than 1");
/// ```
#[derive(Debug, Clone)]
pub struct EarlyStop {
    patience: u64,
    criterion: Criterion,
    best: Option<f64>,
    /// Points since the best.
    since: u64,
}

impl EarlyStop {
    /// Stops behind `patience` points in a row that brought no better value of the criterion.
    #[must_use]
    pub const fn new(patience: u64, criterion: Criterion) -> Self {
        Self {
            patience,
            criterion,
            best: None,
            since: 0,
        }
    }

    /// Whether it has stopped.
    #[must_use]
    pub const fn has_stopped(&self) -> bool {
        self.since >= self.patience
    }

    /// Takes the next point that was run, or leaves it out; `value` is its value of the criterion's metric, `None` if that is not
    /// defined or the point failed.
    pub fn take(&mut self, value: Option<f64>) -> bool {
        if self.has_stopped() {
            return false;
        }
        let better = match (value, self.best) {
            (Some(value), Some(best)) => self.criterion.prefers(value, best),
            (Some(_), None) => true,
            (None, _) => false,
        };
        if better {
            self.best = value;
            self.since = 0;
        } else {
            self.since += 1;
        }
        true
    }
}
