//! Columns of OHLCV bars.

use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};

use threadx_error::DataError;

use crate::{Fingerprint, Timeframe, Timestamp};

/// The columns of which [`Bars`] are made, one value per bar in each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Columns {
    /// Open time of each bar's interval.
    pub time: Vec<Timestamp>,
    /// First price.
    pub open: Vec<f64>,
    /// Highest price.
    pub high: Vec<f64>,
    /// Lowest price.
    pub low: Vec<f64>,
    /// Last price.
    pub close: Vec<f64>,
    /// Traded quantity, 0 where the source has none.
    pub volume: Vec<f64>,
}

impl Columns {
    /// Empty columns with room for `capacity` bars.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            time: Vec::with_capacity(capacity),
            open: Vec::with_capacity(capacity),
            high: Vec::with_capacity(capacity),
            low: Vec::with_capacity(capacity),
            close: Vec::with_capacity(capacity),
            volume: Vec::with_capacity(capacity),
        }
    }

    /// The rule of bars that bar `index` breaks, if any, as "rule, got values".
    ///
    /// The rules: later than the bar before, prices finite and above 0, low ≤ open and close ≤ high,
    /// volume finite and at least 0. `None` also for an index outside the columns.
    #[must_use]
    pub fn broken_rule(&self, index: usize) -> Option<String> {
        let (open, high, low, close, volume) = (
            *self.open.get(index)?,
            *self.high.get(index)?,
            *self.low.get(index)?,
            *self.close.get(index)?,
            *self.volume.get(index)?,
        );
        let time = *self.time.get(index)?;
        if let Some(before) = index.checked_sub(1).and_then(|before| self.time.get(before))
            && time <= *before
        {
            return Some(format!(
                "expected a time after that of the bar before, {before}, got {time}"
            ));
        }
        Bars::broken_rule([open, high, low, close, volume])
    }

    /// Whether every bar keeps the rules, as far as the columns reach together. Looks at all of them, so that many are
    /// looked at at once.
    fn keep_rules(&self) -> bool {
        let in_order = |kept: bool, pair: &[Timestamp]| kept & (pair[0] < pair[1]);
        self.time.windows(2).fold(true, in_order)
            & self
                .open
                .iter()
                .zip(&self.high)
                .zip(&self.low)
                .zip(&self.close)
                .zip(&self.volume)
                .fold(true, |kept, ((((open, high), low), close), volume)| {
                    kept & keeps_rules([*open, *high, *low, *close, *volume])
                })
    }
}

/// Whether a bar keeps the rules; false for NaN wherever it stands.
#[inline]
fn keeps_rules([open, high, low, close, volume]: [f64; 5]) -> bool {
    (low > 0.0)
        & (low <= open)
        & (low <= close)
        & (open <= high)
        & (close <= high)
        & (high < f64::INFINITY)
        & (0.0..f64::INFINITY).contains(&volume)
}

/// Checked columns of OHLCV bars of one timeframe, oldest first.
///
/// A clone or a [`slice`](Self::slice) shares the columns. May be empty.
#[derive(Debug, Clone)]
pub struct Bars {
    shared: Arc<Shared>,
    range: Range<usize>,
    /// Fingerprint of a part, shared by its clones; that of all bars is in `shared`.
    part: Option<Arc<OnceLock<Fingerprint>>>,
}

#[derive(Debug)]
struct Shared {
    timeframe: Timeframe,
    columns: Columns,
    /// Fingerprint of all bars.
    fingerprint: OnceLock<Fingerprint>,
}

impl Bars {
    /// Bars of the columns, after checking them.
    ///
    /// # Errors
    ///
    /// [`DataError::ColumnLength`] if the columns differ in length; [`DataError::Bar`] for the first bar
    /// that breaks a rule ([`Columns::broken_rule`]).
    pub fn new(timeframe: Timeframe, columns: Columns) -> Result<Self, DataError> {
        let len = columns.time.len();
        for (column, values) in [
            ("open", &columns.open),
            ("high", &columns.high),
            ("low", &columns.low),
            ("close", &columns.close),
            ("volume", &columns.volume),
        ] {
            if values.len() != len {
                return Err(DataError::ColumnLength {
                    column,
                    len: values.len(),
                    expected: len,
                });
            }
        }
        if !columns.keep_rules() {
            for (index, time) in columns.time.iter().enumerate() {
                if let Some(rule) = columns.broken_rule(index) {
                    return Err(DataError::Bar {
                        index,
                        time: time.to_string(),
                        rule,
                    });
                }
            }
        }
        Ok(Self {
            shared: Arc::new(Shared {
                timeframe,
                columns,
                fingerprint: OnceLock::new(),
            }),
            range: 0..len,
            part: None,
        })
    }

    /// The rule that the open, high, low, close and volume of one bar break, if any, as "rule, got values":
    /// prices finite and above 0, low ≤ open and close ≤ high, volume finite and at least 0.
    #[must_use]
    #[inline]
    pub fn broken_rule([open, high, low, close, volume]: [f64; 5]) -> Option<String> {
        if keeps_rules([open, high, low, close, volume]) {
            return None;
        }
        for (name, price) in [("open", open), ("high", high), ("low", low), ("close", close)] {
            if !(price.is_finite() && price > 0.0) {
                return Some(format!("expected a finite {name} above 0, got {price}"));
            }
        }
        if !(volume.is_finite() && volume >= 0.0) {
            return Some(format!("expected a finite volume of at least 0, got {volume}"));
        }
        Some(format!(
            "expected low ≤ open, close ≤ high, got open {open}, high {high}, low {low}, close {close}"
        ))
    }

    /// The interval that each bar covers.
    #[must_use]
    pub fn timeframe(&self) -> Timeframe {
        self.shared.timeframe
    }

    /// Number of bars.
    #[must_use]
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Whether there is no bar.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// Open times, one per bar, strictly increasing.
    #[must_use]
    pub fn time(&self) -> &[Timestamp] {
        self.part(&self.shared.columns.time)
    }

    /// First prices, one per bar.
    #[must_use]
    pub fn open(&self) -> &[f64] {
        self.part(&self.shared.columns.open)
    }

    /// Highest prices, one per bar.
    #[must_use]
    pub fn high(&self) -> &[f64] {
        self.part(&self.shared.columns.high)
    }

    /// Lowest prices, one per bar.
    #[must_use]
    pub fn low(&self) -> &[f64] {
        self.part(&self.shared.columns.low)
    }

    /// Last prices, one per bar.
    #[must_use]
    pub fn close(&self) -> &[f64] {
        self.part(&self.shared.columns.close)
    }

    /// Traded quantities, one per bar.
    #[must_use]
    pub fn volume(&self) -> &[f64] {
        self.part(&self.shared.columns.volume)
    }

    /// Open time of the first bar.
    #[must_use]
    pub fn first(&self) -> Option<Timestamp> {
        self.time().first().copied()
    }

    /// Open time of the last bar.
    #[must_use]
    pub fn last(&self) -> Option<Timestamp> {
        self.time().last().copied()
    }

    /// End (excluded) of the last bar's interval.
    #[must_use]
    pub fn end(&self) -> Option<Timestamp> {
        self.last().map(|last| self.timeframe().next(last))
    }

    /// The bars at `positions`, cut to those that there are; shares the columns.
    #[must_use]
    pub fn slice(&self, positions: Range<usize>) -> Self {
        let start = positions.start.min(self.len());
        let end = positions.end.clamp(start, self.len());
        let range = self.range.start + start..self.range.start + end;
        if range == self.range {
            return self.clone();
        }
        Self {
            shared: Arc::clone(&self.shared),
            range,
            part: Some(Arc::default()),
        }
    }

    /// Positions of the bars whose open time t has `start` ≤ t < `end`.
    #[must_use]
    pub fn positions(&self, start: Timestamp, end: Timestamp) -> Range<usize> {
        let from = self.time().partition_point(|time| *time < start);
        let to = self.time().partition_point(|time| *time < end);
        from..to.max(from)
    }

    /// Position of the first bar that breaks the rule that stamps lie on the timeframe's spacing:
    /// none may follow its predecessor by less than one interval.
    #[must_use]
    pub fn first_too_close(&self) -> Option<usize> {
        let time = self.time();
        (1..time.len()).find(|&index| time[index] < self.timeframe().next(time[index - 1]))
    }

    /// The identity of these bars by content; computed once for all clones.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let held = self.part.as_deref().unwrap_or(&self.shared.fingerprint);
        *held.get_or_init(|| Fingerprint::of(self))
    }

    /// Heap bytes of the shared columns.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let columns = &self.shared.columns;
        let prices = [
            &columns.open,
            &columns.high,
            &columns.low,
            &columns.close,
            &columns.volume,
        ];
        prices
            .iter()
            .map(|column| column.capacity() * size_of::<f64>())
            .sum::<usize>()
            + columns.time.capacity() * size_of::<Timestamp>()
    }

    fn part<'a, T>(&self, column: &'a [T]) -> &'a [T] {
        &column[self.range.clone()]
    }
}

impl PartialEq for Bars {
    fn eq(&self, other: &Self) -> bool {
        self.timeframe() == other.timeframe()
            && self.time() == other.time()
            && self.open() == other.open()
            && self.high() == other.high()
            && self.low() == other.low()
            && self.close() == other.close()
            && self.volume() == other.volume()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Columns {
        Columns {
            time: (0..4)
                .map(|hour| Timestamp::from_nanoseconds(hour * 3_600_000_000_000))
                .collect(),
            open: vec![10.0, 11.0, 12.0, 13.0],
            high: vec![11.5, 12.5, 13.5, 14.5],
            low: vec![9.5, 10.5, 11.5, 12.5],
            close: vec![11.0, 12.0, 13.0, 14.0],
            volume: vec![1.0, 0.0, 2.0, 3.0],
        }
    }

    #[test]
    fn refuses_each_broken_rule_and_says_where() {
        let check = |change: fn(&mut Columns), expect: &str| {
            let mut columns = columns();
            change(&mut columns);
            let error = Bars::new(Timeframe::H1, columns).unwrap_err();
            assert!(
                error.to_string().contains(expect),
                "{error} does not contain {expect:?}"
            );
        };
        check(
            |c| c.time[2] = c.time[1],
            "bar 2 (1970-01-01T01:00:00Z): expected a time after",
        );
        check(
            |c| c.low[1] = 11.2,
            "bar 1 (1970-01-01T01:00:00Z): expected low ≤ open",
        );
        check(|c| c.high[1] = 11.9, "expected low ≤ open, close ≤ high");
        check(
            |c| c.close[3] = f64::NAN,
            "bar 3 (1970-01-01T03:00:00Z): expected a finite close above 0, got NaN",
        );
        check(|c| c.open[0] = 0.0, "expected a finite open above 0, got 0");
        check(|c| c.high[0] = f64::INFINITY, "expected a finite high");
        check(
            |c| c.volume[0] = -1.0,
            "expected a finite volume of at least 0, got -1",
        );
        check(|c| c.close.truncate(3), "column close has 3 values, expected 4");
    }

    #[test]
    fn a_slice_is_what_it_says() {
        let bars = Bars::new(Timeframe::H1, columns()).unwrap();
        let (start, end) = (bars.time()[1], bars.time()[3]);
        let middle = bars.slice(bars.positions(start, end));
        assert_eq!(middle.close(), [12.0, 13.0]);
        assert_eq!(middle.first(), Some(start));
        assert_eq!(middle.end(), Some(end));
        assert_eq!(middle.slice(1..9).close(), [13.0]);
        assert!(bars.slice(7..9).is_empty());
        assert!(bars.slice(bars.positions(end, start)).is_empty());
    }

    #[test]
    fn the_fingerprint_is_that_of_the_content() {
        let bars = Bars::new(Timeframe::H1, columns()).unwrap();
        let mut tail = columns();
        tail.time.remove(0);
        for column in [
            &mut tail.open,
            &mut tail.high,
            &mut tail.low,
            &mut tail.close,
            &mut tail.volume,
        ] {
            column.remove(0);
        }
        let tail = Bars::new(Timeframe::H1, tail).unwrap();
        assert_eq!(bars.slice(1..4).fingerprint(), tail.fingerprint());
        assert_ne!(bars.fingerprint(), tail.fingerprint());

        let mut changed = columns();
        changed.volume[3] = 3.0000000000000004;
        assert_ne!(
            Bars::new(Timeframe::H1, changed).unwrap().fingerprint(),
            bars.fingerprint()
        );
        assert_ne!(
            Bars::new(Timeframe::M30, columns()).unwrap().fingerprint(),
            bars.fingerprint()
        );
        assert!(bars.fingerprint().to_string().starts_with("blake3:"));
    }
}
