//! The kinds of values that fields take.

use super::{Field, Interval, Whole};
use crate::fields;

/// What values a field takes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Boolean,
    Number(Interval),
    Whole(Whole),
    /// One of these names.
    Choice(fn() -> Vec<&'static str>),
    /// A metric, and which end of it is better.
    Criterion,
    /// A market symbol.
    Token,
    Timeframe,
    Timestamp,
    /// The name of a strategy.
    Strategy,
    /// The name of an indicator.
    Indicator,
    /// A path in the file system.
    Path,
    /// A length of time.
    Span,
    /// A condition on the strategy's parameters.
    Constraint,
    /// Parameters of the strategy or indicator that the object names.
    Params,
    /// Values or ranges of the strategy's parameters.
    Grid,
    Sizing,
    List(&'static ListRule),
    /// An object with these fields.
    Object(&'static [&'static Field]),
}

/// The rules of a list.
#[derive(Debug)]
pub(crate) struct ListRule {
    pub(crate) item: Kind,
    pub(crate) min: usize,
    pub(crate) max: usize,
    /// Whether no item may stand twice.
    pub(crate) unique: bool,
}

impl Kind {
    /// The fields of an object's kind; none for the others.
    pub(crate) const fn fields(&self) -> &'static [&'static Field] {
        match self {
            Self::Object(fields) => fields,
            Self::Sizing => fields::SIZING,
            _ => &[],
        }
    }

    /// What the value must be, as it stands behind "must be".
    pub(crate) const fn expected(&self) -> &'static str {
        match self {
            Self::Boolean => "true or false",
            Self::Number(_) => "a number",
            Self::Whole(_) => "a whole number",
            Self::Timestamp => "a timestamp as text or a whole number",
            Self::Choice(_)
            | Self::Criterion
            | Self::Token
            | Self::Timeframe
            | Self::Strategy
            | Self::Indicator
            | Self::Path
            | Self::Span
            | Self::Constraint => "text",
            Self::Sizing => "\"all_in\" or an object with one entry",
            Self::List(_) => "a list",
            Self::Params | Self::Grid | Self::Object(_) => "an object",
        }
    }
}
