//! Random bars, signals and options, for properties.

use proptest::prelude::*;
use threadx::{
    engine::{
        AccountView, BacktestOptions, BarRun, BarStrategy, Entry, EntryStop, ExitSize, Mask, Orders, Side,
        SignalStrategy, Signals, StrategyInput,
    },
    error::BacktestError,
    market::{Bars, Columns, Timeframe, Timestamp},
    spec::{Direction, ExitReason, FillModel, Params, Sizing, StrategySpec},
};

/// Random bars: closes walk in steps of up to 20%, opens gap, wicks reach beyond; prices lie on a grid of a
/// quarter so that equal prices are common.
pub(crate) fn bars(len: impl Into<proptest::collection::SizeRange>) -> impl Strategy<Value = Bars> {
    let bar = (
        -0.2f64..0.2,
        -0.05f64..0.05,
        0.0f64..0.1,
        0.0f64..0.1,
        0.0f64..1e6,
    );
    proptest::collection::vec(bar, len).prop_map(|steps| {
        let mut columns = Columns::with_capacity(steps.len());
        let grid = |price: f64| ((price * 4.0).round() / 4.0).max(0.25);
        let mut close = 100.0;
        for (index, (step, gap, up, down, volume)) in steps.into_iter().enumerate() {
            let open = grid(close * (1.0 + gap));
            close = grid((close * (1.0 + step)).clamp(5.0, 5000.0));
            columns
                .time
                .push(Timestamp::from_nanoseconds(index as i64 * 3_600_000_000_000));
            columns.open.push(open);
            columns.close.push(close);
            columns
                .high
                .push(grid(open.max(close) * (1.0 + up)).max(open).max(close));
            columns
                .low
                .push(grid(open.min(close) * (1.0 - down)).min(open).min(close));
            columns.volume.push(volume);
        }
        Bars::new(Timeframe::H1, columns).unwrap()
    })
}

/// Random signals of `len` bars, dense enough that every rule about two of them on one bar is met.
pub(crate) fn signals(len: usize) -> impl Strategy<Value = Signals> {
    proptest::collection::vec(0u8..=255, len).prop_map(move |draws| {
        // Two bits a signal: set with a chance of one in four.
        let mask = |shift: u8| Mask::from_fn(len, |index| draws[index] >> shift & 3 == 3);
        Signals {
            long_entry: mask(0),
            long_exit: mask(2),
            short_entry: mask(4),
            short_exit: mask(6),
        }
    })
}

/// Random bars with signals for them.
pub(crate) fn bars_and_signals() -> impl Strategy<Value = (Bars, Signals)> {
    bars(1..80).prop_flat_map(|bars| {
        let len = bars.len();
        (Just(bars), signals(len))
    })
}

fn sizing() -> impl Strategy<Value = Option<Sizing>> {
    prop_oneof![
        2 => Just(None),
        1 => Just(Some(Sizing::AllIn)),
        2 => (0.01f64..=1.0).prop_map(|x| Some(Sizing::Fraction(x))),
        1 => (10.0f64..20_000.0).prop_map(|x| Some(Sizing::Cash(x))),
        1 => (0.1f64..300.0).prop_map(|x| Some(Sizing::Quantity(x))),
        1 => (0.001f64..=1.0).prop_map(|x| Some(Sizing::Risk(x))),
    ]
}

/// Random options over everything that the engine has.
pub(crate) fn options() -> impl Strategy<Value = BacktestOptions> {
    let money = (
        1.0f64..1e6,
        prop_oneof![3 => Just(1.0), 1 => 0.0f64..=10.0],
        prop_oneof![Just(0.0), 0.0f64..0.02, 0.0f64..=1.0],
        prop_oneof![2 => Just(0.0), 2 => 0.0f64..0.02, 1 => 0.0f64..0.5],
        prop_oneof![Just(0.0), 0.0f64..2.0],
        sizing(),
        any::<bool>(),
    );
    let rules = (
        prop_oneof![
            Just(Direction::Long),
            Just(Direction::Short),
            Just(Direction::Both)
        ],
        prop_oneof![Just(FillModel::NextOpen), Just(FillModel::Close)],
        proptest::option::of(0.001f64..0.5),
        proptest::option::of(0.001f64..0.5),
        proptest::option::of(0.001f64..1.5),
        proptest::option::of(1usize..20),
        any::<bool>(),
    );
    (money, rules).prop_map(|(money, rules)| BacktestOptions {
        portfolio_value: money.0,
        leverage: money.1,
        fee_rate: money.2,
        slippage_rate: money.3,
        borrow_rate: money.4,
        sizing: money.5,
        whole_units: money.6,
        direction: rules.0,
        fill: rules.1,
        stop_loss: rules.2,
        trailing_stop: rules.3,
        take_profit: rules.4,
        max_hold: rules.5,
        exit_on_signal: rules.6,
        periods_per_year: None,
        risk_free_rate: 0.0,
    })
}

/// A strategy whose signals are given.
pub(crate) struct Given {
    spec: StrategySpec,
    signals: Signals,
}

impl Given {
    pub(crate) fn new(signals: Signals) -> Self {
        Self {
            spec: StrategySpec::signal("given", 1, "signals that are given"),
            signals,
        }
    }
}

impl SignalStrategy for Given {
    fn spec(&self) -> &StrategySpec {
        &self.spec
    }

    fn warm_up(&self, _params: &Params) -> Result<usize, BacktestError> {
        Ok(0)
    }

    fn signals(&self, _input: &StrategyInput<'_>) -> Result<Signals, BacktestError> {
        Ok(self.signals.clone())
    }
}

/// Random orders for `len` bars, parts of positions among the exits.
pub(crate) fn orders(len: usize) -> impl Strategy<Value = Vec<Orders>> {
    let stop = prop_oneof![
        (0.1f64..20.0).prop_map(EntryStop::Distance),
        (20.0f64..300.0).prop_map(EntryStop::Level),
    ];
    let entry = (any::<bool>(), proptest::option::of(stop)).prop_map(|(long, stop)| Entry {
        side: if long { Side::Long } else { Side::Short },
        stop,
    });
    let exit_size = prop_oneof![
        Just(ExitSize::All),
        (0.01f64..1.2).prop_map(ExitSize::Fraction),
        (0.01f64..100.0).prop_map(ExitSize::Quantity),
    ];
    let order = (
        proptest::option::weighted(0.3, entry),
        any::<u8>(),
        exit_size,
        proptest::option::weighted(0.1, 20.0f64..300.0),
    );
    let order = order.prop_map(|(entry, exit, exit_size, stop)| Orders {
        entry,
        exit: match exit {
            0..80 => Some(ExitReason::Signal),
            80..100 => Some(ExitReason::MaxHold),
            _ => None,
        },
        exit_size,
        stop,
    });
    proptest::collection::vec(order, len)
}

/// Random bars with orders for them.
pub(crate) fn bars_and_orders() -> impl Strategy<Value = (Bars, Vec<Orders>)> {
    bars(1..60).prop_flat_map(|bars| {
        let len = bars.len();
        (Just(bars), orders(len))
    })
}

/// A strategy whose orders are given, bar by bar; the same for every token of a portfolio.
pub(crate) struct GivenOrders {
    spec: StrategySpec,
    orders: Vec<Orders>,
}

impl GivenOrders {
    pub(crate) fn new(orders: Vec<Orders>) -> Self {
        Self {
            spec: StrategySpec::signal("given_orders", 1, "orders that are given"),
            orders,
        }
    }
}

struct GivenRun(Vec<Orders>);

impl BarRun for GivenRun {
    fn on_bar(&mut self, account: &AccountView<'_>) -> Orders {
        self.0[account.index()]
    }
}

impl BarStrategy for GivenOrders {
    fn spec(&self) -> &StrategySpec {
        &self.spec
    }

    fn warm_up(&self, _params: &Params) -> Result<usize, BacktestError> {
        Ok(0)
    }

    fn start<'a>(&self, _input: &StrategyInput<'a>) -> Result<Box<dyn BarRun + 'a>, BacktestError> {
        Ok(Box::new(GivenRun(self.orders.clone())))
    }
}
