//! Breakout from a channel of average true ranges.

use threadx_error::BacktestError;
use threadx_spec::{ParamSpec, Params, StrategySpec};

use crate::{IndicatorLine, SignalStrategy, Signals, StrategyInput, crossings, strategy::bars_of};

/// Enters long where the close crosses above EMA + `multiplier` · ATR and leaves where it crosses below the EMA;
/// short enters where it crosses below EMA − `multiplier` · ATR and leaves where it crosses above the EMA. Both
/// averages are over `period` bars.
///
/// Source: Chester Keltner's channel, "How to Make Money in Commodities" (1960), in Linda Raschke's form with
/// an exponential average and average true ranges.
#[derive(Debug)]
pub(super) struct AtrChannel {
    spec: StrategySpec,
}

impl AtrChannel {
    pub(super) fn new() -> Self {
        let spec = StrategySpec::signal(
            "atr_channel",
            1,
            "long where the close crosses above EMA + multiplier · ATR, out where it crosses below the EMA",
        )
        .details(
            "Long entry: the close crosses above EMA + `multiplier` · ATR. Long exit: it crosses below \
             the EMA. Short entry: the close crosses below EMA − `multiplier` · ATR; short exit: it \
             crosses above the EMA. Both averages are over `period` bars. Source: Chester Keltner, *How \
             to Make Money in Commodities* (1960), in Linda Raschke's form.",
        )
        .param(ParamSpec::int(
            "period",
            20,
            1..=5000,
            "bars in the EMA and in the ATR",
        ))
        .param(ParamSpec::positive(
            "multiplier",
            2.0,
            100.0,
            "average true ranges from the EMA to the channel's edge",
        ))
        .reads("keltner");
        Self { spec }
    }
}

impl SignalStrategy for AtrChannel {
    fn spec(&self) -> &StrategySpec {
        &self.spec
    }

    fn warm_up(&self, params: &Params) -> Result<usize, BacktestError> {
        // The first bar with a channel never fires.
        Ok(bars_of(params, "period")? + 1)
    }

    fn lines(&self, params: &Params) -> Vec<IndicatorLine> {
        let mut channel = params.clone();
        if let Some(period) = params.get("period") {
            channel.insert("atr_period", period.clone());
        }
        let line = |output: &'static str| IndicatorLine::on_price("keltner", channel.clone(), output);
        vec![line("upper"), line("middle"), line("lower")]
    }

    fn signals(&self, input: &StrategyInput<'_>) -> Result<Signals, BacktestError> {
        let period = input.int("period")?;
        let mut params = Params::from_iter([("period", period), ("atr_period", period)]);
        params.insert("multiplier", input.float("multiplier")?);
        let line = |output: &str| input.series("keltner", &params, output);
        let close = input.bars().close();
        let at_middle = crossings(close, &*line("middle")?);
        Ok(Signals {
            long_entry: crossings(close, &*line("upper")?).above,
            long_exit: at_middle.below,
            short_entry: crossings(close, &*line("lower")?).below,
            short_exit: at_middle.above,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategies::testing::{
        atr, check_signals, check_warm_up, crosses_above, crosses_below, ema_from, walk,
    };

    #[test]
    fn signals_are_those_of_the_definition() {
        let bars = walk(2000);
        for (period, multiplier) in [(20, 2.0), (5, 1.0), (3, 0.25)] {
            let mut params = Params::from_iter([("period", period as i64)]);
            params.insert("multiplier", multiplier);
            let close: Vec<_> = bars.close().iter().copied().map(Some).collect();
            let ema = ema_from(&close, period, 0);
            let atr = atr(&bars, period);
            let edge = |sign: f64| -> Vec<_> {
                let pairs = ema.iter().zip(&atr);
                pairs
                    .map(|(ema, atr)| Some((*ema)? + sign * multiplier * (*atr)?))
                    .collect()
            };
            // The middle starts with the channel.
            let middle: Vec<_> = ema.iter().zip(&atr).map(|(ema, atr)| atr.and(*ema)).collect();
            let (upper, lower) = (edge(1.0), edge(-1.0));
            check_signals(
                &AtrChannel::new(),
                &params,
                &bars,
                [
                    &|t| crosses_above(&close, &upper, t),
                    &|t| crosses_below(&close, &middle, t),
                    &|t| crosses_below(&close, &lower, t),
                    &|t| crosses_above(&close, &middle, t),
                ],
            );
            check_warm_up(&AtrChannel::new(), &params, &bars);
        }
    }
}
