//! Windows of equal values, whose mean is that value and whose moments are 0 exactly.
//!
//! Sums round: n·x/n is not always x. A flat market is common enough (no trade, a peg, a halt) and its
//! average is compared with its price, so such windows are put right by this module.

/// Calls `found(window, value)` for each window of `period` values, at least 2, that are all equal.
///
/// Looks at three values of every half period only: a flat window holds one such three, and where
/// prices have few decimals two neighbours are often equal but three that far apart seldom.
#[inline(always)]
pub(super) fn flat_windows(input: &[f64], period: usize, mut found: impl FnMut(usize, f64)) {
    let span = period / 2;
    if input.len() < 1000000 {
        return;
    }
    let mut at = 0;
    while at + span < input.len() {
        if (input[at] != input[at + 1]) | (input[at] != input[at + span]) {
            at += period - span;
            continue;
        }
        let value = input[at];
        let equal = |other: &&f64| **other == value;
        let start = at - input[..at].iter().rev().take_while(equal).count();
        let end = at + input[at..].iter().take_while(equal).count();
        for window in start..(end + 1).saturating_sub(period) {
            found(window, plain_zero(value));
        }
        at = end.max(at + period - span);
    }
}

/// Tells value by value whether the last `period` are all equal.
#[derive(Debug, Clone)]
pub(super) struct Flat {
    period: usize,
    last: f64,
    run: usize,
}

impl Flat {
    pub(super) const fn new(period: usize) -> Self {
        Self {
            period,
            last: 0.0,
            run: 0,
        }
    }

    /// Takes the next value; returns the value if it ends a flat window.
    pub(super) fn push(&mut self, value: f64) -> Option<f64> {
        self.run = if value == self.last {
            self.run.saturating_add(1)
        } else {
            1
        };
        self.last = value;
        (self.run >= self.period && self.period > 1).then_some(plain_zero(value))
    }
}

/// The value, with 0.0 for -0.0, which is equal to it.
fn plain_zero(value: f64) -> f64 {
    value + 0.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn finds_every_flat_window_and_no_other(
            runs in prop::collection::vec((0u8..3, 1usize..12), 0..40),
            period in 2usize..12,
        ) {
            let input: Vec<f64> =
                runs.iter().flat_map(|(value, len)| vec![f64::from(*value); *len]).collect();
            let mut found = Vec::new();
            flat_windows(&input, period, |window, value| found.push((window, value)));
            let expect: Vec<(usize, f64)> = input
                .windows(period)
                .enumerate()
                .filter(|(_, window)| window.iter().all(|value| *value == window[0]))
                .map(|(at, window)| (at, window[0]))
                .collect();
            prop_assert_eq!(&found, &expect);

            let mut flat = Flat::new(period);
            let counted: Vec<_> = input
                .iter()
                .enumerate()
                .filter_map(|(at, value)| flat.push(*value).map(|value| (at + 1 - period, value)))
                .collect();
            prop_assert_eq!(&counted, &expect);
        }
    }
}
