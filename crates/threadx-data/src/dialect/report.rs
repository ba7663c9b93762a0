//! How a file was read, for the report of its import.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Plan, time_columns::TimeColumns};
use crate::{DateOrder, DecimalMark};

/// How a file was read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DialectReport {
    /// The program or site that writes files like this one, as far as it can be told.
    pub name: String,
    /// The character between cells, if the file is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// Which column held what: its name in the file, or its number from 1.
    pub columns: BTreeMap<&'static str, String>,
    /// The order of day and month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_order: Option<DateOrder>,
    /// The decimal mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<DecimalMark>,
    /// What prices were divided by.
    pub price_divisor: f64,
}

impl DialectReport {
    pub(crate) fn new(name: &str, plan: &Plan) -> Self {
        let roles = &plan.roles;
        let text = plan.delimiter;
        let column = |column: usize| plan.column_name(column);
        let mut columns = BTreeMap::new();
        match roles.time {
            TimeColumns::One(time) | TimeColumns::MillisecondsOfDay(time, _) => {
                columns.insert("time", column(time));
            }
            TimeColumns::Close(time) => {
                columns.insert("close_time", column(time));
            }
            TimeColumns::DateAndClock(date, clock) => {
                columns.insert("date", column(date));
                columns.insert("time", column(clock));
            }
        }
        for (name, price) in ["open", "high", "low", "close"].into_iter().zip(roles.prices) {
            columns.insert(name, column(price));
        }
        let others = [
            ("volume", roles.volume),
            ("symbol", roles.symbol),
            ("time_compared", roles.check_time),
        ];
        for (name, other) in others {
            if let Some(other) = other {
                columns.insert(name, column(other));
            }
        }
        Self {
            name: name.to_owned(),
            delimiter: plan.delimiter.map(char::from),
            columns,
            date_order: text.map(|_| plan.date_order),
            decimal: text.map(|_| plan.mark),
            price_divisor: plan.price_divisor,
        }
    }
}
