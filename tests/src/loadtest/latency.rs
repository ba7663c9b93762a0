//! Times of many tasks.

use std::time::Duration;

use hdrhistogram::{CreationError, Histogram, RecordError};
use serde::Serialize;

/// The times of many tasks, to three significant digits.
#[derive(Debug)]
pub(super) struct Times(Histogram<u64>);

/// Quantiles of the times of many tasks, milliseconds; 0 if there was none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quantiles {
    /// Half of them were quicker.
    pub p50: f64,
    /// 95 of 100 were quicker.
    pub p95: f64,
    /// 99 of 100 were quicker.
    pub p99: f64,
    /// The slowest.
    pub max: f64,
}

impl Times {
    pub(super) fn new() -> Result<Self, CreationError> {
        Histogram::new(3).map(Self)
    }

    pub(super) fn record(&mut self, time: Duration) -> Result<(), RecordError> {
        self.0.record(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
    }

    pub(super) fn quantiles(&self) -> Quantiles {
        let milliseconds = |nanoseconds: u64| nanoseconds as f64 / 1e6;
        let at = |quantile| milliseconds(self.0.value_at_quantile(quantile));
        Quantiles {
            p50: at(0.5),
            p95: at(0.95),
            p99: at(0.99),
            max: milliseconds(self.0.max()),
        }
    }
}

impl std::fmt::Display for Quantiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { p50, p95, p99, max } = self;
        write!(
            f,
            "p50 {p50:.3} ms   p95 {p95:.3} ms   p99 {p99:.3} ms   max {max:.3} ms"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_what_was_recorded() {
        let mut times = Times::new().unwrap();
        for micros in 1..=1000 {
            times.record(Duration::from_micros(micros)).unwrap();
        }
        let Quantiles { p50, p95, p99, max } = times.quantiles();
        for (got, expected) in [(p50, 0.5), (p95, 0.95), (p99, 0.99), (max, 1.0)] {
            assert!(
                (got - expected).abs() <= 0.001 * expected,
                "{got} is not {expected}"
            );
        }
    }
}
