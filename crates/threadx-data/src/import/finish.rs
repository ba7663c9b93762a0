//! From rows to bars: order, timeframe, close times, duplicates.

use std::io;

use threadx_error::DataError;
use threadx_market::{Symbol, Timeframe, Timestamp};

use super::{
    BadRows, BarTime, DISORDER_BARS_MAX, Duplicates, ImportOptions, ImportReport, RowOrder,
    close_time::open_of_close,
    gathered::Gathered,
    report::{EXAMPLES_MAX, Note, NoteCode},
    row_store::Row,
};
use crate::{
    moment::{DAY, SECOND},
    token_of,
};

const MINUTE: i64 = 60 * SECOND;

/// Takes bars, oldest first, each time once.
pub(crate) trait BarSink {
    /// Told before the first how many bars will come at most.
    fn expect(&mut self, bars: u64);

    fn bar(&mut self, time: Timestamp, values: [f64; 5]) -> Result<(), DataError>;
}

impl Gathered {
    /// Settles what can be settled before the bars are put in order: whose they are, their timeframe, bad rows,
    /// disorder, close times.
    pub(crate) fn prepare(mut self, options: &ImportOptions) -> Result<Prepared, DataError> {
        let token = self.token(options)?;
        self.settle_bad_rows(options)?;
        let timeframe = self.timeframe(options)?;
        self.settle_order(options, timeframe)?;
        let close_times = self.are_close_times(options, timeframe);
        if options.shift_seconds != 0 {
            let message = format!("every stamp was moved by {} seconds", options.shift_seconds);
            self.notes
                .push(Note::new(NoteCode::Shifted, self.collector.store.len(), message));
        }
        Ok(Prepared {
            gathered: self,
            token,
            timeframe,
            close_times,
        })
    }

    fn token(&self, options: &ImportOptions) -> Result<Symbol, DataError> {
        let of_column = || {
            let symbol = match self.symbol.as_deref()?.split_once(':') {
                // `BTC/USDT:USDT` is settled in USDT, `BINANCE:BTCUSDT` is traded there.
                Some((pair, _)) if pair.contains('/') => pair,
                Some((_, symbol)) => symbol,
                None => self.symbol.as_deref()?,
            };
            Symbol::parse(&symbol.replace(['/', ' '], "")).ok()
        };
        let token = options
            .token
            .clone()
            .or_else(of_column)
            .or_else(|| token_of(&self.path));
        token.ok_or_else(|| {
            self.layout(
                "expected a name that begins with a symbol, such as BTCUSDT_1h.csv, or a token beside it"
                    .to_owned(),
            )
        })
    }

    fn settle_bad_rows(&mut self, options: &ImportOptions) -> Result<(), DataError> {
        let problems = std::mem::take(&mut self.collector.problems);
        if problems.count == 0 {
            return Ok(());
        }
        if options.bad_rows == BadRows::Refuse {
            return Err(DataError::Rows {
                path: self.path.clone(),
                count: problems.count,
                problems: problems.first,
            });
        }
        let examples = problems
            .first
            .iter()
            .take(EXAMPLES_MAX)
            .map(ToString::to_string)
            .collect();
        self.notes.push(
            Note::new(
                NoteCode::DroppedRows,
                problems.count,
                "rows that are no bars were left out",
            )
            .with_examples(examples),
        );
        Ok(())
    }

    fn timeframe(&mut self, options: &ImportOptions) -> Result<Timeframe, DataError> {
        if self.collector.store.len() == 0 {
            return Err(self.layout("expected bars, got none".to_owned()));
        }
        if self.collector.order.disorder().0 > 0 {
            // Steps to and fro are not the spacing of the bars.
            self.collector
                .count_sorted_spacings()
                .map_err(|source| DataError::Read {
                    path: self.path.clone(),
                    source,
                })?;
        }
        match (self.collector.spacings.timeframe(), options.timeframe) {
            (Some(found), None) => Ok(found),
            (Some(found), Some(declared)) if found == declared => Ok(found),
            (Some(found), Some(declared)) => Err(DataError::Spacing {
                path: self.path.clone(),
                found: found.to_string(),
                expected: declared.to_string(),
            }),
            (None, Some(declared)) if self.collector.spacings.allow(declared) => Ok(declared),
            (None, Some(declared)) => Err(DataError::Spacing {
                path: self.path.clone(),
                found: "closer and irregularly".to_owned(),
                expected: declared.to_string(),
            }),
            (None, None) => {
                let strange = self.strange_spacing();
                Err(self.layout(strange))
            }
        }
    }

    /// What is said of rows whose spacing is that of no timeframe.
    fn strange_spacing(&mut self) -> String {
        let rows = self.collector.store.len();
        let got = match self.collector.spacings.usual() {
            _ if rows == 1 => "one row, which tells none".to_owned(),
            Some(step) if step % MINUTE == 0 => {
                format!("{rows} rows that are {} minutes apart", step / MINUTE)
            }
            Some(step) if step > MINUTE => {
                format!("{rows} rows that are {} seconds apart", step / SECOND)
            }
            _ => format!("{rows} rows without a usual spacing (ticks are no bars)"),
        };
        format!("expected bars spaced like one of {}, got {got}", Timeframe::NAMES)
    }

    fn settle_order(&mut self, options: &ImportOptions, timeframe: Timeframe) -> Result<(), DataError> {
        let (rows, farthest, examples) = self.collector.order.disorder();
        let examples: Vec<String> = examples.to_vec();
        let interval = timeframe.nanoseconds().unwrap_or(31 * DAY);
        if rows > 0 && options.order == RowOrder::Auto && farthest / interval > DISORDER_BARS_MAX {
            return Err(DataError::Disorder {
                path: self.path.clone(),
                count: rows,
                examples,
            });
        }
        if self.collector.order.descending() {
            self.notes.push(Note::new(
                NoteCode::Reversed,
                0,
                "the rows run backwards and were reversed",
            ));
        }
        if rows > 0 {
            self.notes.push(
                Note::new(
                    NoteCode::Sorted,
                    rows,
                    "rows out of order were put in their place",
                )
                .with_examples(examples),
            );
        }
        Ok(())
    }

    /// Whether the stamps are close times.
    fn are_close_times(&mut self, options: &ImportOptions, timeframe: Timeframe) -> bool {
        let month_ends = timeframe == Timeframe::Month1 && self.collector.all_month_ends();
        let (close_times, message) = match options.bar_time {
            _ if self.close_times => (
                true,
                "bars have only the time at which they ended; their open time follows from it",
            ),
            BarTime::Close => (true, "stamps were taken as close times, as asked"),
            BarTime::Auto if month_ends => (
                true,
                "every stamp is the last day of a month, so these are close times",
            ),
            BarTime::Auto | BarTime::Open => (false, ""),
        };
        if close_times {
            self.notes.push(Note::new(
                NoteCode::CloseTimes,
                self.collector.store.len(),
                message,
            ));
        } else if options.bar_time == BarTime::Auto && self.dialect.name.starts_with("NinjaTrader") {
            let message = "NinjaTrader stamps bars with their close time, HistData with their open time; taken as open times";
            self.notes.push(Note::new(NoteCode::MaybeCloseTimes, 0, message));
        }
        close_times
    }

    fn settle_duplicates(&mut self, options: &ImportOptions, joined: &Joined) -> Result<(), DataError> {
        if joined.conflicts > 0 {
            if options.duplicates == Duplicates::Refuse {
                return Err(DataError::Conflicts {
                    path: self.path.clone(),
                    count: joined.conflicts,
                    volume_only: joined.conflicts - joined.price_conflicts,
                    examples: joined.conflict_examples.clone(),
                });
            }
            let kept = if options.duplicates == Duplicates::KeepFirst {
                "first"
            } else {
                "last"
            };
            let message = format!("times had different bars; the {kept} in the file was kept");
            self.notes.push(
                Note::new(NoteCode::ResolvedConflicts, joined.conflicts, message)
                    .with_examples(joined.conflict_examples.clone()),
            );
        }
        if joined.identical > 0 {
            self.notes.push(
                Note::new(
                    NoteCode::JoinedDuplicates,
                    joined.identical,
                    "rows repeat a bar exactly and were joined",
                )
                .with_examples(joined.identical_examples.clone()),
            );
        }
        Ok(())
    }

    fn layout(&self, expected: String) -> DataError {
        DataError::Layout {
            path: self.path.clone(),
            expected,
        }
    }
}

/// Rows of which it is settled whose bars they are.
#[derive(Debug)]
pub(crate) struct Prepared {
    gathered: Gathered,
    token: Symbol,
    timeframe: Timeframe,
    close_times: bool,
}

impl Prepared {
    /// The market of the bars.
    #[cfg(feature = "parquet")]
    pub(crate) fn token(&self) -> &Symbol {
        &self.token
    }

    /// The interval of the bars.
    #[cfg(feature = "parquet")]
    pub(crate) fn timeframe(&self) -> Timeframe {
        self.timeframe
    }

    /// Makes the rows bars and hands them to `sink`, oldest first. An error may come after bars were handed over.
    pub(crate) fn finish(
        self,
        options: &ImportOptions,
        sink: &mut dyn BarSink,
    ) -> Result<ImportReport, DataError> {
        let Self {
            mut gathered,
            token,
            timeframe,
            close_times,
        } = self;
        let path = gathered.path.clone();
        let unreadable = |source: io::Error| DataError::Read {
            path: path.clone(),
            source,
        };
        sink.expect(gathered.collector.store.len());
        let mut joiner = Joiner::new(options.duplicates, gathered.collector.place_name, sink);
        let store = std::mem::take(&mut gathered.collector.store);
        let mut rows = store.into_sorted().map_err(unreadable)?;
        while let Some(mut row) = rows.next().map_err(unreadable)? {
            if close_times {
                row.time = open_of_close(row.time, timeframe);
            }
            joiner.row(row)?;
        }
        let joined = joiner.finish()?;
        gathered.settle_duplicates(options, &joined)?;
        let (Some(first), Some(last)) = (joined.first, joined.last) else {
            return Err(gathered.layout("expected bars, got none".to_owned()));
        };
        gathered.notes.sort_by_key(|note| note.code);
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(ImportReport {
            file: file.unwrap_or_default(),
            entry: gathered.entry,
            dialect: gathered.dialect,
            token,
            timeframe,
            rows: gathered.collector.rows,
            bars: joined.bars,
            first,
            last,
            notes: gathered.notes,
        })
    }
}

/// What came of joining.
#[derive(Debug, Default)]
struct Joined {
    bars: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    /// Rows that repeat another exactly.
    identical: u64,
    identical_examples: Vec<String>,
    /// Times with different bars, and those among them whose prices differ.
    conflicts: u64,
    price_conflicts: u64,
    conflict_examples: Vec<String>,
}

/// Makes one bar of the rows of one time.
struct Joiner<'a> {
    policy: Duplicates,
    place_name: &'static str,
    sink: &'a mut dyn BarSink,
    /// The row that is kept of the current time.
    held: Option<Row>,
    /// Whether the current time has different bars, and different prices.
    in_conflict: bool,
    in_price_conflict: bool,
    joined: Joined,
}

impl<'a> Joiner<'a> {
    fn new(policy: Duplicates, place_name: &'static str, sink: &'a mut dyn BarSink) -> Self {
        Self {
            policy,
            place_name,
            sink,
            held: None,
            in_conflict: false,
            in_price_conflict: false,
            joined: Joined::default(),
        }
    }

    /// Takes the next row in order of time, then of place.
    fn row(&mut self, row: Row) -> Result<(), DataError> {
        let Some(held) = self.held.filter(|held| held.time == row.time) else {
            self.flush()?;
            self.held = Some(row);
            return Ok(());
        };
        let places = || {
            let at = Timestamp::from_nanoseconds(row.time);
            format!("{at}: {} {} and {}", self.place_name, held.place, row.place)
        };
        if held.values.map(f64::to_bits) == row.values.map(f64::to_bits) {
            self.joined.identical += 1;
            if self.joined.identical_examples.len() < EXAMPLES_MAX {
                self.joined.identical_examples.push(places());
            }
            return Ok(());
        }
        if !self.in_conflict {
            self.joined.conflicts += 1;
            if self.joined.conflict_examples.len() < EXAMPLES_MAX {
                self.joined.conflict_examples.push(format!(
                    "{} differ: {} and {}",
                    places(),
                    shown(held.values),
                    shown(row.values)
                ));
            }
        }
        self.in_conflict = true;
        if held.values[..4] != row.values[..4] && !self.in_price_conflict {
            self.in_price_conflict = true;
            self.joined.price_conflicts += 1;
        }
        if self.policy == Duplicates::KeepLast {
            self.held = Some(row);
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), DataError> {
        self.in_conflict = false;
        self.in_price_conflict = false;
        let Some(row) = self.held.take() else {
            return Ok(());
        };
        let time = Timestamp::from_nanoseconds(row.time);
        self.joined.bars += 1;
        self.joined.first.get_or_insert(time);
        self.joined.last = Some(time);
        self.sink.bar(time, row.values)
    }

    fn finish(mut self) -> Result<Joined, DataError> {
        self.flush()?;
        Ok(self.joined)
    }
}

fn shown([open, high, low, close, volume]: [f64; 5]) -> String {
    format!("(open {open}, high {high}, low {low}, close {close}, volume {volume})")
}
