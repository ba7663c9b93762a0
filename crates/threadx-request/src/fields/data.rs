//! The fields of a request for a check of data.

use crate::{
    Check, DeclaredCalendar,
    field::{Field, Kind, ListRule, Literal, Presence},
};

const DATA_TOKENS: ListRule = ListRule {
    item: Kind::Token,
    min: 1,
    max: 100,
    unique: true,
};

const CHECK_NAMES: ListRule = ListRule {
    item: Kind::Choice(|| Check::ALL.map(Check::as_str).to_vec()),
    min: 1,
    max: Check::ALL.len(),
    unique: true,
};

pub(crate) static TOKENS: Field = Field::required(
    "tokens",
    Kind::List(&DATA_TOKENS),
    "Markets whose bars are checked; trimmed and upper-cased",
);
pub(crate) static START: Field = Field::required(
    "start",
    Kind::Timestamp,
    "First open time that is included; a date alone is its midnight UTC",
);
pub(crate) static END: Field = Field::required(
    "end",
    Kind::Timestamp,
    "First open time that is no longer included; after `start`",
);
pub(crate) static TIMEFRAME: Field = Field::required(
    "timeframe",
    Kind::Timeframe,
    "Interval of one bar; `m` is minutes, `M` a calendar month",
);
pub(crate) static CHECKS: Field = Field {
    presence: Presence::Default(Literal::Names(|| Check::ALL.map(Check::as_str).to_vec())),
    ..Field::optional("checks", Kind::List(&CHECK_NAMES), "What is checked")
};

pub(crate) static CALENDAR: Field = Field::choice(
    "calendar",
    || DeclaredCalendar::NAMES.map(|(name, _)| name).to_vec(),
    "auto",
    "When the markets are open, so that a hole is a gap: `auto` tells it from the bars, `always` knows no closing, `weekdays` closes on \
     Saturday and Sunday (UTC), `sessions` in the hours of the week without bars",
);

pub(crate) static DATA: &[&Field] = &[&TOKENS, &START, &END, &TIMEFRAME, &CHECKS, &CALENDAR];
