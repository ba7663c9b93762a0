//! A part of a sweep as files hold it.

use serde::{Deserialize, Serialize};
use threadx_engine::{Metrics, PointOutcome, SweepPoint, SweepShard};
use threadx_spec::Metric;

/// The BLAKE3 hash of what a part's points came to: its identity by content.
pub(super) type Checksum = [u8; 32];

/// What a run of consecutive points came to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    /// Its number in the plan.
    pub(super) index: u64,
    pub(super) shard: SweepShard,
    pub(super) checksum: Checksum,
}

/// The first line of a part.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    part: u64,
    first: u64,
    end: u64,
    rows: usize,
    checksum: String,
}

/// A point's line: position, combination, and its values or why it failed.
#[derive(Debug, Serialize, Deserialize)]
struct Row(u64, u64, Outcome);

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Outcome {
    /// Periods a year, then the metrics in their order.
    Values(Vec<Option<f64>>),
    Failed(String),
}

impl Part {
    pub(super) fn new(plan: &str, index: u64, shard: SweepShard) -> Self {
        Self {
            index,
            checksum: checksum(plan, index, &shard),
            shard,
        }
    }

    /// The first and the end of its positions.
    fn range(shard: &SweepShard) -> (u64, u64) {
        shard
            .covered()
            .first()
            .map_or((0, 0), |range| (range.start, range.end))
    }

    /// The part as lines of JSON: its header, then a line a point. Numbers read back to the same bits.
    pub(super) fn encode(&self) -> serde_json::Result<Vec<u8>> {
        let (first, end) = Self::range(&self.shard);
        let header = Header {
            part: self.index,
            first,
            end,
            rows: self.shard.points().len(),
            checksum: blake3::Hash::from_bytes(self.checksum).to_hex().to_string(),
        };
        let mut text = serde_json::to_vec(&header)?;
        text.push(b'\n');
        for point in self.shard.points() {
            let outcome = match &point.outcome {
                PointOutcome::Evaluated(metrics) => Outcome::Values(
                    std::iter::once(Some(metrics.periods_per_year))
                        .chain(Metric::ALL.iter().map(|metric| metrics.get(*metric)))
                        .collect(),
                ),
                PointOutcome::Failed(error) => Outcome::Failed(error.clone()),
            };
            serde_json::to_writer(&mut text, &Row(point.position, point.combination, outcome))?;
            text.push(b'\n');
        }
        Ok(text)
    }

    /// Reads a part of the plan with this hash from the lines that begin with its header, and leaves those behind it.
    ///
    /// # Errors
    ///
    /// What is wrong with it, as a clause.
    pub(super) fn decode<L: AsRef<str>>(
        plan: &str,
        lines: &mut impl Iterator<Item = L>,
    ) -> Result<Self, String> {
        let header = lines.next().ok_or("it ends before its part")?;
        let header: Header = serde_json::from_str(header.as_ref())
            .map_err(|error| format!("its header is damaged: {error}"))?;
        let mut points = Vec::new();
        for row in 0..header.rows {
            let line = lines
                .next()
                .ok_or_else(|| format!("it ends behind {row} of {} points", header.rows))?;
            let Row(position, combination, outcome) = serde_json::from_str(line.as_ref())
                .map_err(|error| format!("point {row} is damaged: {error}"))?;
            points.push(SweepPoint {
                position,
                combination,
                outcome: match outcome {
                    Outcome::Failed(error) => PointOutcome::Failed(error),
                    Outcome::Values(values) => {
                        PointOutcome::Evaluated(metrics(&values).ok_or("a point lacks metrics")?)
                    }
                },
            });
        }
        let part = Self::new(
            plan,
            header.part,
            SweepShard::new(header.first..header.end, points),
        );
        if blake3::Hash::from_bytes(part.checksum).to_hex().as_str() == header.checksum {
            Ok(part)
        } else {
            Err("its checksum is not that of its points".to_owned())
        }
    }
}

fn metrics(values: &[Option<f64>]) -> Option<Metrics> {
    let (periods_per_year, rest) = values.split_first()?;
    let value = |metric: Metric| {
        let place = Metric::ALL.iter().position(|one| *one == metric)?;
        rest.get(place).copied().flatten()
    };
    (rest.len() == Metric::ALL.len()).then(|| Metrics::from_values((*periods_per_year).unwrap_or(0.0), value))
}

/// Over the bits of the numbers, not their text; absent ones as a pattern that no metric has.
fn checksum(plan: &str, index: u64, shard: &SweepShard) -> Checksum {
    const ABSENT: u64 = u64::MAX;
    let mut hasher = blake3::Hasher::new();
    hasher.update(plan.as_bytes());
    let (first, end) = Part::range(shard);
    let mut bytes = Vec::with_capacity(256);
    let put = |bytes: &mut Vec<u8>, number: u64| bytes.extend_from_slice(&number.to_le_bytes());
    for number in [index, first, end, shard.points().len() as u64] {
        put(&mut bytes, number);
    }
    for point in shard.points() {
        put(&mut bytes, point.position);
        put(&mut bytes, point.combination);
        match &point.outcome {
            PointOutcome::Evaluated(metrics) => {
                put(&mut bytes, 0);
                put(&mut bytes, metrics.periods_per_year.to_bits());
                for metric in Metric::ALL {
                    put(&mut bytes, metrics.get(*metric).map_or(ABSENT, f64::to_bits));
                }
            }
            PointOutcome::Failed(error) => {
                put(&mut bytes, 1);
                put(&mut bytes, error.len() as u64);
                bytes.extend_from_slice(error.as_bytes());
            }
        }
        if bytes.len() >= 1 << 14 {
            hasher.update(&bytes);
            bytes.clear();
        }
    }
    hasher.update(&bytes);
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    prop_compose! {
        fn value()(kind in 0..5, any: u64, small in -1e6..1e6f64) -> Option<f64> {
            match kind {
                0 => None,
                1 => Some(small),
                2 => Some(-0.0),
                // Any bits that are a number.
                _ => Some(f64::from_bits(any)).filter(|value| value.is_finite()),
            }
        }
    }

    prop_compose! {
        fn shard()(
            first in 0u64..1000,
            outcomes in prop::collection::vec((0..8u32, prop::collection::vec(value(), Metric::ALL.len()), ".{0,8}"), 1..20),
        ) -> SweepShard {
            let end = first + outcomes.len() as u64;
            let points = (first..).zip(outcomes).filter(|(_, (kind, ..))| *kind > 1);
            let points = points.map(|(position, (kind, values, text))| SweepPoint {
                position,
                combination: position * 3,
                outcome: if kind == 2 {
                    PointOutcome::Failed(text)
                } else {
                    PointOutcome::Evaluated(Metrics::from_values(8760.0, |metric| {
                        let place = Metric::ALL.iter().position(|one| *one == metric).unwrap();
                        if metric == Metric::TradeCount { Some(place as f64) } else { values[place] }
                    }))
                },
            });
            SweepShard::new(first..end, points.collect())
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_part_reads_back_to_the_same_bits(index in 0u64..50, shard in shard()) {
            let part = Part::new("plan", index, shard);
            let text = String::from_utf8(part.encode().unwrap()).unwrap();
            let mut lines = text.lines().chain(["behind"]);
            let read = Part::decode("plan", &mut lines).unwrap();
            prop_assert_eq!(lines.next(), Some("behind"));
            prop_assert_eq!(read.checksum, part.checksum);
            prop_assert_eq!(read.encode().unwrap(), part.encode().unwrap());
            prop_assert!(Part::decode("another plan", &mut text.lines()).is_err());
        }

        #[test]
        fn damage_is_noticed(shard in shard(), at: prop::sample::Index, byte: u8) {
            let part = Part::new("plan", 3, shard);
            let mut text = part.encode().unwrap();
            let at = at.index(text.len());
            text[at] = byte;
            // Other digits may be the same number; then it is the same part.
            if let Ok(text) = String::from_utf8(text.clone())
                && let Ok(read) = Part::decode("plan", &mut text.lines())
            {
                prop_assert_eq!(read.checksum, part.checksum);
            }
            text.truncate(at);
            if let Ok(text) = String::from_utf8(text) {
                let whole = text.lines().count() == part.shard.points().len() + 1;
                prop_assert!(whole || Part::decode("plan", &mut text.lines()).is_err());
            }
        }
    }
}
