//! Back from an extreme of the relative strength index.

use std::sync::Arc;

use threadx_error::BacktestError;
use threadx_spec::{ParamSpec, Params, StrategySpec};

use crate::{
    IndicatorLine, LineCrossing, LineSignals, SharedLine, SignalStrategy, Signals, StrategyInput,
    strategy::bars_of,
};

/// Enters long where the RSI crosses up through `lower` and leaves where it crosses down through `upper`;
/// short enters where it crosses down through `upper` and leaves where it crosses up through `lower`.
///
/// Source: J. Welles Wilder, "New Concepts in Technical Trading Systems" (1978): a turn back from below 30 or
/// above 70.
#[derive(Debug)]
pub(super) struct RsiReversion {
    spec: StrategySpec,
}

impl RsiReversion {
    pub(super) fn new() -> Self {
        let spec = StrategySpec::signal(
            "rsi_reversion",
            1,
            "long where the RSI crosses up through lower, out where it crosses down through upper",
        )
        .details(
            "Long entry: the RSI crosses up through `lower`. Long exit: it crosses down through `upper`. \
             Short is the mirror: entry where it crosses down through `upper`, exit where it crosses up \
             through `lower`. Source: J. Welles Wilder, *New Concepts in Technical Trading Systems* \
             (1978).",
        )
        .param(ParamSpec::int("period", 14, 1..=5000, "changes in the RSI"))
        .param(ParamSpec::float(
            "lower",
            30.0,
            0.0..=100.0,
            "RSI below which the market counts as oversold",
        ))
        .param(ParamSpec::float(
            "upper",
            70.0,
            0.0..=100.0,
            "RSI above which the market counts as overbought",
        ))
        .less("lower", "upper")
        .reads("rsi");
        Self { spec }
    }
}

impl SignalStrategy for RsiReversion {
    fn spec(&self) -> &StrategySpec {
        &self.spec
    }

    fn warm_up(&self, params: &Params) -> Result<usize, BacktestError> {
        // The first RSI never fires.
        Ok(bars_of(params, "period")? + 1)
    }

    fn lines(&self, params: &Params) -> Vec<IndicatorLine> {
        let period = params.get("period").map(|period| ("period", period.clone()));
        let levels = [params.float("lower"), params.float("upper")];
        let levels = levels.into_iter().flatten().collect();
        vec![IndicatorLine::apart(
            "rsi",
            period.into_iter().collect(),
            "rsi",
            levels,
        )]
    }

    fn signals(&self, input: &StrategyInput<'_>) -> Result<Signals, BacktestError> {
        Ok(lines(input)?.signals(input.bars()))
    }

    fn line_signals(&self, input: &StrategyInput<'_>) -> Result<Option<LineSignals>, BacktestError> {
        lines(input).map(Some)
    }
}

fn lines(input: &StrategyInput<'_>) -> Result<LineSignals, BacktestError> {
    let params = Params::from_iter([("period", input.int("period")?)]);
    let rsi = input.series("rsi", &params, "rsi")?;
    let up = LineCrossing::above(Arc::clone(&rsi), SharedLine::Level(input.float("lower")?));
    let down = LineCrossing::below(rsi, SharedLine::Level(input.float("upper")?));
    Ok(LineSignals {
        long_entry: up.clone(),
        long_exit: down.clone(),
        short_entry: down,
        short_exit: up,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategies::testing::{check_signals, check_warm_up, crosses_above, crosses_below, walk};

    /// Wilder's index, written out: the first averages are plain means.
    fn rsi(close: &[f64], period: usize) -> Vec<Option<f64>> {
        let n = period as f64;
        let (mut gain, mut loss) = (0.0, 0.0);
        let mut out = vec![None; close.len()];
        for t in 1..close.len() {
            let change = close[t] - close[t - 1];
            let (up, down) = (change.max(0.0), (-change).max(0.0));
            if t <= period {
                gain += up / n;
                loss += down / n;
            } else {
                gain = (gain * (n - 1.0) + up) / n;
                loss = (loss * (n - 1.0) + down) / n;
            }
            if t >= period {
                out[t] = Some(100.0 * gain / (gain + loss));
            }
        }
        out
    }

    #[test]
    fn signals_are_those_of_the_definition() {
        let bars = walk(2000);
        for (period, lower, upper) in [(14, 30.0, 70.0), (5, 20.0, 80.0), (2, 45.0, 55.0)] {
            let mut params = Params::from_iter([("period", period as i64)]);
            params.insert("lower", lower);
            params.insert("upper", upper);
            let rsi = rsi(bars.close(), period);
            let level = |value: f64| vec![Some(value); bars.len()];
            let up = |t| crosses_above(&rsi, &level(lower), t);
            let down = |t| crosses_below(&rsi, &level(upper), t);
            check_signals(&RsiReversion::new(), &params, &bars, [&up, &down, &down, &up]);
            check_warm_up(&RsiReversion::new(), &params, &bars);
        }
    }
}
