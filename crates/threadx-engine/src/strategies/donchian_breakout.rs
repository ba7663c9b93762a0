//! Breakout from a Donchian channel.

use threadx_error::BacktestError;
use threadx_indicators::Series;
use threadx_spec::{ParamSpec, Params, StrategySpec};

use crate::{IndicatorLine, Mask, SignalStrategy, Signals, StrategyInput, strategy::bars_of};

/// Enters long where the close is above the highest high of the `entry` bars before, and leaves where it is
/// below the lowest low of the `exit` bars before; short is the mirror.
///
/// The bar itself is not part of its channel. The signal stands on every bar beyond the channel, so that after a
/// stop the next such bar enters again.
///
/// Source: Richard Donchian's four-week rule; with two lengths the turtles' system 1, Curtis Faith, "Way of the
/// Turtle" (2007).
#[derive(Debug)]
pub(super) struct DonchianBreakout {
    spec: StrategySpec,
}

impl DonchianBreakout {
    pub(super) fn new() -> Self {
        let spec = StrategySpec::signal(
            "donchian_breakout",
            1,
            "long above the highest high of the previous entry bars, out below the lowest low of the previous exit bars",
        )
        .details("Long entry: the close is above the highest high of the `entry` bars before it. Long exit: \
             the close is below the lowest low of the `exit` bars before it. Short is the mirror. The \
             signal stands on every bar beyond the channel, so after a stop the next such bar enters \
             again. Source: Richard Donchian's four-week rule; with two lengths the turtles' system 1, \
             Curtis Faith, *Way of the Turtle* (2007).")
        .param(ParamSpec::int(
            "entry",
            20,
            1..=10_000,
            "previous bars whose highest high is broken to enter",
        ))
        .param(ParamSpec::int(
            "exit",
            10,
            1..=10_000,
            "previous bars whose lowest low is broken to leave",
        ))
        .reads("donchian");
        Self { spec }
    }
}

/// The bars whose close is `beyond` the channel of the bar before.
fn outside(close: &[f64], channel: &Series, beyond: impl Fn(f64, f64) -> bool) -> Mask {
    let mut mask = Mask::new(close.len());
    let first = channel.first_valid() + 1;
    for (offset, (close, level)) in close.iter().skip(first).zip(channel.valid()).enumerate() {
        if beyond(*close, *level) {
            mask.set(first + offset);
        }
    }
    mask
}

impl SignalStrategy for DonchianBreakout {
    fn spec(&self) -> &StrategySpec {
        &self.spec
    }

    fn warm_up(&self, params: &Params) -> Result<usize, BacktestError> {
        Ok(bars_of(params, "entry")?.max(bars_of(params, "exit")?))
    }

    fn lines(&self, params: &Params) -> Vec<IndicatorLine> {
        let edge = |bars: &str, output: &'static str| {
            let period = params.get(bars).map(|bars| ("period", bars.clone()));
            IndicatorLine::on_price("donchian", period.into_iter().collect(), output)
        };
        vec![edge("entry", "upper"), edge("exit", "lower")]
    }

    fn signals(&self, input: &StrategyInput<'_>) -> Result<Signals, BacktestError> {
        let close = input.bars().close();
        let above = |bars: &str| {
            let channel = Params::from_iter([("period", input.int(bars)?)]);
            let upper = input.series("donchian", &channel, "upper")?;
            Ok::<_, BacktestError>(outside(close, &upper, |close, level| close > level))
        };
        let below = |bars: &str| {
            let channel = Params::from_iter([("period", input.int(bars)?)]);
            let lower = input.series("donchian", &channel, "lower")?;
            Ok::<_, BacktestError>(outside(close, &lower, |close, level| close < level))
        };
        Ok(Signals {
            long_entry: above("entry")?,
            long_exit: below("exit")?,
            short_entry: below("entry")?,
            short_exit: above("exit")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategies::testing::{check_signals, walk};

    #[test]
    fn signals_are_those_of_the_definition() {
        let bars = walk(2000);
        for (entry, exit) in [(20, 10), (1, 1), (5, 30)] {
            let mut params = Params::from_iter([("entry", entry as i64)]);
            params.insert("exit", exit as i64);
            let (close, high, low) = (bars.close(), bars.high(), bars.low());
            let above = |n: usize, t: usize| t >= n && high[t - n..t].iter().all(|high| close[t] > *high);
            let below = |n: usize, t: usize| t >= n && low[t - n..t].iter().all(|low| close[t] < *low);
            check_signals(
                &DonchianBreakout::new(),
                &params,
                &bars,
                [
                    &|t| above(entry, t),
                    &|t| below(exit, t),
                    &|t| below(entry, t),
                    &|t| above(exit, t),
                ],
            );
        }
    }
}
