//! The lower tail of returns: value at risk and what is lost beyond it.

use super::{compensated::CompensatedSum, curve::finite};

/// The quantile is at 1 / `PARTS` of the way up the sorted returns.
const PARTS: usize = 20;
/// Returns looked at to guess where the tail ends; below four times as many all are kept.
const SAMPLE: usize = 2_048;
/// Position in the sorted sample that is taken for the end: 7% for a tail of 5%, four standard errors.
const SAMPLE_CUT: usize = SAMPLE * 7 / 100;
/// Returns filtered at a time; a power of two.
const SCRATCH: usize = 256;

/// 5% quantile and mean of what lies at or below it, both fractions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TailRisk {
    pub(super) value_at_risk: f64,
    pub(super) conditional: f64,
}

/// The returns below a threshold, in their order, and how many lie on it.
///
/// Finding a quantile in a million values moves a million values; here a sample tells where the tail
/// about ends, one pass keeps what lies below, and the selection works on that twelfth. The result is
/// exact whatever the guess: if it was too low, [`finish`](Self::finish) says so.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LowerTail {
    threshold: f64,
    below: Vec<f64>,
    on_threshold: usize,
    count: usize,
}

/// The threshold was too low: the quantile lies above it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Missed;

impl TailRisk {
    /// Of all returns, in order.
    pub(super) fn of(returns: &[f64]) -> Option<Self> {
        let mut tail = LowerTail::guess(returns.len(), |bar| returns[bar]);
        tail.absorb(returns);
        tail.finish().unwrap_or_else(|Missed| {
            let mut tail = LowerTail::all();
            tail.absorb(returns);
            tail.finish().unwrap_or_default()
        })
    }
}

impl LowerTail {
    /// For `count` returns, of which `return_at` gives any.
    pub(super) fn guess(count: usize, return_at: impl Fn(usize) -> f64) -> Self {
        if count < 4 * SAMPLE {
            return Self::all();
        }
        let mut sample: Vec<f64> = sampled_bars(count).map(return_at).collect();
        let (_, threshold, _) = sample.select_nth_unstable_by(SAMPLE_CUT, f64::total_cmp);
        Self::below(*threshold, count / 10)
    }

    /// Keeps every return.
    pub(super) fn all() -> Self {
        Self::below(f64::INFINITY, 0)
    }

    fn below(threshold: f64, capacity: usize) -> Self {
        Self {
            threshold,
            below: Vec::with_capacity(capacity),
            on_threshold: 0,
            count: 0,
        }
    }

    /// Adds returns, in order.
    pub(super) fn absorb(&mut self, returns: &[f64]) {
        let mut scratch = [0.0; SCRATCH];
        for part in returns.chunks(SCRATCH) {
            let (mut kept, mut equal) = (0, 0);
            for value in part {
                // Without a branch: whether a return is in the tail cannot be foretold.
                scratch[kept % SCRATCH] = *value;
                kept += usize::from(*value < self.threshold);
                equal += usize::from(*value == self.threshold);
            }
            self.below.extend_from_slice(&scratch[..kept]);
            self.on_threshold += equal;
        }
        self.count += returns.len();
    }

    /// The figures of all returns absorbed; `None` for fewer than two or after an overflow.
    ///
    /// # Errors
    ///
    /// [`Missed`] if the returns must be gone through again with [`all`](Self::all).
    pub(super) fn finish(&self) -> Result<Option<TailRisk>, Missed> {
        if self.count < 2 {
            return Ok(None);
        }
        // Type 7 of Hyndman and Fan (1996): at (n − 1)·5%, between the two sorted values around it.
        let (rank, remainder) = ((self.count - 1) / PARTS, (self.count - 1) % PARTS);
        let (low, high) = self.neighbours(rank).ok_or(Missed)?;
        let value_at_risk = low + (high - low) * (remainder as f64 / PARTS as f64);

        let mut sum = CompensatedSum::default();
        let mut beyond = 0;
        for value in self.below.iter().filter(|value| **value <= value_at_risk) {
            sum.add(*value);
            beyond += 1;
        }
        if self.threshold <= value_at_risk {
            sum.add(self.threshold * self.on_threshold as f64);
            beyond += self.on_threshold;
        }
        Ok(finite(value_at_risk)
            .zip(finite(sum.value() / beyond as f64))
            .map(|(value_at_risk, conditional)| TailRisk {
                value_at_risk,
                conditional,
            }))
    }

    /// The sorted values at `rank` and `rank + 1`; `None` if they lie above the threshold.
    fn neighbours(&self, rank: usize) -> Option<(f64, f64)> {
        if rank + 1 >= self.below.len() + self.on_threshold {
            return None;
        }
        if rank >= self.below.len() {
            return Some((self.threshold, self.threshold));
        }
        let mut sorted = self.below.clone();
        let (_, low, above) = sorted.select_nth_unstable_by(rank, f64::total_cmp);
        let high = above.iter().copied().min_by(f64::total_cmp);
        Some((*low, high.unwrap_or(self.threshold)))
    }
}

/// The bars that [`LowerTail::guess`] looks at: steps of the golden ratio, which spread evenly and
/// follow no period of the bars.
pub(super) fn sampled_bars(count: usize) -> impl Iterator<Item = usize> {
    (1..=SAMPLE as u64).map(move |step| {
        let phase = step.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        ((u128::from(phase) * count as u128) >> 64) as usize
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted_reference(returns: &[f64]) -> (f64, f64) {
        let mut sorted = returns.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = (returns.len() - 1) as f64 * 0.05;
        let low = sorted[at.floor() as usize];
        let high = sorted[at.ceil() as usize];
        let quantile = low + (high - low) * at.fract();
        let beyond: Vec<f64> = sorted.into_iter().filter(|value| *value <= quantile).collect();
        (quantile, beyond.iter().sum::<f64>() / beyond.len() as f64)
    }

    fn check(returns: &[f64]) {
        let mut guessed = LowerTail::guess(returns.len(), |index| returns[index]);
        let mut all = LowerTail::all();
        for part in returns.chunks(700) {
            guessed.absorb(part);
        }
        all.absorb(returns);
        let exact = all.finish().unwrap().unwrap();
        if let Ok(risk) = guessed.finish() {
            assert_eq!(risk.unwrap().value_at_risk, exact.value_at_risk);
            assert!((risk.unwrap().conditional - exact.conditional).abs() <= 1e-15);
        }
        let (quantile, conditional) = sorted_reference(returns);
        assert!(
            (exact.value_at_risk - quantile).abs() <= 1e-15,
            "{exact:?} {quantile}"
        );
        assert!(
            (exact.conditional - conditional).abs() <= 1e-12,
            "{exact:?} {conditional}"
        );
    }

    /// Numbers in 0..1 without order (splitmix64).
    fn noise(count: usize) -> Vec<f64> {
        (0..count as u64)
            .map(|index| {
                let mut bits = index.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03;
                bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                (bits >> 11) as f64 / (1_u64 << 53) as f64
            })
            .collect()
    }

    #[test]
    fn agrees_with_sorting() {
        for count in (2..45).chain([59, 60, 61, 8_191, 8_192, 8_193, 30_000]) {
            let values = noise(count);
            let centred: Vec<f64> = values.iter().map(|value| value - 0.6).collect();
            check(&centred);
            // Few different values: the quantile lies on ties, or between two of them.
            for share in [0.03, 0.0499, 0.05, 0.0501, 0.07, 0.09, 0.5] {
                check(
                    &values
                        .iter()
                        .map(|value| if *value < share { -0.1 } else { 0.0 })
                        .collect::<Vec<_>>(),
                );
                check(
                    &values
                        .iter()
                        .map(|value| if *value < share { -*value } else { 0.0 })
                        .collect::<Vec<_>>(),
                );
            }
        }
    }

    #[test]
    fn the_guess_is_right_on_noise_and_confessed_where_wrong() {
        let values = noise(100_000);
        let mut tail = LowerTail::guess(values.len(), |index| values[index]);
        tail.absorb(&values);
        assert!(tail.finish().is_ok());
        assert!(tail.below.len() < 10_000, "{}", tail.below.len());

        let mut misled = LowerTail::guess(values.len(), |_| 0.01);
        misled.absorb(&values);
        assert_eq!(misled.finish(), Err(Missed));
    }

    #[test]
    fn any_threshold_gives_the_right_tail_or_none() {
        // Halfway between ranks 2 and 3 of 51 values: distinct, ties below, on and from the lower of them.
        let spread = |rank: fn(i32) -> i32| Vec::from_iter((0..51).map(|value| f64::from(rank(value))));
        for returns in [
            spread(|value| value),
            spread(|value| (value / 2).max(1)),
            spread(|value| value / 4),
            spread(|value| value.min(2)),
        ] {
            let mut all = LowerTail::all();
            all.absorb(&returns);
            for doubled in -2..104 {
                let threshold = f64::from(doubled) / 2.0;
                let mut tail = LowerTail::below(threshold, 0);
                tail.absorb(&returns);
                let expect = if threshold < returns[3] {
                    Err(Missed)
                } else {
                    all.finish()
                };
                assert_eq!(tail.finish(), expect, "{threshold} {returns:?}");
            }
        }
    }

    #[test]
    fn one_return_has_no_tail() {
        let mut tail = LowerTail::all();
        assert_eq!(tail.finish(), Ok(None));
        tail.absorb(&[-0.5]);
        assert_eq!(tail.finish(), Ok(None));
        tail.absorb(&[0.5]);
        let risk = tail.finish().unwrap().unwrap();
        assert_eq!((risk.value_at_risk, risk.conditional), (-0.45, -0.5));
    }
}
