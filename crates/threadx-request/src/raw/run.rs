//! The raw model of a backtest's fields.

use garde::Validate;
use threadx_spec::{Direction, FillModel, WarmUp};

use super::rules::{of_symbol, of_timeframe, of_timestamp, within};
use crate::{
    document::{Content, Node},
    field::Broken,
    fields::{SIZING, run},
    read::{self, RawTime, Scope},
    violations::Violations,
};
use threadx_error::ViolationCode;

/// A backtest's fields as they were given, their types right and nothing else known.
#[derive(Debug, Validate)]
pub(crate) struct RawRun {
    #[garde(inner(custom(of_symbol)))]
    pub(crate) token: Option<String>,
    #[garde(
        length(min = run::TOKENS.shortest(), max = run::TOKENS.longest()),
        inner(inner(inner(custom(of_symbol))))
    )]
    pub(crate) tokens: Option<Vec<Option<String>>>,
    #[garde(inner(custom(of_timeframe)))]
    pub(crate) timeframe: Option<String>,
    #[garde(skip)]
    pub(crate) strategy: Option<String>,
    #[garde(inner(custom(of_timestamp)))]
    pub(crate) start_date: Option<RawTime>,
    #[garde(inner(custom(of_timestamp)))]
    pub(crate) end_date: Option<RawTime>,
    #[garde(custom(within(&run::PORTFOLIO_VALUE)))]
    pub(crate) portfolio_value: Option<f64>,
    #[garde(custom(within(&run::LEVERAGE)))]
    pub(crate) leverage: Option<f64>,
    #[garde(custom(within(&run::FEE_RATE)))]
    pub(crate) fee_rate: Option<f64>,
    #[garde(custom(within(&run::SLIPPAGE_RATE)))]
    pub(crate) slippage_rate: Option<f64>,
    #[garde(custom(within(&run::BORROW_RATE)))]
    pub(crate) borrow_rate: Option<f64>,
    #[garde(skip)]
    pub(crate) direction: Option<Direction>,
    #[garde(skip)]
    pub(crate) fill: Option<FillModel>,
    #[garde(dive)]
    pub(crate) sizing: Option<RawSizing>,
    #[garde(skip)]
    pub(crate) whole_units: Option<bool>,
    #[garde(custom(within(&run::STOP_LOSS)))]
    pub(crate) stop_loss: Option<f64>,
    #[garde(custom(within(&run::TRAILING_STOP)))]
    pub(crate) trailing_stop: Option<f64>,
    #[garde(custom(within(&run::TAKE_PROFIT)))]
    pub(crate) take_profit: Option<f64>,
    #[garde(range(min = run::MAX_HOLD.min(), max = run::MAX_HOLD.max()))]
    pub(crate) max_hold: Option<i128>,
    #[garde(skip)]
    pub(crate) exit_on_signal: Option<bool>,
    #[garde(skip)]
    pub(crate) warm_up: Option<WarmUp>,
    #[garde(custom(within(&run::PERIODS_PER_YEAR)))]
    pub(crate) periods_per_year: Option<f64>,
    #[garde(custom(within(&run::RISK_FREE_RATE)))]
    pub(crate) risk_free_rate: Option<f64>,
    #[garde(range(min = run::SEED.min(), max = run::SEED.max()))]
    pub(crate) seed: Option<i128>,
}

/// A sizing as it was given; without an entry it is `"all_in"`.
#[derive(Debug, Default, Validate)]
pub(crate) struct RawSizing {
    #[garde(custom(within(&run::FRACTION)))]
    pub(crate) fraction: Option<f64>,
    #[garde(custom(within(&run::CASH)))]
    pub(crate) cash: Option<f64>,
    #[garde(custom(within(&run::QUANTITY)))]
    pub(crate) quantity: Option<f64>,
    #[garde(custom(within(&run::RISK)))]
    pub(crate) risk: Option<f64>,
}

impl RawRun {
    pub(crate) fn read(scope: &Scope<'_>, v: &mut Violations) -> Self {
        let raw = Self {
            token: scope.text(&run::TOKEN, v),
            tokens: scope.texts(&run::TOKENS, v),
            timeframe: scope.text(&run::TIMEFRAME, v),
            strategy: scope.text(&run::STRATEGY, v),
            start_date: scope.time(&run::START_DATE, v),
            end_date: scope.time(&run::END_DATE, v),
            portfolio_value: scope.number(&run::PORTFOLIO_VALUE, v),
            leverage: scope.number(&run::LEVERAGE, v),
            fee_rate: scope.number(&run::FEE_RATE, v),
            slippage_rate: scope.number(&run::SLIPPAGE_RATE, v),
            borrow_rate: scope.number(&run::BORROW_RATE, v),
            direction: scope.choice(&run::DIRECTION, &Direction::NAMES, v),
            fill: scope.choice(&run::FILL, &FillModel::NAMES, v),
            sizing: RawSizing::read(scope, v),
            whole_units: scope.boolean(&run::WHOLE_UNITS, v),
            stop_loss: scope.number(&run::STOP_LOSS, v),
            trailing_stop: scope.number(&run::TRAILING_STOP, v),
            take_profit: scope.number(&run::TAKE_PROFIT, v),
            max_hold: scope.whole(&run::MAX_HOLD, v),
            exit_on_signal: scope.boolean(&run::EXIT_ON_SIGNAL, v),
            warm_up: scope.choice(&run::WARM_UP, &WarmUp::NAMES, v),
            periods_per_year: scope.number(&run::PERIODS_PER_YEAR, v),
            risk_free_rate: scope.number(&run::RISK_FREE_RATE, v),
            seed: scope.whole(&run::SEED, v),
        };
        read::blame(raw.validate(), scope, v);
        raw
    }
}

impl RawSizing {
    fn read(scope: &Scope<'_>, v: &mut Violations) -> Option<Self> {
        let given = scope.given(&run::SIZING_OF_ENTRY)?;
        match &given.node.content {
            Content::Map(_) => {}
            Content::Text(text) if text == "all_in" => return Some(Self::default()),
            Content::Text(_) => {
                v.about(&given.path, given.node, || unknown_sizing(given.node));
                return None;
            }
            _ => {
                v.wrong_type(&given.path, given.node, run::SIZING_OF_ENTRY.kind.expected());
                return None;
            }
        }
        let inner = Scope::open(given.node, &given.path, SIZING, "a sizing", v)?;
        let count = SIZING.iter().filter(|field| inner.given(field).is_some()).count();
        if count != 1 {
            v.about(&given.path, given.node, || {
                let code = if count == 0 {
                    ViolationCode::Missing
                } else {
                    ViolationCode::Conflict
                };
                Broken::new(
                    code,
                    format!("must have exactly one of fraction, cash, quantity, risk, got {count}"),
                )
            });
        }
        Some(Self {
            fraction: inner.number(&run::FRACTION, v),
            cash: inner.number(&run::CASH, v),
            quantity: inner.number(&run::QUANTITY, v),
            risk: inner.number(&run::RISK, v),
        })
    }
}

fn unknown_sizing(node: &Node) -> Broken {
    let message = format!(
        "must be \"all_in\" or an object with one of fraction, cash, quantity, risk, got {}",
        node.shown()
    );
    Broken::new(ViolationCode::UnknownValue, message).with_bounds(crate::field::one_of(["all_in"]))
}
