//! The builder of a request for a check of data.

use threadx_market::{Timeframe, Timestamp};

use super::{builder, setters};
use crate::{Check, DeclaredCalendar};

builder! {
    /// Builds a [`DataRequest`](crate::DataRequest) field by field; what is not set takes its default.
    ///
    /// ```
    /// use threadx_market::{Timeframe, Timestamp};
    /// use threadx_request::{Check, DataRequest, RequestContext};
    ///
    /// let request = DataRequest::builder()
    ///     .tokens(vec!["BTCUSDT"])
    ///     .timeframe(Timeframe::D1)
    ///     .start(Timestamp::parse("2019-01-01")?)
    ///     .end(Timestamp::parse("2019-06-30")?)
    ///     .checks(vec![Check::Gaps])
    ///     .build(&RequestContext::open())?;
    /// assert!(request.checks.contains(&Check::Gaps));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    DataBuilder for DataRequest
}

impl DataBuilder {
    setters! {
        tokens: Vec<&str>, "Sets the markets whose bars are checked, 1 to 100.";
        timeframe: Timeframe, "Sets the interval of one bar.";
        start: Timestamp, "Sets the first open time that is included.";
        end: Timestamp, "Sets the first open time that is no longer included.";
        checks: Vec<Check>, "Sets what is checked.";
        calendar: DeclaredCalendar, "Sets when the markets are open.";
    }
}
