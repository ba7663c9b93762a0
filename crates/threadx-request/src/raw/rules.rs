//! Rules for garde. What they find is explained by the table of fields, so they tell no reason.

use threadx_market::{Span, Symbol, Timeframe};

use crate::{
    field::{Field, Kind},
    read::RawTime,
};

fn rule(holds: bool) -> garde::Result {
    if holds {
        Ok(())
    } else {
        Err(garde::Error::new("breaks the rule of its field"))
    }
}

/// Finite and within the field's interval; garde's own `range` lets NaN through and has no excluded ends.
pub(super) fn within(field: &'static Field) -> impl FnOnce(&Option<f64>, &()) -> garde::Result {
    move |value, ()| match (value, &field.kind) {
        (Some(value), Kind::Number(interval)) => rule(interval.contains(*value)),
        _ => Ok(()),
    }
}

pub(super) fn of_symbol(text: &str, (): &()) -> garde::Result {
    rule(Symbol::parse(text).is_ok())
}

pub(super) fn of_timeframe(text: &str, (): &()) -> garde::Result {
    rule(Timeframe::parse(text).is_ok())
}

pub(super) fn of_span(text: &str, (): &()) -> garde::Result {
    rule(Span::parse(text).is_some())
}

pub(super) fn of_timestamp(time: &RawTime, (): &()) -> garde::Result {
    rule(time.parse().is_ok())
}
