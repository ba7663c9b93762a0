//! Crossing of the MACD and its signal line.

use threadx_error::BacktestError;
use threadx_spec::{ParamSpec, Params, StrategySpec};

use crate::{
    IndicatorLine, LineCrossing, LineSignals, SignalStrategy, Signals, StrategyInput, strategy::bars_of,
};

/// Enters long where the MACD crosses above its signal line and leaves where it crosses below; short is the
/// mirror.
///
/// Source: Gerald Appel, "The Moving Average Convergence-Divergence Trading Method" (1979).
#[derive(Debug)]
pub(super) struct MacdCross {
    spec: StrategySpec,
}

impl MacdCross {
    pub(super) fn new() -> Self {
        let spec = StrategySpec::signal(
            "macd_cross",
            1,
            "long where the MACD crosses above its signal line, out where it crosses below",
        )
        .details(
            "Long entry: the MACD crosses above its signal line. Long exit: it crosses below. Short is \
             the mirror. Source: Gerald Appel, *The Moving Average Convergence-Divergence Trading Method* \
             (1979).",
        )
        .param(ParamSpec::int(
            "fast_period",
            12,
            1..=5000,
            "bars in the MACD's fast average",
        ))
        .param(ParamSpec::int(
            "slow_period",
            26,
            2..=10_000,
            "bars in the MACD's slow average",
        ))
        .param(ParamSpec::int(
            "signal_period",
            9,
            1..=5000,
            "bars in the signal line",
        ))
        .less("fast_period", "slow_period")
        .reads("macd");
        Self { spec }
    }
}

impl SignalStrategy for MacdCross {
    fn spec(&self) -> &StrategySpec {
        &self.spec
    }

    fn warm_up(&self, params: &Params) -> Result<usize, BacktestError> {
        // The first bar with both lines never fires.
        Ok(bars_of(params, "slow_period")? + bars_of(params, "signal_period")? - 1)
    }

    fn lines(&self, params: &Params) -> Vec<IndicatorLine> {
        let line = |output: &'static str| IndicatorLine::apart("macd", params.clone(), output, Vec::new());
        vec![line("macd"), line("signal")]
    }

    fn signals(&self, input: &StrategyInput<'_>) -> Result<Signals, BacktestError> {
        Ok(lines(input)?.signals(input.bars()))
    }

    fn line_signals(&self, input: &StrategyInput<'_>) -> Result<Option<LineSignals>, BacktestError> {
        lines(input).map(Some)
    }
}

fn lines(input: &StrategyInput<'_>) -> Result<LineSignals, BacktestError> {
    let mut params = Params::new();
    for name in ["fast_period", "slow_period", "signal_period"] {
        params.insert(name, input.int(name)?);
    }
    let macd = input.series("macd", &params, "macd")?;
    let above = LineCrossing::above(macd, input.series("macd", &params, "signal")?);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategies::testing::{
        check_signals, check_warm_up, crosses_above, crosses_below, ema_from, walk,
    };

    #[test]
    fn signals_are_those_of_the_definition() {
        let bars = walk(2000);
        for (fast, slow, signal) in [(12, 26, 9), (3, 10, 16), (5, 6, 2)] {
            let mut params = Params::from_iter([("fast_period", fast as i64)]);
            params.insert("slow_period", slow as i64);
            params.insert("signal_period", signal as i64);
            // Both averages start at bar slow − 1, the fast one from the mean of the last values up to there.
            let close: Vec<_> = bars.close().iter().copied().map(Some).collect();
            let fast = ema_from(&close, fast, slow - fast);
            let slow = ema_from(&close, slow, 0);
            let macd: Vec<_> = fast.iter().zip(&slow).map(|(a, b)| Some((*a)? - (*b)?)).collect();
            let first = macd.iter().position(Option::is_some).unwrap();
            let mut line = ema_from(&macd[first..], signal, 0);
            line.splice(0..0, vec![None; first]);
            let above = |t| crosses_above(&macd, &line, t);
            let below = |t| crosses_below(&macd, &line, t);
            check_signals(
                &MacdCross::new(),
                &params,
                &bars,
                [&above, &below, &below, &above],
            );
            check_warm_up(&MacdCross::new(), &params, &bars);
        }
    }
}
