//! How the rows of one file are read.

use super::{
    average_price,
    date_order::{Told, date_order},
    decimal::{decimal, mark_of},
    header_zone::{NamedZone, named_zone},
    kinds::ColumnKinds,
    lean, nameless,
    price_order::price_order,
    roles::{self, Roles},
    sample::Sample,
    time_columns::TimeColumns,
};
use crate::{
    DateOrder, DecimalMark, ImportOptions, Note, NoteCode,
    moment::{DAY, Moment, clock_time, moment},
};

/// How the rows of one file are read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    /// The byte between cells, if the file is text.
    pub(crate) delimiter: Option<u8>,
    /// Cells in a row.
    pub(crate) width: usize,
    pub(crate) names: Vec<String>,
    pub(crate) roles: Roles,
    pub(crate) date_order: DateOrder,
    pub(crate) mark: DecimalMark,
    pub(crate) price_divisor: f64,
    pub(crate) midnights: Midnights,
    /// What the name of the column says about the zone of stamps that do not say theirs.
    pub(crate) zone: NamedZone,
    /// Whether the rows run backwards.
    pub(crate) descending: bool,
    pub(crate) notes: Vec<Note>,
}

/// Whether the stamps of a file are all midnights, as those of daily bars are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Midnights {
    /// Not all.
    No,
    /// All, of clocks whose zone is not said: labels of days.
    Labels,
    /// All, at an offset from UTC that is said.
    AtOffset,
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
        let midnights = midnights(&times);
        let zone = zone_of_name(&names, &roles);
        if let NamedZone::Unclear(what) = &zone
            && midnights == Midnights::No
            && options.timezone.is_none()
            && times.iter().any(|time| matches!(time, Moment::Local(_)))
        {
            return Err(NoPlan::Ambiguous(format!(
                "the stamps are in {what}, which several clocks are called; say which with a time zone"
            )));
        }
        if roles.nameless {
            order_prices(sample, &mut roles, mark, descending, &mut notes)?;
            roles.volume = average_price::volume_behind(sample, &kinds, &roles, mark).or(roles.volume);
        }
        let price_divisor = options
            .price_divisor
            .unwrap_or_else(|| lean::price_divisor(sample, &roles));
        let plan = Self {
            delimiter: sample.delimiter,
            width: sample.width,
            names,
            roles,
            date_order,
            mark,
            price_divisor,
            midnights,
            zone,
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
        let split = (0..names.len()).find(|column| {
            let next = &kinds[column + 1];
            kinds[*column].is_dates() && (next.is_clocks() || next.are_padded_clocks(true))
        });
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
        nameless::without_names(
            kinds,
            lean::leading_date(file_name),
            lean::is_milliseconds_of_day(sample),
        )
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
        Some(all) => date_order(&all.iter().map(String::as_str)),
        None => date_order(&sample.column(column)),
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

/// The zone that the names of the columns of the stamp tell.
fn zone_of_name(names: &[String], roles: &Roles) -> NamedZone {
    let zone = |column: usize| names.get(column).map_or(NamedZone::None, |name| named_zone(name));
    match roles.time {
        TimeColumns::One(column) | TimeColumns::Close(column) => zone(column),
        TimeColumns::DateAndClock(date, clock) => match zone(date) {
            NamedZone::None => zone(clock),
            told => told,
        },
        TimeColumns::MillisecondsOfDay(..) => NamedZone::None,
    }
}

/// The stamps of the sample as far as they can be read.
fn sample_times(sample: &Sample, roles: &Roles, order: DateOrder) -> Vec<Moment> {
    let read = |row: &Vec<String>| {
        let at = |column: usize| moment(row.get(column)?.as_bytes(), order);
        match roles.time {
            TimeColumns::One(column) | TimeColumns::Close(column) => at(column),
            TimeColumns::DateAndClock(date, clock) => match at(date)? {
                Moment::Date(day) => Some(Moment::Local(
                    day.checked_add(clock_time(row.get(clock)?.as_bytes())?)?,
                )),
                _ => None,
            },
            TimeColumns::MillisecondsOfDay(column, _) => row.get(column)?.parse().ok().map(Moment::Local),
        }
    };
    sample.rows.iter().filter_map(read).collect()
}

fn midnights(times: &[Moment]) -> Midnights {
    if times.is_empty() {
        return Midnights::No;
    }
    let label = |time: &Moment| matches!(time, Moment::Date(at) | Moment::Local(at) if at % DAY == 0);
    let at_offset = |time: &Moment| matches!(time, Moment::Instant(at, offset) if (at + offset) % DAY == 0);
    let elsewhere = |time: &Moment| matches!(time, Moment::Instant(_, offset) if *offset != 0);
    if times.iter().all(label) {
        Midnights::Labels
    } else if times.iter().all(at_offset) && times.iter().any(elsewhere) {
        Midnights::AtOffset
    } else {
        Midnights::No
    }
}

fn is_descending(times: &[Moment]) -> bool {
    let times: Vec<i64> = times
        .iter()
        .map(|time| match *time {
            Moment::Epoch(at, _) | Moment::Instant(at, _) | Moment::Local(at) | Moment::Date(at) => at,
        })
        .collect();
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
        assert_eq!(plan.midnights, Midnights::Labels);
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
