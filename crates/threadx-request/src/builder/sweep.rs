//! The builder of a sweep.

use threadx_spec::{Criterion, ParamValue, SampleMethod, WalkForward};

use super::{builder, run_setters, setters};
use crate::Value;

builder! {
    /// Builds a [`SweepRequest`](crate::SweepRequest) field by field; what is not set takes its default.
    ///
    /// ```
    /// use threadx_market::{Timeframe, Timestamp};
    /// use threadx_request::{RequestContext, SweepRequest};
    /// use threadx_spec::Metric;
    ///
    /// let request = SweepRequest::builder()
    ///     .token("BTCUSDT")
    ///     .timeframe(Timeframe::H1)
    ///     .strategy("ma_crossover")
    ///     .start_date(Timestamp::parse("2019-01-01")?)
    ///     .end_date(Timestamp::parse("2019-06-30")?)
    ///     .range("fast_period", 5, 50, 5)
    ///     .values("kind", ["sma", "ema"])
    ///     .criteria([Metric::SortinoRatio])
    ///     .build(&RequestContext::open())?;
    /// assert_eq!(request.param_grid.combinations(), 20);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    SweepBuilder for SweepRequest
}

impl SweepBuilder {
    run_setters!();

    setters! {
        max_combinations: u64, "Sets the most combinations that the grid may give, at least 1.";
        top_n: usize, "Sets how many of the best are listed, at least 1.";
        luck: bool, "Sets whether to look if the best is luck.";
        r#where: &str, "Sets the condition that combinations meet; the others are skipped.";
    }

    /// Sets by what combinations are ranked, the most important first.
    #[must_use]
    pub fn criteria<C: Into<Criterion>>(mut self, criteria: impl IntoIterator<Item = C>) -> Self {
        let criteria: Vec<Criterion> = criteria.into_iter().map(Into::into).collect();
        self.document.set("criteria", criteria);
        self
    }

    /// Varies a parameter over these values.
    #[must_use]
    pub fn values<V: Into<ParamValue>>(mut self, name: &str, values: impl IntoIterator<Item = V>) -> Self {
        let values: Vec<ParamValue> = values.into_iter().map(Into::into).collect();
        self.document.set_in("param_grid", name, values);
        self
    }

    /// Varies a parameter from `min` to `max`, both included, in steps of `step`.
    #[must_use]
    pub fn range<V: Into<ParamValue>>(mut self, name: &str, min: V, max: V, step: V) -> Self {
        let ends = [("min", min.into()), ("max", max.into()), ("step", step.into())];
        self.document.set_in("param_grid", name, Value::map(ends));
        self
    }

    /// Evaluates only `n` combinations, at least 1, drawn at random by `seed`.
    #[must_use]
    pub fn sample(mut self, n: u64, seed: u64) -> Self {
        self.document
            .set("sample", Value::map([("n", n), ("seed", seed)]));
        self
    }

    /// Sets how a sample is drawn.
    #[must_use]
    pub fn sample_method(mut self, method: SampleMethod) -> Self {
        self.document.set_in("sample", "method", method.as_str());
        self
    }

    /// Looks at a coarse lattice first, then closer and closer around the best `keep`.
    #[must_use]
    pub fn narrow(mut self, keep: u64) -> Self {
        self.document.set("narrow", Value::map([("keep", keep)]));
        self
    }

    /// Chooses parameters in one window of time after the other and trades each choice in the window behind it.
    #[must_use]
    pub fn walk_forward(mut self, windows: WalkForward) -> Self {
        let WalkForward {
            train,
            test,
            anchored,
            purge,
            embargo,
        } = windows;
        let mut set = |name: &str, value: Value| self.document.set_in("walk_forward", name, value);
        set("train", train.to_string().into());
        set("test", test.to_string().into());
        set("anchored", anchored.into());
        set("purge", purge.into());
        set("embargo", embargo.into());
        self
    }

    /// Leaves out what follows `patience` combinations in a row without a new best.
    #[must_use]
    pub fn early_stop(mut self, patience: u64) -> Self {
        self.document
            .set("early_stop", Value::map([("patience", patience)]));
        self
    }
}
