//! How the rows of one file are read.

use super::{
    date_order::{Told, date_order},
    decimal::{decimal, mark_of},
    kinds::ColumnKinds,
    price_order::price_order,
    roles::{self, Roles, TimeColumns},
    sample::Sample,
};
use crate::{
    DateOrder, DecimalMark, ImportOptions, Note, NoteCode,
    moment::{DAY, Moment, clock_time, moment},
};

/// How the rows of one file are read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    pub(crate) delimiter: u8,
    /// Cells in a row.
    pub(crate) width: usize,
    pub(crate) names: Vec<String>,
    pub(crate) roles: Roles,
    pub(crate) date_order: DateOrder,
    pub(crate) mark: DecimalMark,
    pub(crate) price_divisor: f64,
    /// Whether a date alone is the label of a day rather than a local midnight.
    pub(crate) dates_are_labels: bool,
    /// Whether the rows run backwards.
    pub(crate) descending: bool,
    pub(crate) notes: Vec<Note>,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoPlan {
    /// What was expected and what came.
    Layout(String),
    /// What is not certain, and how to say which is meant.
    Ambiguous(String),
    /// The dates of the sample do not tell day from month; those of this column in the whole file might.
    MoreDates(usize),
}

impl Plan {
    /// The plan for a file that begins with `sample` and is named `file_name`; `dates` are the texts of all
    /// its dates, if they were asked for with [`NoPlan::MoreDates`].
    pub(crate) fn new(
        sample: &Sample,
        options: &ImportOptions,
        file_name: &str,
        dates: Option<&[String]>,
    ) -> Result<Self, NoPlan> {
        let mut notes = Vec::new();
        let kinds = sample.kinds();
        let names = names_for_rows(sample, &kinds, &mut notes)?;
        let mut roles = roles_of(sample, options, &names, &kinds, file_name)?;
        let mark = match options.decimal {
            Some(mark) => mark,
            None => mark_of_values(sample, &roles)?,
        };
        let date_order = match options.date_order {
            Some(order) => order,
            None => order_of_dates(sample, &roles, dates)?,
        };
        let times = sample_times(sample, &roles, date_order);
        let descending = is_descending(&times);
        if roles.nameless {
            order_prices(sample, &mut roles, mark, descending, &mut notes)?;
        }
        let dates_are_labels = match roles.time {
            TimeColumns::One(column) | TimeColumns::Close(column) => kinds[column].only_dates(),
            TimeColumns::DateAndClock(..) | TimeColumns::MillisecondsOfDay(..) => false,
        };
        let price_divisor = options
            .price_divisor
            .unwrap_or_else(|| lean_divisor(sample, &roles));
        let plan = Self {
            delimiter: sample.delimiter.unwrap_or(b','),
            width: sample.width,
            names,
            roles,
            date_order,
            mark,
            price_divisor,
            dates_are_labels,
            descending,
            notes,
        };
        Ok(plan.with_notes())
    }

    fn with_notes(mut self) -> Self {
        if self.price_divisor != 1.0 {
            let message = format!("prices were divided by {}", self.price_divisor);
            self.notes.push(Note::new(NoteCode::ScaledPrices, 0, message));
        }
        if self.roles.volume.is_none() {
            self.notes.push(Note::new(
                NoteCode::NoVolume,
                0,
                "there is no volume; it is 0 in every bar",
            ));
        }
        if self.roles.adjusted {
            let message =
                "prices adjusted for splits and dividends stand beside the raw ones, which were taken";
            self.notes.push(Note::new(NoteCode::RawPrices, 0, message));
        }
        self
    }

    /// The name of a column for messages.
    pub(crate) fn column_name(&self, column: usize) -> String {
        match self.names.get(column) {
            Some(name) if !name.is_empty() => name.clone(),
            _ => format!("{}", column + 1),
        }
    }
}

/// The names of the columns of a row. Rows with one cell more than names have their date and time in two
/// cells under one name.
fn names_for_rows(
    sample: &Sample,
    kinds: &[ColumnKinds],
    notes: &mut Vec<Note>,
) -> Result<Vec<String>, NoPlan> {
    let Some(names) = &sample.names else {
        return Ok(Vec::new());
    };
    let mut names = names.clone();
    while names.len() > sample.width && names.last().is_some_and(String::is_empty) {
        names.pop();
    }
    if names.len() + 1 == sample.width {
        let split =
            (0..names.len()).find(|column| { let next = &kinds[column + 1]; kinds[*column].is_dates() && (next.is_clocks() || next.are_padded_clocks(true)) });
        if let Some(date) = split {
            names.insert(date + 1, "time".to_owned());
            let message = format!(
                "the header names {} columns and the rows have {}: date and time are two cells",
                names.len() - 1,
                sample.width
            );
            notes.push(Note::new(NoteCode::HeaderMismatch, 0, message));
        } else if kinds.last().is_some_and(ColumnKinds::is_empty) {
            names.push(String::new());
        }
    }
    if names.len() == sample.width {
        Ok(names)
    } else {
        Err(NoPlan::Layout(format!(
            "expected rows as wide as the header, got {} names over {} cells",
            names.len(),
            sample.width
        )))
    }
}

fn roles_of(
    sample: &Sample,
    options: &ImportOptions,
    names: &[String],
    kinds: &[ColumnKinds],
    file_name: &str,
) -> Result<Roles, NoPlan> {
    if let Some(list) = &options.columns {
        if list.roles.len() > sample.width {
            return Err(NoPlan::Layout(format!(
                "expected at least the {} columns of the list, got {}",
                list.roles.len(),
                sample.width
            )));
        }
        return roles::from_list(list)
            .ok_or_else(|| NoPlan::Layout("the list of columns is incomplete".to_owned()));
    }
    let found = if sample.names.is_some() {
        // What the file is called stands for a symbol column.
        let symbol = |column: usize| {
            sample
                .column(column)
                .find(|cell| !cell.is_empty())
                .map(str::to_owned)
        };
        roles::from_names(names, kinds, symbol, file_name)
    } else {
        roles::without_names(kinds, leading_date(file_name), milliseconds_of_day(sample))
    };
    found.map_err(NoPlan::Layout)
}

fn mark_of_values(sample: &Sample, roles: &Roles) -> Result<DecimalMark, NoPlan> {
    let columns = roles.prices.iter().copied().chain(roles.volume);
    let cells = columns.flat_map(|column| sample.column(column));
    mark_of(cells).map_err(|cell| {
        NoPlan::Ambiguous(format!(
            "{cell:?} may be a number with decimals or with thousands; say which with a decimal mark"
        ))
    })
}

fn order_of_dates(sample: &Sample, roles: &Roles, all: Option<&[String]>) -> Result<DateOrder, NoPlan> {
    let column = match roles.time {
        TimeColumns::One(column) | TimeColumns::Close(column) | TimeColumns::DateAndClock(column, _) => {
            column
        }
        TimeColumns::MillisecondsOfDay(..) => return Ok(DateOrder::Dmy),
    };
    let told = match all {
        Some(all) => date_order(all.iter().map(String::as_str)),
        None => date_order(sample.column(column)),
    };
    match told {
        Told::Order(order) => Ok(order),
        Told::Either(..) if all.is_none() && !sample.complete => Err(NoPlan::MoreDates(column)),
        Told::Either(one, other) => {
            let example = sample.column(column).next().unwrap_or_default();
            let name = |order| match order {
                DateOrder::Dmy => "day, month, year",
                DateOrder::Mdy => "month, day, year",
                DateOrder::Ymd => "year, month, day",
            };
            Err(NoPlan::Ambiguous(format!(
                "{example:?} may be {} or {}; say which with a date order",
                name(one),
                name(other)
            )))
        }
    }
}

/// The times of the sample as far as they can be read, zones not considered.
fn sample_times(sample: &Sample, roles: &Roles, order: DateOrder) -> Vec<i64> {
    let read = |row: &Vec<String>| {
        let at = |column: usize| match moment(row.get(column)?.as_bytes(), order)? {
            Moment::Epoch(at, _) | Moment::Instant(at) | Moment::Local(at) | Moment::Date(at) => Some(at),
        };
        match roles.time {
            TimeColumns::One(column) | TimeColumns::Close(column) => at(column),
            TimeColumns::DateAndClock(date, clock) => {
                at(date)?.checked_add(clock_time(row.get(clock)?.as_bytes())?)
            }
            TimeColumns::MillisecondsOfDay(column, _) => row.get(column)?.parse().ok(),
        }
    };
    sample.rows.iter().filter_map(read).collect()
}

fn is_descending(times: &[i64]) -> bool {
    let steps = |wanted| {
        times
            .windows(2)
            .filter(|pair| pair[1].cmp(&pair[0]) == wanted)
            .count()
    };
    steps(std::cmp::Ordering::Less) > steps(std::cmp::Ordering::Greater)
}

fn order_prices(
    sample: &Sample,
    roles: &mut Roles,
    mark: DecimalMark,
    descending: bool,
    notes: &mut Vec<Note>,
) -> Result<(), NoPlan> {
    let columns = roles.prices;
    let rows: Vec<[f64; 4]> = sample
        .rows
        .iter()
        .filter_map(|row| {
            let mut prices = [0.0; 4];
            for (price, column) in prices.iter_mut().zip(columns) {
                *price = decimal(row.get(column)?.as_bytes(), mark)?;
            }
            Some(prices)
        })
        .collect();
    let Some(order) = price_order(&rows, descending) else {
        let shown: Vec<String> = columns.iter().map(|column| (column + 1).to_string()).collect();
        return Err(NoPlan::Layout(format!(
            "expected open, high, low and close in columns {}, but in no order is the low below and the high above the others",
            shown.join(", ")
        )));
    };
    roles.prices = order.map(|index| columns[index]);
    if order != [0, 1, 2, 3] {
        let names = ["open", "high", "low", "close"];
        let mut stand: Vec<(usize, &str)> = roles.prices.into_iter().zip(names).collect();
        stand.sort_unstable();
        let stand: Vec<&str> = stand.into_iter().map(|(_, name)| name).collect();
        let message = format!(
            "the prices stand in the order {}, as their values show",
            stand.join(", ")
        );
        notes.push(Note::new(NoteCode::ColumnsDeduced, 0, message));
    }
    Ok(())
}

/// QuantConnect Lean stores the prices of equities in hundredths of cents, as whole numbers, without names and
/// with stamps as `20190102 09:30` or milliseconds of the day.
fn lean_divisor(sample: &Sample, roles: &Roles) -> f64 {
    const LEAN: f64 = 10_000.0;
    let time = match roles.time {
        TimeColumns::MillisecondsOfDay(..) => true,
        TimeColumns::One(column) => sample.column(column).all(|cell| {
            let bytes = cell.as_bytes();
            bytes.len() == 14 && bytes[8] == b' ' && bytes[11] == b':'
        }),
        _ => false,
    };
    let whole = |column: usize| {
        sample
            .column(column)
            .all(|cell| !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let lean = sample.names.is_none() && sample.width == 6 && time && roles.prices.into_iter().all(whole);
    if lean { LEAN } else { 1.0 }
}

/// The day that a file's name begins with, as in `20171217_trade.csv`.
fn leading_date(file_name: &str) -> Option<i64> {
    let name = file_name.rsplit(['/', '\\']).next()?;
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    if digits != 8 {
        return None;
    }
    match moment(&name.as_bytes()[..digits], DateOrder::Ymd)? {
        Moment::Date(at) => Some(at / DAY),
        _ => None,
    }
}

/// Whether the first column counts up within a day of milliseconds.
fn milliseconds_of_day(sample: &Sample) -> bool {
    let mut before = None;
    sample.column(0).all(|cell| {
        let now = cell.parse::<u32>().ok().filter(|now| *now < 86_400_000);
        let ascending = now.is_some() && before <= now;
        before = now;
        ascending
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(text: &str, named: bool) -> Sample {
        let mut rows: Vec<Vec<String>> = text
            .lines()
            .map(|line| line.split(';').map(str::to_owned).collect())
            .collect();
        let names = named.then(|| rows.remove(0));
        Sample {
            names,
            width: rows[0].len(),
            rows,
            delimiter: Some(b';'),
            complete: true,
            ..Sample::default()
        }
    }

    fn plan(text: &str, named: bool, file_name: &str) -> Result<Plan, NoPlan> {
        Plan::new(&sample(text, named), &ImportOptions::default(), file_name, None)
    }

    #[test]
    fn date_and_time_under_one_name_are_found() {
        let plan = plan("Date;Open;High;Low;Close\n2006-01-02;09:01:00;1;2;1;2", true, "x").unwrap();
        assert_eq!(plan.roles.time, TimeColumns::DateAndClock(0, 1));
        assert_eq!(plan.roles.prices, [2, 3, 4, 5]);
        assert_eq!(plan.notes[0].code, NoteCode::HeaderMismatch);
    }

    #[test]
    fn a_header_that_does_not_fit_is_refused() {
        let error = plan("Date;Open;High;Low;Close\n2006-01-02;7;1;2;1;2", true, "x").unwrap_err();
        assert!(matches!(error, NoPlan::Layout(_)), "{error:?}");
    }

    #[test]
    fn lean_files_are_recognised() {
        let daily = plan(
            "19980102 00:00;136300;162500;135000;162500;6315000",
            false,
            "aapl.csv",
        )
        .unwrap();
        assert_eq!(daily.price_divisor, 10_000.0);
        let minutes = plan(
            "0;19650.02;19650.02;19505;19516.96;61\n60000;19516;19597;19516;19567;48",
            false,
            "20171217_trade.csv",
        );
        let minutes = minutes.unwrap();
        assert_eq!(minutes.roles.time, TimeColumns::MillisecondsOfDay(0, 17_517));
        assert_eq!(minutes.price_divisor, 1.0);
        assert!(plan("0;19650.02;19650.02;19505;19516.96;61", false, "trade.csv").is_err());
    }

    #[test]
    fn decimal_commas_are_found() {
        let plan = plan("Datum;Open;High;Low;Close\n02.01.2019;1,5;2,5;1,5;2,5", true, "x").unwrap();
        assert_eq!((plan.mark, plan.date_order), (DecimalMark::Comma, DateOrder::Dmy));
        assert!(plan.dates_are_labels);
        assert_eq!(plan.notes.last().unwrap().code, NoteCode::NoVolume);
    }

    #[test]
    fn what_may_be_two_things_is_refused() {
        let check = |text: &str, expect: &str| match plan(text, true, "x") {
            Err(NoPlan::Ambiguous(what)) => assert!(what.contains(expect), "{what}"),
            other => panic!("{other:?}"),
        };
        check(
            "Date;Open;High;Low;Close\n2019-01-02;1,500;2,500;1,500;2,500",
            "decimal mark",
        );
        check(
            "Date;Open;High;Low;Close\n2/1/2019;1;2;1;2\n3/1/2019;1;2;1;2",
            "date order",
        );
        let mut part = sample("Date;Open;High;Low;Close\n2/1/2019;1;2;1;2", true);
        part.complete = false;
        let found = Plan::new(&part, &ImportOptions::default(), "x", None);
        assert_eq!(found, Err(NoPlan::MoreDates(0)));
        let all = ["2/1/2019".to_owned(), "31/1/2019".to_owned()];
        let found = Plan::new(&part, &ImportOptions::default(), "x", Some(&all));
        assert_eq!(found.unwrap().date_order, DateOrder::Dmy);
    }
}
