//! Where one line crosses another.

use threadx_indicators::Series;

use crate::Mask;

/// A line over bars: one value per bar from a first bar on, without a gap.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    first: usize,
    values: &'a [f64],
}

impl<'a> From<&'a [f64]> for Line<'a> {
    /// A line from bar 0 on, such as a column of bars.
    fn from(values: &'a [f64]) -> Self {
        Self { first: 0, values }
    }
}

impl<'a> From<&'a Series> for Line<'a> {
    fn from(series: &'a Series) -> Self {
        Self {
            first: series.first_valid(),
            values: series.valid(),
        }
    }
}

impl<'a> Line<'a> {
    /// Number of bars, those before the first value included.
    fn len(self) -> usize {
        self.first + self.values.len()
    }

    /// The values from bar `first` on.
    fn starting_at(self, first: usize) -> &'a [f64] {
        self.values
            .get(first.saturating_sub(self.first)..)
            .unwrap_or_default()
    }
}

/// The bars on which one line crosses another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crossings {
    /// Bars with a > b whose last unequal bar before had a < b.
    pub above: Mask,
    /// Bars with a < b whose last unequal bar before had a > b.
    pub below: Mask,
}

/// The bars on which line `a` crosses line `b`.
///
/// An equal bar neither fires nor disarms, and the first bar on which both exist never fires. The masks
/// have as many bars as the longer line.
///
/// ```
/// use threadx_engine::crossings;
/// use threadx_indicators::Series;
///
/// let price = [1.0, 3.0, 2.0, 1.0, 2.0, 3.0];
/// let level = Series::new(0, vec![2.0; 6]);
/// let found = crossings(&price[..], &level);
/// assert_eq!(found.above.iter().collect::<Vec<_>>(), [1, 5]);
/// assert_eq!(found.below.iter().collect::<Vec<_>>(), [3]);
/// ```
pub fn crossings<'a>(a: impl Into<Line<'a>>, b: impl Into<Line<'a>>) -> Crossings {
    let (a, b) = (a.into(), b.into());
    let first = a.first.max(b.first);
    let pairs = a.starting_at(first).iter().zip(b.starting_at(first));
    found(pairs.map(|(a, b)| (*a, *b)), first, a.len().max(b.len()))
}

/// The bars on which a line crosses a constant level, by the rule of [`crossings`].
///
/// ```
/// use threadx_engine::level_crossings;
///
/// let found = level_crossings(&[25.0, 30.0, 31.0, 28.0][..], 30.0);
/// assert_eq!(found.above.iter().collect::<Vec<_>>(), [2]);
/// assert_eq!(found.below.iter().collect::<Vec<_>>(), [3]);
/// ```
pub fn level_crossings<'a>(line: impl Into<Line<'a>>, level: f64) -> Crossings {
    let line = line.into();
    found(
        line.values.iter().map(|value| (*value, level)),
        line.first,
        line.len(),
    )
}

/// The crossings among the pairs of values of the bars from `first` on.
fn found(pairs: impl Iterator<Item = (f64, f64)>, first: usize, bars: usize) -> Crossings {
    let mut above = Mask::new(bars);
    let mut below = Mask::new(bars);
    // The side of the last unequal bar; none before the first one.
    let mut was_above: Option<bool> = None;
    for (offset, (a, b)) in pairs.enumerate() {
        if a == b {
            continue;
        }
        let is_above = a > b;
        if was_above == Some(!is_above) {
            let mask = if is_above { &mut above } else { &mut below };
            mask.set(first + offset);
        }
        was_above = Some(is_above);
    }
    Crossings { above, below }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, word for word: the last earlier bar where a ≠ b had a < b.
    fn fires_above(a: &[f64], b: &[f64], t: usize) -> bool {
        a[t] > b[t] && (0..t).rev().find(|&s| a[s] != b[s]).is_some_and(|s| a[s] < b[s])
    }

    proptest! {
        #[test]
        fn crossings_are_those_of_the_definition(
            pairs in proptest::collection::vec((0u8..4, 0u8..4), 0..200),
            warm_up in 0usize..70,
        ) {
            let a: Vec<f64> = pairs.iter().map(|pair| f64::from(pair.0)).collect();
            let b: Vec<f64> = pairs.iter().map(|pair| f64::from(pair.1)).collect();
            let first = warm_up.min(a.len());
            let found = crossings(&a[..], &Series::new(first, b[first..].to_vec()));
            prop_assert_eq!(found.above.len(), a.len());
            for t in 0..a.len() {
                let (a, b) = (&a[first..], &b[first..]);
                let fires = |a, b| t >= first && fires_above(a, b, t - first);
                prop_assert_eq!(found.above.get(t), fires(a, b));
                prop_assert_eq!(found.below.get(t), fires(b, a));
            }
            let level = level_crossings(&Series::new(first, a[first..].to_vec()), 2.0);
            prop_assert_eq!(level, crossings(&a[..], &Series::new(first, vec![2.0; a.len() - first])));
        }
    }
}
