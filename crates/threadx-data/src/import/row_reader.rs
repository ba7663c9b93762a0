//! From the cells of a row to a bar.

use std::collections::BTreeSet;

use threadx_error::RowProblem;
use threadx_market::{Bars, Timestamp};

use super::{
    order::Order,
    report::{EXAMPLES_MAX, Note, NoteCode},
    row_store::{Row, RowStore},
};
use crate::{
    DecimalMark, ImportOptions,
    dialect::{Plan, Sample, TimeColumns, decimal, is_missing},
    moment::{self, DAY, EpochUnit, Moment, SECOND, clock_time, moment, moment_prefix},
    number::number_prefix,
    spacing::Spacings,
    text::cells,
    zone::LocalClock,
};

/// Problems that are kept to be shown.
const PROBLEMS_MAX: usize = 20;

/// Symbols of a file of many that are named.
const SYMBOLS_MAX: usize = 10;

/// Lines under the last row that may be no rows.
const FOOTER_LINES_MAX: usize = 5;

/// Turns rows into bars by the plan of their file, and remembers what was wrong with which.
#[derive(Debug)]
pub(crate) struct RowReader<'a> {
    plan: &'a Plan,
    /// The kind of place that a row has: "line" or "row".
    place_name: &'static str,
    slots: Vec<Slot>,
    /// Whether the short way is open: every row is read from its own cells, and nothing else is asked of it.
    plain: bool,
    clock: Option<LocalClock>,
    shift: i64,
    /// The symbol whose rows are wanted: the one asked for, or that of the first row.
    symbol: Option<String>,
    symbol_wanted: bool,
    other_symbols: BTreeSet<String>,
    pub(crate) store: RowStore,
    pub(crate) order: Order,
    pub(crate) spacings: Spacings,
    pub(crate) rows: u64,
    pub(crate) problems: Problems,
    footers: Vec<RowProblem>,
    counts: Counts,
}

/// Rows that are no bars.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    pub(crate) count: u64,
    pub(crate) first: Vec<RowProblem>,
}

impl Problems {
    fn add(&mut self, problem: RowProblem) {
        self.count += 1;
        if self.first.len() < PROBLEMS_MAX {
            self.first.push(problem);
        }
    }
}

/// What happened how often.
#[derive(Debug, Default)]
struct Counts {
    empty_bars: u64,
    repeated_headers: u64,
    other_symbols: u64,
    missing_volumes: u64,
    local: u64,
    instants: u64,
    midnights: u64,
    month_ends: u64,
    epoch_units: [u64; 4],
    disagreements: u64,
    disagreement_examples: Vec<String>,
}

/// What a column is read as on the short way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Skip,
    Time,
    /// Must be the wanted symbol.
    Symbol,
    /// One of open, high, low, close, volume.
    Value(usize),
}

const EPOCH_UNITS: [EpochUnit; 4] = [
    EpochUnit::Seconds,
    EpochUnit::Milliseconds,
    EpochUnit::Microseconds,
    EpochUnit::Nanoseconds,
];

impl<'a> RowReader<'a> {
    pub(crate) fn new(
        plan: &'a Plan,
        sample: &Sample,
        options: &'a ImportOptions,
        place_name: &'static str,
    ) -> Self {
        let mut slots = vec![Slot::Skip; plan.width];
        let values = plan.roles.prices.into_iter().chain(plan.roles.volume);
        for (value, column) in values.enumerate() {
            slots[column] = Slot::Value(value);
        }
        let mut plain = plan.mark == DecimalMark::Point && plan.roles.check_time.is_none();
        match plan.roles.time {
            TimeColumns::One(column) => slots[column] = Slot::Time,
            _ => plain = false,
        }
        if let Some(column) = plan.roles.symbol {
            slots[column] = Slot::Symbol;
        }
        let first_symbol = || {
            let column = plan.roles.symbol?;
            sample
                .column(column)
                .find(|cell| !cell.is_empty())
                .map(str::to_owned)
        };
        let symbol = options.symbol.clone().or_else(first_symbol);
        while slots.last() == Some(&Slot::Skip) {
            slots.pop();
        }
        Self {
            plan,
            place_name,
            slots,
            plain,
            clock: options
                .timezone
                .clone()
                .map(|zone| LocalClock::new(zone, plan.descending)),
            shift: options.shift_seconds.saturating_mul(SECOND),
            symbol,
            symbol_wanted: options.symbol.is_some(),
            other_symbols: BTreeSet::new(),
            store: RowStore::default(),
            order: Order::default(),
            spacings: Spacings::default(),
            rows: 0,
            problems: Problems::default(),
            footers: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// Reads a line of text.
    pub(crate) fn line(&mut self, place: u64, line: &[u8]) -> std::io::Result<()> {
        if self.plain
            && let Some((moment, values)) = self.short_way(line)
            && let Some(time) = self.instant(moment)
        {
            return self.push(place, time, values);
        }
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        let mut split = Vec::new();
        if cells(line, self.plan.delimiter, &mut split).is_none() {
            self.rows += 1;
            self.problem(
                place,
                None,
                "expected a closing quote at the end of a cell, got none".to_owned(),
            );
            return Ok(());
        }
        self.cells(place, &split)
    }

    /// Reads a row that is cut into cells.
    pub(crate) fn cells(&mut self, place: u64, cells: &[&[u8]]) -> std::io::Result<()> {
        if self.is_header(cells) {
            self.counts.repeated_headers += 1;
            return Ok(());
        }
        if cells.len() != self.plan.width {
            let what = format!("expected {} cells, got {}", self.plan.width, cells.len());
            let text = |cell: &&[u8]| {
                cell.first()
                    .is_some_and(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii())
            };
            if cells.first().is_some_and(text) {
                self.footers.push(self.row_problem(place, None, what));
            } else {
                self.rows += 1;
                self.problem(place, None, what);
            }
            return Ok(());
        }
        self.rows += 1;
        match self.bar(place, cells) {
            Ok(Some((time, values))) => {
                self.rows -= 1;
                self.push(place, time, values)
            }
            Ok(None) => Ok(()),
            Err((column, what)) => {
                self.problem(place, column, what);
                Ok(())
            }
        }
    }

    /// The bar of a row; `None` if there is none to read, an error with the column that is to blame.
    fn bar(
        &mut self,
        place: u64,
        cells: &[&[u8]],
    ) -> Result<Option<(i64, [f64; 5])>, (Option<usize>, String)> {
        if let (Some(wanted), Some(column)) = (&self.symbol, self.plan.roles.symbol)
            && !same_symbol(wanted.as_bytes(), cells[column])
        {
            self.counts.other_symbols += 1;
            if !self.symbol_wanted && self.other_symbols.len() < SYMBOLS_MAX {
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
            *value = self
                .price(cells[column])
                .ok_or_else(|| expected_number(column, cells[column]))?;
        }
        if let Some(column) = self.plan.roles.volume {
            let cell = cells[column];
            if is_missing(cell) {
                self.counts.missing_volumes += 1;
            } else {
                values[4] = decimal(cell, self.plan.mark).ok_or_else(|| expected_number(column, cell))?;
            }
        }
        Ok(Some((time, values)))
    }

    fn price(&self, cell: &[u8]) -> Option<f64> {
        decimal(cell, self.plan.mark)
    }

    fn time(&mut self, place: u64, cells: &[&[u8]]) -> Result<i64, (Option<usize>, String)> {
        let (column, found) = match self.plan.roles.time {
            TimeColumns::One(column) | TimeColumns::Close(column) => (column, self.moment(cells[column])),
            TimeColumns::DateAndClock(date, clock) => {
                let Some(time) = clock_time(cells[clock]) else {
                    return Err((
                        Some(clock),
                        format!("expected a clock time, got {}", shown(cells[clock])),
                    ));
                };
                let found = match self.moment(cells[date]) {
                    Some(Moment::Date(at) | Moment::Local(at)) => at.checked_add(time).map(Moment::Local),
                    _ => None,
                };
                (date, found)
            }
            TimeColumns::MillisecondsOfDay(column, day) => {
                let milliseconds = std::str::from_utf8(cells[column])
                    .ok()
                    .and_then(|text| text.parse::<u32>().ok());
                let found = milliseconds
                    .filter(|milliseconds| *milliseconds < 86_400_000)
                    .map(|milliseconds| Moment::Local(day * DAY + i64::from(milliseconds) * 1_000_000));
                (column, found)
            }
        };
        let Some(found) = found else {
            return Err((
                Some(column),
                format!("expected {}, got {}", moment::EXPECTED, shown(cells[column])),
            ));
        };
        let Some(time) = self.instant(found) else {
            let zone = self
                .clock
                .as_ref()
                .map_or_else(String::new, |clock| format!(" in {}", clock.zone()));
            let what = format!(
                "expected a time that clocks{zone} showed, got {}",
                shown(cells[column])
            );
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

    /// The instant of a stamp, moved as asked. `None` if its clock never showed it, or it does not fit.
    #[inline]
    fn instant(&mut self, moment: Moment) -> Option<i64> {
        let instant = match moment {
            Moment::Epoch(at, unit) => {
                self.counts.epoch_units[unit as usize] += 1;
                at
            }
            Moment::Instant(at) => {
                self.counts.instants += 1;
                at
            }
            Moment::Date(at) if self.plan.dates_are_labels => at,
            Moment::Date(at) | Moment::Local(at) => {
                self.counts.local += 1;
                match &mut self.clock {
                    Some(clock) => clock.instant(at)?,
                    None => at,
                }
            }
        };
        instant.checked_add(self.shift)
    }

    /// Compares the second time column with the first.
    fn compare(&mut self, place: u64, time: i64, cell: &[u8]) {
        let other = match self.moment(cell) {
            Some(Moment::Epoch(at, _) | Moment::Instant(at) | Moment::Local(at)) => {
                at.checked_add(self.shift)
            }
            _ => None,
        };
        if other.is_some_and(|other| other != time) {
            self.counts.disagreements += 1;
            if self.counts.disagreement_examples.len() < EXAMPLES_MAX {
                let time = Timestamp::from_nanoseconds(time);
                let example = format!("{} {place}: {time} beside {}", self.place_name, shown(cell));
                self.counts.disagreement_examples.push(example);
            }
        }
    }

    /// Takes the bar of a row, if it is one.
    #[inline]
    fn push(&mut self, place: u64, time: i64, mut values: [f64; 5]) -> std::io::Result<()> {
        self.rows += 1;
        for footer in self.footers.drain(..) {
            self.rows += 1;
            self.problems.add(footer);
        }
        if self.plan.price_divisor != 1.0 {
            for price in &mut values[..4] {
                *price /= self.plan.price_divisor;
            }
        }
        if let Some(rule) = Bars::broken_rule(values) {
            self.problem(place, None, rule);
            return Ok(());
        }
        if time % DAY == 0 {
            self.counts.midnights += 1;
            if Timestamp::from_nanoseconds(time.saturating_add(DAY))
                .to_datetime()
                .day()
                == 1
            {
                self.counts.month_ends += 1;
            }
        }
        self.order.add(place, time);
        self.spacings.add(time);
        self.store.push(Row { place, time, values })
    }

    fn problem(&mut self, place: u64, column: Option<usize>, what: String) {
        let problem = self.row_problem(place, column, what);
        self.problems.add(problem);
    }

    fn row_problem(&self, place: u64, column: Option<usize>, problem: String) -> RowProblem {
        RowProblem {
            place: format!("{} {place}", self.place_name),
            column: column.map(|column| self.plan.column_name(column)),
            problem,
        }
    }

    /// The stamp and values of a line whose cells are all written in the usual forms; `None` for every other
    /// line, good or bad.
    #[inline]
    fn short_way(&self, line: &[u8]) -> Option<(Moment, [f64; 5])> {
        let delimiter = self.plan.delimiter;
        if memchr::memchr(b'"', line).is_some() {
            return None;
        }
        let mut moment = None;
        let mut values = [0.0; 5];
        let mut at = 0;
        for (column, slot) in self.slots.iter().enumerate() {
            if column > 0 {
                if *line.get(at)? != delimiter {
                    return None;
                }
                at += 1;
            }
            let rest = line.get(at..)?;
            match slot {
                Slot::Skip => at += memchr::memchr(delimiter, rest)?,
                Slot::Symbol => {
                    let wanted = self.symbol.as_ref()?.as_bytes();
                    if !rest.starts_with(wanted) {
                        return None;
                    }
                    at += wanted.len();
                }
                Slot::Time => {
                    let (found, len) = moment_prefix(rest)?;
                    moment = Some(found);
                    at += len;
                }
                Slot::Value(index) => {
                    let (value, len) = number_prefix(rest)?;
                    values[*index] = value;
                    at += len;
                }
            }
        }
        let rest = &line[at..];
        let more = self.plan.width - self.slots.len();
        let complete = if more == 0 {
            rest.is_empty()
        } else {
            rest.first() == Some(&delimiter) && memchr::memchr_iter(delimiter, rest).count() == more
        };
        if complete { Some((moment?, values)) } else { None }
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

    /// What is to be said about the rows. Lines at the end that were no rows become footers here.
    pub(crate) fn finish(&mut self) -> Vec<Note> {
        if self.footers.len() > FOOTER_LINES_MAX {
            for footer in self.footers.drain(..) {
                self.rows += 1;
                self.problems.add(footer);
            }
        }
        let mut notes = Vec::new();
        let mut note = |code, count: u64, message: &str, examples: &[String]| {
            if count > 0 {
                notes.push(Note::new(code, count, message).with_examples(examples.to_vec()));
            }
        };
        let footers: Vec<String> = self.footers.iter().map(|footer| footer.place.clone()).collect();
        let counts = &self.counts;
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
        let units: Vec<(EpochUnit, u64)> = EPOCH_UNITS
            .into_iter()
            .zip(counts.epoch_units)
            .filter(|(_, count)| *count > 0)
            .collect();
        if units.len() > 1 {
            let shown: Vec<String> = units
                .iter()
                .map(|(unit, count)| format!("{count} in {}", unit.as_str()))
                .collect();
            let message = format!("epochs come in different units: {}", shown.join(", "));
            note(
                NoteCode::MixedEpochs,
                units.iter().map(|(_, count)| count).sum(),
                &message,
                &[],
            );
        }
        match &self.clock {
            None => note(
                NoteCode::AssumedUtc,
                counts.local,
                "stamps do not say their zone and were taken as UTC",
                &[],
            ),
            Some(clock) => note(
                NoteCode::Folds,
                clock.folds(),
                "stamps that the clock showed twice, when it was put back; they follow the rows around them",
                &[],
            ),
        }
        notes
    }

    /// The symbol of the rows.
    pub(crate) fn symbol(&self) -> Option<&str> {
        self.symbol
            .as_deref()
            .filter(|_| self.plan.roles.symbol.is_some())
    }

    /// Symbols of rows that are not of [`symbol`](Self::symbol), where none was asked for.
    pub(crate) fn other_symbols(&self) -> &BTreeSet<String> {
        &self.other_symbols
    }

    pub(crate) fn place_name(&self) -> &'static str {
        self.place_name
    }

    /// Whether every bar is stamped at midnight UTC of the last day of a month.
    pub(crate) fn all_month_ends(&self) -> bool {
        self.store.len() > 0 && self.counts.month_ends == self.store.len()
    }

    /// How many stamps name an offset, and how many are midnight in UTC.
    pub(crate) fn offsets_and_midnights(&self) -> (u64, u64) {
        (self.counts.instants, self.counts.midnights)
    }
}

fn expected_number(column: usize, cell: &[u8]) -> (Option<usize>, String) {
    (Some(column), format!("expected a number, got {}", shown(cell)))
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
