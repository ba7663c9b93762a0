//! Back to the middle of the Bollinger bands.

use std::sync::Arc;

use threadx_error::BacktestError;
use threadx_spec::{ParamSpec, Params, StrategySpec};

use crate::{
    IndicatorLine, LineCrossing, LineSignals, SharedLine, SignalStrategy, Signals, StrategyInput,
    strategy::bars_of,
};

/// Enters long where the close crosses below the lower band and leaves where it crosses above the middle;
/// short enters where it crosses above the upper band and leaves where it crosses below the middle.
///
/// Source: the bands are those of John Bollinger, "Bollinger on Bollinger Bands" (2001), with the
/// population deviation.
#[derive(Debug)]
pub(super) struct BollingerReversion {
    spec: StrategySpec,
}

impl BollingerReversion {
    pub(super) fn new() -> Self {
        let spec = StrategySpec::signal(
            "bollinger_reversion",
            1,
            "long where the close crosses below the lower band, out where it crosses above the middle",
        )
        .details(
            "Long entry: the close crosses below the lower band. Long exit: it crosses above the middle \
             band. Short entry: the close crosses above the upper band; short exit: it crosses below the \
             middle band. Source: the bands of John Bollinger, *Bollinger on Bollinger Bands* (2001), \
             with the population deviation.",
        )
        .param(ParamSpec::int("period", 20, 2..=5000, "bars in the bands"))
        .param(ParamSpec::positive(
            "std",
            2.0,
            100.0,
            "deviations from the middle to a band",
        ))
        .reads("bbands");
        Self { spec }
    }
}

impl SignalStrategy for BollingerReversion {
    fn spec(&self) -> &StrategySpec {
        &self.spec
    }

    fn warm_up(&self, params: &Params) -> Result<usize, BacktestError> {
        bars_of(params, "period")
    }

    fn lines(&self, params: &Params) -> Vec<IndicatorLine> {
        let band = |output: &'static str| IndicatorLine::on_price("bbands", params.clone(), output);
        vec![band("upper"), band("middle"), band("lower")]
    }

    fn signals(&self, input: &StrategyInput<'_>) -> Result<Signals, BacktestError> {
        Ok(lines(input)?.signals(input.bars()))
    }

    fn line_signals(&self, input: &StrategyInput<'_>) -> Result<Option<LineSignals>, BacktestError> {
        lines(input).map(Some)
    }
}

/// The bands are made of the mean and the deviation tile by tile: no series for each width.
fn lines(input: &StrategyInput<'_>) -> Result<LineSignals, BacktestError> {
    let params = Params::from_iter([("period", input.int("period")?)]);
    let std = input.float("std")?;
    let middle = input.series("sma", &params, "sma")?;
    let deviation = input.series("stddev", &params, "stddev")?;
    let band = |times| SharedLine::Band {
        middle: Arc::clone(&middle),
        deviation: Arc::clone(&deviation),
        times,
    };
    let long_exit = LineCrossing::above(SharedLine::Close, Arc::clone(&middle));
    Ok(LineSignals {
        long_entry: LineCrossing::below(SharedLine::Close, band(-std)),
        short_entry: LineCrossing::above(SharedLine::Close, band(std)),
        short_exit: LineCrossing {
            above: false,
            ..long_exit.clone()
        },
        long_exit,
    })
}
