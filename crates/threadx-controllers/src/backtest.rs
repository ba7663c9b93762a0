//! Backtests.

mod of_token;
mod portfolio;

use std::{sync::Arc, time::Instant};

use serde::Serialize;
use threadx_engine::{
    Backtest, BacktestInput, BacktestOptions, BacktestSpec, Control, LookAheadCheck, LookAheadInput, Metrics,
    RejectedOrder, StrategyRegistry, Trade, Warning, backtest, check_look_ahead,
};
use threadx_error::Result;
use threadx_indicators::IndicatorBank;
use threadx_market::{Bars, Timestamp};
use threadx_request::{BacktestRequest, Valid};
use threadx_spec::WarmUp;

pub use self::of_token::OfToken;
pub use self::portfolio::TokenReport;
use crate::{
    DataSummary, SignalsSummary, StrategyIdentity, stored_bars::StoredBars, stored_range::StoredRange,
};

/// Runs backtests; shared by all tasks.
///
/// A request that was not validated does not compile:
///
/// ```compile_fail
/// # fn run(controller: &threadx_controllers::BacktestController, request: &threadx_request::BacktestRequest) {
/// controller.run(request, &threadx_engine::Uninterrupted);
/// # }
/// ```
///
/// A valid one does:
///
/// ```
/// # use threadx_request::{BacktestRequest, Valid};
/// # fn run(controller: &threadx_controllers::BacktestController, request: &Valid<BacktestRequest>) {
/// controller.run(request, &threadx_engine::Uninterrupted);
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct BacktestController {
    bars: Arc<StoredBars>,
    bank: Arc<IndicatorBank>,
    strategies: Arc<StrategyRegistry>,
}

/// What a backtest yields, with the request and the bars that it was made of.
///
/// What the program prints is its [`document`](Self::document).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BacktestReport {
    /// The request as validated, defaults filled in.
    pub request: BacktestRequest,
    /// The bars of the range.
    pub data: DataSummary,
    /// The strategy that decided.
    pub strategy: StrategyIdentity,
    /// What the strategy `signals` traded; `None` for every other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signals: Option<SignalsSummary>,
    /// The measures.
    pub metrics: Metrics,
    /// Closed trades in the order of their exits, then the open one, if any.
    pub trades: Vec<OfToken<Trade>>,
    /// Orders that could not be executed, in order.
    pub rejected_orders: Vec<OfToken<RejectedOrder>>,
    /// What each token of a portfolio came to, in the order of the request; empty for one token.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub per_token: Vec<TokenReport>,
    /// What a reader of the result should know.
    pub warnings: Vec<Warning>,
    /// Stored bars before the range that fed indicators; of a portfolio the most of any token.
    pub warm_up_bars: usize,
    /// Time from the start of the run to its end, seconds.
    pub elapsed_seconds: f64,
    /// Version of ThreadX.
    pub version: &'static str,
    /// Equity at the close of each bar, currency.
    #[serde(skip)]
    pub equity: Vec<f64>,
    /// Fall of equity from its peak at the close of each bar, a fraction ≤ 0.
    #[serde(skip)]
    pub drawdown: Vec<f64>,
    /// The bars of the range; of a portfolio the first token's, all being in `per_token`.
    #[serde(skip)]
    pub bars: Bars,
    /// The stamps of a portfolio's curves.
    #[serde(skip)]
    stamps: Option<Vec<Timestamp>>,
}

impl BacktestReport {
    /// The open times that the values of `equity` and `drawdown` stand for: the bars', or the union of all tokens'.
    #[must_use]
    pub fn time(&self) -> &[Timestamp] {
        self.stamps.as_deref().unwrap_or(self.bars.time())
    }
}

impl BacktestController {
    pub(crate) fn new(
        bars: Arc<StoredBars>,
        bank: Arc<IndicatorBank>,
        strategies: Arc<StrategyRegistry>,
    ) -> Self {
        Self {
            bars,
            bank,
            strategies,
        }
    }

    /// Runs the backtest that the request describes.
    ///
    /// # Errors
    ///
    /// A data error if the bars cannot be read or the range has none; a backtest error if the strategy
    /// fails or `control` interrupts the run.
    pub fn run(
        &self,
        request: &Valid<BacktestRequest>,
        control: &(dyn Control + Sync),
    ) -> Result<BacktestReport> {
        self.run_inner(request, control).map_err(|error| {
            error
                .with_operation("backtest")
                .with_token(request.tokens.to_string())
                .with_timeframe(request.timeframe.as_str())
                .with_strategy(request.strategy.as_str())
        })
    }

    /// Checks that the strategy of the request does not look ahead, on the bars of the request
    /// ([`check_look_ahead`]), with so many `cuts` at most; returns which bars they were too.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run). A strategy that looks ahead is a result, not an error.
    pub fn check(
        &self,
        request: &Valid<BacktestRequest>,
        cuts: usize,
        control: &(dyn Control + Sync),
    ) -> Result<(DataSummary, LookAheadCheck)> {
        let check = || {
            let dates = [request.start_date, request.end_date];
            let token = request.tokens.first();
            let given_up = || control.cancelled();
            let bars = StoredRange::find(&self.bars, token, request.timeframe, dates, &given_up)?.bars();
            let check = check_look_ahead(
                &LookAheadInput {
                    bars: &bars,
                    strategy: self.strategies.get(&request.strategy)?,
                    params: &request.params,
                    spec: &BacktestSpec::new(options(request))?,
                    cuts,
                    seed: request.seed.unwrap_or(0),
                },
                control,
            )?;
            Ok((DataSummary::of(token, &bars), check))
        };
        check().map_err(|error: threadx_error::Error| {
            error
                .with_operation("check-strategy")
                .with_token(request.tokens.first().as_str())
                .with_timeframe(request.timeframe.as_str())
                .with_strategy(request.strategy.as_str())
        })
    }

    fn run_inner(
        &self,
        request: &Valid<BacktestRequest>,
        control: &(dyn Control + Sync),
    ) -> Result<BacktestReport> {
        if request.tokens.is_portfolio() {
            return self.run_portfolio(request, control);
        }
        let started = Instant::now();
        let strategy = self.strategies.get(&request.strategy)?;
        let dates = [request.start_date, request.end_date];
        let given_up = || control.cancelled();
        let token = request.tokens.first();
        let found = StoredRange::find(&self.bars, token, request.timeframe, dates, &given_up)?;
        let StoredRange { stored, range } = &found;
        let first = match request.warm_up {
            WarmUp::Inside => 0,
            WarmUp::Before => strategy.warm_up(&request.params)?.min(range.start),
        };
        let bars = stored.slice(range.start - first..range.end);
        let spec = BacktestSpec::new(options(request))?;
        let result = backtest(
            &BacktestInput {
                indicators: &self.bank.source(&bars, &given_up),
                first,
                strategy,
                params: &request.params,
                spec: &spec,
            },
            control,
        )?;
        // Its fingerprint is known if nothing stood before the range.
        let bars = bars.slice(first..bars.len());
        let drawdown = result.drawdown(request.portfolio_value);
        let Backtest {
            metrics,
            trades,
            rejected_orders,
            warnings,
            warm_up_bars,
            equity,
        } = result;
        Ok(BacktestReport {
            request: BacktestRequest::clone(request),
            data: DataSummary::of(request.tokens.first(), &bars),
            strategy: StrategyIdentity::of(strategy),
            signals: self
                .strategies
                .signals_of(&request.strategy)
                .map(|table| SignalsSummary::of(table, &bars)),
            metrics,
            trades: OfToken::unnamed(trades),
            rejected_orders: OfToken::unnamed(rejected_orders),
            per_token: Vec::new(),
            warnings,
            warm_up_bars,
            elapsed_seconds: started.elapsed().as_secs_f64(),
            version: env!("CARGO_PKG_VERSION"),
            equity,
            drawdown,
            bars,
            stamps: None,
        })
    }
}

/// The engine's options of a valid request.
pub(crate) fn options(request: &BacktestRequest) -> BacktestOptions {
    BacktestOptions {
        portfolio_value: request.portfolio_value,
        leverage: request.leverage,
        fee_rate: request.fee_rate,
        slippage_rate: request.slippage_rate,
        borrow_rate: request.borrow_rate,
        direction: request.direction,
        fill: request.fill,
        sizing: request.sizing,
        whole_units: request.whole_units,
        stop_loss: request.stop_loss,
        trailing_stop: request.trailing_stop,
        take_profit: request.take_profit,
        // More bars than a usize counts is as good as no limit.
        max_hold: request
            .max_hold
            .map(|bars| usize::try_from(bars).unwrap_or(usize::MAX)),
        exit_on_signal: request.exit_on_signal,
        periods_per_year: request.periods_per_year,
        risk_free_rate: request.risk_free_rate,
    }
}
