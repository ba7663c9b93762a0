//! The request for a check of data.

use std::collections::BTreeSet;

use serde::Serialize;
use threadx_market::{Symbol, Timeframe, Timestamp};

use crate::{
    Check, DataBuilder, DeclaredCalendar, Request, RequestKind,
    fields::data as fields,
    raw::data::RawData,
    read::Scope,
    resolve::{dates, tokens, unique},
    valid::{Input, Resolve},
};

/// The request for a check of stored bars. Serialises to the canonical wire form.
///
/// ```
/// use threadx_request::{Check, DataRequest, RequestContext, Valid};
///
/// let text = r#"{"tokens": ["BTCUSDT", "ethusdt"], "timeframe": "1d", "start": "2019-01-01", "end": "2019-06-30"}"#;
/// let request = Valid::<DataRequest>::from_json(text, &RequestContext::open())?;
/// assert_eq!(request.tokens[1].as_str(), "ETHUSDT");
/// assert_eq!(request.checks.len(), Check::ALL.len());
/// # Ok::<(), threadx_error::ValidationError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DataRequest {
    /// Markets whose bars are checked: 1 to 100, no two the same.
    pub tokens: Vec<Symbol>,
    /// First open time that is included.
    pub start: Timestamp,
    /// First open time that is no longer included; after `start`.
    pub end: Timestamp,
    /// Interval of one bar.
    pub timeframe: Timeframe,
    /// What is checked; at least one.
    pub checks: BTreeSet<Check>,
    /// When the markets are open, as far as it is known.
    pub calendar: DeclaredCalendar,
}

impl DataRequest {
    /// A builder, which ends in the same rules as a document.
    #[must_use]
    pub fn builder() -> DataBuilder {
        DataBuilder::new()
    }
}

impl Request for DataRequest {
    const KIND: RequestKind = RequestKind::Data;
}

impl Resolve for DataRequest {
    fn resolve(input: Input<'_>) -> Option<Self> {
        let Input {
            root,
            context,
            violations: v,
        } = input;
        let scope = Scope::open(root, "", Self::KIND.fields(), Self::KIND.owner(), v)?;
        let raw = RawData::read(&scope, v);
        let tokens = tokens::list(raw.tokens.as_deref(), &fields::TOKENS, &scope, context, v);
        let timeframe = raw
            .timeframe
            .as_deref()
            .and_then(|text| Timeframe::parse(text).ok());
        let range = dates::range(
            (&fields::START, raw.start.as_ref()),
            (&fields::END, raw.end.as_ref()),
            timeframe,
            &scope,
            context,
            v,
        );
        let checks = match &raw.checks {
            None => Check::ALL.to_vec(),
            Some(checks) => {
                let items = scope.items(&fields::CHECKS, v)?;
                let (known, items): (Vec<Check>, Vec<_>) = checks
                    .iter()
                    .zip(items)
                    .filter_map(|(check, item)| Some(((*check)?, item)))
                    .unzip();
                unique(known.iter().map(|check| (*check, check.to_string())), &items, v);
                known
            }
        };
        let (start, end) = range?;
        Some(Self {
            tokens: tokens?,
            start,
            end,
            timeframe: timeframe?,
            checks: checks.into_iter().collect(),
            calendar: raw.calendar.unwrap_or_default(),
        })
    }
}
