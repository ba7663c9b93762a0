//! The raw model of a request for a check of data.

use garde::Validate;

use super::rules::{of_symbol, of_timeframe, of_timestamp};
use crate::{
    Check, DeclaredCalendar,
    fields::data as fields,
    read::{self, RawTime, Scope},
    violations::Violations,
};

/// A request for a check of data as it was given, its types right and nothing else known.
#[derive(Debug, Validate)]
pub(crate) struct RawData {
    #[garde(
        length(min = fields::TOKENS.shortest(), max = fields::TOKENS.longest()),
        inner(inner(inner(custom(of_symbol))))
    )]
    pub(crate) tokens: Option<Vec<Option<String>>>,
    #[garde(inner(custom(of_timestamp)))]
    pub(crate) start: Option<RawTime>,
    #[garde(inner(custom(of_timestamp)))]
    pub(crate) end: Option<RawTime>,
    #[garde(inner(custom(of_timeframe)))]
    pub(crate) timeframe: Option<String>,
    #[garde(length(min = fields::CHECKS.shortest(), max = fields::CHECKS.longest()))]
    pub(crate) checks: Option<Vec<Option<Check>>>,
    #[garde(skip)]
    pub(crate) calendar: Option<DeclaredCalendar>,
}

impl RawData {
    pub(crate) fn read(scope: &Scope<'_>, v: &mut Violations) -> Self {
        let names = Check::ALL.map(|check| (check.as_str(), check));
        let raw = Self {
            tokens: scope.texts(&fields::TOKENS, v),
            start: scope.time(&fields::START, v),
            end: scope.time(&fields::END, v),
            timeframe: scope.text(&fields::TIMEFRAME, v),
            checks: scope.choices(&fields::CHECKS, &names, v),
            calendar: scope.choice(&fields::CALENDAR, &DeclaredCalendar::NAMES, v),
        };
        read::blame(raw.validate(), scope, v);
        raw
    }
}
