//! New bars joined to stored ones.

use threadx_error::DataError;
use threadx_market::{Columns, Symbol, Timeframe, Timestamp};

use crate::{
    columnar::{BarFileReader, BarFileWriter},
    import::{BarSink, EXAMPLES_MAX},
};

/// What is done with new bars that differ from those stored for the same times. Identical ones are always joined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum MergePolicy {
    /// Nothing is stored, and their number and the first of them are reported.
    #[default]
    Refuse,
    /// The stored bar is kept.
    KeepStored,
    /// The new bar is stored.
    TakeNew,
}

/// What came of joining new bars to stored ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct MergeReport {
    /// Bars that were stored before.
    pub stored: u64,
    /// New bars for times that had none.
    pub added: u64,
    /// New bars that are the same as stored ones.
    pub identical: u64,
    /// New bars that differ from stored ones.
    pub conflicts: u64,
    /// The first of them, at most [`EXAMPLES_MAX`].
    pub examples: Vec<String>,
}

/// Passes new bars on to a file together with stored ones, both oldest first, without holding either.
pub(crate) struct Merge {
    writer: BarFileWriter,
    stored: Option<Stored>,
    policy: MergePolicy,
    pub(crate) report: MergeReport,
    pub(crate) first: Option<Timestamp>,
    pub(crate) last: Option<Timestamp>,
}

/// The stored bars that were not yet passed on.
struct Stored {
    reader: BarFileReader,
    group: usize,
    columns: Columns,
    at: usize,
}

impl Stored {
    /// The next stored bar.
    fn peek(&mut self) -> Result<Option<(Timestamp, [f64; 5])>, DataError> {
        while self.at == self.columns.time.len() {
            if self.group == self.reader.groups() {
                return Ok(None);
            }
            self.columns = self.reader.group(self.group)?;
            self.group += 1;
            self.at = 0;
        }
        let Columns {
            time,
            open,
            high,
            low,
            close,
            volume,
        } = &self.columns;
        let at = self.at;
        Ok(Some((
            time[at],
            [open[at], high[at], low[at], close[at], volume[at]],
        )))
    }
}

impl Merge {
    pub(crate) fn new(writer: BarFileWriter, stored: Option<BarFileReader>, policy: MergePolicy) -> Self {
        let stored = stored.map(|reader| Stored {
            reader,
            group: 0,
            columns: Columns::default(),
            at: 0,
        });
        Self {
            writer,
            stored,
            policy,
            report: MergeReport::default(),
            first: None,
            last: None,
        }
    }

    /// Passes on the stored bars before `time`, and gives the one at it.
    fn stored_until(&mut self, time: Timestamp) -> Result<Option<[f64; 5]>, DataError> {
        loop {
            let Some(stored) = &mut self.stored else {
                return Ok(None);
            };
            match stored.peek()? {
                Some((held, values)) if held <= time => {
                    stored.at += 1;
                    self.report.stored += 1;
                    if held == time {
                        return Ok(Some(values));
                    }
                    self.write(held, values)?;
                }
                _ => return Ok(None),
            }
        }
    }

    fn write(&mut self, time: Timestamp, values: [f64; 5]) -> Result<(), DataError> {
        self.first.get_or_insert(time);
        self.last = Some(time);
        self.writer.push(time, values)
    }

    /// Passes on what is left of the stored bars.
    pub(crate) fn finish(mut self, token: &Symbol, timeframe: Timeframe) -> Result<Merged, DataError> {
        if let Some(values) = self.stored_until(Timestamp::MAX)? {
            self.write(Timestamp::MAX, values)?;
        }
        if self.policy == MergePolicy::Refuse && self.report.conflicts > 0 {
            return Err(DataError::MergeConflicts {
                token: token.to_string(),
                timeframe: timeframe.to_string(),
                count: self.report.conflicts,
                examples: self.report.examples,
            });
        }
        Ok(Merged {
            writer: self.writer,
            report: self.report,
            range: self.first.zip(self.last),
        })
    }
}

/// A file of joined bars, still to be ended.
pub(crate) struct Merged {
    pub(crate) writer: BarFileWriter,
    pub(crate) report: MergeReport,
    /// Open times of the first and the last bar.
    pub(crate) range: Option<(Timestamp, Timestamp)>,
}

impl BarSink for Merge {
    fn expect(&mut self, _bars: u64) {}

    fn bar(&mut self, time: Timestamp, values: [f64; 5]) -> Result<(), DataError> {
        let Some(stored) = self.stored_until(time)? else {
            self.report.added += 1;
            return self.write(time, values);
        };
        if stored.map(f64::to_bits) == values.map(f64::to_bits) {
            self.report.identical += 1;
            return self.write(time, values);
        }
        self.report.conflicts += 1;
        if self.report.examples.len() < EXAMPLES_MAX {
            let example = format!("{time}: stored {}, new {}", shown(stored), shown(values));
            self.report.examples.push(example);
        }
        let kept = if self.policy == MergePolicy::TakeNew {
            values
        } else {
            stored
        };
        self.write(time, kept)
    }
}

fn shown([open, high, low, close, volume]: [f64; 5]) -> String {
    format!("(open {open}, high {high}, low {low}, close {close}, volume {volume})")
}
