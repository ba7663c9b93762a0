//! From the cells of a row to a bar.

use std::{collections::BTreeSet, io};

use threadx_error::RowProblem;
use threadx_market::Timestamp;

use super::{
    collector::Collector,
    options::ImportOptions,
    report::{EXAMPLES_MAX, Note, NoteCode},
    short_way::ShortWay,
    stamps::Stamps,
};
use crate::{
    dialect::{Plan, Sample, TimeColumns, decimal, is_missing},
    moment::{self, DAY, Moment, clock_time, moment},
    text::cells,
};

/// Symbols of a file of many that are named.
const SYMBOLS_MAX: usize = 10;

/// Lines under the last row that may be no rows.
const FOOTER_LINES_MAX: usize = 5;

/// Turns rows into bars by the plan of their file, and remembers what was wrong with which.
#[derive(Debug)]
pub(crate) struct RowReader<'a> {
    plan: &'a Plan,
    short_way: Option<ShortWay>,
    stamps: Stamps,
    /// The symbol whose rows are wanted: the one asked for, or that of the first row.
    symbol: Option<String>,
    symbol_asked_for: bool,
    other_symbols: BTreeSet<String>,
    collector: Collector,
    /// Lines that are no rows and stand at the end as far as was read.
    footers: Vec<RowProblem>,
    counts: Counts,
}

/// What happened how often.
#[derive(Debug, Default)]
struct Counts {
    empty_bars: u64,
    events: u64,
    comments: u64,
    repeated_headers: u64,
    other_symbols: u64,
    missing_volumes: u64,
    disagreements: u64,
    disagreement_examples: Vec<String>,
}

/// Why a row is no bar: the column that is to blame, and what was expected and came.
type NoBar = (Option<usize>, String);

/// A bar's time and values.
type TimedValues = (i64, [f64; 5]);

impl<'a> RowReader<'a> {
    /// A reader for rows whose kind of place is `place_name`, "line" or "row".
    pub(crate) fn new(
        plan: &'a Plan,
        sample: &Sample,
        options: &ImportOptions,
        place_name: &'static str,
    ) -> Self {
        let first_symbol = || {
            let mut cells = sample.column(plan.roles.symbol?);
            cells.find(|cell| !cell.is_empty()).map(str::to_owned)
        };
        let symbol = options.symbol.clone().or_else(first_symbol);
        Self {
            plan,
            short_way: ShortWay::new(plan, symbol.as_deref()),
            stamps: Stamps::new(plan, options),
            symbol,
            symbol_asked_for: options.symbol.is_some(),
            other_symbols: BTreeSet::new(),
            collector: Collector::new(place_name),
            footers: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// Makes room for about that many rows.
    pub(crate) fn expect(&mut self, rows: u64) {
        self.collector.store.expect(rows);
    }

    /// Rows read so far.
    pub(crate) fn rows(&self) -> u64 {
        self.collector.rows
    }

    /// Reads a line of text.
    #[inline]
    pub(crate) fn line(&mut self, place: u64, line: &[u8]) -> io::Result<()> {
        if let Some(short_way) = &self.short_way
            && let Some((moment, values)) = short_way.read(line)
            && let Some(time) = self.stamps.instant(moment)
        {
            return self.bar(place, time, values);
        }
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        let mut split = Vec::new();
        let delimiter = self.plan.delimiter.unwrap_or(b',');
        if cells(line, delimiter, &mut split).is_none() {
            let what = "expected a closing quote at the end of a cell, got none".to_owned();
            self.no_bar(place, (None, what));
            return Ok(());
        }
        self.cells(place, &split)
    }

    /// Reads a row whose stamp and values have types, or if there is something about its stamp, from its texts.
    #[cfg(feature = "parquet")]
    pub(crate) fn typed(
        &mut self,
        place: u64,
        moment: Moment,
        values: [f64; 5],
        texts: impl FnOnce() -> Vec<String>,
    ) -> io::Result<()> {
        match self.stamps.instant(moment) {
            Some(time) => self.bar(place, time, values),
            None => self.texts(place, &texts()),
        }
    }

    /// Reads a row that is cut into texts.
    pub(crate) fn texts(&mut self, place: u64, texts: &[String]) -> io::Result<()> {
        let cells: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
        self.cells(place, &cells)
    }

    /// Reads a row that is cut into cells.
    pub(crate) fn cells(&mut self, place: u64, cells: &[&[u8]]) -> io::Result<()> {
        if self.is_header(cells) {
            self.counts.repeated_headers += 1;
            return Ok(());
        }
        // Symbols may begin so too, but then the row is whole.
        if cells.len() != self.plan.width && cells.first().is_some_and(|cell| cell.starts_with(b"#")) {
            self.counts.comments += 1;
            return Ok(());
        }
        if self.is_event(cells) {
            self.counts.events += 1;
            return Ok(());
        }
        if cells.len() != self.plan.width {
            let what = format!("expected {} cells, got {}", self.plan.width, cells.len());
            let is_text = |cell: &&[u8]| {
                cell.first()
                    .is_some_and(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii())
            };
            if cells.first().is_some_and(is_text) {
                self.footers.push(self.collector.problem(place, None, what));
            } else {
                self.no_bar(place, (None, what));
            }
            return Ok(());
        }
        match self.values(place, cells) {
            Ok(Some((time, values))) => self.bar(place, time, values),
            Ok(None) => {
                self.collector.rows += 1;
                Ok(())
            }
            Err(why) => {
                self.no_bar(place, why);
                Ok(())
            }
        }
    }

    /// Time and values of a row; `None` if they are not wanted or there are none.
    fn values(&mut self, place: u64, cells: &[&[u8]]) -> Result<Option<TimedValues>, NoBar> {
        if let (Some(wanted), Some(column)) = (&self.symbol, self.plan.roles.symbol)
            && !same_symbol(wanted.as_bytes(), cells[column])
        {
            self.counts.other_symbols += 1;
            if !self.symbol_asked_for && self.other_symbols.len() < SYMBOLS_MAX {
                self.other_symbols
                    .insert(String::from_utf8_lossy(cells[column]).into_owned());
            }
            return Ok(None);
        }
        let prices = self.plan.roles.prices;
        if prices.iter().all(|column| is_missing(cells[*column])) {
            self.counts.empty_bars += 1;
            return Ok(None);
        }
        let time = self.time(place, cells)?;
        let mut values = [0.0; 5];
        for (value, column) in values.iter_mut().zip(prices) {
            *value = self.number(column, cells)?;
        }
        if let Some(column) = self.plan.roles.volume {
            if is_missing(cells[column]) {
                self.counts.missing_volumes += 1;
            } else {
                values[4] = self.number(column, cells)?;
            }
        }
        Ok(Some((time, values)))
    }

    fn number(&self, column: usize, cells: &[&[u8]]) -> Result<f64, NoBar> {
        let number = decimal(cells[column], self.plan.mark);
        number.ok_or_else(|| {
            (
                Some(column),
                format!("expected a number, got {}", shown(cells[column])),
            )
        })
    }

    fn time(&mut self, place: u64, cells: &[&[u8]]) -> Result<i64, NoBar> {
        let (column, found) = match self.plan.roles.time {
            TimeColumns::One(column) | TimeColumns::Close(column) => (column, self.moment(cells[column])),
            TimeColumns::DateAndClock(date, clock) => {
                let Some(time) = clock_time(cells[clock]) else {
                    let what = format!("expected a clock time, got {}", shown(cells[clock]));
                    return Err((Some(clock), what));
                };
                let found = match self.moment(cells[date]) {
                    Some(Moment::Date(at) | Moment::Local(at)) => at.checked_add(time).map(Moment::Local),
                    _ => None,
                };
                (date, found)
            }
            TimeColumns::MillisecondsOfDay(column, day) => (column, milliseconds_of_day(cells[column], day)),
        };
        let Some(found) = found else {
            let what = format!("expected {}, got {}", moment::EXPECTED, shown(cells[column]));
            return Err((Some(column), what));
        };
        let Some(time) = self.stamps.instant(found) else {
            let what = format!("{}, got {}", self.stamps.expected(), shown(cells[column]));
            return Err((Some(column), what));
        };
        if let Some(check) = self.plan.roles.check_time {
            self.compare(place, time, cells[check]);
        }
        Ok(time)
    }

    fn moment(&self, cell: &[u8]) -> Option<Moment> {
        moment(cell, self.plan.date_order)
    }

    /// Compares the second time column with the first.
    fn compare(&mut self, place: u64, time: i64, cell: &[u8]) {
        let other = self.moment(cell).and_then(|moment| self.stamps.compared(moment));
        if other.is_some_and(|other| other != time) {
            self.counts.disagreements += 1;
            if self.counts.disagreement_examples.len() < EXAMPLES_MAX {
                let time = Timestamp::from_nanoseconds(time);
                let example = format!(
                    "{} {place}: {time} beside {}",
                    self.collector.place_name,
                    shown(cell)
                );
                self.counts.disagreement_examples.push(example);
            }
        }
    }

    #[inline]
    fn bar(&mut self, place: u64, time: i64, mut values: [f64; 5]) -> io::Result<()> {
        self.footers_were_rows();
        if self.plan.price_divisor != 1.0 {
            for price in &mut values[..4] {
                *price /= self.plan.price_divisor;
            }
        }
        let plan = self.plan;
        self.collector.bar(place, time, values, |value| {
            let column = plan.roles.prices.into_iter().chain(plan.roles.volume).nth(value);
            column.map(|column| plan.column_name(column))
        })
    }

    fn no_bar(&mut self, place: u64, (column, what): NoBar) {
        let column = column.map(|column| self.plan.column_name(column));
        let problem = self.collector.problem(place, column, what);
        self.collector.no_bar(problem);
    }

    #[inline]
    fn footers_were_rows(&mut self) {
        for footer in self.footers.drain(..) {
            self.collector.no_bar(footer);
        }
    }

    fn is_header(&self, cells: &[&[u8]]) -> bool {
        let names = &self.plan.names;
        names.len() == cells.len()
            && !names.is_empty()
            && names
                .iter()
                .zip(cells)
                .all(|(name, cell)| name.as_bytes() == *cell)
    }

    /// Whether a row tells a dividend or a split, as Yahoo's page has them between its bars: the date, a text such
    /// as `0.24 Dividend`, and nothing else.
    fn is_event(&self, cells: &[&[u8]]) -> bool {
        let is_told = |cell: &[u8]| {
            let word = cell.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
            [b"dividend".as_slice(), b"split", b"splits"]
                .iter()
                .any(|event| word.eq_ignore_ascii_case(event))
        };
        let rest = cells.get(1..).unwrap_or_default();
        let told = rest.iter().filter(|cell| !is_missing(cell)).count();
        told == 1 && rest.iter().any(|cell| is_told(cell))
    }

    /// Ends reading. Lines at the end that were no rows become footers here.
    pub(crate) fn finish(mut self) -> Read {
        if self.footers.len() > FOOTER_LINES_MAX {
            self.footers_were_rows();
        }
        let footers: Vec<String> = self.footers.iter().map(|footer| footer.place.clone()).collect();
        let counts = &self.counts;
        let mut notes = self.stamps.notes();
        let mut note = |code, count: u64, message: &str, examples: &[String]| {
            if count > 0 {
                notes.push(Note::new(code, count, message).with_examples(examples.to_vec()));
            }
        };
        note(
            NoteCode::Footer,
            footers.len() as u64,
            "lines under the last row are no rows",
            &footers,
        );
        note(
            NoteCode::RepeatedHeaders,
            counts.repeated_headers,
            "the header stands again between the rows, as where files were joined",
            &[],
        );
        note(
            NoteCode::OtherSymbols,
            counts.other_symbols,
            "rows of other symbols were left out",
            &[],
        );
        note(
            NoteCode::EmptyBars,
            counts.empty_bars,
            "rows without any price are no bars",
            &[],
        );
        note(
            NoteCode::Events,
            counts.events,
            "rows that tell a dividend or a split are no bars",
            &[],
        );
        note(
            NoteCode::Comments,
            counts.comments,
            "lines that begin with # are none",
            &[],
        );
        note(
            NoteCode::MissingVolume,
            counts.missing_volumes,
            "rows without volume; it is 0 there",
            &[],
        );
        note(
            NoteCode::StampsDisagree,
            counts.disagreements,
            "a second time column names other instants; the first was taken",
            &counts.disagreement_examples,
        );
        Read {
            symbol: self.symbol.filter(|_| self.plan.roles.symbol.is_some()),
            other_symbols: self.other_symbols,
            collector: self.collector,
            notes,
        }
    }
}

/// What came of reading the rows of a file.
#[derive(Debug)]
pub(crate) struct Read {
    /// The symbol of the rows, if a column says it.
    pub(crate) symbol: Option<String>,
    /// Symbols of rows that were not taken though none was asked for.
    pub(crate) other_symbols: BTreeSet<String>,
    pub(crate) collector: Collector,
    pub(crate) notes: Vec<Note>,
}

fn milliseconds_of_day(cell: &[u8], day: i64) -> Option<Moment> {
    const MILLISECONDS: u32 = 86_400_000;
    let milliseconds: u32 = std::str::from_utf8(cell).ok()?.parse().ok()?;
    let within = i64::from(milliseconds) * (DAY / i64::from(MILLISECONDS));
    (milliseconds < MILLISECONDS).then_some(Moment::Local(day.checked_mul(DAY)?.checked_add(within)?))
}

/// Whether two texts name the same market, however they separate its parts.
fn same_symbol(one: &[u8], other: &[u8]) -> bool {
    let letters = |text: &[u8]| -> Vec<u8> {
        text.iter()
            .filter(|byte| byte.is_ascii_alphanumeric())
            .map(u8::to_ascii_uppercase)
            .collect()
    };
    one == other || letters(one) == letters(other)
}

/// A cell for a message: quoted, and not endless.
fn shown(cell: &[u8]) -> String {
    const CHARS_MAX: usize = 60;
    let text = String::from_utf8_lossy(cell);
    let cut: String = text.chars().take(CHARS_MAX).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("{:?}", cut + more)
}
