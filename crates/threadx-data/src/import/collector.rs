//! Takes the bars of a file's rows one by one and looks at what each reader would have to look at.

use std::io;

use threadx_error::RowProblem;
use threadx_market::{Bars, Timestamp};

use super::{
    order::Order,
    row_store::{Row, RowStore},
};
use crate::{moment::DAY, spacing::Spacings};

/// Problems that are kept to be shown.
const PROBLEMS_MAX: usize = 20;

/// Takes the bars of a file's rows one by one.
#[derive(Debug)]
pub(crate) struct Collector {
    /// The kind of place that a row has: "line" or "row".
    pub(crate) place_name: &'static str,
    /// Rows so far, bars or not.
    pub(crate) rows: u64,
    pub(crate) store: RowStore,
    pub(crate) order: Order,
    pub(crate) spacings: Spacings,
    pub(crate) problems: Problems,
    /// Bars stamped at midnight UTC of the last day of a month.
    month_ends: u64,
}

/// Rows that are no bars.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    pub(crate) count: u64,
    pub(crate) first: Vec<RowProblem>,
}

impl Collector {
    pub(crate) fn new(place_name: &'static str) -> Self {
        Self {
            place_name,
            rows: 0,
            store: RowStore::default(),
            order: Order::new(place_name),
            spacings: Spacings::default(),
            problems: Problems::default(),
            month_ends: 0,
        }
    }

    /// Takes a row, which is a bar if it keeps the rules of bars. `column` names that of one of its values.
    #[inline]
    pub(crate) fn bar(
        &mut self,
        place: u64,
        time: i64,
        values: [f64; 5],
        column: impl FnOnce(usize) -> Option<String>,
    ) -> io::Result<()> {
        self.rows += 1;
        if let Some(rule) = Bars::broken_rule(values) {
            // Values that are wrong by themselves come before those that contradict each other.
            let alone = values.into_iter().enumerate().position(|(index, value)| {
                !(value.is_finite() && (value > 0.0 || (index == 4 && value == 0.0)))
            });
            self.add_problem(self.problem(place, alone.and_then(column), rule));
            return Ok(());
        }
        if time % DAY == 0 && is_month_end(time) {
            self.month_ends += 1;
        }
        self.order.add(place, time);
        self.spacings.add(time);
        self.store.push(Row { place, time, values })
    }

    /// Takes a row that is no bar.
    pub(crate) fn no_bar(&mut self, problem: RowProblem) {
        self.rows += 1;
        self.add_problem(problem);
    }

    fn add_problem(&mut self, problem: RowProblem) {
        self.problems.count += 1;
        if self.problems.first.len() < PROBLEMS_MAX {
            self.problems.first.push(problem);
        }
    }

    /// What is wrong with a row, or with one column of it.
    pub(crate) fn problem(&self, place: u64, column: Option<String>, problem: String) -> RowProblem {
        RowProblem {
            place: format!("{} {place}", self.place_name),
            column,
            problem,
        }
    }

    /// Counts the spacings anew, between bars that are neighbours in time.
    pub(crate) fn count_sorted_spacings(&mut self) -> io::Result<()> {
        let mut rows = self.store.sorted()?;
        self.spacings = Spacings::default();
        while let Some(row) = rows.next()? {
            self.spacings.add(row.time);
        }
        Ok(())
    }

    /// Whether every bar is stamped at midnight UTC of the last day of a month.
    pub(crate) fn all_month_ends(&self) -> bool {
        self.store.len() > 0 && self.month_ends == self.store.len()
    }
}

fn is_month_end(midnight: i64) -> bool {
    let next = Timestamp::from_nanoseconds(midnight.saturating_add(DAY));
    next.to_datetime().day() == 1
}
