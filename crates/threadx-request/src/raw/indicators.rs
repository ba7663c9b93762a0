//! The raw model of a request for indicators.

use garde::Validate;

use super::rules::{of_symbol, of_timeframe, of_timestamp};
use crate::{
    fields::indicators as fields,
    read::{self, RawTime, Scope},
    violations::Violations,
};

/// A request for indicators as it was given, its types right and nothing else known.
#[derive(Debug, Validate)]
pub(crate) struct RawIndicators<'d> {
    #[garde(inner(custom(of_symbol)))]
    pub(crate) token: Option<String>,
    #[garde(inner(custom(of_timeframe)))]
    pub(crate) timeframe: Option<String>,
    #[garde(inner(custom(of_timestamp)))]
    pub(crate) start_date: Option<RawTime>,
    #[garde(inner(custom(of_timestamp)))]
    pub(crate) end_date: Option<RawTime>,
    #[garde(length(min = fields::CALLS_OF_REQUEST.shortest(), max = fields::CALLS_OF_REQUEST.longest()))]
    pub(crate) indicators: Option<Vec<RawCall<'d>>>,
}

/// One indicator as it was given.
#[derive(Debug)]
pub(crate) struct RawCall<'d> {
    /// `None` if the item is no object.
    pub(crate) scope: Option<Scope<'d>>,
    pub(crate) name: Option<String>,
}

impl<'d> RawIndicators<'d> {
    pub(crate) fn read(scope: &Scope<'d>, v: &mut Violations) -> Self {
        let raw = Self {
            token: scope.text(&fields::TOKEN, v),
            timeframe: scope.text(&fields::TIMEFRAME, v),
            start_date: scope.time(&fields::START_DATE, v),
            end_date: scope.time(&fields::END_DATE, v),
            indicators: scope.items(&fields::CALLS_OF_REQUEST, v).map(|items| {
                items
                    .into_iter()
                    .map(|item| {
                        let scope = Scope::open(item.node, &item.path, fields::CALL, "an indicator", v);
                        let name = scope.as_ref().and_then(|scope| scope.text(&fields::NAME, v));
                        RawCall { scope, name }
                    })
                    .collect()
            }),
        };
        read::blame(raw.validate(), scope, v);
        raw
    }
}
