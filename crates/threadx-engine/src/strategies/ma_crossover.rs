//! A fast moving average crossing a slow one.

use std::sync::Arc;

use threadx_error::BacktestError;
use threadx_indicators::Series;
use threadx_spec::{ParamSpec, Params, StrategySpec};

use crate::{
    IndicatorLine, LineCrossing, LineSignals, SignalStrategy, Signals, StrategyInput, strategy::bars_of,
};

/// Enters long where the fast average crosses above the slow one and leaves where it crosses below; short
/// is the mirror.
///
/// Source: the moving-average crossover rule of Brock, Lakonishok and `LeBaron`, "Simple Technical Trading
/// Rules and the Stochastic Properties of Stock Returns", Journal of Finance 47 (1992), without a band.
#[derive(Debug)]
pub(super) struct MaCrossover {
    spec: StrategySpec,
}

impl MaCrossover {
    pub(super) fn new() -> Self {
        let spec = StrategySpec::signal(
            "ma_crossover",
            1,
            "long where the fast average crosses above the slow one, out where it crosses below",
        )
        .details(
            "Long entry: the fast average crosses above the slow one. Long exit: it crosses below. Short \
             is the mirror. Source: Brock, Lakonishok and LeBaron, *Simple Technical Trading Rules and \
             the Stochastic Properties of Stock Returns* (1992), without a band.",
        )
        .param(ParamSpec::int(
            "fast_period",
            10,
            1..=5000,
            "bars in the fast average",
        ))
        .param(ParamSpec::int(
            "slow_period",
            30,
            2..=10_000,
            "bars in the slow average",
        ))
        .param(ParamSpec::name(
            "kind",
            "sma",
            &["sma", "ema", "wma"],
            "kind of both averages",
        ))
        .less("fast_period", "slow_period")
        .reads("sma")
        .reads("ema")
        .reads("wma");
        Self { spec }
    }
}

impl SignalStrategy for MaCrossover {
    fn spec(&self) -> &StrategySpec {
        &self.spec
    }

    fn warm_up(&self, params: &Params) -> Result<usize, BacktestError> {
        bars_of(params, "slow_period")
    }

    fn lines(&self, params: &Params) -> Vec<IndicatorLine> {
        let kind = params.name("kind").unwrap_or_default().to_owned();
        let average = |period: &str| {
            let period = params.get(period).map(|period| ("period", period.clone()));
            IndicatorLine::on_price(kind.clone(), period.into_iter().collect(), kind.clone())
        };
        vec![average("fast_period"), average("slow_period")]
    }

    fn signals(&self, input: &StrategyInput<'_>) -> Result<Signals, BacktestError> {
        Ok(lines(input)?.signals(input.bars()))
    }

    fn line_signals(&self, input: &StrategyInput<'_>) -> Result<Option<LineSignals>, BacktestError> {
        lines(input).map(Some)
    }
}

fn lines(input: &StrategyInput<'_>) -> Result<LineSignals, BacktestError> {
    let (fast, slow) = averages(input)?;
    let above = LineCrossing::above(fast, slow);
    let below = LineCrossing {
        above: false,
        ..above.clone()
    };
    Ok(LineSignals {
        long_entry: above.clone(),
        long_exit: below.clone(),
        short_entry: below,
        short_exit: above,
    })
}

/// The fast and the slow average.
fn averages(input: &StrategyInput<'_>) -> Result<(Arc<Series>, Arc<Series>), BacktestError> {
    let kind = input.name("kind")?;
    let average = |period: &str| {
        let params = Params::from_iter([("period", input.int(period)?)]);
        input.series(kind, &params, kind)
    };
    Ok((average("fast_period")?, average("slow_period")?))
}
