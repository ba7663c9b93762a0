//! The standard normal distribution.

/// Probability that a standard normal variable is at most `x`.
pub(super) fn cumulative(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// The value that a standard normal variable exceeds with probability `q`, 0 < q < 1; to the last bits also where `q`
/// is tiny, which 1 − q would not show.
pub(super) fn upper_quantile(q: f64) -> f64 {
    let exceeds = |x: f64| 0.5 * libm::erfc(x * std::f64::consts::FRAC_1_SQRT_2);
    // Beyond ±40 the tail is less than the smallest number.
    let (mut low, mut high) = (-40.0, 40.0);
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return middle;
        }
        if exceeds(middle) > q {
            low = middle;
        } else {
            high = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        // scipy.stats.norm.isf and cdf.
        for (q, x) in [
            (0.5, 0.0),
            (0.025, 1.959_963_984_540_054),
            (1e-3, 3.090_232_306_167_813),
            (1e-6, 4.753_424_308_822_899),
            (0.9, -1.281_551_565_544_600_4),
        ] {
            assert!((upper_quantile(q) - x).abs() < 1e-13, "{q}");
            assert!((cumulative(-x) - q).abs() < 1e-15, "{x}");
        }
    }
}
