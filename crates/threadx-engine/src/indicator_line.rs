//! What a chart of a strategy draws.

use std::borrow::Cow;

use threadx_spec::Params;

/// An output of an indicator that a chart of a strategy draws beside its trades.
#[derive(Debug, Clone, PartialEq)]
pub struct IndicatorLine {
    /// The indicator.
    pub indicator: Cow<'static, str>,
    /// Its parameters.
    pub params: Params,
    /// Its output.
    pub output: Cow<'static, str>,
    /// Whether it is on the scale of the price.
    pub on_price: bool,
    /// Levels of its scale that the strategy looks at.
    pub levels: Vec<f64>,
}

impl IndicatorLine {
    /// A line on the scale of the price.
    pub fn on_price(
        indicator: impl Into<Cow<'static, str>>,
        params: Params,
        output: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            indicator: indicator.into(),
            params,
            output: output.into(),
            on_price: true,
            levels: Vec::new(),
        }
    }

    /// A line on a scale of its own, with the levels that the strategy looks at.
    pub fn apart(
        indicator: impl Into<Cow<'static, str>>,
        params: Params,
        output: impl Into<Cow<'static, str>>,
        levels: Vec<f64>,
    ) -> Self {
        Self {
            on_price: false,
            levels,
            ..Self::on_price(indicator, params, output)
        }
    }
}
