//! Whether the best stands on a plateau or on a needle.

use serde::Serialize;
use threadx_spec::{Criterion, Preference};

/// The best beside its neighbours in the grid.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stability {
    /// What is compared: the first criterion.
    pub criterion: Criterion,
    /// Its value at the best.
    pub best: f64,
    /// Neighbours with a value: points one step along one axis of numbers away.
    pub neighbours: usize,
    /// The median of their values.
    pub median: f64,
    /// The worst of them.
    pub worst: f64,
}

/// Compares the best with its neighbours; `None` if it has none with a value.
#[must_use]
pub fn stability(criterion: Criterion, best: f64, neighbours: &[f64]) -> Option<Stability> {
    let mut sorted = neighbours.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (lowest, highest) = (*sorted.first()?, *sorted.last()?);
    let middle = sorted.len() / 2;
    let median = if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        0.5 * (sorted[middle - 1] + sorted[middle])
    };
    Some(Stability {
        criterion,
        best,
        neighbours: sorted.len(),
        median,
        worst: match criterion.better {
            Preference::Higher => lowest,
            Preference::Lower => highest,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use threadx_spec::Metric;

    #[test]
    fn compares_with_the_median_and_the_worst() {
        assert_eq!(stability(Metric::SharpeRatio.into(), 2.0, &[]), None);
        let odd = stability(Metric::SharpeRatio.into(), 2.0, &[1.0, -1.0, 1.5]).unwrap();
        assert_eq!((odd.median, odd.worst, odd.neighbours), (1.0, -1.0, 3));
        let even = stability(Metric::Volatility.into(), 0.1, &[0.2, 0.4]).unwrap();
        assert!((even.median - 0.3).abs() < 1e-15);
        assert_eq!(even.worst, 0.4);
    }
}
