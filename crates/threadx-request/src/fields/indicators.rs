//! The fields of a request for indicators.

use super::token;
use crate::field::{Field, Kind, ListRule, Literal, Presence};

const CALLS: ListRule = ListRule {
    item: Kind::Object(CALL),
    min: 1,
    max: 100,
    unique: true,
};

pub(crate) static TOKEN: Field = token("Market whose bars are read; trimmed and upper-cased");
pub(crate) static TIMEFRAME: Field = Field::required(
    "timeframe",
    Kind::Timeframe,
    "Interval of one bar; `m` is minutes, `M` a calendar month",
);
pub(crate) static START_DATE: Field = Field::required(
    "start_date",
    Kind::Timestamp,
    "First open time that is included; a date alone is its midnight UTC",
);
pub(crate) static END_DATE: Field = Field::required(
    "end_date",
    Kind::Timestamp,
    "First open time that is no longer included; after `start_date`",
);
pub(crate) static CALLS_OF_REQUEST: Field = Field::required(
    "indicators",
    Kind::List(&CALLS),
    "Indicators to compute, no two the same",
);

pub(crate) static INDICATORS: &[&Field] = &[&TOKEN, &TIMEFRAME, &START_DATE, &END_DATE, &CALLS_OF_REQUEST];

/// The fields of one indicator.
pub(crate) const CALL: &[&Field] = &[&NAME, &PARAMS];

pub(crate) static NAME: Field = Field::required("name", Kind::Indicator, "Name of the indicator");
pub(crate) static PARAMS: Field = Field {
    presence: Presence::Default(Literal::EmptyMap),
    ..Field::optional(
        "params",
        Kind::Params,
        "Parameters of the indicator by name; those that are not given take the indicator's defaults",
    )
};
