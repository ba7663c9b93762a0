//! The check for look-ahead: what ThreadX brings passes, what knows the future is caught.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use threadx::{
    data,
    engine::{
        AccountView, BacktestOptions, BacktestSpec, BarRun, BarStrategy, Entry, Future, LookAheadCheck,
        LookAheadInput, Mask, Orders, Side, SignalStrategy, SignalTable, Signals, Strategy, StrategyInput,
        StrategyRegistry, Uninterrupted, check_look_ahead,
    },
    error::BacktestError,
    market::Bars,
    spec::{Direction, ExitReason, FillModel, Params, StrategySpec},
};

fn check(strategy: &Strategy, bars: &Bars, fill: FillModel) -> LookAheadCheck {
    let options = BacktestOptions {
        direction: Direction::Both,
        fill,
        ..BacktestOptions::default()
    };
    let input = LookAheadInput {
        bars,
        strategy,
        params: &Params::new(),
        spec: &BacktestSpec::new(options).unwrap(),
        cuts: 32,
        seed: 7,
    };
    check_look_ahead(&input, &Uninterrupted).unwrap()
}

fn bars() -> Bars {
    data::sample().unwrap().bars.slice(0..3000)
}

/// What a leaking strategy knows at the close of bar `t`, from all of the closes.
type Knows = fn(&[f64], usize) -> bool;

/// The close of the next bar.
fn tomorrow(close: &[f64], t: usize) -> bool {
    close.get(t + 1).is_some_and(|next| *next > close[t] * 1.01)
}

/// The highest close of the whole series.
fn highest(close: &[f64], t: usize) -> bool {
    close[t] > 0.98 * close.iter().copied().fold(0.0, f64::max)
}

/// The mean over the whole series.
fn mean(close: &[f64], t: usize) -> bool {
    close[t] < 0.97 * close.iter().sum::<f64>() / close.len() as f64
}

struct LeakingSignals {
    spec: StrategySpec,
    knows: Knows,
}

impl SignalStrategy for LeakingSignals {
    fn spec(&self) -> &StrategySpec {
        &self.spec
    }

    fn warm_up(&self, _params: &Params) -> Result<usize, BacktestError> {
        Ok(0)
    }

    fn signals(&self, input: &StrategyInput<'_>) -> Result<Signals, BacktestError> {
        let close = input.bars().close();
        let mut signals = Signals::none(close.len());
        signals.long_entry = Mask::from_fn(close.len(), |t| (self.knows)(close, t));
        Ok(signals)
    }
}

struct LeakingBars {
    spec: StrategySpec,
    knows: Knows,
}

struct LeakingRun<'a> {
    bars: &'a Bars,
    knows: Knows,
}

impl BarStrategy for LeakingBars {
    fn spec(&self) -> &StrategySpec {
        &self.spec
    }

    fn warm_up(&self, _params: &Params) -> Result<usize, BacktestError> {
        Ok(0)
    }

    fn start<'a>(&self, input: &StrategyInput<'a>) -> Result<Box<dyn BarRun + 'a>, BacktestError> {
        Ok(Box::new(LeakingRun {
            bars: input.bars(),
            knows: self.knows,
        }))
    }
}

impl BarRun for LeakingRun<'_> {
    fn on_bar(&mut self, account: &AccountView<'_>) -> Orders {
        let knows = (self.knows)(self.bars.close(), account.index());
        match account.side() {
            Some(_) => Orders {
                exit: (!knows).then_some(ExitReason::Signal),
                ..Orders::default()
            },
            None => Orders {
                entry: knows.then_some(Entry {
                    side: Side::Long,
                    stop: None,
                }),
                ..Orders::default()
            },
        }
    }
}

#[test]
fn what_threadx_brings_does_not_look_ahead() {
    let bars = bars();
    let mut registry = StrategyRegistry::built_in();
    let time: Vec<_> = bars.time().iter().copied().step_by(50).collect();
    let mut signals = Signals::none(time.len());
    (0..time.len())
        .step_by(2)
        .for_each(|row| signals.long_entry.set(row));
    (1..time.len())
        .step_by(2)
        .for_each(|row| signals.long_exit.set(row));
    registry.set_signals(SignalTable::new(time, signals).unwrap());
    let names: Vec<_> = registry.specs().map(|spec| spec.name.clone()).collect();
    for name in names {
        for fill in [FillModel::NextOpen, FillModel::Close] {
            let found = check(registry.get(&name).unwrap(), &bars, fill);
            assert_eq!(found.leak, None, "{name}");
            assert!(
                found.decisions > 0,
                "{name} decides nothing, which proves nothing"
            );
        }
    }
}

#[test]
fn strategies_of_both_kinds_that_know_the_future_are_caught() {
    let bars = bars();
    for (what, knows) in [
        ("tomorrow", tomorrow as Knows),
        ("highest", highest),
        ("mean", mean),
    ] {
        let signal = LeakingSignals {
            spec: StrategySpec::signal("leaking", 1, "knows the future"),
            knows,
        };
        let bar = LeakingBars {
            spec: StrategySpec::bar("leaking", 1, "knows the future"),
            knows,
        };
        for strategy in [Strategy::Signal(Arc::new(signal)), Strategy::Bar(Arc::new(bar))] {
            let found = check(&strategy, &bars, FillModel::NextOpen);
            let leak = found
                .leak
                .unwrap_or_else(|| panic!("{what} of {strategy:?} is not caught"));
            assert!(leak.index < leak.cut, "{what}: {leak}");
            assert_ne!(leak.decided, leak.instead, "{what}");
            assert_eq!(leak.time, bars.time()[leak.index]);
            if what == "tomorrow" {
                assert_eq!(leak.index + 1, leak.cut, "it knows one bar more: {leak}");
            }
        }
    }
}

/// Buys on every bar on which it is asked, and is asked only before the close rises.
struct AskedBeforeRises(StrategySpec);

struct AskedRun<'a>(&'a Bars);

impl BarStrategy for AskedBeforeRises {
    fn spec(&self) -> &StrategySpec {
        &self.0
    }

    fn warm_up(&self, _params: &Params) -> Result<usize, BacktestError> {
        Ok(0)
    }

    fn start<'a>(&self, input: &StrategyInput<'a>) -> Result<Box<dyn BarRun + 'a>, BacktestError> {
        Ok(Box::new(AskedRun(input.bars())))
    }
}

impl BarRun for AskedRun<'_> {
    fn on_bar(&mut self, account: &AccountView<'_>) -> Orders {
        Orders {
            entry: account.side().is_none().then_some(Entry {
                side: Side::Long,
                stop: None,
            }),
            exit: account.side().map(|_| ExitReason::Signal),
            ..Orders::default()
        }
    }

    fn next_while_flat(&self, bar: usize) -> Option<usize> {
        (bar..self.0.len()).find(|bar| tomorrow(self.0.close(), *bar))
    }
}

#[test]
fn a_strategy_that_picks_its_bars_by_the_future_is_caught() {
    let strategy = AskedBeforeRises(StrategySpec::bar("picks", 1, "asked before the close rises"));
    let leak = check(&Strategy::Bar(Arc::new(strategy)), &bars(), FillModel::Close).leak;
    let leak = leak.unwrap();
    assert_eq!(leak.index + 1, leak.cut, "{leak}");
}

/// Decides differently each time it is asked.
struct DrawsLots {
    spec: StrategySpec,
    asked: AtomicUsize,
}

impl SignalStrategy for DrawsLots {
    fn spec(&self) -> &StrategySpec {
        &self.spec
    }

    fn warm_up(&self, _params: &Params) -> Result<usize, BacktestError> {
        Ok(0)
    }

    fn signals(&self, input: &StrategyInput<'_>) -> Result<Signals, BacktestError> {
        let mut signals = Signals::none(input.bars().len());
        signals.long_entry.set(self.asked.fetch_add(1, Ordering::Relaxed));
        Ok(signals)
    }
}

#[test]
fn a_strategy_that_draws_lots_is_caught() {
    let strategy = DrawsLots {
        spec: StrategySpec::signal("draws_lots", 1, "another bar each time"),
        asked: AtomicUsize::new(0),
    };
    let strategy = Strategy::Signal(Arc::new(strategy));
    let leak = check(&strategy, &bars(), FillModel::Close).leak.unwrap();
    assert_eq!((leak.index, leak.future), (0, Future::Same));
    assert!(
        leak.to_string().ends_with("when asked again on the same bars"),
        "{leak}"
    );
}
