//! The builder of a request for indicators.

use threadx_market::{Timeframe, Timestamp};
use threadx_spec::Params;

use super::{builder, setters};
use crate::Value;

builder! {
    /// Builds an [`IndicatorRequest`](crate::IndicatorRequest) field by field.
    ///
    /// ```
    /// use threadx_market::{Timeframe, Timestamp};
    /// use threadx_request::{IndicatorRequest, RequestContext};
    /// use threadx_spec::Params;
    ///
    /// let request = IndicatorRequest::builder()
    ///     .token("BTCUSDT")
    ///     .timeframe(Timeframe::D1)
    ///     .start_date(Timestamp::parse("2019-01-01")?)
    ///     .end_date(Timestamp::parse("2019-06-30")?)
    ///     .indicator("sma", Params::from_iter([("period", 20)]))
    ///     .indicator("obv", Params::new())
    ///     .build(&RequestContext::open())?;
    /// assert_eq!(request.indicators.len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    IndicatorBuilder for IndicatorRequest
}

impl IndicatorBuilder {
    setters! {
        token: &str, "Sets the market whose bars are read.";
        timeframe: Timeframe, "Sets the interval of one bar.";
        start_date: Timestamp, "Sets the first open time that is included.";
        end_date: Timestamp, "Sets the first open time that is no longer included.";
    }

    /// Adds an indicator.
    #[must_use]
    pub fn indicator(mut self, name: &str, params: Params) -> Self {
        let call = Value::map([("name", Value::from(name)), ("params", Value::from(params))]);
        self.document.push("indicators", call);
        self
    }
}
