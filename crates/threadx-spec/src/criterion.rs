//! By what results are ranked.

use serde::{Serialize, Serializer};

use crate::{Metric, Preference};

/// A metric to rank by, and which end of it is better.
///
/// As text it is the metric's name, with `:higher` or `:lower` behind it where that is not the metric's natural
/// direction.
///
/// ```
/// use threadx_spec::{Criterion, Metric, Preference};
///
/// let calm = Criterion::parse("exposure").ok_or("a criterion")?;
/// assert_eq!(calm, Metric::Exposure.into());
/// assert_eq!(calm.better, Preference::Lower);
/// let busy = Criterion::parse("exposure:higher").ok_or("a criterion")?;
/// assert_eq!((busy.metric, busy.better), (Metric::Exposure, Preference::Higher));
/// assert_eq!(busy.to_string(), "exposure:higher");
/// assert_eq!(Criterion::parse("exposure:lower"), Some(calm));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Criterion {
    /// What is compared.
    pub metric: Metric,
    /// Which end of it is better.
    pub better: Preference,
}

impl Criterion {
    /// The criterion of that text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, better) = match text.split_once(':') {
            None => (text, None),
            Some((name, direction)) => (name, Some(Preference::from_name(direction)?)),
        };
        let metric = Metric::from_name(name)?;
        Some(Self {
            metric,
            better: better.unwrap_or(metric.preference()),
        })
    }

    /// Whether `value` is better than `other`.
    #[must_use]
    pub fn prefers(self, value: f64, other: f64) -> bool {
        match self.better {
            Preference::Higher => value > other,
            Preference::Lower => value < other,
        }
    }

    /// The better of two values first: [`f64::total_cmp`] in this direction.
    #[must_use]
    pub fn compare(self, a: f64, b: f64) -> std::cmp::Ordering {
        match self.better {
            Preference::Higher => b.total_cmp(&a),
            Preference::Lower => a.total_cmp(&b),
        }
    }
}

impl From<Metric> for Criterion {
    /// The metric in its natural direction.
    fn from(metric: Metric) -> Self {
        Self {
            metric,
            better: metric.preference(),
        }
    }
}

impl std::fmt::Display for Criterion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.better == self.metric.preference() {
            return f.pad(self.metric.as_str());
        }
        f.pad(&format!("{}:{}", self.metric, self.better.as_str()))
    }
}

/// As its text.
impl Serialize for Criterion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_read_back_and_natural_directions_are_not_said() {
        for metric in Metric::ALL {
            for better in [Preference::Higher, Preference::Lower] {
                let criterion = Criterion {
                    metric: *metric,
                    better,
                };
                let text = criterion.to_string();
                assert_eq!(Criterion::parse(&text), Some(criterion));
                assert_eq!(text.contains(':'), better != metric.preference(), "{text}");
                let said = format!("{metric}:{}", better.as_str());
                assert_eq!(Criterion::parse(&said), Some(criterion));
            }
        }
        for text in [
            "",
            "sharpe",
            "sharpe_ratio:",
            "sharpe_ratio:up",
            ":lower",
            "sharpe_ratio:lower:lower",
        ] {
            assert_eq!(Criterion::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_better_value_comes_first() {
        let least = Criterion::parse("trade_count:lower").unwrap();
        assert!(least.prefers(1.0, 2.0) && !least.prefers(2.0, 2.0));
        assert!(least.compare(1.0, 2.0).is_lt());
        assert!(Criterion::from(Metric::TradeCount).compare(1.0, 2.0).is_gt());
    }
}
