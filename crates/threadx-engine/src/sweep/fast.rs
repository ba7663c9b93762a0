//! Runs of a sweep at a constant amount of work a trade.
//!
//! A run that is fully invested or flat has the returns of the price or none, so that a trade's part of every sum is
//! looked up and not walked. What is left a bar is to find the signals, as bits: lines of many combinations are
//! compared tile by tile while the tile is in the nearest cache, 64 bars a word.

mod blocks;
mod levels;
mod positions;
mod price_range;
mod rows;
mod rules;
mod runner;
mod tally;
#[cfg(test)]
mod tests;
mod trades;
mod turns;
mod wave;
mod words;

use std::sync::{Mutex, PoisonError};

use threadx_market::Bars;
use threadx_spec::{Metric, Sizing};

use crate::{
    Annualisation, BacktestOptions, BacktestSpec, EquityStats, LineSignals, Metrics, Signals, TradeStats,
    buy_and_hold_return,
};
use levels::Levels;
use rows::Rows;
use tally::Book;

pub(super) use runner::{Run, Runner};
pub(super) use tally::NeedsFull;
pub(super) use wave::Wave;
pub(super) use words::Words;

/// Largest slippage and fee with which an entry cannot use up equity, nor a stop loss lie beyond the price at which
/// a short position is bankrupt.
const SLIPPAGE_MAX: f64 = 0.1;
const FEE_MAX: f64 = 0.1;
const SHORT_STOP_MAX: f64 = 0.5;

/// What the parts of one sweep look up by bar: made once a sweep and shared by them. Where the options allow the fast
/// path about 210 bytes a bar, and with stops or targets about 60 more a thread; otherwise nothing.
///
/// The fast path serves every [`SignalStrategy`](crate::SignalStrategy) that goes all in without leverage, whatever
/// the sides, costs, fill model, stop loss, take profit and holding time; not trailing stops, whole units, other
/// sizings, and shorts that pay for borrowing. What it does not serve is streamed.
#[derive(Debug)]
pub struct SweepRows {
    fast: Option<Prepared>,
    /// Whether a metric of the tail of the returns is wanted.
    wants_tail: bool,
}

/// How a point's signals are known.
#[derive(Debug)]
pub(super) enum Decided {
    ByLines(LineSignals),
    ByMasks(Signals),
}

/// All that the fast path needs to know before the first combination.
#[derive(Debug)]
pub(super) struct Prepared {
    rows: Rows,
    /// Levels that no runner uses at the moment, with what was found of them.
    levels: Mutex<Vec<Levels>>,
    /// Bytes of indicators that a wave may hold.
    series_bytes_max: usize,
    options: BacktestOptions,
    facts: PointFacts,
}

/// What the runs of a sweep have in common.
#[derive(Debug)]
pub(super) struct PointFacts {
    portfolio_value: f64,
    fee: f64,
    slippage: f64,
    /// Entry fee over the equity before it.
    fee_in: f64,
    /// Exit fee of a long position over the equity after it.
    fee_out: f64,
    /// Equity before the entry over the entry's notional.
    over_notional: f64,
    /// From this multiple of its entry price on a short position may be bankrupt.
    short_ruin: f64,
    /// Bars of the range.
    bars: usize,
    /// From the first bar's start to the last one's end.
    seconds: f64,
    periods_per_year: f64,
    /// Risk-free return of one bar.
    risk_free: f64,
    /// What does not depend on the run; the rest absent.
    blank: Metrics,
}

/// Whether the fast path measures it.
fn measures(metric: Metric) -> bool {
    matches!(
        metric,
        Metric::TotalReturn
            | Metric::Cagr
            | Metric::Volatility
            | Metric::SharpeRatio
            | Metric::MaxDrawdown
            | Metric::CalmarRatio
            | Metric::TradeCount
            | Metric::WinRate
            | Metric::ProfitFactor
            | Metric::Expectancy
            | Metric::AvgWin
            | Metric::AvgLoss
            | Metric::BestTrade
            | Metric::WorstTrade
            | Metric::AvgTradeDuration
            | Metric::Exposure
            | Metric::FeesPaid
            | Metric::BuyAndHoldReturn
    )
}

/// Bytes of indicators that a wave may hold unless told otherwise.
const SERIES_BYTES_MAX: usize = 192 << 20;

fn serves(bars: &Bars, first: usize, options: &BacktestOptions) -> bool {
    let shorts = options.direction.allows_short();
    options.leverage == 1.0
        && matches!(options.sizing, None | Some(Sizing::AllIn))
        && !options.whole_units
        && options.trailing_stop.is_none()
        && options.slippage_rate <= SLIPPAGE_MAX
        && options.fee_rate <= FEE_MAX
        && (!shorts || options.borrow_rate == 0.0)
        && (!shorts || options.stop_loss.is_none_or(|stop| stop <= SHORT_STOP_MAX))
        && first < bars.len()
        && u32::try_from(bars.len()).is_ok_and(|bars| bars < u32::MAX)
}

impl SweepRows {
    /// For runs over `bars` from bar `first` on that trade by `spec`, of which the metrics `wanted` count (what they
    /// are ranked by, say).
    ///
    /// The fast path measures all but `sortino_ratio`, `omega_ratio`, `value_at_risk_95`, `cvar_95`, `skew`,
    /// `kurtosis`, `max_drawdown_duration`, `sqn` and `turnover`; if one of these is wanted it does not serve.
    #[must_use]
    pub fn new(bars: &Bars, first: usize, spec: &BacktestSpec, wanted: &[Metric]) -> Self {
        let options = spec.options();
        let serves = wanted.iter().copied().all(measures) && serves(bars, first, options);
        Self {
            fast: serves.then(|| Prepared::new(bars, first, options)).flatten(),
            wants_tail: [Metric::ValueAtRisk95, Metric::Cvar95]
                .iter()
                .any(|metric| wanted.contains(metric)),
        }
    }

    /// Bounds what the fast path holds of indicators at a time, on each thread, to about so many bytes, and of their
    /// signals to half of that; more is faster where combinations share indicators. 192 MiB unless told otherwise.
    #[must_use]
    pub fn holding(mut self, bytes: usize) -> Self {
        if let Some(prepared) = &mut self.fast {
            prepared.series_bytes_max = bytes;
        }
        self
    }

    /// Whether signal strategies take the fast path.
    #[must_use]
    pub fn is_fast(&self) -> bool {
        self.fast.is_some()
    }

    pub(super) fn wants_tail(&self) -> bool {
        self.wants_tail
    }

    pub(super) fn fast(&self) -> Option<&Prepared> {
        self.fast.as_ref()
    }
}

impl Prepared {
    /// `None` where prices move too far for it.
    fn new(bars: &Bars, first: usize, options: &BacktestOptions) -> Option<Self> {
        let annualisation = Annualisation {
            periods_per_year: options.periods_per_year,
            risk_free_rate: options.risk_free_rate,
        };
        let range = bars.slice(first..bars.len());
        let (fee, slippage, timeframe) = (options.fee_rate, options.slippage_rate, bars.timeframe());
        let stats = EquityStats::new(options.portfolio_value, timeframe, annualisation);
        let mut blank = Metrics::from_stats(&stats, &TradeStats::default(), &crate::Activity::default());
        blank.buy_and_hold_return = buy_and_hold_return(&range);
        let seconds = range
            .end()
            .zip(range.first())
            .map_or(0.0, |(end, first)| end.seconds_since(first));
        Some(Self {
            facts: PointFacts {
                portfolio_value: options.portfolio_value,
                fee,
                slippage,
                fee_in: fee / (1.0 + fee),
                fee_out: fee / (1.0 - fee),
                over_notional: 1.0 + fee,
                short_ruin: 2.0 / ((1.0 + slippage) * (1.0 + fee)) * (1.0 - 1e-9),
                bars: range.len(),
                seconds,
                periods_per_year: annualisation.periods_per_year(timeframe),
                risk_free: annualisation.risk_free_return(timeframe),
                blank,
            },
            rows: Rows::new(bars, first, options)?,
            levels: Mutex::default(),
            series_bytes_max: SERIES_BYTES_MAX,
            options: options.clone(),
        })
    }

    fn options(&self) -> &BacktestOptions {
        &self.options
    }

    /// Whether it was made for these.
    pub(super) fn is_of(&self, bars: &Bars, first: usize, spec: &BacktestSpec) -> bool {
        std::ptr::eq(self.rows.bars.close(), bars.close())
            && self.rows.first == first
            && self.options == *spec.options()
    }

    /// The signals that count.
    pub(super) fn resolved(&self, signals: &Signals) -> Words {
        let mut words = Words::new(self.rows.bars.len().div_ceil(64));
        words.copy(signals);
        words.resolve(self.options.direction, self.options.exit_on_signal);
        words
    }

    /// Levels for a runner; none if the runs have neither stop nor target.
    fn levels(&self) -> Option<Levels> {
        let kept = self.levels.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.or_else(|| Levels::new(&self.rows, &self.options))
    }

    fn keep(&self, levels: Option<Levels>) {
        let mut kept = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(levels);
    }

    fn book(&self) -> Book<'_> {
        Book {
            rows: &self.rows,
            facts: &self.facts,
        }
    }
}
