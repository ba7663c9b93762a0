//! What is measured of a backtest.

use serde::{Deserialize, Serialize};
use threadx_spec::Metric;

use self::{equity_stats::EquityFigures, trade_stats::TradeFigures};
use crate::Trade;

mod annualisation;
mod benchmark;
mod calendar;
mod compensated;
mod curve;
mod drawdown;
mod drawdown_depth;
mod equity_stats;
mod lanes;
mod moments;
mod running_curve;
mod tail;
mod trade_stats;

#[cfg(test)]
mod tests;

pub(crate) use self::{
    curve::{finite, ratio},
    drawdown_depth::without_rounding,
    equity_stats::SECONDS_PER_YEAR,
    running_curve::RunningCurve,
    trade_stats::PNL_NOISE,
};
pub use annualisation::Annualisation;
pub use benchmark::{Benchmark, BenchmarkComparison, buy_and_hold_return};
pub use calendar::{MonthlyReturn, YearlyReturn, monthly_returns, yearly_returns};
pub use curve::EquityCurve;
pub use drawdown::{Drawdown, deepest_drawdowns, drawdowns};
pub use equity_stats::EquityStats;
pub use trade_stats::TradeStats;

/// What [`Metrics::compute`] reads of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetricsInput<'a> {
    /// Equity at each bar's close.
    pub curve: EquityCurve<'a>,
    /// The run's trades; open ones are passed over.
    pub trades: &'a [Trade],
    /// What neither the curve nor the closed trades tell.
    pub activity: Activity,
    /// How figures per bar become figures per year.
    pub annualisation: Annualisation,
}

/// What neither the equity curve nor the closed trades of a run tell.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Activity {
    /// Bars with a position at the close.
    pub bars_in_position: usize,
    /// Σ quantity × price over all fills, currency.
    pub fill_notional: f64,
    /// All fees, the open trade's included, currency.
    pub fees_paid: f64,
    /// Last close over first open, minus 1 ([`buy_and_hold_return`]); `None` where there is no one
    /// market, as in a portfolio.
    pub buy_and_hold_return: Option<f64>,
}

/// The metrics of one run, in the order of [`Metric::ALL`].
///
/// Returns, shares and drawdowns are fractions, not percent. What is undefined is `None` (null on the
/// wire); no field is ever NaN or infinite, and a figure beyond the range of an `f64` is `None` too.
///
/// E₀ is the starting value, E₁ to Eₙ equity at each bar's close, rₜ = Eₜ/Eₜ₋₁ − 1 the returns (0 on
/// equity of 0, which a liquidated run keeps to its end), P the periods per year, rf the risk-free
/// return a year. Every figure of the returns needs at least two. A deviation below
/// 1e-14 × max(1e-300, max|r|) is rounding noise and counts as 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// P, by which the metrics are annualised: bars in a year.
    pub periods_per_year: f64,
    /// Eₙ/E₀ − 1, at least −1. `None` without bars.
    pub total_return: Option<f64>,
    /// Compound growth a year: (Eₙ/E₀)^(365.25 days / elapsed) − 1, elapsed from the first bar's open to
    /// the last bar's end; at least −1, and −1 after a liquidation. `None` without bars, and where the
    /// power overflows (a gain within minutes, say).
    pub cagr: Option<f64>,
    /// Standard deviation of the returns (n − 1) × √P, at least 0. `None` for fewer than two returns.
    pub volatility: Option<f64>,
    /// (mean(r) − rf/P)/std(r, n − 1)·√P (Sharpe, 1994). `None` without deviation.
    pub sharpe_ratio: Option<f64>,
    /// (mean(r) − rf/P)/√(mean(min(r − rf/P, 0)²))·√P, the mean over all returns (Sortino and Price,
    /// 1994). `None` if no return is below rf/P.
    pub sortino_ratio: Option<f64>,
    /// Deepest fall from a peak, min(Eₜ/max(E₀..Eₜ) − 1), from −1 to 0; one of less than 1e-13 is rounding and
    /// counts as 0. `None` without bars.
    pub max_drawdown: Option<f64>,
    /// Longest time from a peak to its recovery, or to the end of the run, in seconds; from close to
    /// close, the starting value standing at the first bar's open; 0 without drawdown. `None` without bars.
    pub max_drawdown_duration: Option<f64>,
    /// `cagr` / |`max_drawdown`| (Young, 1991, over the whole run). `None` without drawdown.
    pub calmar_ratio: Option<f64>,
    /// Σmax(r, 0)/Σmax(−r, 0), at least 0 (Keating and Shadwick, 2002, with threshold 0). `None` without a
    /// negative return.
    pub omega_ratio: Option<f64>,
    /// 5% quantile of the returns, between neighbours by linear interpolation (type 7 of Hyndman and Fan,
    /// 1996); a loss is negative.
    pub value_at_risk_95: Option<f64>,
    /// Mean of the returns at or below `value_at_risk_95` (expected shortfall); a loss is negative.
    pub cvar_95: Option<f64>,
    /// Bias-corrected skewness G1 of the returns (Joanes and Gill, 1998). `None` for fewer than three
    /// returns and without deviation.
    pub skew: Option<f64>,
    /// Bias-corrected excess kurtosis G2 of the returns (Joanes and Gill, 1998), 0 for a normal
    /// distribution. `None` for fewer than four returns and without deviation.
    pub kurtosis: Option<f64>,
    /// Closed trades; the open one is not among them, each partial exit is.
    pub trade_count: usize,
    /// Share of closed trades with pnl > 0, from 0 to 1; a pnl within 1e-12 of what the position was worth is
    /// rounding, neither won nor lost. `None` without closed trades.
    pub win_rate: Option<f64>,
    /// Σ winning pnl / |Σ losing pnl|, at least 0. `None` without a losing trade.
    pub profit_factor: Option<f64>,
    /// Mean pnl of closed trades, currency. `None` without any.
    pub expectancy: Option<f64>,
    /// Mean pnl of trades with pnl > 0, currency. `None` without any.
    pub avg_win: Option<f64>,
    /// Mean pnl of trades with pnl < 0, currency, below 0. `None` without any.
    pub avg_loss: Option<f64>,
    /// Largest return of a closed trade, pnl / (quantity · entry price). `None` without any.
    pub best_trade: Option<f64>,
    /// Smallest return of a closed trade, pnl / (quantity · entry price). `None` without any.
    pub worst_trade: Option<f64>,
    /// Mean time from the entry's to the exit's stamp of closed trades, seconds. `None` without any.
    pub avg_trade_duration: Option<f64>,
    /// Bars with a position at the close over all bars, from 0 to 1. `None` without bars.
    pub exposure: Option<f64>,
    /// System quality number, √n·mean(pnl)/std(pnl, n − 1) (Tharp, 2008). `None` for fewer than two
    /// closed trades or without deviation.
    pub sqn: Option<f64>,
    /// All fees, the open trade's included, currency.
    pub fees_paid: Option<f64>,
    /// Σ fill notionals / mean of E₁ to Eₙ. `None` without bars or if equity was 0 throughout.
    pub turnover: Option<f64>,
    /// Last close over first open, minus 1. `None` where there is no one market.
    pub buy_and_hold_return: Option<f64>,
}

impl Metrics {
    /// The metrics of a whole run.
    ///
    /// One pass over the curve (and a second over it in the rare case that a sample misjudged its lower
    /// tail); allocates about a tenth of it.
    ///
    /// ```
    /// use threadx_engine::{Activity, Annualisation, EquityCurve, Metrics, MetricsInput};
    /// use threadx_market::{Timeframe, Timestamp};
    ///
    /// let first = Timestamp::parse("2019-01-01")?;
    /// let time = [first, Timeframe::D1.next(first)];
    /// let metrics = Metrics::compute(&MetricsInput {
    ///     curve: EquityCurve { starting_value: 100.0, timeframe: Timeframe::D1, time: &time, equity: &[110.0, 99.0] },
    ///     trades: &[],
    ///     activity: Activity::default(),
    ///     annualisation: Annualisation::default(),
    /// });
    /// assert_eq!(metrics.periods_per_year, 365.0);
    /// assert_eq!(metrics.total_return, Some(99.0 / 100.0 - 1.0));
    /// assert_eq!(metrics.max_drawdown, Some(99.0 / 110.0 - 1.0));
    /// assert_eq!(metrics.win_rate, None);
    /// # Ok::<(), threadx_error::DataError>(())
    /// ```
    #[must_use]
    pub fn compute(input: &MetricsInput<'_>) -> Self {
        let mut trades = TradeStats::default();
        for trade in input.trades {
            trades.push(trade);
        }
        Self::of(
            &EquityFigures::of(input.curve, input.annualisation),
            &trades.figures(),
            &input.activity,
        )
    }

    /// The metrics of a curve that was measured while it was drawn.
    pub(crate) fn of_run(curve: RunningCurve<'_>, trades: &[Trade], activity: &Activity) -> Self {
        let mut stats = TradeStats::default();
        trades.iter().for_each(|trade| stats.push(trade));
        Self::of(&curve.figures(), &stats.figures(), activity)
    }

    /// The metrics of what was accumulated so far; the same bits as [`compute`](Self::compute) gives,
    /// except that `value_at_risk_95` and `cvar_95` are `None` unless the returns were kept.
    #[must_use]
    pub fn from_stats(equity: &EquityStats, trades: &TradeStats, activity: &Activity) -> Self {
        Self::of(&equity.figures(), &trades.figures(), activity)
    }

    fn of(equity: &EquityFigures, trades: &TradeFigures, activity: &Activity) -> Self {
        Self {
            periods_per_year: equity.periods_per_year,
            total_return: equity.total_return,
            cagr: equity.cagr,
            volatility: equity.volatility,
            sharpe_ratio: equity.sharpe_ratio,
            sortino_ratio: equity.sortino_ratio,
            max_drawdown: equity.max_drawdown,
            max_drawdown_duration: equity.max_drawdown_duration,
            calmar_ratio: equity.calmar_ratio,
            omega_ratio: equity.omega_ratio,
            value_at_risk_95: equity.tail.map(|tail| tail.value_at_risk),
            cvar_95: equity.tail.map(|tail| tail.conditional),
            skew: equity.skew,
            kurtosis: equity.kurtosis,
            trade_count: trades.trade_count,
            win_rate: trades.win_rate,
            profit_factor: trades.profit_factor,
            expectancy: trades.expectancy,
            avg_win: trades.avg_win,
            avg_loss: trades.avg_loss,
            best_trade: trades.best_trade,
            worst_trade: trades.worst_trade,
            avg_trade_duration: trades.avg_trade_duration,
            exposure: ratio(activity.bars_in_position as f64, equity.bars as f64),
            sqn: trades.sqn,
            fees_paid: finite(activity.fees_paid),
            turnover: equity
                .mean_equity
                .and_then(|mean| ratio(activity.fill_notional, mean)),
            buy_and_hold_return: activity.buy_and_hold_return.and_then(finite),
        }
    }

    /// The value of a metric; `None` where it is undefined. Trades are counted as an `f64`.
    #[must_use]
    pub fn get(&self, metric: Metric) -> Option<f64> {
        match metric {
            Metric::TotalReturn => self.total_return,
            Metric::Cagr => self.cagr,
            Metric::Volatility => self.volatility,
            Metric::SharpeRatio => self.sharpe_ratio,
            Metric::SortinoRatio => self.sortino_ratio,
            Metric::MaxDrawdown => self.max_drawdown,
            Metric::MaxDrawdownDuration => self.max_drawdown_duration,
            Metric::CalmarRatio => self.calmar_ratio,
            Metric::OmegaRatio => self.omega_ratio,
            Metric::ValueAtRisk95 => self.value_at_risk_95,
            Metric::Cvar95 => self.cvar_95,
            Metric::Skew => self.skew,
            Metric::Kurtosis => self.kurtosis,
            Metric::TradeCount => Some(self.trade_count as f64),
            Metric::WinRate => self.win_rate,
            Metric::ProfitFactor => self.profit_factor,
            Metric::Expectancy => self.expectancy,
            Metric::AvgWin => self.avg_win,
            Metric::AvgLoss => self.avg_loss,
            Metric::BestTrade => self.best_trade,
            Metric::WorstTrade => self.worst_trade,
            Metric::AvgTradeDuration => self.avg_trade_duration,
            Metric::Exposure => self.exposure,
            Metric::Sqn => self.sqn,
            Metric::FeesPaid => self.fees_paid,
            Metric::Turnover => self.turnover,
            Metric::BuyAndHoldReturn => self.buy_and_hold_return,
            // A metric that the vocabulary gained and nobody measures yet; a test holds the lists equal.
            _ => None,
        }
    }

    /// The metrics whose values [`get`](Self::get) gave, as a file holds them. A count of trades that is none is 0.
    #[must_use]
    pub fn from_values(periods_per_year: f64, value: impl Fn(Metric) -> Option<f64>) -> Self {
        Self {
            periods_per_year,
            total_return: value(Metric::TotalReturn),
            cagr: value(Metric::Cagr),
            volatility: value(Metric::Volatility),
            sharpe_ratio: value(Metric::SharpeRatio),
            sortino_ratio: value(Metric::SortinoRatio),
            max_drawdown: value(Metric::MaxDrawdown),
            max_drawdown_duration: value(Metric::MaxDrawdownDuration),
            calmar_ratio: value(Metric::CalmarRatio),
            omega_ratio: value(Metric::OmegaRatio),
            value_at_risk_95: value(Metric::ValueAtRisk95),
            cvar_95: value(Metric::Cvar95),
            skew: value(Metric::Skew),
            kurtosis: value(Metric::Kurtosis),
            trade_count: value(Metric::TradeCount).map_or(0, |count| count as usize),
            win_rate: value(Metric::WinRate),
            profit_factor: value(Metric::ProfitFactor),
            expectancy: value(Metric::Expectancy),
            avg_win: value(Metric::AvgWin),
            avg_loss: value(Metric::AvgLoss),
            best_trade: value(Metric::BestTrade),
            worst_trade: value(Metric::WorstTrade),
            avg_trade_duration: value(Metric::AvgTradeDuration),
            exposure: value(Metric::Exposure),
            sqn: value(Metric::Sqn),
            fees_paid: value(Metric::FeesPaid),
            turnover: value(Metric::Turnover),
            buy_and_hold_return: value(Metric::BuyAndHoldReturn),
        }
    }
}
