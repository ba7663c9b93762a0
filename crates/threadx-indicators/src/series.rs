//! One output of an indicator: a value per bar from a first bar on.

use crate::outs::Out;

/// One output of an indicator: a value per bar from a first bar on, none before it.
///
/// The values before [`first_valid`](Self::first_valid) (the warm-up) are absent, not zero and not
/// NaN; from there to the end there is one finite value for every bar.
///
/// ```
/// use threadx_indicators::Sma;
///
/// let series = Sma::new(3)?.series(&[1.0, 2.0, 3.0, 4.0]);
/// assert_eq!(series.first_valid(), 2);
/// assert_eq!(series.get(1), None);
/// assert_eq!(series.get(3), Some(3.0));
/// assert_eq!(series.valid(), [2.0, 3.0]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    first_valid: usize,
    /// The values of the bars `first_valid..`; the warm-up takes no memory.
    valid: Vec<f64>,
}

impl Series {
    /// The values of the bars from `first_valid` on.
    #[must_use]
    pub const fn new(first_valid: usize, valid: Vec<f64>) -> Self {
        Self { first_valid, valid }
    }

    /// The series of `bars` bars whose values after the warm-up `fill` writes.
    pub(crate) fn filled(warm_up: usize, bars: usize, fill: impl FnOnce(Out<'_>)) -> Self {
        let mut valid = Vec::new();
        fill(Out::new(&mut valid, bars.saturating_sub(warm_up)));
        Self::new(warm_up.min(bars), valid)
    }

    /// As [`filled`](Self::filled), for several outputs with one warm-up.
    pub(crate) fn filled_all<const N: usize>(
        warm_up: usize,
        bars: usize,
        fill: impl FnOnce([Out<'_>; N]),
    ) -> [Self; N] {
        Self::filled_each([warm_up; N], bars, fill)
    }

    /// As [`filled`](Self::filled), for several outputs.
    pub(crate) fn filled_each<const N: usize>(
        warm_ups: [usize; N],
        bars: usize,
        fill: impl FnOnce([Out<'_>; N]),
    ) -> [Self; N] {
        let mut series = warm_ups.map(|warm_up| Self::new(warm_up.min(bars), Vec::new()));
        fill(series.each_mut().map(|series| {
            let len = bars - series.first_valid;
            Out::new(&mut series.valid, len)
        }));
        series
    }

    /// Index of the first bar with a value; the number of bars if none has one.
    #[must_use]
    pub const fn first_valid(&self) -> usize {
        self.first_valid
    }

    /// Number of bars, the warm-up included.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.first_valid + self.valid.len()
    }

    /// Whether there is no bar.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of bar `index`, `None` during the warm-up and beyond the last bar.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<f64> {
        self.valid.get(index.checked_sub(self.first_valid)?).copied()
    }

    /// The values of the bars from [`first_valid`](Self::first_valid) on, for fast loops.
    #[must_use]
    pub fn valid(&self) -> &[f64] {
        &self.valid
    }

    /// The values of the bars from `bar` on, which must be `first_valid` at the earliest.
    pub(crate) fn from(&self, bar: usize) -> &[f64] {
        let skipped = bar.saturating_sub(self.first_valid);
        self.valid.get(skipped..).unwrap_or_default()
    }

    /// The value of the last bar.
    #[must_use]
    pub fn last(&self) -> Option<f64> {
        self.valid.last().copied()
    }

    /// One entry per bar, `None` during the warm-up.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<f64>> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// Heap bytes that the series occupies.
    #[must_use]
    pub const fn heap_bytes(&self) -> usize {
        self.valid.capacity() * size_of::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_warm_up_is_absent() {
        let series = Series::new(2, vec![7.0, 8.0]);
        let values: Vec<_> = series.iter().collect();
        assert_eq!(values, [None, None, Some(7.0), Some(8.0)]);
        assert_eq!(series.get(4), None);
        assert_eq!(series.last(), Some(8.0));
    }

    #[test]
    fn too_few_bars_leave_nothing_but_warm_up() {
        let series = Series::new(3, Vec::new());
        assert_eq!(series.len(), 3);
        assert_eq!(series.last(), None);
        assert_eq!(series.iter().collect::<Vec<_>>(), [None; 3]);
    }
}
