//! The request for indicators.

use serde::Serialize;
use threadx_market::{Symbol, Timeframe, Timestamp};
use threadx_spec::Params;

use crate::{
    IndicatorBuilder, Request, RequestKind,
    fields::indicators as fields,
    raw::indicators::RawIndicators,
    read::Scope,
    resolve::{calls, dates, tokens},
    valid::{Input, Resolve},
};

/// The request for indicators over one range of bars. Serialises to the canonical wire form.
///
/// ```
/// use threadx_request::{IndicatorRequest, RequestContext, Valid};
///
/// let text = r#"{"token": "BTCUSDT", "timeframe": "1d", "start_date": "2019-01-01", "end_date": "2019-06-30",
///                "indicators": [{"name": "sma", "params": {"period": 20}}, {"name": "obv"}]}"#;
/// let request = Valid::<IndicatorRequest>::from_json(text, &RequestContext::open())?;
/// assert_eq!(request.indicators[0].params.int("period"), Some(20));
/// # Ok::<(), threadx_error::ValidationError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct IndicatorRequest {
    /// Market whose bars are read.
    pub token: Symbol,
    /// Interval of one bar.
    pub timeframe: Timeframe,
    /// First open time that is included.
    pub start_date: Timestamp,
    /// First open time that is no longer included; after `start_date`.
    pub end_date: Timestamp,
    /// What to compute: 1 to 100, no two the same.
    pub indicators: Vec<IndicatorCall>,
}

/// One indicator with its parameters.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct IndicatorCall {
    /// Name of the indicator.
    pub name: String,
    /// All parameters, the defaults filled in; only the given ones if the indicator was not known.
    pub params: Params,
}

impl IndicatorRequest {
    /// A builder, which ends in the same rules as a document.
    #[must_use]
    pub fn builder() -> IndicatorBuilder {
        IndicatorBuilder::new()
    }
}

impl Request for IndicatorRequest {
    const KIND: RequestKind = RequestKind::Indicators;
}

impl Resolve for IndicatorRequest {
    fn resolve(input: Input<'_>) -> Option<Self> {
        let Input {
            root,
            context,
            violations: v,
        } = input;
        let scope = Scope::open(root, "", Self::KIND.fields(), Self::KIND.owner(), v)?;
        let raw = RawIndicators::read(&scope, v);
        let token = tokens::of_field(raw.token.as_deref(), &fields::TOKEN, &scope, context, v);
        let timeframe = raw
            .timeframe
            .as_deref()
            .and_then(|text| Timeframe::parse(text).ok());
        let range = dates::range(
            (&fields::START_DATE, raw.start_date.as_ref()),
            (&fields::END_DATE, raw.end_date.as_ref()),
            timeframe,
            &scope,
            context,
            v,
        );
        let indicators = calls::resolve(raw.indicators.as_deref()?, &scope, context, v);
        let (start_date, end_date) = range?;
        Some(Self {
            token: token?,
            timeframe: timeframe?,
            start_date,
            end_date,
            indicators: indicators?,
        })
    }
}
