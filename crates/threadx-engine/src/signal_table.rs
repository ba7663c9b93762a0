//! Signals that were decided elsewhere.

use threadx_error::BacktestError;
use threadx_market::{Fingerprint, FingerprintBuilder, Timestamp};

use crate::{Mask, Signals};

/// Entries and exits that were decided elsewhere, by the open time of their bars: what the strategy `signals`
/// trades, so that any other tool can be the strategy.
///
/// A row holds the signals at the close of the bar that opens at its time. Bars without a row have no signal.
///
/// ```
/// use threadx_engine::{Mask, SignalTable, Signals, StrategyRegistry};
/// use threadx_market::Timestamp;
///
/// let time = vec![Timestamp::parse("2019-01-02T05:00")?, Timestamp::parse("2019-01-03T11:00")?];
/// let mut signals = Signals::none(time.len());
/// signals.long_entry.set(0);
/// signals.long_exit.set(1);
/// let mut registry = StrategyRegistry::built_in();
/// registry.set_signals(SignalTable::new(time, signals)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalTable {
    /// Strictly increasing, not empty.
    time: Vec<Timestamp>,
    /// One bit a row; as long as `time`.
    signals: Signals,
    unmatched: UnmatchedRows,
}

/// What becomes of a row whose time is that of no bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnmatchedRows {
    /// The run fails and names the row.
    #[default]
    Refuse,
    /// The row is left out.
    Drop,
}

impl SignalTable {
    /// The table of these rows; a row without a signal is allowed.
    ///
    /// # Errors
    ///
    /// [`BacktestError::SignalTable`] without rows, if the times do not strictly increase, or if a mask has
    /// another number of rows.
    pub fn new(time: Vec<Timestamp>, signals: Signals) -> Result<Self, BacktestError> {
        let refuse = |rule: String| Err(BacktestError::SignalTable { rule });
        if time.is_empty() {
            return refuse("expected at least one row, got none".to_owned());
        }
        let masks = masks(&signals);
        if let Some(mask) = masks.iter().find(|mask| mask.len() != time.len()) {
            return refuse(format!(
                "expected a signal for each of {} times, got {}",
                time.len(),
                mask.len()
            ));
        }
        let pairs = time.iter().zip(time.iter().skip(1));
        if let Some((before, after)) = { pairs }.find(|(before, after)| before >= after) {
            return refuse(format!("expected a time after {before}, got {after}"));
        }
        Ok(Self {
            time,
            signals,
            unmatched: UnmatchedRows::default(),
        })
    }

    /// The same table with this treatment of rows whose time is that of no bar.
    ///
    /// Rows before the first bar of a run or after its last are always left out, so that a table may be used
    /// over a part of its range.
    #[must_use]
    pub const fn unmatched(mut self, unmatched: UnmatchedRows) -> Self {
        self.unmatched = unmatched;
        self
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.time.len()
    }

    /// Whether there are no rows: never.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.time.is_empty()
    }

    /// The rows whose time is that of one of these bars, which are in order of time.
    #[must_use]
    pub fn rows_on(&self, bars: &[Timestamp]) -> usize {
        self.time
            .iter()
            .filter(|time| bars.binary_search(time).is_ok())
            .count()
    }

    /// The identity of the table by content, the treatment of unmatched rows aside.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let mut builder = FingerprintBuilder::of_signals(self.time.len() as u64);
        builder.times(&self.time);
        for mask in masks(&self.signals) {
            builder.words(mask.words());
        }
        builder.finish()
    }

    /// The signals of each bar, joined by its open time.
    ///
    /// # Errors
    ///
    /// [`BacktestError::UnmatchedSignal`] if a row between the first and the last bar has the time of none and
    /// such rows are refused; [`BacktestError::SignalsElsewhere`] if no row lies between them.
    pub(crate) fn on(&self, bars: &[Timestamp]) -> Result<Signals, BacktestError> {
        let mut joined = Signals::none(bars.len());
        let (Some(first), Some(last)) = (bars.first(), bars.last()) else {
            return Ok(joined);
        };
        let from = self.time.partition_point(|time| time < first);
        let end = self.time.partition_point(|time| time <= last);
        if from == end {
            return Err(BacktestError::SignalsElsewhere {
                rows: self.time.len(),
                signals: between(&self.time),
                bars: between(bars),
            });
        }
        let mut bar = 0;
        for row in from..end {
            let time = self.time[row];
            bar += bars[bar..].partition_point(|bar| *bar < time);
            if bars.get(bar) != Some(&time) {
                match self.unmatched {
                    UnmatchedRows::Drop => continue,
                    UnmatchedRows::Refuse => {
                        return Err(BacktestError::UnmatchedSignal {
                            time: time.to_string(),
                            before: bars[bar.saturating_sub(1)].to_string(),
                        });
                    }
                }
            }
            let to = [
                &mut joined.long_entry,
                &mut joined.long_exit,
                &mut joined.short_entry,
                &mut joined.short_exit,
            ];
            for (to, given) in to.into_iter().zip(masks(&self.signals)) {
                if given.get(row) {
                    to.set(bar);
                }
            }
        }
        Ok(joined)
    }
}

fn masks(signals: &Signals) -> [&Mask; 4] {
    [
        &signals.long_entry,
        &signals.long_exit,
        &signals.short_entry,
        &signals.short_exit,
    ]
}

fn between(times: &[Timestamp]) -> String {
    match (times.first(), times.last()) {
        (Some(first), Some(last)) => format!("from {first} to {last}"),
        _ => "nowhere".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(times: &[i64]) -> SignalTable {
        let mut signals = Signals::none(times.len());
        (0..times.len()).for_each(|row| signals.long_entry.set(row));
        signals.short_exit.set(0);
        SignalTable::new(stamps(times), signals).unwrap()
    }

    fn stamps(times: &[i64]) -> Vec<Timestamp> {
        times.iter().copied().map(Timestamp::from_nanoseconds).collect()
    }

    #[test]
    fn rows_are_joined_to_bars_by_their_time() {
        let joined = table(&[-5, 20, 40, 99]).on(&stamps(&[10, 20, 30, 40])).unwrap();
        assert_eq!(joined.len(), 4);
        assert_eq!(joined.long_entry.iter().collect::<Vec<_>>(), [1, 3]);
        assert_eq!(joined.short_exit.count(), 0, "the first row is before the bars");
    }

    #[test]
    fn a_row_that_is_no_bar_is_refused_unless_told_otherwise() {
        let bars = stamps(&[10, 20, 30]);
        let error = table(&[20, 25]).on(&bars).unwrap_err();
        assert!(error.to_string().contains("00:00:00.000000025Z"), "{error}");
        let dropped = table(&[20, 25]).unmatched(UnmatchedRows::Drop).on(&bars).unwrap();
        assert_eq!(dropped.long_entry.count(), 1);
        let elsewhere = table(&[40, 50]).on(&bars).unwrap_err();
        assert_eq!(elsewhere.code(), "signals_elsewhere");
    }

    #[test]
    fn the_fingerprint_is_that_of_the_content() {
        let same = table(&[1, 2]).unmatched(UnmatchedRows::Drop).fingerprint();
        assert_eq!(table(&[1, 2]).fingerprint(), same);
        assert_ne!(table(&[1, 3]).fingerprint(), same);
        let mut other = table(&[1, 2]);
        other.signals.long_exit.set(1);
        assert_ne!(other.fingerprint(), same);
    }

    #[test]
    fn a_table_that_contradicts_itself_is_refused() {
        let check = |times: &[i64], rows: usize, expect: &str| {
            let error = SignalTable::new(stamps(times), Signals::none(rows)).unwrap_err();
            assert!(error.to_string().contains(expect), "{error}");
        };
        check(&[], 0, "at least one row");
        check(&[1, 1], 2, "expected a time after");
        check(&[1, 2], 3, "a signal for each of 2 times, got 3");
    }
}
