//! Step three of a backtest's fields.

use threadx_error::ViolationCode;
use threadx_market::Timeframe;
use threadx_spec::{Params, Sizing, StrategySpec};

use super::{count, dates, params::Published, tokens};
use crate::{
    BacktestRequest, RequestContext, Tokens,
    document::quoted,
    field::{Broken, Field, one_of},
    fields::run,
    raw::run::{RawRun, RawSizing},
    read::{Given, Scope, near_clause},
    violations::Violations,
};

impl<'s> From<&'s StrategySpec> for Published<'s> {
    fn from(spec: &'s StrategySpec) -> Self {
        Self {
            owner: &spec.name,
            params: &spec.params,
            rules: &spec.rules,
        }
    }
}

/// The strategy that is named, `None` if strategies are not known; one that is not registered is reported.
pub(crate) fn strategy<'c>(
    name: Option<&str>,
    scope: &Scope<'_>,
    context: &'c RequestContext,
    v: &mut Violations,
) -> Option<&'c StrategySpec> {
    let (name, given) = (name?, scope.given(&run::STRATEGY)?);
    let Some(known) = context.known_strategies() else {
        named(name, &given, v);
        return None;
    };
    let spec = known.get(name);
    if spec.is_none() {
        let names = || known.keys().map(String::as_str);
        v.about(&given.path, given.node, || {
            let near = near_clause(name, names());
            let message = format!("must be a known strategy, got {}{near}", quoted(name));
            Broken::new(ViolationCode::UnknownStrategy, message).with_bounds(one_of(names()))
        });
    }
    spec
}

/// Longest name of a strategy or indicator where it is not known which there are, in characters.
pub(crate) const NAME_LONGEST: usize = 64;

/// That a name could be one, where it is not known which there are.
pub(crate) fn named(name: &str, given: &Given<'_>, v: &mut Violations) {
    if name.is_empty() || name.chars().count() > NAME_LONGEST {
        v.about(&given.path, given.node, || {
            let message = format!(
                "must be a name of 1 to {NAME_LONGEST} characters, got {}",
                given.node.shown()
            );
            Broken::new(ViolationCode::BadFormat, message)
        });
    }
}

/// Everything of a backtest but its parameters, which are left empty. `None` if something required is missing
/// or wrong, which was reported then.
pub(crate) fn resolve(
    raw: RawRun,
    spec: Option<&StrategySpec>,
    scope: &Scope<'_>,
    context: &RequestContext,
    v: &mut Violations,
) -> Option<BacktestRequest> {
    let timeframe = raw
        .timeframe
        .as_deref()
        .and_then(|text| Timeframe::parse(text).ok());
    let range = dates::range(
        (&run::START_DATE, raw.start_date.as_ref()),
        (&run::END_DATE, raw.end_date.as_ref()),
        timeframe,
        scope,
        context,
        v,
    );
    let single = tokens::of_field(raw.token.as_deref(), &run::TOKEN, scope, context, v);
    let portfolio = tokens::list(raw.tokens.as_deref(), &run::TOKENS, scope, context, v);
    let stops = raw.stop_loss.is_some() || raw.trailing_stop.is_some();
    let sizing = raw.sizing.as_ref().map(sizing);
    // Whether a strategy that is not known sets stops is not known either.
    let strategy_stops = context.known_strategies().is_none() || spec.is_none_or(|spec| spec.sets_stops);
    if matches!(sizing, Some(Sizing::Risk(_))) && !stops && !strategy_stops {
        risk_without_stop(scope, v);
    }
    // -0.0 is written as 0.0, so that equal requests have one form.
    let number = |value: Option<f64>, field: &Field| value.unwrap_or(field.default_number()) + 0.0;
    let (start_date, end_date) = range?;
    Some(BacktestRequest {
        tokens: portfolio
            .and_then(Tokens::portfolio)
            .or(single.map(Tokens::single))?,
        timeframe: timeframe?,
        strategy: raw.strategy?,
        start_date,
        end_date,
        params: Params::new(),
        portfolio_value: number(raw.portfolio_value, &run::PORTFOLIO_VALUE),
        leverage: number(raw.leverage, &run::LEVERAGE),
        fee_rate: number(raw.fee_rate, &run::FEE_RATE),
        slippage_rate: number(raw.slippage_rate, &run::SLIPPAGE_RATE),
        borrow_rate: number(raw.borrow_rate, &run::BORROW_RATE),
        direction: raw.direction.unwrap_or_default(),
        fill: raw.fill.unwrap_or_default(),
        sizing,
        whole_units: raw.whole_units.unwrap_or(run::WHOLE_UNITS.default_boolean()),
        stop_loss: raw.stop_loss,
        trailing_stop: raw.trailing_stop,
        take_profit: raw.take_profit,
        max_hold: count(raw.max_hold),
        exit_on_signal: raw
            .exit_on_signal
            .unwrap_or(run::EXIT_ON_SIGNAL.default_boolean()),
        warm_up: raw.warm_up.unwrap_or_default(),
        periods_per_year: raw.periods_per_year,
        risk_free_rate: number(raw.risk_free_rate, &run::RISK_FREE_RATE),
        seed: count(raw.seed),
    })
}

/// Exactly one entry was given, or none for `"all_in"`; anything else was reported.
fn sizing(raw: &RawSizing) -> Sizing {
    let RawSizing {
        fraction,
        cash,
        quantity,
        risk,
    } = raw;
    fraction
        .map(Sizing::Fraction)
        .or(cash.map(Sizing::Cash))
        .or(quantity.map(Sizing::Quantity))
        .or(risk.map(Sizing::Risk))
        .unwrap_or(Sizing::AllIn)
}

fn risk_without_stop(scope: &Scope<'_>, v: &mut Violations) {
    if let Some(given) = scope.given(&run::SIZING_OF_ENTRY) {
        v.about(&given.path, given.node, || {
            Broken::new(
                ViolationCode::RiskWithoutStop,
                "sizes by risk, which needs stop_loss, trailing_stop or a strategy that sets stops",
            )
        });
    }
}
