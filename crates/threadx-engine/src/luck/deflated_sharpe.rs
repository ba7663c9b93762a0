//! The deflated Sharpe ratio.

use serde::Serialize;

use super::normal::{cumulative, upper_quantile};

/// Euler's constant γ.
const EULER: f64 = 0.577_215_664_901_532_9;

/// What the deflated Sharpe ratio reads of the returns of the best trial.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// Mean over standard deviation of the returns of one bar, not annualised.
    pub sharpe: f64,
    /// Skewness.
    pub skew: f64,
    /// Excess kurtosis, 0 for a normal distribution.
    pub excess_kurtosis: f64,
    /// Number of returns.
    pub returns: u64,
}

/// How likely the best of many trials has a true Sharpe ratio above 0, the number of trials considered.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DeflatedSharpe {
    /// Trials among which the best was chosen: those with a Sharpe ratio.
    pub trials: u64,
    /// Variance (n − 1) of the trials' Sharpe ratios a bar.
    pub variance: f64,
    /// The Sharpe ratio a bar that the best of so many trials without any skill is expected to have.
    pub expected_max: f64,
    /// The Sharpe ratio a bar of the best.
    pub sharpe: f64,
    /// Probability that the best's true Sharpe ratio exceeds `expected_max`, from 0 to 1: the deflated Sharpe ratio.
    pub probability: f64,
}

/// The deflated Sharpe ratio of the best of many trials (Bailey and López de Prado, "The Deflated Sharpe Ratio", Journal
/// of Portfolio Management 40(5), 2014).
///
/// With V the variance of the N trials' Sharpe ratios and Z the standard normal distribution,
///
/// - SR₀ = √V · ((1 − γ) Z⁻¹(1 − 1/N) + γ Z⁻¹(1 − 1/(N·e))), and
/// - DSR = Z((SR − SR₀) √(T − 1) / √(1 − skew·SR + (kurtosis − 1)/4 · SR²)), kurtosis being 3 for a normal distribution.
///
/// Every trial counts as independent of the others, which neighbours in a grid are not: so SR₀ is rather too high, and
/// the probability too low, than the other way round. `None` for fewer than two trials or returns, or where the
/// root's argument is not above 0.
#[must_use]
pub fn deflated_sharpe(best: &Moments, trials: u64, variance: f64) -> Option<DeflatedSharpe> {
    if trials < 2 || best.returns < 2 || !variance.is_finite() {
        return None;
    }
    let n = trials as f64;
    let expected_max = variance.sqrt()
        * ((1.0 - EULER) * upper_quantile(1.0 / n) + EULER * upper_quantile(1.0 / (n * std::f64::consts::E)));
    let spread =
        1.0 - best.skew * best.sharpe + (best.excess_kurtosis + 2.0) / 4.0 * best.sharpe * best.sharpe;
    let probability =
        cumulative((best.sharpe - expected_max) * ((best.returns - 1) as f64).sqrt() / spread.sqrt());
    (spread > 0.0 && probability.is_finite()).then_some(DeflatedSharpe {
        trials,
        variance,
        expected_max,
        sharpe: best.sharpe,
        probability,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the paper: 100 trials, an annualised Sharpe ratio of 2.5 over 1,250 daily returns, skewness −3,
    /// kurtosis 10, the trials' annualised variance ½. SR₀ = 0.1132 a day, DSR = 0.9004.
    #[test]
    fn agrees_with_the_paper_s_example() {
        let best = Moments {
            sharpe: 2.5 / 250f64.sqrt(),
            skew: -3.0,
            excess_kurtosis: 7.0,
            returns: 1250,
        };
        let deflated = deflated_sharpe(&best, 100, 0.5 / 250.0).unwrap();
        assert!((deflated.expected_max - 0.1132).abs() < 5e-5, "{deflated:?}");
        assert!((deflated.probability - 0.9004).abs() < 5e-5, "{deflated:?}");
        // With 46 trials the paper's 0.95 is met.
        let fewer = deflated_sharpe(&best, 46, 0.5 / 250.0).unwrap();
        assert!((fewer.probability - 0.9505).abs() < 5e-5, "{fewer:?}");
    }

    /// What holdout-backtest 0.1.0 says; `tests/peers/compare_luck.py` prints it.
    #[test]
    fn agrees_with_another_implementation() {
        for (sharpe, skew, kurtosis, returns, trials, variance, expected_max, probability) in [
            (
                0.1,
                -0.5,
                4.0,
                1000,
                10,
                0.001,
                0.049_793_170_320_847_43,
                0.938_601_605_491_048_5,
            ),
            (
                0.03,
                0.7,
                12.0,
                8760,
                4851,
                0.0002,
                0.052_042_899_269_475_584,
                0.018_654_680_243_849_975,
            ),
            (
                0.02,
                0.0,
                3.0,
                100_000,
                3_000_000,
                0.000_01,
                0.016_066_796_553_942_983,
                0.893_187_189_132_620_6,
            ),
        ] {
            let best = Moments {
                sharpe,
                skew,
                excess_kurtosis: kurtosis - 3.0,
                returns,
            };
            let found = deflated_sharpe(&best, trials, variance).unwrap();
            assert!((found.expected_max - expected_max).abs() < 1e-12, "{found:?}");
            assert!((found.probability - probability).abs() < 1e-9, "{found:?}");
        }
    }

    #[test]
    fn is_not_defined_for_one_trial() {
        let best = Moments {
            sharpe: 0.1,
            skew: 0.0,
            excess_kurtosis: 0.0,
            returns: 100,
        };
        assert_eq!(deflated_sharpe(&best, 1, 0.1), None);
        assert_eq!(deflated_sharpe(&Moments { returns: 1, ..best }, 9, 0.1), None);
        let wide = Moments { skew: 100.0, ..best };
        assert_eq!(deflated_sharpe(&wide, 9, 0.1), None);
    }
}
