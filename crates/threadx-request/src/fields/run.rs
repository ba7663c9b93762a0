//! The fields of a backtest, most of which a sweep has too.

use threadx_spec::{Direction, FillModel, WarmUp};

use super::token;
use crate::field::{Field, Interval, Kind, ListRule, Literal, Presence, Whole};

const PORTFOLIO: ListRule = ListRule {
    item: Kind::Token,
    min: 2,
    max: 100,
    unique: true,
};

/// The one market of a run, without what there is instead of it.
pub(crate) const fn market() -> Field {
    token("Market to trade; trimmed and upper-cased")
}

/// The several markets of a run.
pub(crate) const fn portfolio() -> Field {
    Field::optional(
        "tokens",
        Kind::List(&PORTFOLIO),
        "Markets to trade as one portfolio that shares the cash, in order of precedence",
    )
}

pub(crate) static TOKEN: Field = Field {
    presence: Presence::Either(&TOKENS),
    ..market()
};
pub(crate) static TOKENS: Field = portfolio();
pub(crate) static TIMEFRAME: Field = Field::required(
    "timeframe",
    Kind::Timeframe,
    "Interval of one bar; `m` is minutes, `M` a calendar month",
);
pub(crate) static STRATEGY: Field = Field::required("strategy", Kind::Strategy, "Name of the strategy");
pub(crate) static START_DATE: Field = Field::required(
    "start_date",
    Kind::Timestamp,
    "First open time that is included; a date alone is its midnight UTC",
);
pub(crate) static END_DATE: Field = Field::required(
    "end_date",
    Kind::Timestamp,
    "First open time that is no longer included; after `start_date`",
);
pub(crate) static PARAMS: Field = Field {
    presence: Presence::Default(Literal::EmptyMap),
    ..Field::optional(
        "params",
        Kind::Params,
        "Parameters of the strategy by name; those that are not given take the strategy's defaults",
    )
};
pub(crate) static PORTFOLIO_VALUE: Field = Field::number(
    "portfolio_value",
    Interval::POSITIVE,
    10_000.0,
    "Equity at the start, in the quote currency",
)
.alias("initial_cash");
pub(crate) static LEVERAGE: Field = Field::number(
    "leverage",
    Interval::closed(0.0, 10.0),
    1.0,
    "Largest notional of an entry over equity; 0 means no exposure: nothing is traded",
);
pub(crate) static FEE_RATE: Field = Field::number(
    "fee_rate",
    Interval::closed(0.0, 1.0),
    0.001,
    "Fee of each side, a fraction of the notional",
);
pub(crate) static SLIPPAGE_RATE: Field = Field::number(
    "slippage_rate",
    Interval::below(0.0, 1.0),
    0.0,
    "By how much each fill is worse than its price, a fraction of the price",
);
pub(crate) static BORROW_RATE: Field = Field::number(
    "borrow_rate",
    Interval::NOT_NEGATIVE,
    0.0,
    "Cost of a short position, a fraction of its notional a year",
);
pub(crate) static DIRECTION: Field = Field::choice(
    "direction",
    || Direction::NAMES.map(|(name, _)| name).to_vec(),
    "long",
    "Which sides may be taken",
);
pub(crate) static FILL: Field = Field::choice(
    "fill",
    || FillModel::NAMES.map(|(name, _)| name).to_vec(),
    "next_open",
    "When a decision at the close of a bar is executed",
);
pub(crate) static SIZING_OF_ENTRY: Field = Field::computed(
    "sizing",
    Kind::Sizing,
    "the strategy's own proposal, or else `\"all_in\"`",
    "How large an entry is",
);
pub(crate) static WHOLE_UNITS: Field = Field::boolean(
    "whole_units",
    false,
    "Whether quantities are rounded down to whole units",
);
pub(crate) static STOP_LOSS: Field = Field::optional(
    "stop_loss",
    Kind::Number(Interval::open(0.0, 1.0)),
    "Distance of the stop from the entry, a fraction of the fill price",
);
pub(crate) static TRAILING_STOP: Field = Field::optional(
    "trailing_stop",
    Kind::Number(Interval::open(0.0, 1.0)),
    "Distance of the stop from the best price since the entry, a fraction of it",
);
pub(crate) static TAKE_PROFIT: Field = Field::optional(
    "take_profit",
    Kind::Number(Interval::POSITIVE),
    "Distance of the target from the entry, a fraction of the fill price",
);
pub(crate) static MAX_HOLD: Field = Field::optional(
    "max_hold",
    Kind::Whole(Whole::at_least(1)),
    "Bars after which a position is closed",
);
pub(crate) static EXIT_ON_SIGNAL: Field = Field::boolean(
    "exit_on_signal",
    true,
    "Whether the strategy's exits are heeded; if not, only stops, target and `max_hold` close",
);
pub(crate) static WARM_UP: Field = Field::choice(
    "warm_up",
    || WarmUp::NAMES.map(|(name, _)| name).to_vec(),
    "inside",
    "Whether indicators may read stored bars before `start_date`",
);
pub(crate) static PERIODS_PER_YEAR: Field = Field::computed(
    "periods_per_year",
    Kind::Number(Interval::POSITIVE),
    "365 days over the timeframe, 12 for `1M`",
    "Bars a year, by which metrics are annualised; 252 for daily equities, say",
);
pub(crate) static RISK_FREE_RATE: Field = Field::number(
    "risk_free_rate",
    Interval::ANY,
    0.0,
    "Return a year without risk, a fraction; subtracted in the Sharpe and Sortino ratios",
);
pub(crate) static SEED: Field = Field::optional(
    "seed",
    Kind::Whole(Whole::at_least(0)),
    "Seed of everything random, a 64-bit number",
);

pub(crate) static BACKTEST: &[&Field] = &[
    &TOKEN,
    &TOKENS,
    &TIMEFRAME,
    &STRATEGY,
    &START_DATE,
    &END_DATE,
    &PARAMS,
    &PORTFOLIO_VALUE,
    &LEVERAGE,
    &FEE_RATE,
    &SLIPPAGE_RATE,
    &BORROW_RATE,
    &DIRECTION,
    &FILL,
    &SIZING_OF_ENTRY,
    &WHOLE_UNITS,
    &STOP_LOSS,
    &TRAILING_STOP,
    &TAKE_PROFIT,
    &MAX_HOLD,
    &EXIT_ON_SIGNAL,
    &WARM_UP,
    &PERIODS_PER_YEAR,
    &RISK_FREE_RATE,
    &SEED,
];

/// The entries of a sizing, of which exactly one is given.
pub(crate) const SIZING: &[&Field] = &[&FRACTION, &CASH, &QUANTITY, &RISK];

pub(crate) static FRACTION: Field = Field::optional(
    "fraction",
    Kind::Number(Interval::above(0.0, 1.0)),
    "This share of the all-in notional",
);
pub(crate) static CASH: Field = Field::optional(
    "cash",
    Kind::Number(Interval::POSITIVE),
    "This notional in the quote currency, the fee on top",
);
pub(crate) static QUANTITY: Field =
    Field::optional("quantity", Kind::Number(Interval::POSITIVE), "This many units");
pub(crate) static RISK: Field = Field::optional(
    "risk",
    Kind::Number(Interval::above(0.0, 1.0)),
    "As many units that a fill at the stop loses this share of equity; needs a stop",
);
