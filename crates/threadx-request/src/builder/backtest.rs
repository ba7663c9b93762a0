//! The builder of a backtest.

use threadx_spec::{ParamValue, Params};

use super::{builder, run_setters, setters};

builder! {
    /// Builds a [`BacktestRequest`](crate::BacktestRequest) field by field; what is not set takes its default.
    ///
    /// ```
    /// use threadx_market::{Timeframe, Timestamp};
    /// use threadx_request::{BacktestRequest, RequestContext};
    /// use threadx_spec::{Direction, Sizing};
    ///
    /// let request = BacktestRequest::builder()
    ///     .token("BTCUSDT")
    ///     .timeframe(Timeframe::H1)
    ///     .strategy("ma_crossover")
    ///     .start_date(Timestamp::parse("2019-01-01")?)
    ///     .end_date(Timestamp::parse("2019-06-30")?)
    ///     .param("fast_period", 12)
    ///     .direction(Direction::Both)
    ///     .sizing(Sizing::Fraction(0.5))
    ///     .stop_loss(0.05)
    ///     .build(&RequestContext::open())?;
    /// assert_eq!(request.params.int("fast_period"), Some(12));
    ///
    /// let error = BacktestRequest::builder().fee_rate(f64::NAN).build(&RequestContext::open()).unwrap_err();
    /// assert_eq!(error.violations()[1].to_string(), "fee_rate must be a finite number, got NaN");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    BacktestBuilder for BacktestRequest
}

impl BacktestBuilder {
    run_setters!();

    setters! {
        params: Params, "Sets all parameters of the strategy at once.";
    }

    /// Sets one parameter of the strategy.
    #[must_use]
    pub fn param(mut self, name: &str, value: impl Into<ParamValue>) -> Self {
        self.document.set_in("params", name, value.into());
        self
    }
}
