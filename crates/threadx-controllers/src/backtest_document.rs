//! A backtest's result as it is written out.

use serde::Serialize;
use threadx_engine::{
    Annualisation, Benchmark, BenchmarkComparison, Drawdown, EquityCurve, MonthlyReturn, YearlyReturn,
    drawdowns, monthly_returns, yearly_returns,
};

use crate::BacktestReport;

/// A backtest's result as it is written out: the report, and what follows from its curve.
///
/// Made by [`BacktestReport::document`]; computed when it is asked for, so that a run that nobody reads in
/// full does not pay for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BacktestDocument<'a> {
    /// The report.
    #[serde(flatten)]
    pub report: &'a BacktestReport,
    /// Every fall of equity from a peak, in order of time.
    pub drawdowns: Vec<Drawdown>,
    /// Returns of the calendar months that have bars, in order.
    pub monthly_returns: Vec<MonthlyReturn>,
    /// Returns of the calendar years that have bars, in order.
    pub yearly_returns: Vec<YearlyReturn>,
    /// The run beside buying at the first open and holding.
    pub benchmark: Option<BenchmarkComparison>,
    /// Equity at the close of each bar, currency, if curves were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equity: Option<&'a [f64]>,
    /// Fall of equity from its peak at the close of each bar, a fraction ≤ 0, if curves were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drawdown: Option<&'a [f64]>,
}

impl BacktestReport {
    /// Equity over the run's bars, or the stamps of a portfolio.
    #[must_use]
    pub fn curve(&self) -> EquityCurve<'_> {
        EquityCurve {
            starting_value: self.request.portfolio_value,
            timeframe: self.bars.timeframe(),
            time: self.time(),
            equity: &self.equity,
        }
    }

    /// The run beside buying at the first open and holding; `None` without bars, and for a portfolio, which has no one
    /// market.
    #[must_use]
    pub fn benchmark(&self) -> Option<BenchmarkComparison> {
        if !self.per_token.is_empty() {
            return None;
        }
        let annualisation = Annualisation {
            periods_per_year: self.request.periods_per_year,
            risk_free_rate: self.request.risk_free_rate,
        };
        let market = Benchmark::buy_and_hold(&self.bars)?;
        Some(BenchmarkComparison::compute(
            &self.curve(),
            &market,
            annualisation,
        ))
    }

    /// The result as it is written out, with one value per bar of equity and drawdown if `curves`.
    #[must_use]
    pub fn document(&self, curves: bool) -> BacktestDocument<'_> {
        let curve = self.curve();
        BacktestDocument {
            report: self,
            drawdowns: drawdowns(&curve),
            monthly_returns: monthly_returns(&curve),
            yearly_returns: yearly_returns(&curve),
            benchmark: self.benchmark(),
            equity: curves.then_some(&self.equity),
            drawdown: curves.then_some(&self.drawdown),
        }
    }
}
