//! A dip below the Bollinger bands, confirmed by a moving average.

use std::sync::Arc;

use threadx_error::BacktestError;
use threadx_indicators::Series;
use threadx_market::Bars;
use threadx_spec::{ParamSpec, Params, StrategySpec};

use crate::{
    AccountView, BarRun, BarStrategy, Crossings, Entry, EntryStop, IndicatorLine, Orders, Side,
    StrategyInput, crossings, strategy::bars_of,
};

/// How much of the way from the band to the middle the stop goes once the middle was reached.
const TIGHTENED: f64 = 0.8;

/// Enters long where the close crosses above the simple moving average over `ma_period` bars and a low was
/// below the lower band on one of the last `lookback` bars, the deciding one included. Leaves at its stop or
/// after `max_hold` bars. Short is the mirror.
///
/// The stop is the lower band; once a close while the position is open was at the middle band or above, it is
/// lower + 0.8 · (middle − lower). It is read at each close, live from the next bar, and never loosens.
///
/// Source: John Bollinger, "Bollinger on Bollinger Bands" (2001): a tag of the band is no signal by itself but
/// wants a confirmation.
#[derive(Debug)]
pub(super) struct BollingerDual {
    spec: StrategySpec,
}

impl BollingerDual {
    pub(super) fn new() -> Self {
        let spec = StrategySpec::bar(
            "bollinger_dual",
            1,
            "long where the close crosses above the MA soon after a low below the lower band, out at a band stop",
        )
        .details("Long entry: the close crosses above the simple average over `ma_period` bars, and on one of \
             the last `lookback` bars, the deciding one included, the low was below the lower band. \
             Exits: a stop at the lower band, moved to lower + 0.8 · (middle − lower) once a close of the \
             open position was at the middle band or above; it is read at each close, live from the next \
             bar, and never loosens; `max_hold` bars. Short is the mirror. Source: John Bollinger, \
             *Bollinger on Bollinger Bands* (2001): a tag of the band wants a confirmation.")
        .param(ParamSpec::int("bb_period", 20, 2..=5000, "bars in the bands"))
        .param(ParamSpec::positive(
            "bb_std",
            2.0,
            100.0,
            "deviations from the middle to a band",
        ))
        .param(ParamSpec::int(
            "ma_period",
            10,
            1..=5000,
            "bars in the confirming average",
        ))
        .param(ParamSpec::int(
            "lookback",
            5,
            1..=10_000,
            "bars, the deciding one included, within which the band must have been broken",
        ))
        .param(ParamSpec::int(
            "max_hold",
            100,
            1..=1_000_000,
            "most bars that a position is held",
        ))
        .reads("bbands")
        .reads("sma")
        .with_stops();
        Self { spec }
    }
}

impl BarStrategy for BollingerDual {
    fn spec(&self) -> &StrategySpec {
        &self.spec
    }

    fn warm_up(&self, params: &Params) -> Result<usize, BacktestError> {
        // Until there are bands for all of the look-back; the first bar with an average never fires.
        let bands = bars_of(params, "bb_period")? + bars_of(params, "lookback")? - 2;
        Ok(bands.max(bars_of(params, "ma_period")?))
    }

    fn max_hold(&self, params: &Params) -> Option<usize> {
        bars_of(params, "max_hold").ok()
    }

    fn lines(&self, params: &Params) -> Vec<IndicatorLine> {
        let bands = [("period", "bb_period"), ("std", "bb_std")];
        let bands: Params = bands
            .into_iter()
            .filter_map(|(name, of)| Some((name, params.get(of)?.clone())))
            .collect();
        let band = |output: &'static str| IndicatorLine::on_price("bbands", bands.clone(), output);
        let period = params.get("ma_period").map(|period| ("period", period.clone()));
        let average = IndicatorLine::on_price("sma", period.into_iter().collect(), "sma");
        vec![band("upper"), band("middle"), band("lower"), average]
    }

    fn start<'a>(&self, input: &StrategyInput<'a>) -> Result<Box<dyn BarRun + 'a>, BacktestError> {
        let mut params = Params::from_iter([("period", input.int("bb_period")?)]);
        params.insert("std", input.float("bb_std")?);
        let band = |output: &str| input.series("bbands", &params, output);
        let average = Params::from_iter([("period", input.int("ma_period")?)]);
        let average = input.series("sma", &average, "sma")?;
        Ok(Box::new(Run {
            bars: input.bars(),
            crossed: crossings(input.bars().close(), &*average),
            upper: band("upper")?,
            middle: band("middle")?,
            lower: band("lower")?,
            lookback: bars_of(input.params, "lookback")?,
            reached: None,
        }))
    }
}

struct Run<'a> {
    bars: &'a Bars,
    crossed: Crossings,
    upper: Arc<Series>,
    middle: Arc<Series>,
    lower: Arc<Series>,
    lookback: usize,
    /// The entry bar of the position whose close reached the middle.
    reached: Option<usize>,
}

impl Run<'_> {
    /// The band on the side of the stop.
    fn band(&self, side: Side, t: usize) -> Option<f64> {
        match side {
            Side::Long => self.lower.get(t),
            Side::Short => self.upper.get(t),
        }
    }

    /// Whether a low (a high for shorts) was beyond its bar's band within the look-back.
    fn broken(&self, side: Side, t: usize) -> bool {
        (t.saturating_sub(self.lookback - 1)..=t).any(|bar| match side {
            Side::Long => self
                .lower
                .get(bar)
                .is_some_and(|band| self.bars.low()[bar] < band),
            Side::Short => self
                .upper
                .get(bar)
                .is_some_and(|band| self.bars.high()[bar] > band),
        })
    }

    fn entry(&self, t: usize) -> Option<Entry> {
        let side = if self.crossed.above.get(t) {
            Side::Long
        } else if self.crossed.below.get(t) {
            Side::Short
        } else {
            return None;
        };
        let stop = EntryStop::Level(self.band(side, t)?);
        self.broken(side, t).then_some(Entry {
            side,
            stop: Some(stop),
        })
    }

    /// The stop of the open position at the close of bar `t`.
    fn stop(&mut self, side: Side, entered: usize, t: usize) -> Option<f64> {
        let (band, middle) = (self.band(side, t)?, self.middle.get(t)?);
        if (self.bars.close()[t] - middle) * side.sign() >= 0.0 {
            self.reached = Some(entered);
        }
        if self.reached == Some(entered) {
            Some(band + TIGHTENED * (middle - band))
        } else {
            Some(band)
        }
    }
}

impl BarRun for Run<'_> {
    fn next_while_flat(&self, bar: usize) -> Option<usize> {
        let crossed = [&self.crossed.above, &self.crossed.below];
        crossed.into_iter().filter_map(|mask| mask.next_set(bar)).min()
    }

    fn on_bar(&mut self, account: &AccountView<'_>) -> Orders {
        let t = account.index();
        let stop = match (account.side(), account.entry_index()) {
            (Some(side), Some(entered)) => self.stop(side, entered, t),
            _ => None,
        };
        Orders {
            entry: self.entry(t),
            stop,
            ..Orders::default()
        }
    }
}
