//! Backtests of several tokens that share the cash.

use std::time::Instant;

use serde::Serialize;
use threadx_engine::{BacktestSpec, Control, Metrics, PortfolioInput, PortfolioToken, backtest_portfolio};
use threadx_error::{BacktestError, Result};
use threadx_market::{Bars, Symbol};
use threadx_request::{BacktestRequest, Valid};
use threadx_spec::WarmUp;

use super::{BacktestController, BacktestReport, OfToken, options};
use crate::{DataSummary, SignalsSummary, StrategyIdentity, stored_range::StoredRange};

/// What one token of a portfolio came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TokenReport {
    /// The token.
    pub token: Symbol,
    /// Its bars of the range.
    pub data: DataSummary,
    /// Its profit or loss, closed and open, currency.
    pub pnl: f64,
    /// The measures of the token alone: of its trades, and of its equal share of the starting value with its own
    /// profit and loss. Those of the returns are absent if it lost more than that share.
    pub metrics: Metrics,
    /// Stored bars before the range that fed indicators.
    pub warm_up_bars: usize,
    /// Its share of the starting value with its own profit and loss at the close of each of its bars, currency.
    #[serde(skip)]
    pub equity: Vec<f64>,
    /// Its bars of the range.
    #[serde(skip)]
    pub bars: Bars,
}

/// The bars of a token, those that only feed indicators first.
struct Loaded {
    token: Symbol,
    bars: Bars,
    first: usize,
}

impl BacktestController {
    pub(super) fn run_portfolio(
        &self,
        request: &Valid<BacktestRequest>,
        control: &(dyn Control + Sync),
    ) -> Result<BacktestReport> {
        let started = Instant::now();
        let strategy = self.strategies.get(&request.strategy)?;
        let warm_up = match request.warm_up {
            WarmUp::Inside => 0,
            WarmUp::Before => strategy.warm_up(&request.params)?,
        };
        let dates = [request.start_date, request.end_date];
        let given_up = || control.cancelled();
        let load = |token: &Symbol| {
            let StoredRange { stored, range } =
                StoredRange::find(&self.bars, token, request.timeframe, dates, &given_up)?;
            let first = warm_up.min(range.start);
            Ok(Loaded {
                token: token.clone(),
                bars: stored.slice(range.start - first..range.end),
                first,
            })
        };
        let loaded = request.tokens.iter().map(load).collect::<Result<Vec<_>>>()?;
        let indicators: Vec<_> = loaded
            .iter()
            .map(|token| self.bank.source(&token.bars, &given_up))
            .collect();
        let tokens: Vec<PortfolioToken<'_>> = loaded
            .iter()
            .zip(&indicators)
            .map(|(loaded, indicators)| PortfolioToken {
                token: &loaded.token,
                indicators,
                first: loaded.first,
            })
            .collect();
        let spec = BacktestSpec::new(options(request))?;
        let input = PortfolioInput {
            tokens: &tokens,
            strategy,
            params: &request.params,
            spec: &spec,
        };
        let result = backtest_portfolio(&input, control)?;
        let drawdown = result.drawdown(request.portfolio_value);
        let named = |token: usize| loaded.get(token).map(|loaded| loaded.token.clone());
        let per_token: Vec<TokenReport> = loaded
            .iter()
            .zip(result.per_token)
            .map(|(loaded, result)| {
                let bars = loaded.bars.slice(loaded.first..loaded.bars.len());
                TokenReport {
                    token: loaded.token.clone(),
                    data: DataSummary::of(&loaded.token, &bars),
                    pnl: result.pnl,
                    metrics: result.metrics,
                    warm_up_bars: result.warm_up_bars,
                    equity: result.equity,
                    bars,
                }
            })
            .collect();
        // A valid request names a token.
        let first = per_token.first().ok_or(BacktestError::NoBars)?;
        let data = DataSummary::of_portfolio(
            &first.data,
            per_token.iter().map(|token| &token.data),
            &result.time,
        );
        let bars = first.bars.clone();
        Ok(BacktestReport {
            request: BacktestRequest::clone(request),
            data,
            strategy: StrategyIdentity::of(strategy),
            signals: self
                .strategies
                .signals_of(&request.strategy)
                .map(|table| SignalsSummary::of(table, &bars)),
            metrics: result.metrics,
            trades: result
                .trades
                .into_iter()
                .map(|trade| OfToken {
                    token: named(trade.token),
                    row: trade.of,
                })
                .collect(),
            rejected_orders: result
                .rejected_orders
                .into_iter()
                .map(|order| OfToken {
                    token: named(order.token),
                    row: order.of,
                })
                .collect(),
            warnings: result.warnings,
            warm_up_bars: loaded.iter().map(|token| token.first).max().unwrap_or(0),
            per_token,
            elapsed_seconds: started.elapsed().as_secs_f64(),
            version: env!("CARGO_PKG_VERSION"),
            equity: result.equity,
            drawdown,
            bars,
            stamps: Some(result.time),
        })
    }
}
