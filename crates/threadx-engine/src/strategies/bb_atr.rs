//! Reversion to the Bollinger middle, stopped by average true ranges.

use std::sync::Arc;

use threadx_error::BacktestError;
use threadx_indicators::Series;
use threadx_market::Bars;
use threadx_spec::{ExitReason, ParamSpec, Params, Sizing, StrategySpec};

use crate::{
    AccountView, BarRun, BarStrategy, Entry, EntryStop, IndicatorLine, LineCrossing, Mask, Orders,
    SharedLine, Side, StrategyInput, strategy::bars_of,
};

/// Enters long where the z-score of the close, z = (close − mid)/σ, crosses below −`entry_z`: at least
/// `spacing` bars after the last filled entry and, if `trend_period` is not 0, only with the close above that
/// EMA. Leaves at its stop, where the close reaches the middle band, or after `max_hold` bars. Short is the
/// mirror.
///
/// The stop lies `atr_multiplier` · ATR(deciding bar) from the fill price. With `trailing` it follows the best
/// close since the fill at that same distance, tightening only. The proposed sizing is risk(`risk_per_trade`).
/// The z-score is 0 where the closes of the window are all equal.
///
/// Source: John Bollinger, "Bollinger on Bollinger Bands" (2001), for the bands; J. Welles Wilder, "New Concepts
/// in Technical Trading Systems" (1978), for the stop in multiples of the average true range.
#[derive(Debug)]
pub(super) struct BbAtr {
    spec: StrategySpec,
}

impl BbAtr {
    pub(super) fn new() -> Self {
        let spec = StrategySpec::bar(
            "bb_atr",
            1,
            "long where z crosses below -entry_z, out at an ATR stop, at the middle band or after max_hold bars",
        )
        .details("Long entry: z = (close − middle)/σ of the Bollinger bands crosses below −`entry_z`, decided \
             at least `spacing` bars after the bar of the last filled entry and, if `trend_period` is not \
             0, with the close above that EMA. Exits: a stop `atr_multiplier` · ATR below the fill price, \
             the ATR being that of the deciding bar; with `trailing` the stop follows the highest close \
             since the fill at that same distance and tightens only; a close at the middle band or above; \
             `max_hold` bars. Short is the mirror. Proposes the sizing risk(`risk_per_trade`). Where all \
             closes of the window are equal z is 0. Source: John Bollinger, *Bollinger on Bollinger \
             Bands* (2001); stops in multiples of the ATR after J. Welles Wilder (1978).")
        .param(ParamSpec::int("bb_period", 20, 2..=5000, "bars in the bands"))
        .param(ParamSpec::float(
            "entry_z",
            1.0,
            0.0..=100.0,
            "deviations from the middle at which to enter",
        ))
        .param(ParamSpec::int("atr_period", 14, 1..=5000, "bars in the ATR"))
        .param(ParamSpec::positive(
            "atr_multiplier",
            1.5,
            100.0,
            "average true ranges from the entry to the stop",
        ))
        .param(ParamSpec::boolean(
            "trailing",
            true,
            "whether the stop follows the best close since the fill",
        ))
        .param(ParamSpec::positive(
            "risk_per_trade",
            0.01,
            1.0,
            "fraction of equity lost at the stop, by which it proposes to size",
        ))
        .param(ParamSpec::int(
            "max_hold",
            72,
            1..=1_000_000,
            "most bars that a position is held",
        ))
        .param(ParamSpec::int(
            "spacing",
            6,
            0..=1_000_000,
            "fewest bars from a filled entry to the next decision to enter",
        ))
        .param(ParamSpec::int(
            "trend_period",
            0,
            0..=10_000,
            "bars in the EMA that the close must be beyond to enter; 0 asks for none",
        ))
        .reads("zscore")
        .reads("sma")
        .reads("atr")
        .reads("ema")
        .with_stops();
        Self { spec }
    }
}

impl BarStrategy for BbAtr {
    fn spec(&self) -> &StrategySpec {
        &self.spec
    }

    fn warm_up(&self, params: &Params) -> Result<usize, BacktestError> {
        let trend = bars_of(params, "trend_period")?.saturating_sub(1);
        let atr = bars_of(params, "atr_period")?;
        Ok(bars_of(params, "bb_period")?.max(atr).max(trend))
    }

    fn proposed_sizing(&self, params: &Params) -> Option<Sizing> {
        params.float("risk_per_trade").map(Sizing::Risk)
    }

    fn max_hold(&self, params: &Params) -> Option<usize> {
        bars_of(params, "max_hold").ok()
    }

    fn lines(&self, params: &Params) -> Vec<IndicatorLine> {
        // z is at ±entry_z where the close is on the bands of that width.
        let bands = [("period", "bb_period"), ("std", "entry_z")];
        let bands: Params = bands
            .into_iter()
            .filter_map(|(name, of)| Some((name, params.get(of)?.clone())))
            .collect();
        let band = |output: &'static str| IndicatorLine::on_price("bbands", bands.clone(), output);
        let mut lines = vec![band("upper"), band("middle"), band("lower")];
        if let Some(period) = params.int("trend_period").filter(|period| *period > 0) {
            lines.push(IndicatorLine::on_price(
                "ema",
                Params::from_iter([("period", period)]),
                "ema",
            ));
        }
        lines
    }

    fn start<'a>(&self, input: &StrategyInput<'a>) -> Result<Box<dyn BarRun + 'a>, BacktestError> {
        let period = |name: &str| Ok::<_, BacktestError>(Params::from_iter([("period", input.int(name)?)]));
        let bands = period("bb_period")?;
        let zscore = input.series("zscore", &bands, "zscore")?;
        let entry_z = input.float("entry_z")?;
        let trend = match input.int("trend_period")? {
            0 => None,
            _ => Some(input.series("ema", &period("trend_period")?, "ema")?),
        };
        Ok(Box::new(Run {
            bars: input.bars(),
            below: LineCrossing::below(Arc::clone(&zscore), SharedLine::Level(-entry_z)).mask(input.bars()),
            above: LineCrossing::above(zscore, SharedLine::Level(entry_z)).mask(input.bars()),
            middle: input.series("sma", &bands, "sma")?,
            atr: input.series("atr", &period("atr_period")?, "atr")?,
            trend,
            sides: [
                input.direction.allows_long().then_some(Side::Long),
                input.direction.allows_short().then_some(Side::Short),
            ],
            multiplier: input.float("atr_multiplier")?,
            trailing: input.boolean("trailing")?,
            spacing: bars_of(input.params, "spacing")?,
            distance: 0.0,
            best: None,
        }))
    }
}

struct Run<'a> {
    bars: &'a Bars,
    below: Mask,
    above: Mask,
    middle: Arc<Series>,
    atr: Arc<Series>,
    trend: Option<Arc<Series>>,
    /// The sides that the run may take: entries to the other are not ordered, so that the last order is that
    /// of the open position.
    sides: [Option<Side>; 2],
    multiplier: f64,
    trailing: bool,
    spacing: usize,
    /// Of the stop of the last entry that was ordered, currency per unit.
    distance: f64,
    /// The open position's entry bar and the best close since its fill.
    best: Option<(usize, f64)>,
}

impl Run<'_> {
    /// The side to enter at the close of bar `t`, with the stop's distance.
    fn entry(&self, t: usize, last_entry: Option<usize>) -> Option<(Side, f64)> {
        let crossed = |side| match side {
            Side::Long => self.below.get(t),
            Side::Short => self.above.get(t),
        };
        let side = self.sides.into_iter().flatten().find(|side| crossed(*side))?;
        if last_entry.is_some_and(|last| t - last < self.spacing) {
            return None;
        }
        if let Some(trend) = &self.trend
            && (self.bars.close()[t] - trend.get(t)?) * side.sign() <= 0.0
        {
            return None;
        }
        Some((side, self.multiplier * self.atr.get(t)?))
    }
}

impl BarRun for Run<'_> {
    fn next_while_flat(&self, bar: usize) -> Option<usize> {
        let next = |side: Option<Side>| match side? {
            Side::Long => self.below.next_set(bar),
            Side::Short => self.above.next_set(bar),
        };
        self.sides.into_iter().filter_map(next).min()
    }

    fn on_bar(&mut self, account: &AccountView<'_>) -> Orders {
        let t = account.index();
        let close = self.bars.close()[t];
        let mut orders = Orders::default();
        if let (Some(side), Some(entered)) = (account.side(), account.entry_index()) {
            if self.trailing {
                let best = match self.best {
                    Some((since, best)) if since == entered => match side {
                        Side::Long => best.max(close),
                        Side::Short => best.min(close),
                    },
                    _ => close,
                };
                self.best = Some((entered, best));
                orders.stop = Some(best - side.sign() * self.distance);
            }
            let reached = |middle: f64| (close - middle) * side.sign() >= 0.0;
            orders.exit = self
                .middle
                .get(t)
                .is_some_and(reached)
                .then_some(ExitReason::Signal);
        }
        if let Some((side, distance)) = self.entry(t, account.last_entry_index())
            && account.side() != Some(side)
        {
            self.distance = distance;
            orders.entry = Some(Entry {
                side,
                stop: Some(EntryStop::Distance(distance)),
            });
        }
        orders
    }
}
