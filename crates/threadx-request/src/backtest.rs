//! The request for one backtest.

use serde::ser::{Serialize, SerializeMap, Serializer};
use threadx_market::{Symbol, Timeframe, Timestamp};
use threadx_spec::{Direction, FillModel, Params, Sizing, WarmUp};

use crate::{
    BacktestBuilder, Request, RequestKind, Tokens,
    fields::run,
    raw::run::RawRun,
    read::Scope,
    resolve,
    valid::{Input, Resolve},
};

/// The request for one backtest: one strategy with one set of parameters over one range of bars.
///
/// Rates and shares are fractions, not percent. Bars whose open time t has `start_date` ≤ t < `end_date` are traded.
///
/// ```
/// use threadx_request::{BacktestRequest, RequestContext, Valid};
///
/// let text = r#"{
///     "symbol": " btcusdt ", "timeframe": "1h", "strategy": "ma_crossover",
///     "start_date": "2019-01-01", "end_date": "2019-06-30T00:00:00+02:00",
///     "params": {"fast_period": 12}, "initial_cash": 5000, "sizing": {"fraction": 0.5}
/// }"#;
/// let request = Valid::<BacktestRequest>::from_json(text, &RequestContext::open())?;
/// assert_eq!(request.tokens.first().as_str(), "BTCUSDT");
/// assert_eq!(request.end_date.to_string(), "2019-06-29T22:00:00Z");
/// assert_eq!(request.portfolio_value, 5000.0);
/// assert_eq!(request.fee_rate, 0.001);
/// # Ok::<(), threadx_error::ValidationError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BacktestRequest {
    /// What to trade.
    pub tokens: Tokens,
    /// Interval of one bar.
    pub timeframe: Timeframe,
    /// Name of the strategy.
    pub strategy: String,
    /// First open time that is included.
    pub start_date: Timestamp,
    /// First open time that is no longer included; after `start_date`.
    pub end_date: Timestamp,
    /// All parameters of the strategy, the defaults filled in; only the given ones if the strategy was not known.
    pub params: Params,
    /// Equity at the start, above 0, in the quote currency.
    pub portfolio_value: f64,
    /// Largest notional of an entry over equity, 0 to 10. At 0 nothing is traded.
    pub leverage: f64,
    /// Fee of each side, 0 to 1 of the notional.
    pub fee_rate: f64,
    /// By how much each fill is worse than its price, from 0 to below 1 of the price.
    pub slippage_rate: f64,
    /// Cost of a short position, at least 0, a fraction of its notional a year.
    pub borrow_rate: f64,
    /// Which sides may be taken.
    pub direction: Direction,
    /// When a decision is executed.
    pub fill: FillModel,
    /// How large an entry is; `None` leaves it to the strategy's proposal, or else [`Sizing::AllIn`].
    pub sizing: Option<Sizing>,
    /// Whether quantities are rounded down to whole units.
    pub whole_units: bool,
    /// Distance of the stop from the entry, between 0 and 1 of the fill price, both excluded.
    pub stop_loss: Option<f64>,
    /// Distance of the stop from the best price since the entry, between 0 and 1 of it, both excluded.
    pub trailing_stop: Option<f64>,
    /// Distance of the target from the entry, above 0, a fraction of the fill price.
    pub take_profit: Option<f64>,
    /// Bars after which a position is closed, at least 1.
    pub max_hold: Option<u64>,
    /// Whether the strategy's exits are heeded.
    pub exit_on_signal: bool,
    /// Whether indicators may read stored bars before `start_date`.
    pub warm_up: WarmUp,
    /// Bars a year, above 0; `None` for 365 days over the timeframe.
    pub periods_per_year: Option<f64>,
    /// Return a year without risk, a fraction.
    pub risk_free_rate: f64,
    /// Seed of everything random.
    pub seed: Option<u64>,
}

impl BacktestRequest {
    /// A builder, which ends in the same rules as a document.
    #[must_use]
    pub fn builder() -> BacktestBuilder {
        BacktestBuilder::new()
    }

    /// Writes the wire form's entries, the parameters only if asked to.
    pub(crate) fn write<M: SerializeMap>(&self, map: &mut M, with_params: bool) -> Result<(), M::Error> {
        if self.tokens.is_portfolio() {
            let tokens: Vec<&Symbol> = self.tokens.iter().collect();
            map.serialize_entry(run::TOKENS.name, &tokens)?;
        } else {
            map.serialize_entry(run::TOKEN.name, self.tokens.first())?;
        }
        map.serialize_entry(run::TIMEFRAME.name, &self.timeframe)?;
        map.serialize_entry(run::STRATEGY.name, &self.strategy)?;
        map.serialize_entry(run::START_DATE.name, &self.start_date)?;
        map.serialize_entry(run::END_DATE.name, &self.end_date)?;
        if with_params {
            map.serialize_entry(run::PARAMS.name, &self.params)?;
        }
        map.serialize_entry(run::PORTFOLIO_VALUE.name, &self.portfolio_value)?;
        map.serialize_entry(run::LEVERAGE.name, &self.leverage)?;
        map.serialize_entry(run::FEE_RATE.name, &self.fee_rate)?;
        map.serialize_entry(run::SLIPPAGE_RATE.name, &self.slippage_rate)?;
        map.serialize_entry(run::BORROW_RATE.name, &self.borrow_rate)?;
        map.serialize_entry(run::DIRECTION.name, &self.direction)?;
        map.serialize_entry(run::FILL.name, &self.fill)?;
        optional(map, run::SIZING_OF_ENTRY.name, self.sizing.as_ref())?;
        map.serialize_entry(run::WHOLE_UNITS.name, &self.whole_units)?;
        optional(map, run::STOP_LOSS.name, self.stop_loss.as_ref())?;
        optional(map, run::TRAILING_STOP.name, self.trailing_stop.as_ref())?;
        optional(map, run::TAKE_PROFIT.name, self.take_profit.as_ref())?;
        optional(map, run::MAX_HOLD.name, self.max_hold.as_ref())?;
        map.serialize_entry(run::EXIT_ON_SIGNAL.name, &self.exit_on_signal)?;
        map.serialize_entry(run::WARM_UP.name, &self.warm_up)?;
        optional(map, run::PERIODS_PER_YEAR.name, self.periods_per_year.as_ref())?;
        map.serialize_entry(run::RISK_FREE_RATE.name, &self.risk_free_rate)?;
        optional(map, run::SEED.name, self.seed.as_ref())
    }
}

pub(crate) fn optional<M: SerializeMap, T: Serialize>(
    map: &mut M,
    name: &str,
    value: Option<&T>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(name, value))
}

/// The canonical wire form: fields in a fixed order, defaults filled in, what is not given left out.
impl Serialize for BacktestRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.write(&mut map, true)?;
        map.end()
    }
}

impl Request for BacktestRequest {
    const KIND: RequestKind = RequestKind::Backtest;
}

impl Resolve for BacktestRequest {
    fn resolve(input: Input<'_>) -> Option<Self> {
        let Input {
            root,
            context,
            violations: v,
        } = input;
        let scope = Scope::open(root, "", Self::KIND.fields(), Self::KIND.owner(), v)?;
        let raw = RawRun::read(&scope, v);
        let spec = resolve::run::strategy(raw.strategy.as_deref(), &scope, context, v);
        let params = resolve::params::of_field(&run::PARAMS, &scope, spec.map(Into::into), v);
        let request = resolve::run::resolve(raw, spec, &scope, context, v)?;
        Some(Self { params, ..request })
    }
}
