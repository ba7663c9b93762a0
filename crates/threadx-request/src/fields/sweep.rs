//! The fields of a sweep that a backtest does not have.

use threadx_spec::{Metric, SampleMethod};

use super::run;
use crate::field::{Field, Kind, ListRule, Literal, Presence, Whole};

/// The criteria if none are given.
pub(crate) const DEFAULT_CRITERIA: [Metric; 2] = [Metric::SharpeRatio, Metric::TotalReturn];

const METRICS: ListRule = ListRule {
    item: Kind::Criterion,
    min: 1,
    max: Metric::ALL.len(),
    unique: true,
};

pub(crate) static TOKEN: Field = Field {
    presence: Presence::Either(&TOKENS),
    ..run::market()
};
pub(crate) static TOKENS: Field =
    run::portfolio().unsupported("is not supported here: a sweep runs one token");
pub(crate) static PARAM_GRID: Field = Field::required(
    "param_grid",
    Kind::Grid,
    "Values of each parameter that is varied: a list, or a range whose ends are included; parameters that are not \
     named take the strategy's defaults",
);
pub(crate) static MAX_COMBINATIONS: Field = Field::whole(
    "max_combinations",
    Whole::at_least(1),
    3_000_000,
    "Most combinations that `param_grid` may give",
);
pub(crate) static CRITERIA: Field = Field {
    presence: Presence::Default(Literal::Names(|| DEFAULT_CRITERIA.map(Metric::as_str).to_vec())),
    ..Field::optional(
        "criteria",
        Kind::List(&METRICS),
        "Metrics by which combinations are ranked, the most important first; `:higher` or `:lower` behind one ranks against its natural direction",
    )
};
pub(crate) static TOP_N: Field =
    Field::whole("top_n", Whole::at_least(1), 10, "How many of the best are listed");
pub(crate) static SAMPLE_OF_GRID: Field = Field::optional(
    "sample",
    Kind::Object(SAMPLE),
    "Evaluates only combinations that are drawn",
);

pub(crate) static WHERE: Field = Field::optional(
    "where",
    Kind::Constraint,
    "Condition that combinations meet, such as `fast_period * 2 < slow_period and kind == \"ema\"`; the others are \
     skipped. Knows `+ - * /`, `< <= > >= == !=`, `and`, `or`, `not`, parentheses and names in quotes",
);
pub(crate) static EARLY_STOP: Field = Field::optional(
    "early_stop",
    Kind::Object(EARLY_STOP_FIELDS),
    "Leaves out the combinations behind a long stretch, in the order of the grid, that brought no new best; not together with \
     `walk_forward`",
);
pub(crate) static NARROW: Field = Field::optional(
    "narrow",
    Kind::Object(NARROW_FIELDS),
    "Looks at a coarse lattice of the grid first, then closer and closer around the best, instead of at every \
     combination; not together with `sample` or `walk_forward`",
);

pub(crate) static LUCK: Field = Field::boolean(
    "luck",
    true,
    "Whether to look if the best is luck: the deflated Sharpe ratio, the probability of overfitting, its neighbours",
);

pub(crate) static WALK_FORWARD: Field = Field::optional(
    "walk_forward",
    Kind::Object(WALK_FORWARD_FIELDS),
    "Chooses parameters in one window of time after the other and trades each choice in the window behind it",
);

/// Fields that cannot be given together; the first of each pair is blamed.
pub(crate) const CONFLICTS: [[&Field; 2]; 3] = [
    [&NARROW, &SAMPLE_OF_GRID],
    [&NARROW, &WALK_FORWARD],
    [&EARLY_STOP, &WALK_FORWARD],
];

/// Most combinations of a Sobol sample: as many points as the sequence has.
pub(crate) const SOBOL_MAX: u64 = 1 << 16;

pub(crate) static SWEEP: &[&Field] = &[
    &TOKEN,
    &TOKENS,
    &run::TIMEFRAME,
    &run::STRATEGY,
    &run::START_DATE,
    &run::END_DATE,
    &run::PORTFOLIO_VALUE,
    &run::LEVERAGE,
    &run::FEE_RATE,
    &run::SLIPPAGE_RATE,
    &run::BORROW_RATE,
    &run::DIRECTION,
    &run::FILL,
    &run::SIZING_OF_ENTRY,
    &run::WHOLE_UNITS,
    &run::STOP_LOSS,
    &run::TRAILING_STOP,
    &run::TAKE_PROFIT,
    &run::MAX_HOLD,
    &run::EXIT_ON_SIGNAL,
    &run::WARM_UP,
    &run::PERIODS_PER_YEAR,
    &run::RISK_FREE_RATE,
    &run::SEED,
    &PARAM_GRID,
    &MAX_COMBINATIONS,
    &CRITERIA,
    &TOP_N,
    &WHERE,
    &SAMPLE_OF_GRID,
    &NARROW,
    &EARLY_STOP,
    &LUCK,
    &WALK_FORWARD,
];

/// The fields of a walk-forward analysis.
pub(crate) const WALK_FORWARD_FIELDS: &[&Field] = &[&TRAIN, &TEST, &ANCHORED, &PURGE, &EMBARGO];

pub(crate) static TRAIN: Field = Field::required(
    "train",
    Kind::Span,
    "Length of each window in which parameters are chosen; of an anchored analysis, of the first",
);
pub(crate) static TEST: Field = Field::required(
    "test",
    Kind::Span,
    "Length of each window in which they are traded, and by which the windows move on",
);
pub(crate) static ANCHORED: Field = Field::boolean(
    "anchored",
    false,
    "Whether every train window begins where the range does",
);
pub(crate) static PURGE: Field = Field::whole(
    "purge",
    Whole::at_least(0),
    0,
    "Bars at the end of each train window that are left out of it",
);
pub(crate) static EMBARGO: Field = Field::whole(
    "embargo",
    Whole::at_least(0),
    0,
    "Bars at the start of each test window in which nothing is traded",
);

/// The fields of an early stop.
pub(crate) const EARLY_STOP_FIELDS: &[&Field] = &[&PATIENCE];

pub(crate) static PATIENCE: Field = Field::required(
    "patience",
    Kind::Whole(Whole::at_least(1)),
    "Combinations in a row, those that are run alone counted, that bring no better value of the first criterion",
);

/// The fields of a narrowing search.
pub(crate) const NARROW_FIELDS: &[&Field] = &[&KEEP];

pub(crate) static KEEP: Field = Field::whole(
    "keep",
    Whole::between(1, 1000),
    5,
    "Around how many of the best each round looks closer",
);

/// The fields of a sample.
pub(crate) const SAMPLE: &[&Field] = &[&SAMPLE_N, &SAMPLE_METHOD, &SAMPLE_SEED];

pub(crate) static SAMPLE_METHOD: Field = Field::choice(
    "method",
    || SampleMethod::NAMES.map(|(name, _)| name).to_vec(),
    "random",
    "How they are drawn: `random` without replacement; `latin_hypercube`, every value of each parameter about \
     equally often; `sobol`, evenly over all parameters at once (at most 65,536). The last two count a combination \
     once that they draw twice",
);

pub(crate) static SAMPLE_N: Field = Field::required(
    "n",
    Kind::Whole(Whole::at_least(1)),
    "How many combinations are drawn",
);
pub(crate) static SAMPLE_SEED: Field = Field::whole(
    "seed",
    Whole::at_least(0),
    0,
    "Seed of the draw, a 64-bit number; the same seed draws the same",
);

/// The fields of a range of a grid.
pub(crate) const RANGE: &[&Field] = &[&RANGE_MIN, &RANGE_MAX, &RANGE_STEP];

pub(crate) static RANGE_MIN: Field =
    Field::required("min", Kind::Number(crate::field::Interval::ANY), "First value");
pub(crate) static RANGE_MAX: Field = Field::required(
    "max",
    Kind::Number(crate::field::Interval::ANY),
    "Last value, included if the steps meet it; at least `min`",
);
pub(crate) static RANGE_STEP: Field = Field::required(
    "step",
    Kind::Number(crate::field::Interval::POSITIVE),
    "Distance between two values",
);
