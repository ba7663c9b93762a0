//! One account through all test windows.

use std::ops::Range;

use serde::Serialize;
use threadx_error::BacktestError;
use threadx_market::Bars;

use super::Window;
use crate::{
    Activity, Annualisation, BacktestInput, BacktestOptions, BacktestSpec, Control, EquityCurve, Metrics,
    MetricsInput, Trade, TradeExit,
    backtest::simulated,
    buy_and_hold_return,
    simulator::{AtEnd, Simulation},
};

/// One account that goes through the test windows, one after the other.
///
/// Each window is traded with its own parameters and with the cash that the one before it left; a position that is open
/// at a window's end is closed at its last close ([`ExitReason::WindowEnd`](threadx_spec::ExitReason::WindowEnd)).
/// Between the windows, in an embargo, and where no parameters were found the account holds cash.
#[derive(Debug, Clone)]
pub struct Stitch {
    /// The bars from the first test window to the last.
    bars: Bars,
    /// Where they begin in the range.
    offset: usize,
    options: BacktestOptions,
    cash: f64,
    equity: Vec<f64>,
    trades: Vec<Trade>,
    bars_in_position: usize,
    fill_notional: f64,
    fees_paid: f64,
}

/// What an account made of all test windows. Positions of bars count from 0 at the first bar of the first test window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OutOfSample {
    /// The measures over all windows, cash between them included.
    pub metrics: Metrics,
    /// All trades in the order of their exits.
    pub trades: Vec<Trade>,
    /// Equity at the close of each bar, currency.
    pub equity: Vec<f64>,
    /// The bars of all test windows and what lies between them.
    #[serde(skip)]
    pub bars: Bars,
}

impl Stitch {
    /// An account of `spec` before the first of `windows`, which are windows of `range`.
    #[must_use]
    pub fn new(range: &Bars, windows: &[Window], spec: &BacktestSpec) -> Self {
        let of_time = |window: Option<&Window>, end: usize| {
            window.map_or(0, |window| {
                let [from, to] = window.test_time;
                let bars = range.positions(from, to);
                if end == 0 { bars.start } else { bars.end }
            })
        };
        let span = of_time(windows.first(), 0)..of_time(windows.last(), 1);
        let options = spec.options().clone();
        Self {
            offset: span.start,
            equity: Vec::with_capacity(span.len()),
            bars: range.slice(span),
            cash: options.portfolio_value,
            options,
            trades: Vec::new(),
            bars_in_position: 0,
            fill_notional: 0.0,
            fees_paid: 0.0,
        }
    }

    /// How the next window is traded: with the cash that there is. `None` if there is none left.
    fn spec(&self) -> Option<BacktestSpec> {
        BacktestSpec::new(BacktestOptions {
            portfolio_value: self.cash,
            ..self.options.clone()
        })
        .ok()
    }

    /// Trades the bars at `test` of the range; windows come in order. `input` is over these bars behind their warm-up;
    /// its `spec` is not read. The measures of the window, `None` if there was no cash left to trade it with.
    ///
    /// # Errors
    ///
    /// As [`backtest`](crate::backtest()); the account is then as it was before.
    pub fn trade(
        &mut self,
        test: &Range<usize>,
        input: &BacktestInput<'_>,
        control: &dyn Control,
    ) -> Result<Option<Metrics>, BacktestError> {
        let Some(spec) = self.spec() else { return Ok(None) };
        let input = BacktestInput {
            spec: &spec,
            ..*input
        };
        let kept = |range: &Bars| Vec::with_capacity(range.len());
        let Simulation {
            trades,
            equity,
            bars_in_position,
            fees_paid,
            fill_notional,
            ..
        } = simulated(&input, AtEnd::Close, kept, control)?.simulation;
        let start = test.start - self.offset;
        let bars = self.bars.slice(start..start + equity.len());
        let activity = Activity {
            bars_in_position,
            fill_notional,
            fees_paid,
            buy_and_hold_return: buy_and_hold_return(&bars),
        };
        let metrics = self.measured(&bars, self.cash, &equity, &trades, activity);
        self.equity.resize(start, self.cash);
        self.cash = equity.last().copied().unwrap_or(self.cash);
        self.equity.extend(equity);
        self.trades.extend(trades.into_iter().map(|trade| Trade {
            entry_index: trade.entry_index + start,
            exit: trade.exit.map(|exit| TradeExit {
                index: exit.index + start,
                ..exit
            }),
            ..trade
        }));
        self.bars_in_position += bars_in_position;
        self.fill_notional += fill_notional;
        self.fees_paid += fees_paid;
        Ok(Some(metrics))
    }

    fn measured(
        &self,
        bars: &Bars,
        start: f64,
        equity: &[f64],
        trades: &[Trade],
        activity: Activity,
    ) -> Metrics {
        Metrics::compute(&MetricsInput {
            curve: EquityCurve::new(start, bars, equity),
            trades,
            activity,
            annualisation: Annualisation {
                periods_per_year: self.options.periods_per_year,
                risk_free_rate: self.options.risk_free_rate,
            },
        })
    }

    /// What all windows came to.
    #[must_use]
    pub fn finish(mut self) -> OutOfSample {
        self.equity.resize(self.bars.len(), self.cash);
        let activity = Activity {
            bars_in_position: self.bars_in_position,
            fill_notional: self.fill_notional,
            fees_paid: self.fees_paid,
            buy_and_hold_return: buy_and_hold_return(&self.bars),
        };
        let start = self.options.portfolio_value;
        OutOfSample {
            metrics: self.measured(&self.bars, start, &self.equity, &self.trades, activity),
            trades: self.trades,
            equity: self.equity,
            bars: self.bars,
        }
    }
}
