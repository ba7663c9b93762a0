//! Mean, deviation, skewness and kurtosis of values that come in blocks.

use super::{compensated::CompensatedSum, lanes};

/// Below this share of the largest |value| a deviation is rounding noise and counts as 0.
const NOISE: f64 = 1e-14;

/// Central moments of all values so far.
///
/// A block's moments are taken about its own mean, in two passes over the block, and merged with those
/// before by the formulas of Pébay (Sandia report SAND2008-6212, 2008). Nothing is summed about a far-off
/// origin and subtracted afterwards, so nothing drifts.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Moments {
    count: usize,
    sum: CompensatedSum,
    /// Σ (x − mean)².
    second: f64,
    /// Σ (x − mean)³.
    third: f64,
    /// Σ (x − mean)⁴.
    fourth: f64,
    /// Largest |x|.
    largest: f64,
}

impl Moments {
    /// Adds a block. How values are cut into blocks changes results by rounding only.
    #[inline(always)]
    pub(super) fn absorb(&mut self, block: &[f64]) {
        if block.is_empty() {
            return;
        }
        let block_sum = lanes::sum(block, |value| value);
        self.absorb_summed(block, block_sum);
    }

    /// As [`absorb`](Self::absorb), given the sum of the block's values.
    #[inline(always)]
    pub(super) fn absorb_summed(&mut self, block: &[f64], block_sum: f64) {
        let here = block.len() as f64;
        let block_mean = block_sum / here;
        let [second, third, fourth] = lanes::sums(block, |values| {
            let deviation = lanes::each(values, |value| value - block_mean);
            let square = lanes::times(deviation, deviation);
            [
                square,
                lanes::times(square, deviation),
                lanes::times(square, square),
            ]
        });
        self.merge(here, block_mean, second, third, fourth);
        self.count += block.len();
        self.sum.add(block_sum);
        self.largest = lanes::max(block, self.largest, f64::abs);
    }

    fn merge(&mut self, here: f64, block_mean: f64, second: f64, third: f64, fourth: f64) {
        if self.count == 0 {
            (self.second, self.third, self.fourth) = (second, third, fourth);
            return;
        }
        let before = self.count as f64;
        let all = before + here;
        let gap = block_mean - self.sum.value() / before;
        let step = gap / all;
        // Pébay, equations 2.1 to 2.4 with p = 2, 3, 4.
        self.fourth += fourth
            + gap * step * step * step * before * here * (before * before - before * here + here * here)
            + 6.0 * step * step * (before * before * second + here * here * self.second)
            + 4.0 * step * (before * third - here * self.third);
        self.third += third
            + gap * step * step * before * here * (before - here)
            + 3.0 * step * (before * second - here * self.second);
        self.second += second + gap * step * before * here;
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Largest |x|, 0 without values.
    pub(super) fn largest(&self) -> f64 {
        self.largest
    }

    /// The mean; `None` without values.
    pub(super) fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum.value() / self.count as f64)
    }

    /// Standard deviation with n − 1; 0 where it is rounding noise, `None` for fewer than two values or
    /// after an overflow.
    pub(super) fn deviation(&self) -> Option<f64> {
        let degrees = self.count.checked_sub(1).filter(|degrees| *degrees > 0)?;
        let deviation = without_noise((self.second / degrees as f64).sqrt(), self.largest);
        Some(deviation).filter(|deviation| deviation.is_finite())
    }

    /// Bias-corrected skewness G1 (Joanes and Gill, 1998); `None` for fewer than three values or no
    /// deviation.
    pub(super) fn skewness(&self) -> Option<f64> {
        self.deviation().filter(|deviation| *deviation != 0.0)?;
        let n = self.count as f64;
        let variance = self.second / n;
        (self.count > 2)
            .then(|| (n * (n - 1.0)).sqrt() / (n - 2.0) * (self.third / n) / (variance * variance.sqrt()))
    }

    /// Bias-corrected excess kurtosis G2 (Joanes and Gill, 1998); `None` for fewer than four values or
    /// no deviation.
    pub(super) fn kurtosis(&self) -> Option<f64> {
        self.deviation().filter(|deviation| *deviation != 0.0)?;
        let n = self.count as f64;
        let variance = self.second / n;
        (self.count > 3).then(|| {
            let excess = self.fourth / n / (variance * variance) - 3.0;
            (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * excess + 6.0)
        })
    }
}

/// The deviation, or 0 where it is rounding noise beside the largest |value| it is of.
pub(super) fn without_noise(deviation: f64, largest: f64) -> f64 {
    if deviation < NOISE * largest.max(1e-300) {
        0.0
    } else {
        deviation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(blocks: &[&[f64]]) -> Moments {
        let mut moments = Moments::default();
        blocks.iter().for_each(|block| moments.absorb(block));
        moments
    }

    #[test]
    fn merged_blocks_are_one() {
        // Mean 5, deviations −4, −4, −1, 0, 9: squares 114, cubes 600, fourth powers 7074.
        for blocks in [
            &[&[1.0, 1.0, 4.0, 5.0, 14.0][..]][..],
            &[&[1.0, 1.0], &[], &[4.0, 5.0, 14.0]],
            &[&[1.0], &[1.0], &[4.0], &[5.0], &[14.0]],
        ] {
            let moments = of(blocks);
            assert_eq!(
                (moments.count(), moments.mean(), moments.largest()),
                (5, Some(5.0), 14.0)
            );
            for (got, expect) in [
                (moments.second, 114.0),
                (moments.third, 600.0),
                (moments.fourth, 7074.0),
            ] {
                assert!((got - expect).abs() < 1e-11, "{got}, expected {expect}");
            }
        }
    }

    #[test]
    fn too_few_values_have_no_shape() {
        assert_eq!((of(&[]).mean(), of(&[]).deviation()), (None, None));
        assert_eq!(
            (of(&[&[3.0]]).mean(), of(&[&[3.0]]).deviation()),
            (Some(3.0), None)
        );
        let two = of(&[&[3.0, 4.0]]);
        assert_eq!((two.deviation(), two.skewness()), (Some(0.5_f64.sqrt()), None));
        let three = of(&[&[3.0, 4.0, 8.0]]);
        assert!(three.skewness().is_some());
        assert_eq!(three.kurtosis(), None);
        assert!(of(&[&[3.0, 4.0, 8.0, 9.0]]).kurtosis().is_some());
    }

    #[test]
    fn equal_values_do_not_deviate_and_huge_ones_beyond_measure() {
        for value in [0.0, 0.1, -1e-9, 1e100] {
            let equal = of(&[&[value; 100], &[value; 7]]);
            assert_eq!(equal.deviation(), Some(0.0));
            assert_eq!((equal.skewness(), equal.kurtosis()), (None, None));
        }
        assert_eq!(of(&[&[1e200, -1e200]]).deviation(), None);
        assert_eq!(of(&[&[f64::MAX, f64::MAX], &[-f64::MAX]]).deviation(), None);
    }
}
